"""Every field of a manifest that is out of its range is refused at creation, by its offset."""

from dataclasses import replace

import pytest

from bench.harness.plan import Plan, question
from bench.harness.system import System
from bench.harness.trial import Trial
from hanpyo.protocol.agenda import Item, Method
from hanpyo.protocol.manifest import ClassRow, decode
from hanpyo.protocol.types import Secrecy
from hanpyo.secrecy.group import P
from tests.contracts.expect import reverts

PLAN = Plan(
    secrecy=Secrecy.SEALED,
    items=(
        question(),
        Item(Method.CHOOSE_UP_TO, 9, maximum=3, eligible=frozenset({0}), option_groups=(1,) * 9),
        Item(Method.APPROVAL, 4, maximum=4, cost_cap=100, costs=(30, 40, 50, 60)),
        Item(Method.SCORE, 3, maximum=3, points=5),
        Item(Method.CUMULATIVE, 3, minimum=2, maximum=3, points=5, sum_limit=7),
        Item(Method.RANKING, 4, maximum=3),
    ),
    weights=(1, 2, 3, 4),
    classes=(ClassRow(0, ((1, 2), (1, 3))), ClassRow(1, ((2, 1), (2, 4)))),
    classes_of=(0, 1, 0, 1),
    registrars=3,
    threshold=2,
    clerks=2,
)
GOOD = PLAN.manifest.encode()
REGISTRARS = 302
CLERKS = REGISTRARS + 3 * 20
GROUPS = CLERKS + 2 * 20
CLASSES = GROUPS + 2 * 12
BARRED = CLASSES + 2 * 4
ITEMS = BARRED + 4 * 4
UP_TO = ITEMS + 38
APPROVAL = UP_TO + 38 + 1 + 18
SCORE = APPROVAL + 38 + 32
CUMULATIVE = SCORE + 38
RANKING = CUMULATIVE + 38
TIMES = [int.from_bytes(GOOD[at : at + 8], "big") for at in range(172, 228, 8)]
OPENS, CLOSES, BARRIER, OPENING, KEY, CERTIFY, REBIND = TIMES


def u64(value: int) -> bytes:
    return value.to_bytes(8, "big")


def word(value: int) -> bytes:
    return value.to_bytes(32, "big")


def create(system: System, manifest: bytes) -> None:
    organiser = PLAN.organiser.address
    data = system.interface.encode("createElection", manifest, 0)
    system.transact(organiser, system.factory, data)


def patched(at: int, value: bytes) -> bytes:
    return GOOD[:at] + value + GOOD[at + len(value) :]


def test_the_manifest_that_the_table_alters_is_good(system: System) -> None:
    trial = Trial.create(system, PLAN)
    assert trial.read("manifest") == GOOD
    assert decode(GOOD).encode() == GOOD


