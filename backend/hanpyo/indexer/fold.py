"""Events of whole blocks turned into standings and rows; knows no database.

Where a batch's end counts other firsts than were told before it, the node left something out.
"""

from typing import Any

from hanpyo.chain.election_events import BatchRecorded, Event, Recorded, Skipped
from hanpyo.chain.errors import LogsInconsistent
from hanpyo.chain.receipts import Log
from hanpyo.db.bulk import Row
from hanpyo.indexer.milestones import MILESTONES
from hanpyo.indexer.rows import entry_row, kind_of, payload, place_row, skip_row
from hanpyo.indexer.standing import UNSEEN, Place, Standing, VoterEvent
from hanpyo.indexer.told import Told
from hanpyo.protocol.tuples import new_tuple


class Fold:
    """Takes events in chain order. `standings` holds the voters' standings, before and after."""

    def __init__(
        self,
        election: str,
        standings: dict[int, Standing],
        batches: int,
    ) -> None:
        """`batches` have been recorded before."""
        self.standings = standings
        self.skips: list[Row] = []
        self.entries: list[Row] = []
        self.notes: list[tuple[str, dict[str, Any], int]] = []
        self._election = election
        self._batches = batches
        self._firsts = 0

    def take(self, told: Told) -> None:
        """Take what the next blocks tell; raises `LogsInconsistent`."""
        standings, times = self.standings, told.times
        for event, log in zip(told.events, told.logs, strict=True):
            block, timestamp = log.block_number, times[log.block_number]
            if isinstance(event, Recorded):
                voter = event.terms.voter
                before = standings.get(voter, UNSEEN)
                place = new_tuple(Place, (block, log.log_index, timestamp))
                standings[voter], first = before.after_act(event, place)
                self._firsts += first
            elif isinstance(event, Skipped):
                row = place_row(self._election, log, timestamp)
                self.skips.append(skip_row(row, event))
            else:
                self._note(event, log, timestamp)
        if self._firsts:
            raise LogsInconsistent(f"{self._firsts} first ballots are told without their batch")

    def _note(self, event: Event, log: Log, timestamp: int) -> None:
        if isinstance(event, VoterEvent):
            before = self.standings.get(event.voter) or Standing(event.voter)
            place = Place(log.block_number, log.log_index, timestamp)
            self.standings[event.voter] = before.after(event, place)
        elif isinstance(event, BatchRecorded):
            self._end_batch(event)
        kind, told = kind_of(event), payload(event)
        row = place_row(self._election, log, timestamp)
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
