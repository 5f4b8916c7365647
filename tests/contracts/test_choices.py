"""Choices on chain: every rule of every method, and any bytes, count as Python counts them."""

import os
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.harness.people import draws
from bench.harness.plan import Plan
from bench.harness.system import System
from bench.harness.trial import Act, Trial
from hanpyo.protocol.agenda import Item, Method
from hanpyo.protocol.choices import decode, increments
from hanpyo.protocol.envelopes import Position, envelope
from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.manifest import ClassRow, ManifestError
from hanpyo.protocol.types import Secrecy
from tests.contracts.conftest import Open
from tests.strategies.choices import wild_choices
from tests.strategies.manifests import items

DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
CLASSES = (ClassRow(0), ClassRow(1, ((0, 1), (0, 2))))
Tally = dict[int, tuple[tuple[int, ...], ...]]


def on_chain(trial: Trial) -> Tally:
    layout = trial.plan.manifest.tally_layout
    found: Tally = {}
    for stratum in range(len(trial.plan.manifest.groups)):
        _, words = trial.read("stratum", stratum)
        planes = [words[at : at + layout.words] for at in range(0, len(words), layout.words)]
        found[stratum] = tuple(layout.unpack(plane) for plane in planes)
    return found


def in_python(trial: Trial, acts: list[Act]) -> Tally:
    manifest = trial.plan.manifest
    layout = manifest.tally_layout
    sums: Counter[tuple[int, int, int]] = Counter()
    for act in acts:
        stratum = manifest.stratum(act.terms.channel, act.terms.class_)
        for cell, amount in increments(manifest, decode(manifest, act.choices, act.terms.class_)):
            sums[stratum, 0, cell] += amount
            sums[stratum, 1, cell] += amount * act.terms.weight
    return {
        stratum: tuple(
            tuple(sums[stratum, plane, cell] for cell in range(layout.cells))
            for plane in range(layout.planes)
        )
        for stratum in range(len(manifest.groups))
    }


def quick(trial: Trial, voter: int, choices: bytes) -> Act:
    """A ballot; a sealed one without the work of an escrow, which opening does not look at."""
    if not trial.is_sealed:
        return trial.act(voter, choices)
    envelope_ = envelope(Position(trial.domain.context, voter, 0, 0), choices, SALT)
    made = trial.act(voter, choices, payload=envelope_ + bytes(33 + len(choices)))
    return replace(made, salt=SALT)


SALT = keccak(b"salt")
UP_TO = Item(Method.CHOOSE_UP_TO, 40, minimum=2, maximum=3)
WIDE_LIST = Item(Method.CHOOSE_UP_TO, 300, maximum=2)
BITS = Item(Method.APPROVAL, 9, minimum=2, maximum=3)
SCORE = Item(Method.SCORE, 3, minimum=2, maximum=2, points=5)
WIDE_SCORE = Item(Method.SCORE, 2, maximum=2, points=300)
CUMULATIVE = Item(Method.CUMULATIVE, 3, maximum=3, points=5, sum_limit=6)
RANKING = Item(Method.RANKING, 5, minimum=2, maximum=3)
WIDE_RANKING = Item(Method.RANKING, 300, maximum=2)
COSTS = Item(Method.APPROVAL, 4, maximum=4, cost_cap=100, costs=(30, 40, 50, 101))
GROUPED = Item(Method.APPROVAL, 4, maximum=4, option_groups=(1, 1, 2, 2))
ONE = Item(Method.CHOOSE_ONE, 3)
WIDE_ONE = Item(Method.CHOOSE_ONE, 300)
COSTLY_ONE = Item(Method.CHOOSE_ONE, 2, cost_cap=5, costs=(5, 6))
ELIGIBLE = Item(Method.CHOOSE_ONE, 3, eligible=frozenset({1}))