FIELDS = [
    ("version 0", 0, b"\0", 0),
    ("version 2", 0, b"\2", 0),
    ("encrypted, which is reserved", 1, b"\2", 1),
    ("unknown secrecy", 1, b"\3", 1),
    ("choices shorter than the agenda's", 2, b"\0\1", 2),
    ("an empty roll", 4, bytes(4), 4),
    ("weights below the entries", 8, u64(3), 16),
    ("no weight", 8, u64(0), 16),
    ("fewer weights than entries", 8, u64(3) + u64(2), 8),
    ("largest weight 1 with other weights", 16, u64(1), 8),
    ("largest weight 0", 16, u64(0), 16),
    ("largest weight above all", 16, u64(11), 16),
    ("a largest weight that others cannot reach", 16, u64(2), 8),
    ("a largest weight that leaves others nothing", 16, u64(8), 8),
    ("no roll root", 24, bytes(32), 24),
    ("no roll hash", 56, bytes(32), 56),
    ("no text hash", 88, bytes(32), 88),
    ("closing at opening", 180, u64(OPENS), 180),
    ("opening after closing", 172, u64(CLOSES + 1), 180),
    ("barrier before the close", 188, u64(CLOSES - 1), 188),
    ("openings at the barrier", 196, u64(BARRIER), 196),
    ("key deadline before openings", 204, u64(OPENING - 1), 204),
    ("certification before the key deadline", 212, u64(KEY - 1), 212),
    ("rebinding after the close", 220, u64(CLOSES + 1), 220),
    ("key x not reduced", 228, word(P), 228),
    ("key y not reduced", 260, word(P + 2), 228),
    ("key off the curve", 260, word(3), 228),
    ("key at infinity", 228, bytes(64), 228),
    ("half of the registrars", 292, b"\4\2", 293),
    ("more signers than registrars", 293, b"\4", 293),
    ("threshold 0 with registrars", 293, b"\0", 293),
    ("threshold without registrars", 292, b"\0\1", 293),
    ("one clerk", 294, b"\1", 294),
    ("unknown flag", 295, b"\2", 295),
    ("more people than bytes", 294, b"\xff", 292),
    ("no group", 296, b"\0\0", 296),
    ("more strata than the limit", 296, (820).to_bytes(2, "big"), 296),
    ("no class", 298, b"\0\0", 298),
    ("classes beyond the end", 298, b"\xff\xff", 298),
    ("no item", 300, b"\0\0", 300),
    ("1,025 items", 300, (1025).to_bytes(2, "big"), 300),
    ("registrar 0", REGISTRARS, bytes(20), REGISTRARS),
    ("a registrar twice", REGISTRARS + 20, GOOD[REGISTRARS:][:20], REGISTRARS + 20),
    ("a clerk who is a registrar", CLERKS, GOOD[REGISTRARS:][:20], CLERKS),
    ("a clerk twice", CLERKS + 20, GOOD[CLERKS:][:20], CLERKS + 20),
    ("clerk 0", CLERKS + 20, bytes(20), CLERKS + 20),
    ("group heads that do not add up", GROUPS, bytes(4), 296),
    ("group weights that do not add up", GROUPS + 4, u64(1), 296),
    ("a class of no group", CLASSES, b"\0\2", CLASSES),
    ("a barred list that goes back", CLASSES + 6, b"\0\1", CLASSES + 6),
    ("a barred list beyond the end", CLASSES + 6, b"\xff\xff", 298),
    ("barred pairs not ascending", BARRED + 6, b"\0\1", BARRED + 4),
    ("a barred pair twice", BARRED + 6, b"\0\2", BARRED + 4),
    ("a barred item that is not there", BARRED + 12, b"\0\6", BARRED + 12),
    ("a barred option 0", BARRED + 2, b"\0\0", BARRED + 2),
    ("a barred option that is not there", BARRED + 14, b"\0\5", BARRED + 14),
    ("method 0", ITEMS, b"\0", ITEMS),
    ("method 7", ITEMS, b"\7", ITEMS),
    ("unknown item flag", RANKING + 1, b"\x08", RANKING + 1),
    ("one option", ITEMS + 2, b"\0\1", ITEMS + 2),
    ("1,025 options", RANKING + 2, (1025).to_bytes(2, "big"), RANKING + 2),
    ("minimum 0", ITEMS + 4, b"\0\0", ITEMS + 4),
    ("minimum above maximum", UP_TO + 4, b"\0\4", UP_TO + 4),
    ("choose one with maximum 2", ITEMS + 6, b"\0\2", ITEMS + 6),
    ("maximum above the options", UP_TO + 6, b"\0\x0a", UP_TO + 6),
    ("points where none are given", ITEMS + 8, b"\0\2", ITEMS + 8),
    ("score without points", SCORE + 8, b"\0\0", SCORE + 8),
    ("a sum where points are free", SCORE + 10, b"\0\0\0\1", SCORE + 10),
    ("a sum below the minimum", CUMULATIVE + 10, b"\0\0\0\1", CUMULATIVE + 10),
    ("a cost cap without costs", RANKING + 14, u64(5), RANKING + 14),
    ("unknown decision", ITEMS + 22, b"\2", ITEMS + 22),
    ("threshold on points", SCORE + 22, b"\1", SCORE + 36),
    ("threshold on a ranking", RANKING + 22, b"\1", RANKING + 36),
    ("unit 0", ITEMS + 23, b"\0", ITEMS + 23),
    ("unit 4", ITEMS + 23, b"\4", ITEMS + 23),
    ("unknown base", ITEMS + 24, b"\3", ITEMS + 24),
    ("unknown strictness", ITEMS + 25, b"\x08", ITEMS + 25),
    ("quorum above 1", ITEMS + 26, b"\0\3\0\2", ITEMS + 26),
    ("presence above 1", ITEMS + 30, b"\0\1\0\0", ITEMS + 30),
    ("approval above 1", ITEMS + 34, b"\0\3\0\2", ITEMS + 34),
    ("strict without a fraction", ITEMS + 34, b"\0\0\0\0", ITEMS + 25),
    (
        "threshold without approval",
        ITEMS + 25,
        b"\1" + GOOD[ITEMS + 26 : ITEMS + 34] + bytes(4),
        ITEMS + 36,
    ),
    ("no eligible group", UP_TO + 38, b"\0", UP_TO + 38),
    ("an eligible group that is not there", UP_TO + 38, b"\4", UP_TO + 38),
]


