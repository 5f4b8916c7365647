"""Runs one program and ends it when whoever started this guard is gone.

Started as a plain script with only the standard library: `guard.py SCRATCH PROGRAM [ARGUMENT…]`.
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
from typing import Final

_PR_SET_PDEATHSIG: Final = 1  # prctl(2)


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def main(scratch: str, command: list[str]) -> int:
    """Run `command` to its end; see the module."""
    child = subprocess.Popen(  # noqa: S603  the command is built by EmbeddedNode alone
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509  no thread yet
    )
    sys.stdout.write(f"{child.pid}\n")
    sys.stdout.flush()
    abandoned = threading.Event()

    def watch() -> None:
        if not os.read(0, 1):
            abandoned.set()
        child.terminate()

    threading.Thread(target=watch, daemon=True).start()
    status = child.wait()
    if abandoned.is_set():
        shutil.rmtree(scratch, ignore_errors=True)
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    os._exit(main(sys.argv[1], sys.argv[2:]))
