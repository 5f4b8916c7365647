"""The roll that a manifest binds: from the chain's events, or from a file known by its hash.

Either way it is the roll only when its Merkle root is the manifest's.
"""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from hanpyo.chain.contracts import ElectionContract
from hanpyo.chain.decoding import decode_log
from hanpyo.chain.election_events import RollPublished
from hanpyo.chain.events import read_logs
from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.reading import EncodingError
from hanpyo.protocol.roll import ENTRY_BYTES, RollEntry, decode_roll, summarise
from hanpyo.registrar.errors import RollUnknown

_TOPIC: Final = keccak(b"RollPublished(uint32,bytes)")
_STEP: Final = 20_000
_FARTHEST: Final = 1_000_000
"""Blocks before the freeze in which the roll is looked for."""

RollFile = Callable[[ElectionContract], bytes | None]
"""Finds the bytes that may be an election's roll file."""


class RollSource:
    """Finds rolls, once each; files first, because a file needs no search.

    Several registrars and threads may share one: whoever comes first reads, the others wait.
    """

    def __init__(self, file_of: RollFile) -> None:
        self._file_of = file_of
        self._known: dict[str, tuple[RollEntry, ...]] = {}
        self._lock = threading.Lock()

    def read(self, contract: ElectionContract, frozen_at: int) -> tuple[RollEntry, ...]:
        """The roll by voter number; raises `RollUnknown`."""
        with self._lock:
            if contract.address not in self._known:
                self._known[contract.address] = self._read(contract, frozen_at)
            return self._known[contract.address]

    def _read(self, contract: ElectionContract, frozen_at: int) -> tuple[RollEntry, ...]:
        summary = contract.manifest.roll
        data = self._file_of(contract)
        if data is None and not summary.in_file:
            data = _published(contract, frozen_at)
        if data is None:
            raise RollUnknown("the roll is not known here: import the roll file")
        try:
            roll = decode_roll(data)
            fits = summarise(roll, in_file=summary.in_file) == summary
        except EncodingError:
            fits = False
        if not fits:
            raise RollUnknown("the roll found is not the one that the manifest binds")
        return roll


def folder_of_rolls(folder: Path) -> RollFile:
    """Files of a folder, named `<hash>.roll` by the manifest's hash of the file."""

    def find(contract: ElectionContract) -> bytes | None:
        path = folder / f"{contract.manifest.roll.file_hash.hex()}.roll"
        return path.read_bytes() if path.is_file() else None

    return find


def save_roll(folder: Path, data: bytes) -> Path:
    """Put a roll file where `folder_of_rolls` finds it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{keccak(data).hex()}.roll"
    path.write_bytes(data)
    return path


def _published(contract: ElectionContract, frozen_at: int) -> bytes | None:
    """The entries told by events, put together; None while some are missing."""
    parts: dict[int, bytes] = {}
    size = contract.manifest.roll.size
    for event in _events_backwards(contract, frozen_at):
        parts[event.first] = event.entries
        if sum(map(len, parts.values())) >= size * ENTRY_BYTES:
            return b"".join(parts[first] for first in sorted(parts))
    return None


def _events_backwards(contract: ElectionContract, frozen_at: int) -> Iterator[RollPublished]:
    end = frozen_at
    while end >= 0 and frozen_at - end < _FARTHEST:
        start = max(0, end - _STEP + 1)
        logs = read_logs(contract.rpc, contract.address, start, end, (_TOPIC,))
        for log in logs:
            event = decode_log(log, contract.manifest.choices_length)
            if isinstance(event, RollPublished):
                yield event
        end = start - 1
