"""Logs of an election as values: both forms of a ballot, padding cut, foreign logs refused."""

from typing import Any

import pytest
from eth_abi.abi import encode
from eth_utils.address import to_checksum_address

from hanpyo.chain.abi import AnswerUnreadable
from hanpyo.chain.contracts import election_interface
from hanpyo.chain.election_events import (
    BatchRecorded,
    Cancelled,
    Cast,
    Certified,
    CheckedIn,
    ElectionEvent,
    Frozen,
    KeyReleased,
    Opened,
    Rebound,
    RollPublished,
    Sealed,
    Settled,
    Skipped,
    TextPublished,
    Voided,
    Withdrawn,
    read_events,
)
from hanpyo.chain.receipts import Log
from hanpyo.protocol.acts import Terms
from hanpyo.protocol.types import SkipReason

ADDRESS = to_checksum_address(b"\x0e" * 20)
TERMS = Terms(7, weight=3, class_=1, epoch=2, revision=4)
PACKED = int.from_bytes(TERMS.pack(), "big")
WITHDRAWAL = Terms(7, revision=1, kind=2)
KEY, WORD = b"\x02" * 32, b"\x03" * 32


def log(name: str, *values: Any) -> Log:
    """The log of the event with these values, indexed ones first."""
    event = next(e for e in election_interface().events.values() if e.name == name)
    count = len(event.indexed)
    topics = [event.topic]
    topics += [encode([k], [v]) for k, v in zip(event.indexed, values[:count], strict=True)]
    data = encode(event.plain, values[count:])
    return Log(ADDRESS, tuple(topics), data, 1, WORD, WORD, 0, 0)


def read(entry: Log, length: int = 5) -> ElectionEvent:
    return next(read_events([entry], length))[1]


LONG = b"\x05" * 33
CASES: list[tuple[Log, ElectionEvent]] = [
    (log("TextPublished", "글"), TextPublished("글")),
    (log("RollPublished", 5, b"xy"), RollPublished(5, b"xy")),
    (log("ElectionFrozen", WORD), Frozen(WORD)),
    (log("ElectionCancelled"), Cancelled()),
    (
        log("BallotSealed", 7, PACKED, KEY, WORD, b"\x04" * 32, b"\x04" * 6 + bytes(26)),
        Sealed(TERMS, KEY, WORD, b"\x04" * 38),
    ),
    (
        log("LongBallotSealed", 7, PACKED, KEY, WORD, b"\x04" * 38),
        Sealed(TERMS, KEY, WORD, b"\x04" * 38),
    ),
    (log("BallotCast", 7, PACKED, KEY, b"\x01" * 5 + bytes(27)), Cast(TERMS, KEY, b"\x01" * 5)),
    (
        log("BallotWithdrawn", 7, int.from_bytes(WITHDRAWAL.pack(), "big"), KEY),
        Withdrawn(WITHDRAWAL, KEY),
    ),
    (log("BallotSkipped", 7, WORD, 7), Skipped(7, WORD, SkipReason.SUPERSEDED)),
    (log("BatchRecorded", 2, WORD, KEY, 9), BatchRecorded(2, WORD, KEY, 9)),
    (log("VoterRebound", 7, 3), Rebound(7, 3)),
    (log("VoterCheckedIn", 7), CheckedIn(7)),
    (log("VoterSettled", 7, 99), Settled(7, 99)),
    (log("KeyReleased", 5, True), KeyReleased(5, secrecy_lost=True)),
    (log("BallotOpened", 7, b"\x01" * 5 + bytes(27)), Opened(7, b"\x01" * 5)),
    (log("BallotVoided", 7), Voided(7)),
    (log("ElectionCertified", 3, 4, 1), Certified(3, 4, 1)),
]


@pytest.mark.parametrize(("entry", "event"), CASES, ids=lambda case: type(case).__name__)
def test_a_log_is_its_event(entry: Log, event: ElectionEvent) -> None:
    assert read(entry) == event


@pytest.mark.parametrize(
    ("entry", "event"),
    [
        (log("LongBallotCast", 7, PACKED, KEY, LONG), Cast(TERMS, KEY, LONG)),
        (log("LongBallotOpened", 7, LONG), Opened(7, LONG)),
    ],
)
def test_long_choices_come_whole(entry: Log, event: ElectionEvent) -> None:
    assert read(entry, len(LONG)) == event


def test_every_event_of_the_contract_is_known() -> None:
    names = {event.name for event in election_interface().events.values()}
    read_names = {
        next(e.name for e in election_interface().events.values() if e.topic == entry.topics[0])
        for entry, _ in CASES
    }
    assert names - read_names == {"LongBallotCast", "LongBallotOpened"}


@pytest.mark.parametrize("topics", [(), (WORD,)])
def test_a_foreign_log_is_refused(topics: tuple[bytes, ...]) -> None:
    with pytest.raises(AnswerUnreadable):
        read(Log(ADDRESS, topics, b"", 1, WORD, WORD, 0, 0))
