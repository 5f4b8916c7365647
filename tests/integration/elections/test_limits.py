"""The largest agendas that the contract takes can be cast, opened and certified."""

from hanpyo.elections.holding import Act, Held, Setting, hold
from hanpyo.elections.hosting import EMBEDDED_PERIODS, embedded_host
from hanpyo.elections.officials import Officials, Signers
from hanpyo.elections.plan import Member, Plan, draw_roll
from hanpyo.elections.progress import Stages
from hanpyo.protocol.agenda import Item, Method
from hanpyo.protocol.choices import Selection, encode_unchecked
from hanpyo.protocol.manifest import ClassRow
from hanpyo.protocol.types import Secrecy
from hanpyo.secrecy.trustee import TrusteeKey

OPTIONS = 1024
VOTERS = 3


def hold_one(
    secrecy: Secrecy, item: Item, selection: Selection, classes: tuple[ClassRow, ...]
) -> Held:
    roll, numbers = draw_roll([Member(str(number)) for number in range(VOTERS)])
    plan = Plan(secrecy, {"title": "limits", "items": []}, (item,), roll, classes)
    choices = encode_unchecked([item], [selection])
    officials = Officials(Signers.generate(3, 2), trustee=TrusteeKey.generate())
    stages = Stages()
    with embedded_host(stages) as host:
        setting = Setting(host.venue, host.factory, officials, EMBEDDED_PERIODS)
        return hold(setting, plan, [[Act(number, choices) for number in numbers]], stages)


def test_the_longest_ranking_opens() -> None:
    item = Item(Method.RANKING, OPTIONS, maximum=OPTIONS)
    backwards = list(range(OPTIONS, 0, -1))
    held = hold_one(Secrecy.SEALED, item, backwards, (ClassRow(0),))
    assert held.results[0].heads == (0, *[VOTERS] * OPTIONS, 0)


def test_every_option_scored_opens() -> None:
    item = Item(Method.SCORE, OPTIONS, maximum=OPTIONS, points=5)
    held = hold_one(Secrecy.SEALED, item, dict.fromkeys(range(1, OPTIONS + 1), 5), (ClassRow(0),))
    assert held.results[0].heads == (0, *[5 * VOTERS] * OPTIONS, 0)


def test_a_long_table_of_barred_options_opens() -> None:
    item = Item(Method.APPROVAL, OPTIONS, maximum=OPTIONS)
    barred = tuple((0, option) for option in range(1, OPTIONS, 2))
    allowed = list(range(2, OPTIONS + 1, 2))
    held = hold_one(Secrecy.OPEN, item, allowed, (ClassRow(0, barred),))
    assert held.results[0].heads == (0, *[0, VOTERS] * (OPTIONS // 2), 0)
