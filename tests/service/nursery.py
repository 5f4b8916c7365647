"""Many `hanpyo` processes without the cost of starting Python for each.

One process imports the program once and forks for every command; a fork runs the very same command
line as a process of its own, with its own group, environment and output, and dies by whatever
kills it. When the test's process is gone, so are they all.
"""

import contextlib
import gc
import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module, reload
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
_PARTS = (
    "gunicorn.workers.gthread",
    "hanpyo.cli.web",
    "hanpyo.cli.worker",
    "hanpyo.operation.composition",
    "hanpyo.web.app",
)
_true_time = time.time
_wrong_by = [0.0]


@dataclass
class Child:
    """One process and everything it forks itself. `told` is the JSON object it printed.

    `sound` says that it was started without a fault of the test's.
    """

    nursery: "Nursery"
    pid: int
    out: Path
    log: Path
    told: dict[str, Any] | None = None
    sound: bool = True

    @property
    def forks(self) -> list[int]:
        """The processes that it forked and that live."""
        listed = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        return [int(each) for each in listed.read_text().split()]

    def wait_told(self, seconds: float = PATIENCE) -> dict[str, Any]:
        """What it prints when it is ready."""
        deadline = time.monotonic() + seconds
        while self.told is None:
            with contextlib.suppress(ValueError):
                self.told = json.loads(self.out.read_bytes())
            if self.told is None and (self.ended() is not None or time.monotonic() > deadline):
                raise AssertionError(f"it did not come up:\n{self.logged()[-3000:]}")
            time.sleep(0.01)
        return self.told

    def ended(self) -> int | None:
        """Its exit status, negative for a signal; None while it runs."""
        return self.nursery.status(self.pid)

    def wait_end(self, seconds: float = PATIENCE) -> int:
        """The exit status once it has ended."""
        deadline = time.monotonic() + seconds
        while (status := self.ended()) is None:
            if time.monotonic() > deadline:
                raise AssertionError(f"it does not end:\n{self.logged()[-3000:]}")
            time.sleep(0.01)
        return status

    def signal(self, number: int) -> None:
        """Send a signal to it alone; harmless when it is gone."""
        if self.ended() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it and its forks at once, as a power cut does."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.wait_end()

    def logged(self) -> str:
        """What it wrote on the error stream so far."""
        return self.log.read_text(errors="replace")


class Nursery:
    """Starts children. `folder` takes their outputs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0
        self._ended: dict[int, int] = {}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.service.nursery"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()
        self._process.wait(30)

    def start(
        self,
        command: str,
        environment: Mapping[str, str],
        *arguments: str,
        clock: float = 0.0,
        largest_file: int | None = None,
    ) -> Child:
        """Begin `hanpyo <command>` with exactly this environment.

        `clock` is by how many seconds its wall clock is wrong; no file that it writes may grow
        beyond `largest_file` bytes, as on a full disk.
        """
        self._count += 1
        out, log = (self._folder / f"{command}-{self._count}.{end}" for end in ("out", "log"))
        asked = {
            "arguments": [command, *arguments],
            "environment": dict(environment),
            "out": str(out),
            "log": str(log),
            "clock": clock,
            "largest": largest_file,
        }
        return Child(self, self._ask(asked)["pid"], out, log)

    def status(self, pid: int) -> int | None:
        """A child's exit status; None while it runs."""
        if pid not in self._ended:
            status = self._ask({"look": pid})["status"]
            if status is None:
                return None
            self._ended[pid] = status
        return self._ended[pid]

    def _ask(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked).encode() + b"\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


def serve() -> None:
    """The one process: fork for what is asked on the input, until that ends."""
    time.time = _wall_clock  # before anything has taken it
    for part in _PARTS:
        import_module(part)
    gc.collect()
    gc.freeze()
    alive: set[int] = set()
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        if "look" in asked:
            answer = {"status": _look(asked["look"], alive)}
        else:
            pid = _fork(asked["arguments"], asked)
            alive.add(pid)
            answer = {"pid": pid}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    for pid in alive:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


def _look(pid: int, alive: set[int]) -> int | None:
    ended, status = os.waitpid(pid, os.WNOHANG)
    if not ended:
        return None
    alive.discard(pid)
    return os.waitstatus_to_exitcode(status)


def _fork(arguments: Sequence[str], asked: Mapping[str, Any]) -> int:
    out = os.open(asked["out"], os.O_WRONLY | os.O_CREAT, 0o600)
    log = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    pid = os.fork()
    if pid == 0:
        status = 70
        try:
            os.setpgid(0, 0)
            for source, target in ((os.open(os.devnull, os.O_RDONLY), 0), (out, 1), (log, 2)):
                os.dup2(source, target)
            _disturb(asked["clock"], asked["largest"])
            status = _run(arguments, asked["environment"])
        except BaseException:  # noqa: BLE001  it is told and the process ends
            traceback.print_exc()
        finally:
            os._exit(status)
    os.close(out)
    os.close(log)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.setpgid(pid, pid)  # so that it can be killed before it has done so itself
    return pid


def _wall_clock() -> float:
    return _true_time() + _wrong_by[0]


def _disturb(clock: float, largest: int | None) -> None:
    _wrong_by[0] = clock
    if largest is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))


def _run(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """The command line, in a process that knows nothing of the nursery."""
    os.environ.clear()
    os.environ.update(environment)
    random.seed()
    reload(import_module("hanpyo.failpoints"))  # it reads the environment of its process
    root = import_module("hanpyo.cli.root")
    try:
        root.main(list(arguments))
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


if __name__ == "__main__":
    serve()
