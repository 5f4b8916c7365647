"""What an item's rule makes of its tally, exactly at its fractions; and the other views."""

from collections.abc import Sequence

import pytest

from bench.harness.plan import DAY, Plan, question
from bench.harness.system import System
from bench.harness.trial import Trial
from hanpyo.protocol.agenda import Base, Decision, Item, Method, Rule, Share, Unit
from hanpyo.protocol.manifest import ClassRow
from hanpyo.protocol.types import Channel
from tests.contracts.conftest import Open
from tests.contracts.desk import Desk
from tests.contracts.expect import reverts

PENDING, COUNTED, PASSED, FAILED, UNDETERMINED, CANCELLED = range(6)
FOR, AGAINST, ABSTAIN, BLANK, INVALID = 1, 2, 3, 0, 9


def certify(trial: Trial, settled: dict[int, list[int]] | None = None) -> None:
    trial.system.chain.mine_at(trial.plan.times.barrier_at)
    for batch, voters in (settled or {}).items():
        trial.settle(batch, voters)
    trial.system.chain.mine_at(trial.plan.times.certify_at)
    trial.do("certify")


def outcome(trial: Trial, item: int = 0) -> int:
    found: int = trial.read("result", item)["outcome"]
    return found


def held(begin: Open, rule: Rule, votes: Sequence[int], **plan: object) -> Trial:
    """An election of one item decided by these votes, voter 0 first."""
    trial = begin(items=(question(rule=rule),), **plan)
    if votes:
        trial.cast([trial.act(voter, bytes((vote,))) for voter, vote in enumerate(votes)])
    certify(trial)
    return trial


def threshold(**shares: object) -> Rule:
    fields: dict[str, object] = {
        "decision": Decision.THRESHOLD,
        "unit": Unit.HEADS,
        "approval": Share(1, 2, strict=True),
    }
    return Rule(**(fields | shares))  # type: ignore[arg-type]


SHARES = [
    ("exactly half is not more than half", Share(1, 2, strict=True), 5, 10, FAILED),
    ("one more than half", Share(1, 2, strict=True), 6, 10, PASSED),
    ("exactly half reaches half", Share(1, 2, strict=False), 5, 10, PASSED),
    ("one less than half", Share(1, 2, strict=False), 4, 10, FAILED),
    ("exactly two thirds", Share(2, 3, strict=False), 6, 9, PASSED),
    ("one less than two thirds", Share(2, 3, strict=False), 5, 9, FAILED),
    ("two thirds of ten is seven", Share(2, 3, strict=False), 6, 10, FAILED),
    ("seven of ten is above two thirds", Share(2, 3, strict=True), 7, 10, PASSED),
    ("exactly two thirds is not more", Share(2, 3, strict=True), 6, 9, FAILED),
    ("all", Share(1, 1, strict=False), 10, 10, PASSED),
    ("more than all is impossible", Share(1, 1, strict=True), 10, 10, FAILED),
    ("0/1 is always reached", Share(0, 1, strict=False), 0, 10, PASSED),
    ("a large fraction", Share(65534, 65535, strict=False), 9, 10, FAILED),
]


@pytest.mark.parametrize(
    ("share", "approving", "present", "expected"),
    [pytest.param(*row[1:], id=row[0]) for row in SHARES],
)
def test_approval_of_those_present(
    begin: Open, share: Share, approving: int, present: int, expected: int
) -> None:
    votes = [FOR] * approving + [AGAINST] * (present - approving)
    trial = held(begin, threshold(approval=share), votes)
    assert outcome(trial) == expected


@pytest.mark.parametrize(
    ("base", "votes", "expected"),
    [
        (Base.PRESENT, [FOR, FOR, AGAINST, BLANK], FAILED),
        (Base.DECIDED, [FOR, FOR, AGAINST, BLANK], PASSED),
        (Base.DECIDED, [FOR, FOR, AGAINST, INVALID], PASSED),
        (Base.DECIDED, [FOR, FOR, AGAINST, ABSTAIN], FAILED),
        (Base.DECIDED, [BLANK, INVALID], FAILED),
        (Base.ALL, [FOR] * 5, FAILED),
        (Base.ALL, [FOR] * 6, PASSED),
    ],
)
def test_the_base_of_the_approval(begin: Open, base: Base, votes: list[int], expected: int) -> None:
    assert outcome(held(begin, threshold(base=base), votes)) == expected