@pytest.mark.parametrize(
    ("at", "value", "offset"), [pytest.param(*row[1:], id=row[0]) for row in FIELDS]
)
def test_a_field_out_of_range_is_refused(
    system: System, at: int, value: bytes, offset: int
) -> None:
    with reverts("ElectionInvalidManifest", offset=offset):
        create(system, patched(at, value))


THRESHOLD = b"\1\1\0\0" + bytes(8) + b"\0\1\0\2"


@pytest.mark.parametrize("item", [SCORE, CUMULATIVE, RANKING])
def test_points_and_rankings_are_not_decided_by_a_threshold(system: System, item: int) -> None:
    with reverts("ElectionInvalidManifest", offset=item + 22):
        create(system, patched(item + 22, THRESHOLD))


def test_an_open_election_has_no_trustees_key(system: System) -> None:
    with reverts("ElectionInvalidManifest", offset=228):
        create(system, patched(1, b"\0"))


def test_a_header_cut_short_is_refused(system: System) -> None:
    with reverts("ElectionInvalidManifest", offset=301):
        create(system, GOOD[:301])


@pytest.mark.parametrize("length", [302, GROUPS, CLASSES + 5, BARRED + 3])
def test_tables_cut_short_are_refused(system: System, length: int) -> None:
    with reverts("ElectionInvalidManifest"):
        create(system, GOOD[:length])


@pytest.mark.parametrize(
    ("length", "offset"),
    [
        pytest.param(len(GOOD) - 1, RANKING, id="the last byte is missing"),
        pytest.param(len(GOOD) - 38, RANKING, id="the last item is missing"),
        pytest.param(UP_TO + 40, UP_TO, id="a list of an item is cut"),
    ],
)
def test_items_cut_short_are_refused(system: System, length: int, offset: int) -> None:
    with reverts("ElectionInvalidManifest", offset=offset):
        create(system, GOOD[:length])


def test_trailing_bytes_are_refused(system: System) -> None:
    with reverts("ElectionInvalidManifest", offset=len(GOOD)):
        create(system, GOOD + b"\0")


def test_an_election_of_listed_voters_needs_no_registrar(system: System) -> None:
    Trial.create(system, Plan(registrars=0, threshold=0))


def test_an_agenda_too_costly_to_open_is_refused(system: System) -> None:
    items = (Item(Method.APPROVAL, 1024, maximum=1024),) * 4
    plan = Plan(items=items, weights=(1, 2))
    encoded = _unchecked(plan)
    with reverts("ElectionAgendaTooLarge"):
        create(system, encoded)


def test_a_manifest_beyond_the_limit_of_code_is_refused(system: System) -> None:
    big = GOOD + bytes(24_576 - 45 - len(GOOD) + 1)
    with reverts("CloneArgumentsTooLong"):
        create(system, big)


def _unchecked(plan: Plan) -> bytes:
    """The encoding of a manifest that Python refuses to build: its last item repeated."""
    count = len(plan.items)
    one = replace(plan, items=plan.items[:1]).manifest.encode()
    length = int.from_bytes(one[2:4], "big")
    item = one[-38:]
    head = one[:2] + (length * count).to_bytes(2, "big") + one[4:300]
    return head + count.to_bytes(2, "big") + one[302:-38] + item * count
