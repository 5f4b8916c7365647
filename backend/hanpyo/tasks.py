"""Work in the background: each task in a thread of its own, held by one process at a time.

A task does a bounded piece of work a step; between steps the runner looks whether to stop, so that
SIGTERM ends within one step, and renews the task's lease in good time. In between it goes by what
it holds, without a question to the database: whatever a task writes, it checks the lease's fence
first. What a step raises is logged by code and tried again after a pause, under a lease taken
anew: a task never ends the process. A task that keeps failing here is let go, so that a process in
which it does not fail takes it over.
"""

import random
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final, Protocol

import structlog

from hanpyo.db.leases import Held, Leases
from hanpyo.errors import HanpyoError

_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 10.0
"""What ballots wait for at most after a node or a database has come back. Promises are given for a
minute and more; a try that fails costs one connection and one line in the log."""
_MOST_DOUBLINGS: Final = 10
_LET_GO: Final = 4
"""Failures in a row after which a lease is given back: what passes in a few seconds has passed."""
_LEASE_POLL: Final = 1.0
_log = structlog.get_logger(__name__)


class Task(Protocol):
    """One kind of background work. `name` is its lease, `pause` the seconds between idle steps."""

    @property
    def name(self) -> str:
        """The lease's name: the same in every process."""

    @property
    def pause(self) -> float:
        """Seconds to wait after a step that found nothing to do."""

    def step(self, held: Held) -> bool:
        """Do a bounded piece of work under the lease; True when more waits."""


class Outcomes(Protocol):
    """Who is told how steps end."""

    def failed(self, task: str, code: str) -> None:
        """A step failed."""

    def succeeded(self, task: str) -> None:
        """A step succeeded."""


def pause_after(failures: int) -> float:
    """Seconds until the next try: doubled each time, and spread so that no two processes agree."""
    pause = min(_FIRST_PAUSE * 2.0 ** min(failures - 1, _MOST_DOUBLINGS), _LONGEST_PAUSE)
    return pause * (1 + random.random()) / 2  # noqa: S311  jitter is no secret


class TaskRunner:
    """Runs tasks until `stop`."""

    def __init__(
        self,
        leases: Leases,
        tasks: Sequence[Task],
        outcomes: Outcomes | None = None,
        *,
        pause: Callable[[int], float] = pause_after,
    ) -> None:
        """`pause` is given how many steps of a task have failed in a row."""
        self._leases = leases
        self._outcomes = outcomes
        self._pause = pause
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(task,), name=task.name) for task in tasks
        ]

    def start(self) -> None:
        """Start every task."""
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float = 30.0) -> bool:
        """Let every task end its step; whether all ended in time."""
        self._stopping.set()
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _run(self, task: Task) -> None:
        failures, held, renew_at = 0, None, 0.0
        while not self._stopping.is_set():
            try:
                if held is None or time.monotonic() >= renew_at:
                    held = self._leases.take(task.name)
                    renew_at = time.monotonic() + self._leases.renewal
                more = held is not None and task.step(held)
                pause = 0.0 if more else task.pause if held else _LEASE_POLL
                failures = 0
                if held is not None and self._outcomes is not None:
                    self._outcomes.succeeded(task.name)
            except Exception as error:  # noqa: BLE001  whatever happens, the task goes on
                failures += 1
                pause = self._pause(failures)
                code = error.code if isinstance(error, HanpyoError) else type(error).__name__
                self._tell(task, code, failures)
                if held is not None and failures >= _LET_GO:
                    self._release(task)
                held = None
            self._stopping.wait(pause)
        self._release(task)

    def _tell(self, task: Task, code: str, failures: int) -> None:
        _log.warning("task_failed", task=task.name, code=code, failures=failures)
        if self._outcomes is not None:
            with suppress(Exception):
                self._outcomes.failed(task.name, code)

    def _release(self, task: Task) -> None:
        try:
            held = self._leases.take(task.name)
            if held is not None:
                self._leases.release(held)
        except Exception as error:  # noqa: BLE001  the lease ends by itself
            _log.warning("lease_kept", task=task.name, code=type(error).__name__)