@pytest.mark.parametrize(
    ("share", "present", "expected"),
    [
        (Share(1, 2, strict=True), 5, FAILED),
        (Share(1, 2, strict=True), 6, PASSED),
        (Share(1, 2, strict=False), 5, PASSED),
        (Share(1, 5, strict=False), 2, PASSED),
        (Share(1, 5, strict=False), 1, FAILED),
        (Share(1, 10, strict=False), 1, PASSED),
        (Share(1, 10, strict=True), 1, FAILED),
    ],
)
def test_the_quorum_of_all_eligible(begin: Open, share: Share, present: int, expected: int) -> None:
    trial = held(begin, threshold(quorum=share), [FOR] * present)
    found = trial.read("result", 0)
    assert (found["outcome"], found["quorumMet"]) == (expected, expected == PASSED)


def test_without_a_ballot_nothing_passes(begin: Open) -> None:
    assert outcome(held(begin, threshold(), [])) == FAILED


@pytest.mark.parametrize(
    ("quorum", "present", "expected"),
    [
        (None, 1, COUNTED),
        (Share(1, 2, strict=False), 5, COUNTED),
        (Share(1, 2, strict=False), 4, FAILED),
    ],
)
def test_a_counted_item_is_counted_when_its_quorum_is_met(
    begin: Open, quorum: Share | None, present: int, expected: int
) -> None:
    rule = Rule(Decision.COUNTED, quorum=quorum)
    assert outcome(held(begin, rule, [FOR] * present)) == expected


def test_a_voided_ballot_decides_nothing(begin_sealed: Open) -> None:
    """Whoever seals junk is present; the approval of those who decided is not made harder by it."""
    rule = threshold(base=Base.DECIDED, approval=Share(2, 3, strict=False))
    trial = begin_sealed(items=(question(rule=rule),))
    bad = trial.act(3, payload=bytes(trial.form.payload_length))
    trial.cast([*(trial.act(v, bytes((vote,))) for v, vote in enumerate((1, 1, 2))), bad])
    trial.system.chain.mine_at(trial.plan.times.opening_at)
    trial.release_key()
    hashes = [act.hash for act in trial.batches[0]]
    terms = int.from_bytes(bad.terms.pack(), "big")
    proof = (terms, bad.content, bad.payload[32:], bytes(32), b"")
    trial.do("voidFirst", 1, trial.root(1), hashes, 3, proof)
    trial.open_batch(1, range(3))
    trial.system.chain.mine_at(trial.plan.times.certify_at)
    trial.do("certify")
    assert outcome(trial) == PASSED


WEIGHTS = (60, 10, 10, 10, 10)


@pytest.mark.parametrize(
    ("unit", "votes", "expected"),
    [
        (Unit.HEADS, [FOR, AGAINST, AGAINST, AGAINST, FOR], FAILED),
        (Unit.WEIGHT, [FOR, AGAINST, AGAINST, AGAINST, FOR], PASSED),
        (Unit.BOTH, [FOR, AGAINST, AGAINST, AGAINST, FOR], FAILED),
        (Unit.HEADS, [AGAINST, FOR, FOR, FOR, FOR], PASSED),
        (Unit.WEIGHT, [AGAINST, FOR, FOR, FOR, FOR], FAILED),
        (Unit.BOTH, [AGAINST, FOR, FOR, FOR, FOR], FAILED),
        (Unit.BOTH, [FOR, FOR, FOR, AGAINST, AGAINST], PASSED),
    ],
)
def test_heads_and_weight_may_split_and_both_must_pass(
    begin: Open, unit: Unit, votes: list[int], expected: int
) -> None:
    trial = held(begin, threshold(unit=unit), votes, weights=WEIGHTS)
    assert outcome(trial) == expected


@pytest.mark.parametrize(
    ("unit", "present", "expected"),
    [
        (Unit.HEADS, (0, 1), FAILED),
        (Unit.WEIGHT, (0,), PASSED),
        (Unit.BOTH, (0, 1), FAILED),
        (Unit.BOTH, (0, 1, 2), PASSED),
        (Unit.WEIGHT, (1, 2, 3, 4), FAILED),
    ],
)
def test_the_quorum_of_a_unit(
    begin: Open, unit: Unit, present: tuple[int, ...], expected: int
) -> None:
    rule = threshold(unit=unit, quorum=Share(1, 2, strict=True))
    trial = begin(items=(question(rule=rule),), weights=WEIGHTS)
    trial.cast([trial.act(voter, bytes((FOR,))) for voter in present])
    certify(trial)
    assert outcome(trial) == expected


