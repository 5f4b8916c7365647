"""An election's logs as values, in the words of the contract's events.

Both forms of an event (its bytes in words, or at length) give the same value here.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from hanpyo.chain.abi import AnswerUnreadable
from hanpyo.chain.contracts import election_interface
from hanpyo.chain.receipts import Log
from hanpyo.protocol.acts import Terms
from hanpyo.protocol.batch import ESCROW_HEAD
from hanpyo.protocol.types import SkipReason


@dataclass(frozen=True, slots=True)
class TextPublished:
    """The text behind the numbers."""

    text: str


@dataclass(frozen=True, slots=True)
class RollPublished:
    """Roll entries from number `first` on."""

    first: int
    entries: bytes


@dataclass(frozen=True, slots=True)
class Frozen:
    """Nobody changes the election from here on."""

    manifest_hash: bytes


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The organiser called the election off."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed ballot was recorded."""

    terms: Terms
    key: bytes
    envelope: bytes
    escrow: bytes


@dataclass(frozen=True, slots=True)
class Cast:
    """An open ballot was recorded, with its padded choices."""

    terms: Terms
    key: bytes
    choices: bytes


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A voter took the ballot back."""

    terms: Terms
    key: bytes


@dataclass(frozen=True, slots=True)
class Skipped:
    """An act in a batch was not recorded; `voter` is what the act claims."""

    voter: int
    digest: bytes
    reason: SkipReason


@dataclass(frozen=True, slots=True)
class BatchRecorded:
    """The firsts of one batch are on record."""

    batch: int
    root: bytes
    seals: bytes
    firsts: int


@dataclass(frozen=True, slots=True)
class Rebound:
    """The registrars moved the voter to a new key."""

    voter: int
    epoch: int


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """Two clerks saw the voter at the assembly."""

    voter: int


@dataclass(frozen=True, slots=True)
class Settled:
    """A voter with several acts was put into the count; `slot` is the slot before."""

    voter: int
    slot: int


@dataclass(frozen=True, slots=True)
class KeyReleased:
    """The trustees' secret is known."""

    secret: int
    secrecy_lost: bool


@dataclass(frozen=True, slots=True)
class Opened:
    """A sealed ballot was opened and counted."""

    voter: int
    choices: bytes


@dataclass(frozen=True, slots=True)
class Voided:
    """A sealed ballot's escrow was proven bad."""

    voter: int


@dataclass(frozen=True, slots=True)
class Certified:
    """The count is complete."""

    ballots: int
    weight: int
    voided: int


ElectionEvent = (
    TextPublished
    | RollPublished
    | Frozen
    | Cancelled
    | Sealed
    | Cast
    | Withdrawn
    | Skipped
    | BatchRecorded
    | Rebound
    | CheckedIn
    | Settled
    | KeyReleased
    | Opened
    | Voided
    | Certified
)


def read_events(logs: Iterable[Log], choices_length: int) -> Iterator[tuple[Log, ElectionEvent]]:
    """Each log of an election with its event; raises `AnswerUnreadable` for a foreign log."""
    events = election_interface().events
    for log in logs:
        event = events.get(log.topics[0]) if log.topics else None
        if event is None:
            raise AnswerUnreadable(f"log {log.position} is no event of an election")
        values = event.read(log.topics, log.data)
        yield log, _without_padding(_BUILDERS[event.name](*values), choices_length)


def _sealed(_: int, terms: int, key: bytes, envelope: bytes, *escrow: bytes) -> Sealed:
    return Sealed(_terms(terms), key, envelope, b"".join(escrow))


def _cast(_: int, terms: int, key: bytes, choices: bytes) -> Cast:
    return Cast(_terms(terms), key, choices)


def _withdrawn(_: int, terms: int, key: bytes) -> Withdrawn:
    return Withdrawn(_terms(terms), key)


def _skipped(voter: int, digest: bytes, reason: int) -> Skipped:
    return Skipped(voter, digest, SkipReason(reason))


def _terms(packed: int) -> Terms:
    return Terms.unpack(packed.to_bytes(32, "big"))


def _without_padding(event: ElectionEvent, length: int) -> ElectionEvent:
    """The event with its words of bytes cut to the length that the agenda fixes."""
    match event:
        case Sealed(escrow=escrow):
            return replace(event, escrow=escrow[: ESCROW_HEAD + length])
        case Cast(choices=choices) | Opened(choices=choices):
            return replace(event, choices=choices[:length])
        case _:
            return event


_BUILDERS: dict[str, Callable[..., ElectionEvent]] = {
    "TextPublished": TextPublished,
    "RollPublished": RollPublished,
    "ElectionFrozen": Frozen,
    "ElectionCancelled": Cancelled,
    "BallotSealed": _sealed,
    "LongBallotSealed": _sealed,
    "BallotCast": _cast,
    "LongBallotCast": _cast,
    "BallotWithdrawn": _withdrawn,
    "BallotSkipped": _skipped,
    "BatchRecorded": BatchRecorded,
    "VoterRebound": Rebound,
    "VoterCheckedIn": CheckedIn,
    "VoterSettled": Settled,
    "KeyReleased": KeyReleased,
    "BallotOpened": Opened,
    "LongBallotOpened": Opened,
    "BallotVoided": Voided,
    "ElectionCertified": Certified,
}
