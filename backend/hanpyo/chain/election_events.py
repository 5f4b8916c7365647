"""What an election tells: one type for each event of contracts/interfaces/IElectionEvents.sol."""

from dataclasses import dataclass
from typing import NamedTuple

from hanpyo.chain.receipts import Log
from hanpyo.protocol.acts import Terms
from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.types import ZERO_WORD


@dataclass(frozen=True, slots=True)
class TextPublished:
    """The titles behind the numbers."""

    text: bytes


@dataclass(frozen=True, slots=True)
class RollPublished:
    """Roll entries from voter `first` on."""

    first: int
    entries: bytes


@dataclass(frozen=True, slots=True)
class Frozen:
    """The election was frozen."""

    manifest_hash: bytes


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The election was called off."""


class Recorded(NamedTuple):
    """An act was recorded: a sealed ballot (envelope, escrow), an open one (choices), neither.

    A tuple for the time that it takes to make one, like `Terms`.
    """

    terms: Terms
    key: bytes
    envelope: bytes | None = None
    escrow: bytes | None = None
    choices: bytes | None = None

    @property
    def voter(self) -> int:
        """The voter's number."""
        return self.terms.voter

    @property
    def content(self) -> bytes:
        """The `content` of the signed message."""
        if self.envelope is not None:
            return self.envelope
        return ZERO_WORD if self.choices is None else keccak(self.choices)

    @property
    def escrow_hash(self) -> bytes:
        """The `escrow` of the signed message."""
        return ZERO_WORD if self.escrow is None else keccak(self.escrow)


@dataclass(frozen=True, slots=True)
class Skipped:
    """An act was not recorded."""

    voter: int
    digest: bytes
    reason: int


@dataclass(frozen=True, slots=True)
class BatchRecorded:
    """The firsts of a batch."""

    number: int
    root: bytes
    seals: bytes
    firsts: int


@dataclass(frozen=True, slots=True)
class Rebound:
    """A voter's minimum epoch was raised."""

    voter: int
    epoch: int


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """Two clerks saw the voter."""

    voter: int


@dataclass(frozen=True, slots=True)
class Settled:
    """A voter with several acts was settled; `slot` is the slot before."""

    voter: int
    slot: int


@dataclass(frozen=True, slots=True)
class KeyReleased:
    """The trustees' secret came on chain."""

    secret: int
    lost: bool


@dataclass(frozen=True, slots=True)
class Opened:
    """A sealed ballot was opened."""

    voter: int
    choices: bytes


@dataclass(frozen=True, slots=True)
class Voided:
    """A sealed ballot was voided for its escrow."""

    voter: int


@dataclass(frozen=True, slots=True)
class Certified:
    """The count was declared complete."""

    ballots: int
    weight: int
    voided: int


Event = (
    TextPublished
    | RollPublished
    | Frozen
    | Cancelled
    | Recorded
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


@dataclass(frozen=True, slots=True)
class Entry:
    """One event and where it stands."""

    event: Event
    log: Log
