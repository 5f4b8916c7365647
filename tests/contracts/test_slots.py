"""One live ballot a voter: re-votes, withdrawals and rebinding, in any order of arrival."""

from typing import Any

import pytest

from bench.harness.trial import Act, Trial
from hanpyo.protocol.acts import ACT_IS_BALLOT, HAS_ACT, HAS_FIRST, Slot
from hanpyo.protocol.messages import Rebind
from hanpyo.protocol.types import SkipReason
from tests.contracts.conftest import Open
from tests.contracts.expect import CHOICES, assert_recorded, assert_skipped, reverts

OTHER = bytes((3, 2, 1))


@pytest.fixture
def trial(begin: Open) -> Trial:
    return begin()


def slot(trial: Trial, voter: int) -> Slot:
    return Slot.unpack(trial.read("slot", voter).to_bytes(32, "big"))


def vote(trial: Trial, voter: int = 0, choices: bytes = CHOICES, **terms: Any) -> Act:
    act = trial.act(voter, choices, **terms)
    assert_recorded(trial, trial.cast([act], each=True), act)
    return act


def refuse(trial: Trial, reason: SkipReason, voter: int = 0, **terms: Any) -> None:
    receipt = trial.cast([trial.act(voter, CHOICES, **terms)], each=True)
    assert_skipped(trial, receipt, (voter, reason))


def rebind(trial: Trial, epoch: int, voter: int = 0, signers: tuple[int, ...] = (0, 1)) -> None:
    hash_ = trial.digest(Rebind(voter, epoch))
    signatures = b"".join(
        bytes((each.index,)) + each.signature for each in trial.attest(hash_, signers)
    )
    trial.do("rebind", voter, epoch, signatures)


def live(trial: Trial) -> int:
    heads: int = trial.read("turnout")[0]
    return heads


def test_a_first_needs_no_slot(trial: Trial) -> None:
    vote(trial)
    assert slot(trial, 0) == Slot()


def test_a_second_ballot_replaces_the_first(trial: Trial) -> None:
    vote(trial)
    act = vote(trial, choices=OTHER, revision=1)
    assert slot(trial, 0) == Slot().record(act.terms, act.hash, has_first=True)
    assert live(trial) == 1


def test_an_act_out_of_order_needs_no_first(trial: Trial) -> None:
    act = vote(trial, revision=5)
    assert slot(trial, 0) == Slot().record(act.terms, act.hash, has_first=False)
    assert live(trial) == 1


@pytest.mark.parametrize(
    ("recorded", "late"),
    [((0,), 0), ((1,), 0), ((1,), 1), ((0, 1), 0), ((0, 1), 1), ((0, 5), 4), ((0, 1023), 1022)],
)
def test_an_act_not_above_what_is_recorded_is_superseded(
    trial: Trial, recorded: tuple[int, ...], late: int
) -> None:
    for revision in recorded:
        vote(trial, revision=revision)
    before = slot(trial, 0)
    refuse(trial, SkipReason.SUPERSEDED, revision=late)
    assert slot(trial, 0) == before
    assert live(trial) == 1


def test_two_ballots_at_one_order_the_first_to_arrive_stays(trial: Trial) -> None:
    acts = [trial.act(0, choices) for choices in (CHOICES, OTHER)]
    receipt = trial.cast(acts)
    assert_skipped(trial, receipt, (0, SkipReason.SUPERSEDED))
    assert trial.batches == [[acts[0]]]


def test_ballots_of_one_voter_in_one_batch_count_in_their_order(trial: Trial) -> None:
    acts = [trial.act(0, CHOICES, revision=revision) for revision in (0, 2, 1, 3)]
    assert_skipped(trial, trial.cast(acts), (0, SkipReason.SUPERSEDED))
    assert slot(trial, 0).revision == 3
    assert live(trial) == 1


def test_a_withdrawal_takes_the_first_back(trial: Trial) -> None:
    vote(trial)
    vote(trial, revision=1, kind=2)
    assert slot(trial, 0).state == HAS_FIRST | HAS_ACT
    assert not trial.read("hasBallot", 0)
    assert trial.read("turnout")[:2] == (0, 0)


def test_a_withdrawal_is_shown_without_content(trial: Trial) -> None:
    vote(trial)
    act = trial.act(0, revision=1, kind=2)
    (event,) = trial.system.events(trial.cast([act]))
    assert event.name == "BallotWithdrawn"
    assert event["key"] == trial.voter(0).key_id


def test_the_same_key_casts_again_after_a_withdrawal(trial: Trial) -> None:
    vote(trial)
    vote(trial, revision=1, kind=2)
    vote(trial, revision=2)
    assert slot(trial, 0).state == HAS_FIRST | HAS_ACT | ACT_IS_BALLOT
    assert trial.read("hasBallot", 0)
    assert live(trial) == 1


def test_a_withdrawal_before_any_ballot_is_an_act(trial: Trial) -> None:
    vote(trial, kind=2)
    assert slot(trial, 0).state == HAS_ACT
    assert live(trial) == 0
    refuse(trial, SkipReason.SUPERSEDED)
    vote(trial, revision=1)
    assert live(trial) == 1