@pytest.mark.parametrize(("direct", "expected"), [(1, FAILED), (2, PASSED)])
@pytest.mark.parametrize("channel", [Channel.PROXY, Channel.IN_PERSON])
def test_direct_presence_counts_proxy_and_in_person(
    begin: Open, channel: Channel, direct: int, expected: int
) -> None:
    rule = threshold(presence=Share(1, 5, strict=False))
    trial = begin(items=(question(rule=rule),), clerks=2)
    desk = Desk(trial)
    trial.cast([trial.act(voter, bytes((FOR,))) for voter in range(5, 10)])
    for voter in range(direct):
        act = desk.named(voter, bytes((FOR,)), Channel.PROXY)
        if channel is Channel.IN_PERSON:
            act = desk.in_person(voter, bytes((FOR,)))
        desk.vote(act)
    desk.vote(desk.named(4, bytes((FOR,))))
    certify(trial, {0: [4, *range(direct)]})
    found = trial.read("result", 0)
    assert (found["outcome"], found["directHeads"]) == (expected, direct)


def test_direct_presence_counts_the_online_assembly(begin: Open) -> None:
    rule = threshold(presence=Share(1, 10, strict=False))
    trial = begin(items=(question(rule=rule),), clerks=2)
    desk = Desk(trial)
    desk.send(desk.check_in(0))
    trial.cast([trial.act(voter, bytes((FOR,))) for voter in range(3)])
    certify(trial)
    found = trial.read("result", 0)
    assert (found["outcome"], found["directHeads"], found["presentHeads"]) == (PASSED, 1, 3)


def test_an_item_is_decided_by_its_eligible_groups(begin: Open) -> None:
    item = question(rule=threshold(quorum=Share(1, 2, strict=True)))
    own = Item(Method.CHOOSE_ONE, 3, rule=item.rule, eligible=frozenset({1}))
    trial = begin(
        items=(item, own),
        weights=(1,) * 5,
        classes=(ClassRow(0), ClassRow(1)),
        classes_of=(0, 0, 0, 1, 1),
    )
    votes = [(FOR, 0), (FOR, FOR), (FOR, 0), (AGAINST, FOR), (AGAINST, FOR)]
    trial.cast([trial.act(voter, bytes(vote)) for voter, vote in enumerate(votes)])
    certify(trial)
    found = trial.read("result", 1)
    assert found["heads"] == (0, 2, 0, 0, 0)
    assert (found["eligibleHeads"], found["presentHeads"]) == (2, 2)
    assert found["outcome"] == PASSED
    assert trial.read("result", 0)["heads"] == (0, 3, 2, 0, 0)


def test_a_result_is_pending_until_certified(begin: Open) -> None:
    trial = begin(items=(question(rule=threshold()),))
    trial.cast([trial.act(0, bytes((FOR,)))])
    assert outcome(trial) == PENDING
    assert trial.read("result", 0)["heads"] == (0, 1, 0, 0, 0)
    certify(trial)
    assert outcome(trial) == PASSED


def test_a_cancelled_election_has_no_result(system: System) -> None:
    trial = Trial.create(system, Plan())
    trial.organise("cancel")
    assert outcome(trial) == CANCELLED


def test_an_item_that_is_not_there_has_no_result(begin: Open) -> None:
    with reverts("ElectionInvalidManifest", offset=300):
        begin().read("result", 3)


def test_the_rules_are_readable(begin: Open) -> None:
    trial = begin(registrars=3, threshold=2, clerks=2, weights=(4, 2))
    plan, manifest = trial.plan, trial.plan.manifest
    rules = trial.read("rules")
    times = plan.times
    assert rules == {
        "secrecy": 0,
        "organiser": "0x" + plan.organiser.address.hex(),
        "rollSize": 2,
        "rollWeight": 6,
        "rollRoot": manifest.roll.root,
        "opensAt": times.opens_at,
        "closesAt": times.closes_at,
        "barrierAt": times.barrier_at,
        "openingAt": times.opening_at,
        "keyDeadline": times.key_deadline,
        "certifyAt": times.certify_at,
        "rebindUntil": times.rebind_until,
        "threshold": 2,
        "registrars": tuple("0x" + each.hex() for each in manifest.registrars),
        "clerks": tuple("0x" + each.hex() for each in manifest.clerks),
        "items": 3,
    }
    assert times.closes_at - times.opens_at == 10 * DAY


def test_turnout_names_heads_weight_and_the_whole_roll(begin: Open) -> None:
    trial = begin(weights=(4, 2, 9))
    trial.cast([trial.act(0, bytes(3)), trial.act(2, bytes(3))])
    assert trial.read("turnout") == (2, 13, 3, 15)


def test_progress_tells_the_block_of_freezing(begin: Open) -> None:
    flags = begin().read("progress")[0]
    assert flags["textPublished"]
    assert flags["rollPublished"] == 10
    assert flags["frozenAtBlock"] > 0