INVALID = "invalid"
BLANK: dict[int, int] = {}
CASES: list[tuple[Item, bytes, dict[int, int] | str]] = [
    (ONE, b"\0", BLANK),
    (ONE, b"\3", {3: 1}),
    (ONE, b"\4", INVALID),
    (ONE, b"\xff", INVALID),
    (WIDE_ONE, b"\1\x2c", {300: 1}),
    (WIDE_ONE, b"\1\x2d", INVALID),
    (COSTLY_ONE, b"\1", {1: 1}),
    (COSTLY_ONE, b"\2", INVALID),
    (ELIGIBLE, b"\0", BLANK),
    (ELIGIBLE, b"\1", INVALID),
    (UP_TO, b"\0\0\0", BLANK),
    (UP_TO, b"\1\2\0", {1: 1, 2: 1}),
    (UP_TO, b"\1\2\x28", {1: 1, 2: 1, 40: 1}),
    (UP_TO, b"\1\0\0", INVALID),
    (UP_TO, b"\2\1\0", INVALID),
    (UP_TO, b"\2\2\0", INVALID),
    (UP_TO, b"\1\0\2", INVALID),
    (UP_TO, b"\0\1\2", INVALID),
    (UP_TO, b"\1\2\x29", INVALID),
    (WIDE_LIST, b"\0\1\1\x2c", {1: 1, 300: 1}),
    (WIDE_LIST, b"\1\x2d\0\0", INVALID),
    (BITS, b"\x03\0", {1: 1, 2: 1}),
    (BITS, b"\x01\x01", {1: 1, 9: 1}),
    (BITS, b"\x01\0", INVALID),
    (BITS, b"\x0f\0", INVALID),
    (BITS, b"\x01\x02", INVALID),
    (BITS, b"\0\x80", INVALID),
    (SCORE, b"\0\0\0", BLANK),
    (SCORE, b"\5\0\1", {1: 5, 3: 1}),
    (SCORE, b"\6\0\1", INVALID),
    (SCORE, b"\5\0\0", INVALID),
    (SCORE, b"\1\1\1", INVALID),
    (WIDE_SCORE, b"\1\x2c\0\0", {1: 300}),
    (WIDE_SCORE, b"\1\x2d\0\0", INVALID),
    (CUMULATIVE, b"\3\2\1", {1: 3, 2: 2, 3: 1}),
    (CUMULATIVE, b"\3\2\2", INVALID),
    (CUMULATIVE, b"\6\0\0", INVALID),
    (RANKING, b"\5\1\0", {5: 1, 1: 1}),
    (RANKING, b"\5\1\3", {5: 1, 1: 1, 3: 1}),
    (RANKING, b"\5\1\5", INVALID),
    (RANKING, b"\5\0\0", INVALID),
    (RANKING, b"\5\0\1", INVALID),
    (RANKING, b"\6\1\0", INVALID),
    (WIDE_RANKING, b"\1\x2c\0\1", {300: 1, 1: 1}),
    (WIDE_RANKING, b"\0\1\0\1", INVALID),
    (COSTS, b"\x03", {1: 1, 2: 1}),
    (COSTS, b"\x06", {2: 1, 3: 1}),
    (COSTS, b"\x07", INVALID),
    (COSTS, b"\x08", INVALID),
    (GROUPED, b"\x0c", {3: 1, 4: 1}),
    (GROUPED, b"\x06", INVALID),
]


@pytest.mark.parametrize("secrecy", [Secrecy.OPEN, Secrecy.SEALED])
@pytest.mark.parametrize(
    ("item", "field", "expected"),
    [
        pytest.param(*case, id=f"{case[0].method.name}-{case[0].options}-{case[1].hex()}")
        for case in CASES
    ],
)
def test_a_field_counts_as_the_specification_says(
    begin: Open, secrecy: Secrecy, item: Item, field: bytes, expected: dict[int, int] | str
) -> None:
    trial = begin(
        secrecy=secrecy,
        items=(item,),
        classes=(ClassRow(0), ClassRow(1)),
        classes_of=(0, 1),
        weights=(1, 1),
    )
    trial.cast([trial.act(0, field)])
    if trial.is_sealed:
        trial.system.chain.mine_at(trial.plan.times.opening_at)
        trial.release_key()
        trial.open_batch(1)
    cells = [0] * (item.options + 2)
    if expected == INVALID:
        cells[-1] = 1
    elif isinstance(expected, dict):
        for option, amount in (expected or {0: 1}).items():
            cells[option] = amount
    assert list(on_chain(trial)[0][0]) == cells


@pytest.mark.parametrize(("class_", "valid"), [(0, True), (1, False)])
def test_an_option_barred_to_the_class_is_invalid(begin: Open, class_: int, valid: bool) -> None:
    trial = begin(classes=CLASSES, classes_of=(class_, 1 - class_), weights=(1, 1), items=(ONE,))
    trial.cast([trial.act(0, b"\2")])
    assert on_chain(trial)[class_][0] == ((0, 0, 1, 0, 0) if valid else (0, 0, 0, 0, 1))


@pytest.mark.parametrize("secrecy", [Secrecy.OPEN, Secrecy.SEALED])
@pytest.mark.parametrize("points", [1, 65_535])
@pytest.mark.parametrize("bits", [8, 16, 32, 48])
@pytest.mark.parametrize("above", [0, 1])
def test_a_lane_holds_all_weight_times_all_points(
    begin: Open, secrecy: Secrecy, points: int, bits: int, above: int
) -> None:
    """The roll's weight is the most that fits the bits, or one more; nothing spills over."""
    total = (1 << bits) - 1 + above
    pointed = Item(Method.SCORE, 3, maximum=3, points=points)
    agenda = (ONE, pointed) if points > 1 else (ONE, BITS)
    trial = begin(secrecy=secrecy, items=agenda, weights=(total - 2, 2))
    full = bytes((3,)) + (b"\xff" * 6 if points > 1 else b"\x07\0")
    other = bytes((1,)) + (b"\0\1" * 3 if points > 1 else b"\x03\0")
    acts = [trial.act(voter, full) for voter in (0, 1)]
    trial.cast(acts)
    acts[0] = trial.act(0, other, revision=1)
    trial.cast(acts[:1])
    trial.system.chain.mine_at(trial.plan.times.barrier_at)
    trial.settle(1, [0])
    if trial.is_sealed:
        trial.system.chain.mine_at(trial.plan.times.opening_at)
        trial.release_key()
        trial.open_batch(1)
        trial.open_acts([0])
    assert on_chain(trial) == in_python(trial, acts)


