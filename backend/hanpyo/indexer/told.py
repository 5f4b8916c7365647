"""Logs of whole blocks together with what they say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from hanpyo.chain.decoding import decode_log
from hanpyo.chain.election_events import Event
from hanpyo.chain.receipts import Log
from hanpyo.protocol.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Told:
    """Logs in chain order, the event in each, and the times of their blocks by number."""

    logs: Sequence[Log]
    events: Sequence[Event]
    times: Mapping[int, int]

    @classmethod
    def of(cls, manifest: Manifest, logs: Sequence[Log], times: Mapping[int, int]) -> Self:
        """Logs of an election with this manifest, decoded; raises `BadEvent`."""
        length = manifest.choices_length
        return cls(logs, [decode_log(log, length) for log in logs], times)
