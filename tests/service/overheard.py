"""What whoever stands beside a service gets to see of it: URLs, refusals, logs, messages."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog

from hanpyo.config import LogSection
from hanpyo.operation.logs import configure_logs
from tests.service.serving import served


@dataclass
class Heard:
    """What was seen of one service by whoever stands beside it."""

    urls: list[str] = field(default_factory=list)
    refusals: list[bytes] = field(default_factory=list)
    webhooks: list[bytes] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    log: io.StringIO = field(default_factory=io.StringIO)


@contextmanager
def listening(heard: Heard) -> Iterator[None]:
    """Logs as the service writes them at debug, and what was logged before it was cleaned."""

    class Raw(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if not record.name.startswith("mail."):  # the test's own mail server
                heard.events.append(f"{record.msg!r} {record.args!r} {record.exc_info!r}")

    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    configure_logs(LogSection(level="debug"), heard.log)
    root.handlers[0].addFilter(lambda record: not record.name.startswith("mail."))
    root.addHandler(Raw())
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.configure(**before)


def recording(application: Any, heard: Heard) -> Any:
    """The WSGI application, each URL and each refusal noted."""

    def call(environ: dict[str, Any], start: Any) -> Any:
        heard.urls.append(f"{environ['PATH_INFO']}?{environ.get('QUERY_STRING', '')}")
        heard.urls.append(environ.get("HTTP_REFERER", ""))
        status: list[str] = []

        def begin(line: str, headers: Any, *more: Any) -> Any:
            status.append(line)
            told = [f"{name}: {value}" for name, value in headers if name != "Set-Cookie"]
            heard.refusals.append("\n".join(told).encode())
            return start(line, headers, *more)

        body = list(application(environ, begin))
        if status[0] >= "4":
            heard.refusals.extend(body)
        return body

    return call


@contextmanager
def receiving(heard: Heard) -> Iterator[str]:
    """A webhook's receiver."""

    def application(environ: dict[str, Any], start: Any) -> list[bytes]:
        heard.urls.append(f"{environ['PATH_INFO']}?{environ.get('QUERY_STRING', '')}")
        heard.webhooks.append(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        start("204 No Content", [])
        return []

    with served(application) as url:  # type: ignore[arg-type]  # any WSGI application serves
        yield f"{url}/hook"
