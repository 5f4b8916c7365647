"""The read model of one election: events in, events undone, in the caller's transaction.

Applying ranges in chain order and undoing down to a block commute with the chain: the rows are
always those of a single reading of the canonical chain from the start.
"""

from collections.abc import Collection, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Final

import orjson
from sqlalchemy import delete, select, union
from sqlalchemy.orm import Session

from hanpyo.chain.election_events import Recorded
from hanpyo.db.bulk import among_own, insert_rows
from hanpyo.db.models import (
    Act,
    LogEntry,
    Progress,
    Skip,
    TallyCell,
    TurnoutCell,
    TurnoutHour,
    VoterState,
)
from hanpyo.elections.catalogue import PublishedElection
from hanpyo.indexer.fold import Fold
from hanpyo.indexer.milestones import MILESTONES, forget, note
from hanpyo.indexer.rows import entry_event
from hanpyo.indexer.standing import UNSEEN, Place, Standing, VoterEvent
from hanpyo.indexer.store import add_sums, load_standings, progress_of, save_standings
from hanpyo.indexer.sums import Counting, Sums
from hanpyo.indexer.told import Told
from hanpyo.protocol.acts import Terms

LOG_TABLES = (Act, Skip, LogEntry)
TABLES = (*LOG_TABLES, VoterState, TurnoutCell, TurnoutHour, TallyCell, Progress)
"""Every table that holds rows derived from one election's events."""
_TERMS: Final = (
    Act.voter,
    Act.weight,
    Act.class_,
    Act.epoch,
    Act.revision,
    Act.kind,
    Act.channel,
)
_ACT: Final = (*_TERMS, Act.key, Act.payload, Act.block_number, Act.log_index, Act.timestamp)


class ElectionIndex:
    """Keeps the rows of one election. Holds no state but what the manifest fixes."""

    def __init__(self, election: PublishedElection) -> None:
        self.election = election
        self._id = election.id
        self._counting = Counting(election.manifest)

    def apply(self, session: Session, told: Told) -> None:
        """Take what the next blocks tell; raises `LogsInconsistent` where logs are missing."""
        if not told.logs:
            return
        voters = {event.voter for event in told.events if isinstance(event, VoterEvent)}
        progress = progress_of(session, self._id)
        standings = self._standings(session, voters)
        known, sums = set(standings), Sums()
        self._counting.add(sums, standings.values(), -1)
        fold = Fold(self._id, standings, progress.batches)
        fold.take(told)
        insert_rows(session, Act, told.acts)
        insert_rows(session, Skip, fold.skips)
        insert_rows(session, LogEntry, fold.entries)
        for kind, content, block in fold.notes:
            note(progress, kind, content, block)
        self._save(session, progress, known, standings, sums)

    def undo(self, session: Session, block: int) -> bool:
        """Take back everything above `block`; whether there was anything."""
        voters = self._voters_above(session, block)
        standings, sums = self._standings(session, voters), Sums()
        removed = 0
        for model in LOG_TABLES:
            gone = delete(model).where(model.election_id == self._id, model.block_number > block)
            removed += session.execute(gone).rowcount  # type: ignore[attr-defined]
        if not removed:
            return False
        progress = progress_of(session, self._id)
        known = set(standings)
        self._counting.add(sums, standings.values(), -1)
        self._save(session, progress, known, self._read_again(session, voters), sums)
        self._note_again(session, progress)
        return True

    def clear(self, session: Session) -> None:
        """Remove every row of the election."""
        for model in TABLES:
            session.execute(delete(model).where(model.election_id == self._id))

    def _save(
        self,
        session: Session,
        progress: Progress,
        known: Collection[int],
        standings: Mapping[int, Standing],
        sums: Sums,
    ) -> None:
        self._counting.add(sums, standings.values(), 1)
        save_standings(session, self._id, known, standings)
        add_sums(session, self._id, progress, sums)

    def _standings(self, session: Session, voters: AbstractSet[int]) -> dict[int, Standing]:
        """Where those of these voters stand that any event has named."""
        found = load_standings(session, self._id, voters)
        for event, place in self._acts_of(session, voters - found.keys()):
            found[event.voter] = UNSEEN.after(event, place)
        return found

    def _voters_above(self, session: Session, block: int) -> set[int]:
        acts = select(Act.voter).where(Act.election_id == self._id, Act.block_number > block)
        entries = select(LogEntry.voter).where(
            LogEntry.election_id == self._id,
            LogEntry.block_number > block,
            LogEntry.voter.is_not(None),
        )
        return set(session.scalars(union(acts, entries)))

    def _read_again(self, session: Session, voters: Collection[int]) -> dict[int, Standing]:
        """The standings that the remaining rows give."""
        standings = {voter: Standing(voter) for voter in voters}
        found = [*self._acts_of(session, voters), *self._entries_of(session, voters)]
        found.sort(key=lambda each: (each[1].block, each[1].log_index))
        for event, place in found:
            standings[event.voter] = standings[event.voter].after(event, place)
        return standings

    def _acts_of(
        self, session: Session, voters: Collection[int]
    ) -> Iterator[tuple[VoterEvent, Place]]:
        is_open = self.election.manifest.trustee_key is None
        own = among_own(session, (Act.election_id, self._id), Act.voter, voters)
        query = select(*_ACT).where(own)
        for *terms, key, payload, block, index, timestamp in session.execute(query):
            event = Recorded(Terms(*terms), key, choices=payload if is_open else None)
            yield event, Place(block, index, timestamp)

    def _entries_of(
        self, session: Session, voters: Collection[int]
    ) -> Iterator[tuple[VoterEvent, Place]]:
        own = among_own(session, (LogEntry.election_id, self._id), LogEntry.voter, voters)
        query = select(LogEntry).where(own)
        for row in session.scalars(query):
            event = entry_event(row.kind, row.payload)
            if event is not None:
                yield event, Place(row.block_number, row.log_index, row.timestamp)

    def _note_again(self, session: Session, progress: Progress) -> None:
        forget(progress)
        query = (
            select(LogEntry.kind, LogEntry.payload, LogEntry.block_number)
            .where(LogEntry.election_id == self._id, LogEntry.kind.in_(MILESTONES))
            .order_by(LogEntry.block_number, LogEntry.log_index)
        )
        for kind, content, block in session.execute(query):
            note(progress, kind, orjson.loads(content), block)
