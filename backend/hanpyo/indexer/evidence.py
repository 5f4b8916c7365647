"""Evidence files of elections for everybody, made by this machine and kept on its disk.

A file is made when somebody asks, once for each state of the election's record, and at most every
`SECONDS_BETWEEN`; of a certified election, once for good. One is made at a time on a machine,
whatever the number of processes: whoever asks meanwhile gets the one before, or is asked to wait.
"""

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from hanpyo.audit.streaming import stream_bundle
from hanpyo.chain.rpc import Rpc
from hanpyo.errors import Unavailable
from hanpyo.indexer.queries import Extent
from hanpyo.indexer.situation import Situation
from hanpyo.new_files import new_file

SECONDS_BETWEEN: Final = 60
_WAIT: Final = 10
_HASH: Final = 16
_LEFT: Final = 2
"""Files of an election that stay: the one before may still be on its way to somebody."""
_LOCK: Final = "lock"
_END: Final = ".json.gz"


class BeingMade(Unavailable):
    """Another file is being made, and there is none of this election yet."""

    code: ClassVar[str] = "evidence_being_made"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a file is asked of: the election, and its record from the block `begins` on."""

    found: Situation
    begins: int
    extent: Extent

    @property
    def tag(self) -> str:
        """The state of the record: it changes with every event and every phase."""
        block, index = self.extent.newest
        return f"{block}-{index}-{self.extent.block.hex()[:_HASH]}-{self.found.phase.value}"


class EvidenceFiles:
    """The files in one folder, which processes of one machine share."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._clock = clock

    def file(self, wanted: Wanted, rpc: Rpc, permit: Callable[[], None]) -> Path:
        """The newest file there may be of an election; its name's stem changes with its content.

        `permit` is called before one is made, and may raise. Raises `BeingMade`, and what the
        node's failures raise.
        """
        known = self._known(wanted)
        if known is not None and (self._is_of(known, wanted) or self._is_young(known)):
            return known
        permit()
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._turn() as ours:
            if ours:
                return self._make(wanted, rpc)
        if known is None:
            raise BeingMade("another evidence file is being made; try again soon", _WAIT)
        return known

    def _known(self, wanted: Wanted) -> Path | None:
        """The newest file of this election, whatever state it is of."""
        files = self._files(wanted)
        return files[-1] if files else None

    def _files(self, wanted: Wanted) -> list[Path]:
        """The files of this election, the newest last."""
        return sorted(self._folder.glob(f"{wanted.found.election.id}.*{_END}"), key=_made_at)

    @staticmethod
    def _is_of(file: Path, wanted: Wanted) -> bool:
        return file.name == f"{wanted.found.election.id}.{wanted.tag}{_END}"

    def _is_young(self, file: Path) -> bool:
        return self._clock() - _made_at(file) < SECONDS_BETWEEN

    @contextmanager
    def _turn(self) -> Iterator[bool]:
        """Whether it is this process's turn to make a file."""
        with (self._folder / _LOCK).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True

    def _make(self, wanted: Wanted, rpc: Rpc) -> Path:
        election = wanted.found.election
        file = self._folder / f"{election.id}.{wanted.tag}{_END}"
        unfinished = self._folder / f"{election.id}.new"
        unfinished.unlink(missing_ok=True)  # of a process that was killed
        with new_file(unfinished) as out:
            stream_bundle(rpc, election.domain.election, wanted.begins, out)
        unfinished.replace(file)
        for old in self._files(wanted)[:-_LEFT]:
            old.unlink(missing_ok=True)
        return file


def _made_at(file: Path) -> float:
    """When a file was made, in seconds; long ago where another process has removed it."""
    try:
        return file.stat().st_mtime
    except FileNotFoundError:
        return 0
