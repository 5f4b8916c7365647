"""Events of whole blocks turned into rows and standings; knows no database.

Where a batch's end counts other firsts than were told before it, the node left something out.
"""

from collections.abc import Callable
from typing import Any

from hanpyo.chain.election_events import BatchRecorded, Event, Recorded, Skipped
from hanpyo.chain.errors import LogsInconsistent
from hanpyo.chain.receipts import Log
from hanpyo.indexer.bulk import Row
from hanpyo.indexer.milestones import MILESTONES
from hanpyo.indexer.rows import act_row, entry_row, kind_of, payload, place_row, skip_row
from hanpyo.indexer.standing import Place, Standing, VoterEvent


class Fold:
    """Takes events in chain order. `standings` holds the voters' standings, before and after."""

    def __init__(
        self,
        election: str,
        digest: Callable[[Recorded, bytes], bytes],
        standings: dict[int, Standing],
        batches: int,
    ) -> None:
        """`batches` have been recorded before."""
        self.standings = standings
        self.acts: list[Row] = []
        self.skips: list[Row] = []
        self.entries: list[Row] = []
        self.notes: list[tuple[str, dict[str, Any], int]] = []
        self._election = election
        self._digest = digest
        self._batches = batches
        self._firsts = 0

    def take(self, event: Event, log: Log, timestamp: int) -> None:
        """Take the next event; raises `LogsInconsistent`."""
        row = place_row(self._election, log, timestamp)
        if isinstance(event, Recorded):
            self._stand(event, log, timestamp)
            content = event.content
            self.acts.append(act_row(row, event, content, self._digest(event, content)))
        elif isinstance(event, Skipped):
            self.skips.append(skip_row(row, event))
        else:
            self._note(event, row, log, timestamp)

    def finish(self) -> None:
        """The blocks are whole; raises `LogsInconsistent`."""
        if self._firsts:
            raise LogsInconsistent(f"{self._firsts} first ballots are told without their batch")

    def _stand(self, event: VoterEvent, log: Log, timestamp: int) -> None:
        voter = event.voter
        standing = self.standings.get(voter)
        if standing is None:
            standing = self.standings[voter] = Standing(voter)
        place = Place(log.block_number, log.log_index, timestamp)
        self._firsts += standing.apply(event, place)

    def _note(self, event: Event, row: Row, log: Log, timestamp: int) -> None:
        if isinstance(event, VoterEvent):
            self._stand(event, log, timestamp)
        elif isinstance(event, BatchRecorded):
            self._end_batch(event)
        kind, told = kind_of(event), payload(event)
        self.entries.append(entry_row(row, event, kind, told))
        if kind in MILESTONES:
            self.notes.append((kind, told, log.block_number))

    def _end_batch(self, event: BatchRecorded) -> None:
        self._batches += 1
        if event.number != self._batches or event.firsts != self._firsts:
            raise LogsInconsistent(
                f"batch {event.number} of {event.firsts} firsts follows {self._batches - 1} "
                f"batches and {self._firsts} firsts: the node left events out"
            )
        self._firsts = 0