def test_weights_above_the_roll_never_run_over(begin: Open) -> None:
    """Registrars who attest the largest weight to everybody spoil their own cell only."""
    trial = begin(items=(ONE,), weights=(1, 1, 1, 252))
    trial.cast([trial.act(voter, b"\2") for voter in range(4)])
    acts = [trial.act(voter, b"\2", revision=1, weight=252) for voter in range(3)]
    trial.cast(acts)
    trial.system.chain.mine_at(trial.plan.times.barrier_at)
    trial.settle(1, [0, 1, 2])
    assert on_chain(trial)[0] == ((0, 0, 4, 0, 0), (0, 0, 4 * 252, 0, 0))


def test_the_whole_roll_on_one_option_fills_its_lane(begin: Open) -> None:
    trial = begin(items=(ONE,), weights=(255 - 9, *(1,) * 9))
    trial.cast([trial.act(voter, b"\2") for voter in range(10)])
    assert on_chain(trial)[0] == ((0, 0, 10, 0, 0), (0, 0, 255, 0, 0))


@pytest.mark.parametrize("secrecy", [Secrecy.OPEN, Secrecy.SEALED])
@pytest.mark.parametrize("heavy", [False, True])
@pytest.mark.parametrize("seats", [1, 2])
@pytest.mark.parametrize("variety", [2, 40, 10_000])
def test_many_ballots_of_any_variety_are_all_counted(
    begin: Open, secrecy: Secrecy, heavy: bool, seats: int, variety: int
) -> None:
    """Whether ballots are alike, alike but for the class, or no two alike."""
    random = draws(f"{heavy} {seats} {variety}")
    voters = range(150)
    trial = begin(
        secrecy=secrecy,
        items=(Item(Method.CHOOSE_ONE, 200), ONE, BITS),
        weights=tuple(1 + random.below(300) if heavy else 1 for _ in voters),
        classes=(ClassRow(0), ClassRow(1)) if seats > 1 else (ClassRow(0),),
        classes_of=tuple(random.below(seats) for _ in voters),
    )
    kinds = [
        bytes((random.below(202), random.below(5), random.below(256), random.below(2)))
        for _ in range(min(variety, 400))
    ]
    acts = [quick(trial, voter, kinds[random.below(len(kinds))]) for voter in voters]
    trial.cast(acts)
    if trial.is_sealed:
        trial.batches[0] = acts
        trial.system.chain.mine_at(trial.plan.times.opening_at)
        trial.release_key()
        trial.open_batch(1)
    assert on_chain(trial) == in_python(trial, acts)


@st.composite
def agendas(draw: st.DrawFn) -> tuple[Item, ...]:
    return tuple(draw(st.lists(items(2), min_size=1, max_size=3)))


@pytest.mark.xdist_group("choices")
@settings(
    max_examples=300 if DEEP else 40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    deadline=None,
)
@given(
    agenda=agendas(),
    heavy=st.booleans(),
    secrecy=st.sampled_from([Secrecy.OPEN, Secrecy.SEALED]),
    data=st.data(),
)
def test_any_bytes_count_on_chain_as_in_python(
    deployed: System, agenda: tuple[Item, ...], heavy: bool, secrecy: Secrecy, data: st.DataObject
) -> None:
    """Cast, replaced and settled in an open election; opened in a sealed one."""
    plan = Plan(
        secrecy=secrecy,
        items=agenda,
        weights=(1, 300, 7, 2) if heavy else (1,) * 4,
        classes=CLASSES,
        classes_of=(0, 1, 1, 0),
    )
    try:
        manifest = plan.manifest
    except ManifestError:
        return
    with deployed.chain.undone():
        trial = Trial.open(deployed, plan)
        acts = [trial.act(voter, data.draw(wild_choices(manifest))) for voter in range(4)]
        trial.cast(acts)
        if not trial.is_sealed:
            assert on_chain(trial) == in_python(trial, acts)
        acts[1] = trial.act(1, data.draw(wild_choices(manifest)), revision=1)
        trial.cast(acts[1:2])
        deployed.chain.mine_at(plan.times.barrier_at)
        trial.settle(1, [1])
        if trial.is_sealed:
            deployed.chain.mine_at(plan.times.opening_at)
            trial.release_key()
            trial.open_batch(1)
            trial.open_acts([1])
        assert on_chain(trial) == in_python(trial, acts)
