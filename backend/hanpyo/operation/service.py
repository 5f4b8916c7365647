"""One process of a running installation: its runtime, its application, its background work."""

import mmap
import threading
from collections.abc import Callable
from typing import Final
from wsgiref.types import WSGIApplication

import structlog

from hanpyo.config import Settings
from hanpyo.operation.composition import runner_of
from hanpyo.runtime import Runtime, open_runtime
from hanpyo.tasks import TaskRunner

_STOP: Final = 20.0
_log = structlog.get_logger(__name__)


class Service:
    """Opened after a fork, closed once; safe to close when it never opened."""

    def __init__(
        self,
        settings: Settings,
        *,
        with_tasks: bool,
        once_started: Callable[[Runtime], None] | None = None,
    ) -> None:
        """`once_started` runs in a thread of its own with the first tasks that any fork starts."""
        self._settings = settings
        self._with_tasks = with_tasks
        self._once_started = once_started
        self._started = mmap.mmap(-1, 1)  # shared by every fork
        self._runtime: Runtime | None = None
        self._runner: TaskRunner | None = None
        self._lock = threading.Lock()

    @property
    def runtime(self) -> Runtime:
        """The runtime of this process, opened on first use."""
        with self._lock:
            if self._runtime is None:
                self._runtime = open_runtime(self._settings)
            return self._runtime

    def start(self) -> None:
        """Start the background work."""
        self._runner = runner_of(self.runtime)
        self._runner.start()
        _log.info("tasks_started", holder=self.runtime.holder)
        if self._once_started is not None and not self._started[0]:
            self._started[0] = 1
            threading.Thread(
                target=self._once_started, args=(self.runtime,), name="once", daemon=True
            ).start()

    def open(self) -> WSGIApplication:
        """The application of this process; starts the background work where it belongs here."""
        from hanpyo.web.app import create_app  # noqa: PLC0415  counts for the process it is in

        app = create_app(self.runtime)
        if self._with_tasks:
            self.start()
        return app

    def close(self, seconds: float = _STOP) -> None:
        """Let tasks end their step, give their leases back, close connections."""
        if self._runner is not None:
            ended = self._runner.stop(seconds)
            _log.info("tasks_stopped", ended=ended)
        if self._runtime is not None:
            self._runtime.close()
