"""Runs anvil, keeps what it saves, and ends it when whoever started this guard is gone.

Started as a plain script with only the standard library:
`guard.py SCRATCH WRITTEN KEPT PROGRAM [ARGUMENT…]`. The program saves its state to WRITTEN, in
place: killed meanwhile, it leaves half of one. The guard copies each state that is whole to KEPT,
which is replaced in one step, so that KEPT is whole at any moment.

The guard prints the program's process id, then holds its standard input. When that closes, because
the parent closed it or died in any way, the program gets SIGTERM and the folder SCRATCH is removed
unless the parent sent a byte first. The guard's exit status is the program's. On Linux the program
also gets SIGTERM when the guard itself is killed.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final

_PR_SET_PDEATHSIG: Final = 1  # prctl(2)
_LOOK_SECONDS: Final = 0.2
_END: Final = b'"historical_states":null}'  # of every state that anvil has written to its end


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Keeper:
    """Copies what the program has written to where it is kept, whenever it is new and whole."""

    def __init__(self, written: Path, kept: Path) -> None:
        self._written = written
        self._kept = kept
        self._copy = kept.with_name(kept.name + ".copy")
        self._seen: tuple[int, int] | None = None

    def look(self) -> None:
        """Keep a new state; one that is not whole yet, or finds no room, waits for another look."""
        with suppress(OSError):
            seen = self._mark()
            if seen == self._seen:
                return
            shutil.copyfile(self._written, self._copy)
            if self._is_whole() and self._mark() == seen:
                self._keep()
                self._seen = seen

    def _mark(self) -> tuple[int, int]:
        """What changes with every write."""
        found = self._written.stat()
        return found.st_mtime_ns, found.st_size

    def _is_whole(self) -> bool:
        with self._copy.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - len(_END)))
            return file.read() == _END

    def _keep(self) -> None:
        _flush(self._copy)
        self._copy.replace(self._kept)
        _flush(self._kept.parent)


def _flush(place: Path) -> None:
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def main(scratch: str, written: str, kept: str, command: list[str]) -> int:
    """Run `command` to its end; see the module."""
    child = subprocess.Popen(  # noqa: S603  the command is built by EmbeddedNode alone
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509  no thread yet
    )
    sys.stdout.write(f"{child.pid}\n")
    sys.stdout.flush()
    abandoned, ended = threading.Event(), threading.Event()
    keeper = Keeper(Path(written), Path(kept))

    def watch() -> None:
        if not os.read(0, 1):
            abandoned.set()
        child.terminate()

    def keep() -> None:
        while not ended.wait(_LOOK_SECONDS):
            keeper.look()
        keeper.look()

    keeping = threading.Thread(target=keep)
    keeping.start()
    threading.Thread(target=watch, daemon=True).start()
    status = child.wait()
    ended.set()
    keeping.join()
    if abandoned.is_set():
        shutil.rmtree(scratch, ignore_errors=True)
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    os._exit(main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]))
