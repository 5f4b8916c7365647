"""Folding events: firsts and batches, later acts, what is live, and a node that hides something."""

import pytest

from hanpyo.chain.election_events import (
    BatchRecorded,
    Certified,
    Event,
    KeyReleased,
    Opened,
    Rebound,
    Recorded,
    Settled,
    Skipped,
    Voided,
)
from hanpyo.elections.record import RecordInconsistent, fold
from hanpyo.protocol.acts import Terms
from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.tree import batch_root
from hanpyo.protocol.types import Digest, SkipReason

KEY = bytes(32)


def cast(voter: int, choices: bytes, **order: int) -> Recorded:
    return Recorded(Terms(voter, **order), KEY, choices=choices)


def batch(number: int, *events: Recorded) -> BatchRecorded:
    leaves = [event.terms.leaf(event.content) for event in events]
    return BatchRecorded(number, batch_root(leaves), bytes(32), len(events))


FIRST, SECOND = cast(4, b"\x01"), cast(9, b"\x02")


def test_firsts_before_a_batch_event_are_its_tree() -> None:
    record = fold([FIRST, SECOND, batch(1, FIRST, SECOND)])
    assert [first.voter for first in record.batches[1].firsts] == [4, 9]
    assert record.live_choices() == {4: b"\x01", 9: b"\x02"}


def test_a_later_act_replaces_the_first_and_stays_out_of_trees() -> None:
    again, third = cast(4, b"\x02", revision=1), cast(1, b"\x01")
    record = fold([FIRST, batch(1, FIRST), again, third, batch(2, third)])
    assert [first.voter for first in record.batches[2].firsts] == [1]
    assert record.live_choices() == {1: b"\x01", 4: b"\x02"}


def test_a_withdrawal_leaves_nothing_live_until_the_next_ballot() -> None:
    withdrawn = Recorded(Terms(4, revision=1, kind=2), KEY)
    record = fold([FIRST, batch(1, FIRST), withdrawn])
    assert not list(record.live())
    record.apply(cast(4, b"\x02", revision=2))
    assert record.live_choices() == {4: b"\x02"}


@pytest.mark.parametrize(
    "earlier",
    [Rebound(4, 1), Recorded(Terms(4, revision=1, kind=2), KEY), cast(4, b"\x01", revision=1)],
)
def test_whoever_acted_or_was_rebound_has_no_first_any_more(earlier: Event) -> None:
    record = fold([earlier, cast(4, b"\x02", epoch=1)])
    assert not record.firsts
    assert record.live_choices() == {4: b"\x02"}


def test_sealed_ballots_are_known_once_they_are_opened() -> None:
    sealed = Recorded(Terms(4), KEY, keccak(b"envelope"), b"escrow")
    other = Recorded(Terms(9), KEY, keccak(b"other"), b"escrow")
    record = fold([sealed, other, batch(1, sealed, other)])
    assert record.live_choices() == {}
    for event in (KeyReleased(5, lost=False), Opened(4, b"\x01"), Opened(9, b"\x01")):
        record.apply(event)
    record.apply(Voided(9))
    assert (record.secret, record.live_choices(), record.voided) == (5, {4: b"\x01"}, {9})


def test_everything_else_is_noted() -> None:
    skipped = Skipped(4, bytes(32), SkipReason.SUPERSEDED)
    certified = Certified(1, 1, 0)
    record = fold([skipped, Settled(4, 1), certified])
    assert (record.skipped, record.settled, record.certified) == ([skipped], {4}, certified)


@pytest.mark.parametrize(
    "events",
    [
        [FIRST, batch(1, FIRST, SECOND)],
        [FIRST, SECOND, batch(1, FIRST)],
        [SECOND, FIRST, batch(1, FIRST, SECOND)],
        [FIRST, batch(2, FIRST)],
        [FIRST, BatchRecorded(1, Digest(bytes(32)), bytes(32), 1)],
    ],
)
def test_events_that_do_not_make_the_root_are_refused(events: list[Event]) -> None:
    with pytest.raises(RecordInconsistent):
        fold(events)
