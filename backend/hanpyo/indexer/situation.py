"""Where an election stands by the chain's own time, and how fresh what is known of it is."""

from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy.orm import Session

from hanpyo.db.models import ChainHead, Cursor, Progress
from hanpyo.elections.catalogue import PublishedElection
from hanpyo.errors import Conflict, Unavailable
from hanpyo.indexer.alarms import standing_alarm
from hanpyo.protocol.phases import Phase, phase_at
from hanpyo.protocol.types import Secrecy


class NotIndexedYet(Unavailable):
    """The election is published and its first blocks are not read yet."""

    code: ClassVar[str] = "not_indexed_yet"


class TallySealed(Conflict):
    """Nobody knows the choices before they are opened."""

    code: ClassVar[str] = "tally_sealed"


class TallyHalted(Conflict):
    """Final blocks changed: no tally is shown until the operator has looked."""

    code: ClassVar[str] = "tally_halted"


@dataclass(frozen=True, slots=True)
class Situation:
    """An election at its cursor. Times are seconds; `age` is since the newest block was seen."""

    election: PublishedElection
    phase: Phase
    number: int
    hash: bytes
    chain_time: int
    age: int
    stale: bool
    halted: bool
    progress: Progress

    @property
    def tag(self) -> str:
        """Changes whenever anything shown changes but the age."""
        return f"{self.hash.hex()[:24]}-{self.phase.value}{self.stale:d}{self.halted:d}"

    @property
    def has_tally(self) -> bool:
        """Whether choices are known: of an open election, or once ballots are opened."""
        if self.election.manifest.secrecy is Secrecy.OPEN or self.phase is Phase.CERTIFIED:
            return True
        return bool(self.progress.opened or self.progress.voided)

    def require_tally(self) -> None:
        """Raise `TallySealed` or `TallyHalted` where no tally may be shown."""
        if self.halted:
            raise TallyHalted("final blocks changed; the operator looks into it")
        if not self.has_tally:
            raise TallySealed("the ballots are sealed until the trustees' key is released")


def situation(
    session: Session, election: PublishedElection, *, now: int, stale_after: int
) -> Situation:
    """The election as last read; raises `NotIndexedYet`."""
    cursor, head = session.get(Cursor, election.id), session.get(ChainHead, 1)
    progress = session.get(Progress, election.id)
    if cursor is None or head is None or progress is None:
        raise NotIndexedYet("the election's blocks are not read yet; try again soon")
    age = max(0, now - head.seen_at)
    halted = standing_alarm(session) is not None
    return Situation(
        election,
        phase_of(election, progress, head.timestamp),
        cursor.number,
        cursor.hash,
        head.timestamp,
        age,
        stale=halted or age > stale_after or cursor.number < head.number,
        halted=halted,
        progress=progress,
    )


def phase_of(election: PublishedElection, progress: Progress, chain_time: int) -> Phase:
    """The phase at a block time."""
    if progress.certified_block is not None:
        return Phase.CERTIFIED
    if progress.cancelled_block is not None:
        return Phase.CANCELLED
    if progress.frozen_block is None:
        return Phase.DRAFT
    return phase_at(election.manifest, chain_time, key_known=progress.key_block is not None)
