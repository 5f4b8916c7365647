"""Logs of whole blocks together with what they say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from hanpyo.chain.decoding import decode_log
from hanpyo.chain.election_events import Event, Recorded
from hanpyo.chain.receipts import Log
from hanpyo.db.bulk import Row
from hanpyo.elections.catalogue import PublishedElection
from hanpyo.indexer.rows import ActRows


@dataclass(frozen=True, slots=True)
class Told:
    """Logs in chain order, the event in each, and the times of their blocks by number.

    `acts` are the rows of the recorded acts, which follow from their logs alone: whoever reads
    makes them, while another thread waits for the database.
    """

    logs: Sequence[Log]
    events: Sequence[Event]
    times: Mapping[int, int]
    acts: Sequence[Row]

    @classmethod
    def of(cls, election: PublishedElection, logs: Sequence[Log], times: Mapping[int, int]) -> Self:
        """Logs of this election, decoded; raises `BadEvent`."""
        length = election.manifest.choices_length
        events = [decode_log(log, length) for log in logs]
        row = ActRows(election.id, election.domain).row
        acts = [
            row(log, times[log.block_number], event)
            for event, log in zip(events, logs, strict=True)
            if isinstance(event, Recorded)
        ]
        return cls(logs, events, times, acts)