def test_a_withdrawn_ballot_gives_its_weight_back(begin: Open) -> None:
    trial = begin(weights=(5, 5))
    vote(trial, 0)
    vote(trial, 1)
    vote(trial, 0, revision=1, kind=2)
    assert trial.read("turnout")[:2] == (1, 5)
    vote(trial, 0, revision=2)
    assert trial.read("turnout")[:2] == (2, 10)


def test_a_recast_beyond_the_rolls_weight_is_skipped(begin: Open) -> None:
    trial = begin(weights=(5, 1))
    vote(trial, 0, kind=2)
    receipt = trial.cast([trial.act(1, CHOICES, weight=5)], each=True)
    assert trial.skipped(receipt) == []
    refuse(trial, SkipReason.WEIGHT_TOTAL, voter=0, revision=1)


def test_rebinding_kills_nothing(trial: Trial) -> None:
    vote(trial)
    rebind(trial, 1)
    assert trial.read("hasBallot", 0)
    assert slot(trial, 0) == Slot(minimum_epoch=1, state=HAS_FIRST)
    assert live(trial) == 1


def test_rebinding_is_announced(trial: Trial) -> None:
    hash_ = trial.digest(Rebind(3, 1))
    signed = b"".join(bytes((e.index,)) + e.signature for e in trial.attest(hash_))
    (event,) = trial.system.events(trial.do("rebind", 3, 1, signed))
    assert (event.name, event["voter"], event["epoch"]) == ("VoterRebound", 3, 1)


@pytest.mark.parametrize("voted", [False, True])
def test_after_rebinding_the_old_epoch_is_refused_and_the_new_one_counts(
    trial: Trial, voted: bool
) -> None:
    if voted:
        vote(trial)
    rebind(trial, 1)
    refuse(trial, SkipReason.EPOCH, revision=1)
    refuse(trial, SkipReason.EPOCH, epoch=2)
    vote(trial, epoch=1)
    assert slot(trial, 0).has_first is voted
    assert live(trial) == 1


def test_an_old_revision_does_not_outrank_a_new_epoch(trial: Trial) -> None:
    vote(trial, revision=1023)
    rebind(trial, 1)
    vote(trial, epoch=1)
    assert slot(trial, 0).epoch == 1


def test_an_unused_voter_that_was_rebound_has_no_ballot(trial: Trial) -> None:
    rebind(trial, 1)
    assert not trial.read("hasBallot", 0)
    refuse(trial, SkipReason.EPOCH)


@pytest.mark.parametrize(
    ("voter", "epoch", "expected"), [(0, 0, 1), (0, 2, 1), (10, 1, 1)], ids=str
)
def test_rebinding_goes_one_epoch_at_a_time_for_known_voters(
    trial: Trial, voter: int, epoch: int, expected: int
) -> None:
    with reverts("ElectionWrongEpoch", expected=expected):
        rebind(trial, epoch, voter)


@pytest.mark.parametrize(
    ("signers", "index"),
    [((0, 1), b"\1"), ((0, 1), b"\2"), ((1, 0), None), ((0,), None), ((0, 1, 2), None)],
)
def test_rebinding_needs_the_registrars_in_their_order(
    begin: Open, signers: tuple[int, ...], index: bytes | None
) -> None:
    trial = begin(registrars=3, threshold=2)
    hash_ = trial.digest(Rebind(0, 1))
    signed = b"".join(bytes((e.index,)) + e.signature for e in trial.attest(hash_, signers))
    if index is not None:
        signed = index + signed[1:]
    with reverts("ElectionBadAttestation"):
        trial.do("rebind", 0, 1, signed)


def test_a_rebinding_is_signed_for_its_voter(trial: Trial) -> None:
    hash_ = trial.digest(Rebind(0, 1))
    signed = b"".join(bytes((e.index,)) + e.signature for e in trial.attest(hash_))
    with reverts("ElectionBadAttestation"):
        trial.do("rebind", 1, 1, signed)


def test_without_registrars_nobody_rebinds(begin: Open) -> None:
    trial = begin(registrars=0, threshold=0)
    with reverts("ElectionBadAttestation"):
        trial.do("rebind", 0, 1, b"")


def test_rebinding_is_possible_until_its_second(trial: Trial) -> None:
    until = trial.plan.times.rebind_until
    trial.system.chain.at(until - 1)
    rebind(trial, 1)
    trial.system.chain.at(until)
    with reverts("ElectionWrongPhase"):
        rebind(trial, 2)


def test_the_last_epoch_is_the_desks(trial: Trial) -> None:
    """The slot is put at the epoch before the last by writing storage, not by 65,534 calls."""
    rebind(trial, 1)
    layout = trial.system.storage_slot("_slots", 0)
    value = (65_534 << 240).to_bytes(32, "big")
    trial.system.chain.store(trial.address, layout, value)
    with reverts("ElectionWrongEpoch", expected=65_535):
        rebind(trial, 65_535)
