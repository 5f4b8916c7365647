"""Structured logs on the error stream: one JSON object a line, or columns for a person.

What libraries log goes the same way, cleaned the same; of HTTP and SQL libraries only warnings.
"""

import logging
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Final, TextIO

import orjson
import structlog

from hanpyo.config import LogSection
from hanpyo.operation.redaction import redact

_QUIET: Final = ("httpx", "httpcore", "urllib3", "sqlalchemy", "alembic", "web3", "asyncio")
_FRAMES: Final = 6


def configure_logs(section: LogSection, stream: TextIO | None = None) -> None:
    """Set logging up for this process; `stream` is standard error unless given."""
    level = logging.getLevelNamesMapping()[section.level.upper()]
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _without_traces,
                redact,
                *_renderer(section),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))


def places(trace: TracebackType | None) -> list[str]:
    """The last frames of a trace as `file:line function`; no values, which may be personal."""
    found: list[str] = []
    while trace is not None:
        code = trace.tb_frame.f_code
        found.append(f"{Path(code.co_filename).name}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return found[-_FRAMES:]


def _renderer(section: LogSection) -> list[Any]:
    if section.style == "console":
        return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    return [structlog.processors.JSONRenderer(serializer=_dumps)]


def _dumps(value: Any, **_: Any) -> str:
    return orjson.dumps(value, default=str).decode()


def _without_traces(_: object, __: str, event: Any) -> Any:
    """Where an exception came from instead of what it says: its message may quote anything."""
    given = event.pop("exc_info", None)
    if given is True:
        given = sys.exc_info()
    error = given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["kind"] = type(error).__name__
        event["places"] = places(error.__traceback__)
    event.pop("stack_info", None)
    return event
