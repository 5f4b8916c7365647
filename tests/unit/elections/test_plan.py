"""Plans, periods and drafts: what is refused before anything is sent."""

from dataclasses import replace
from random import Random

import orjson
import pytest

from hanpyo.elections.definition import DefinitionError, read_definition
from hanpyo.elections.drafting import manifest_of, plan_of
from hanpyo.elections.networks import NETWORKS, require_finality
from hanpyo.elections.officials import Officials, Signers
from hanpyo.elections.plan import Member, Periods, Plan, PlanError, draw_roll, manifest_for
from hanpyo.protocol.agenda import Item, Method
from hanpyo.protocol.manifest import AgendaTooLargeError, ManifestError, NoRegistrarsError
from hanpyo.protocol.roll import RollError, encode_roll
from hanpyo.protocol.types import Address, Secrecy, Timestamp
from hanpyo.secrecy.trustee import TrusteeKey

ORGANISER = Address(b"\x0a" * 20)
PERIODS = Periods(lead=100, voting=200, desk=10, gap=1_000, release=30, challenge=40)
X, Y = (hex(coordinate) for coordinate in TrusteeKey(7).public)


def plan(secrecy: Secrecy = Secrecy.OPEN) -> Plan:
    roll, _ = draw_roll([Member("a"), Member("b", weight=3)])
    return Plan(secrecy, {"title": "t"}, (Item(Method.CHOOSE_ONE, 2),), roll)


def test_periods_follow_one_another() -> None:
    times = PERIODS.starting(1_000)
    assert times.opens_at == 1_100
    assert (times.closes_at, times.rebind_until) == (1_300, 1_300)
    assert (times.barrier_at, times.opening_at) == (1_310, 2_310)
    assert (times.key_deadline, times.certify_at) == (2_340, 2_380)


@pytest.mark.parametrize(
    ("name", "value"), [("lead", 0), ("voting", 0), ("desk", -1), ("gap", 0), ("release", -1)]
)
def test_periods_that_leave_no_time_are_refused(name: str, value: int) -> None:
    with pytest.raises(PlanError, match=name):
        replace(PERIODS, **{name: value})


def test_the_manifest_joins_plan_people_and_times() -> None:
    officials = Officials(Signers.generate(3, 2), trustee=TrusteeKey(7))
    manifest = manifest_for(plan(Secrecy.SEALED), ORGANISER, PERIODS.starting(5), officials)
    assert (manifest.roll.size, manifest.roll.weight) == (2, 4)
    assert manifest.registrars == officials.registrars.addresses
    assert manifest.threshold == 2
    assert manifest.trustee_key == TrusteeKey(7).public
    again = manifest_for(plan(Secrecy.SEALED), ORGANISER, PERIODS.starting(5), officials)
    assert manifest.seed != again.seed


def test_an_open_election_takes_no_trustees_key() -> None:
    officials = Officials(Signers.generate(1, 1), trustee=TrusteeKey(7))
    manifest = manifest_for(plan(), ORGANISER, PERIODS.starting(5), officials)
    assert manifest.trustee_key is None


def test_attested_members_need_registrars() -> None:
    with pytest.raises(NoRegistrarsError):
        manifest_for(plan(), ORGANISER, PERIODS.starting(5), Officials(Signers((), 0)))


def test_an_agenda_too_large_for_one_opening_is_refused() -> None:
    item = Item(Method.SCORE, 1024, maximum=1024, points=65_535)
    large = replace(plan(), items=(item,) * 3)
    officials = Officials(Signers.generate(1, 1))
    with pytest.raises(AgendaTooLargeError):
        manifest_for(large, ORGANISER, PERIODS.starting(5), officials)


def test_a_text_that_no_transaction_takes_is_refused() -> None:
    with pytest.raises(PlanError, match="shorten"):
        replace(plan(), text={"title": "한" * 50_000})


def test_a_member_is_on_the_roll_once() -> None:
    with pytest.raises(PlanError, match="twice"):
        draw_roll([Member("a"), Member("a")])


def test_a_drawn_roll_says_which_number_is_whose() -> None:
    members = [Member(str(number), weight=number + 1) for number in range(50)]
    roll, numbers = draw_roll(members, Random(5))
    assert sorted(numbers) == list(range(50))
    assert [roll[number].weight for number in numbers] == [each.weight for each in members]
    assert list(numbers) != list(range(50))


@pytest.mark.parametrize("network", NETWORKS.values(), ids=lambda network: network.name)
def test_an_opening_before_finality_is_refused_on_public_networks(network: object) -> None:
    chain_id, finality = network.chain_id, network.finality  # type: ignore[attr-defined]
    require_finality(replace(PERIODS, gap=finality).starting(5), chain_id)
    with pytest.raises(PlanError, match="opening"):
        require_finality(replace(PERIODS, gap=finality - 1).starting(5), chain_id)


def test_other_chains_set_their_own_gap() -> None:
    require_finality(replace(PERIODS, gap=1).starting(5), 31_337)


DEFINITION = {
    "title": "t",
    "secrecy": "sealed",
    "times": {"opens": 1_000, "closes": 2_000, "opening": 3_000},
    "registrars": {"threshold": 1, "addresses": ["0x" + "11" * 20]},
    "trusteeKey": {"x": X, "y": Y},
    "items": [{"title": "i", "options": ["a", "b"]}],
}


def draft(changes: dict[str, object], now: int = 1) -> None:
    definition = read_definition(orjson.dumps(DEFINITION | changes))
    planned = plan_of(definition, encode_roll(plan().roll))
    manifest = manifest_of(definition, planned, ORGANISER, Timestamp(now), 31_337)
    assert manifest.organiser == ORGANISER


def test_a_draft_of_a_definition() -> None:
    draft({})


@pytest.mark.parametrize(
    ("changes", "now", "kind", "said"),
    [
        ({}, 1_000, DefinitionError, "not after the chain's time"),
        ({"trusteeKey": None}, 1, DefinitionError, "trusteeKey"),
        ({"secrecy": "open"}, 1, DefinitionError, "trusteeKey"),
        ({"trusteeKey": {"x": "0x1", "y": "0x1"}}, 1, Exception, "curve"),
        ({"registrars": None}, 1, NoRegistrarsError, "registrar"),
        ({"clerks": ["0x" + "22" * 20]}, 1, ManifestError, "clerk"),
        ({"clerks": ["0x" + "11" * 20, "0x" + "22" * 20]}, 1, ManifestError, "also a registrar"),
        ({"times": {"opens": 5, "closes": 5, "opening": 9}}, 1, ManifestError, "closesAt"),
    ],
)
def test_a_draft_that_cannot_be_held_is_refused(
    changes: dict[str, object], now: int, kind: type[Exception], said: str
) -> None:
    with pytest.raises(kind, match=said):
        draft(changes, now)


@pytest.mark.parametrize("data", [b"", b"\x01" * 42])
def test_a_roll_file_that_is_empty_or_cut_is_refused(data: bytes) -> None:
    with pytest.raises(RollError):
        plan_of(read_definition(orjson.dumps(DEFINITION)), data)
