"""The web server: gunicorn with threads, behind a proxy that buffers (docs/operate.md).

Each worker opens what it needs after the fork. On SIGTERM no connection is taken any more, what is
being answered is finished within `DRAIN` seconds, and then `closing` runs.
"""

import logging
import os
import signal
import socket
import struct
import sys
import tempfile
from collections.abc import Callable
from typing import Any, Final
from wsgiref.types import WSGIApplication

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger

from hanpyo.config import Settings
from hanpyo.runtime import DRAIN

_KEEP_ALIVE: Final = 5
_SILENCE: Final = 10
_FIELDS: Final = 64
_BACKLOG: Final = 512
METERS_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"


class _Logs(Logger):  # type: ignore[misc]  # gunicorn carries no types
    """Gunicorn's messages go where everything else goes."""

    def setup(self, cfg: Any) -> None:  # noqa: ARG002  gunicorn calls it so
        """Add no handler of its own."""
        self.error_log.propagate = True
        self.error_log.setLevel(logging.WARNING)
        self.access_log.disabled = True

    def exception(self, msg: Any, *args: Any, **more: Any) -> None:
        """Log a fault; that a silent client was let go is none."""
        if not isinstance(sys.exc_info()[1], BlockingIOError):
            super().exception(msg, *args, **more)


class _Arbiter(Arbiter):  # type: ignore[misc]
    """Ctrl-C ends as orderly as SIGTERM does."""

    def handle_int(self) -> None:
        """Stop taking connections, and let workers finish."""
        self.handle_term()


class Server(BaseApplication):  # type: ignore[misc]
    """Serves the application that `opening` makes in each worker."""

    def __init__(
        self,
        settings: Settings,
        opening: Callable[[], WSGIApplication],
        closing: Callable[[], None],
        *,
        workers: int,
        ready: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`ready` is called once with the address when the socket listens."""
        self._settings = settings
        self._opening = opening
        self._closing = closing
        self._workers = workers
        self._ready = ready
        super().__init__()

    def load_config(self) -> None:
        """Gunicorn's options; no file and no command line is read."""
        web = self._settings.web
        options = {
            "backlog": _BACKLOG,
            "bind": f"{web.host}:{web.port}",
            "child_exit": _forget,
            "control_socket_disable": True,
            "forwarded_allow_ips": "",
            "graceful_timeout": DRAIN,
            "keepalive": _KEEP_ALIVE,
            "limit_request_fields": _FIELDS,
            "logger_class": _Logs,
            "proc_name": "hanpyo-web",
            "threads": web.threads,
            "timeout": web.timeout,
            "when_ready": self._say_ready,
            "worker_class": "gthread",
            "worker_exit": self._closed,
            "workers": self._workers,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> WSGIApplication:
        """The application, made in the worker."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it here too
        return self._opening()

    def run(self) -> None:
        """Serve until SIGTERM or Ctrl-C; ends with `SystemExit`."""
        _Arbiter(self).run()

    def _closed(self, _: Any, __: Any) -> None:
        self._closing()

    def _say_ready(self, arbiter: Any) -> None:
        for listener in arbiter.LISTENERS:
            _bound_waiting(listener.sock)
        host, port = arbiter.LISTENERS[0].sock.getsockname()[:2]
        self._ready(f"http://{host}:{port}")


def _bound_waiting(listener: socket.socket) -> None:
    """Let a client hold a thread from its first byte on only, and for `_SILENCE` between two.

    Connections take these options over from the socket that accepts them.
    """
    if hasattr(socket, "TCP_DEFER_ACCEPT"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, _SILENCE)
    for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
        listener.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", _SILENCE, 0))


def share_meters() -> tempfile.TemporaryDirectory[str]:
    """A folder in which workers add their numbers up; made before anything counts."""
    folder = tempfile.TemporaryDirectory(prefix="hanpyo-meters-")
    os.environ[METERS_FOLDER] = folder.name
    return folder


def _forget(_: Any, worker: Any) -> None:
    if METERS_FOLDER in os.environ:
        from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415

        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
