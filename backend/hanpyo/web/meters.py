"""What this process answered: requests by route template, status, problem code; a log line each.

No path, query, address or body is counted or logged: a route template tells nobody apart. Under
several workers Prometheus' files (`PROMETHEUS_MULTIPROC_DIR`) add the processes up.
"""

import os
import time
from collections.abc import Callable
from typing import Final

import structlog
from apiflask import APIFlask
from flask import Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from hanpyo.operation.numbers import Numbers
from hanpyo.runtime import Runtime

_FILES: Final = "PROMETHEUS_MULTIPROC_DIR"
_NO_ROUTE: Final = "none"
UNTOLD: Final = "untold"
"""What a handler sets in `g` when its answer is counted and not logged."""
_QUIET: Final = ("/healthz", "/readyz", "/metrics")
_log = structlog.get_logger(__name__)


class Meters:
    """Counters of one application."""

    def __init__(self, runtime: Runtime) -> None:
        self._own = CollectorRegistry()
        self._numbers = CollectorRegistry()
        self._numbers.register(Numbers(runtime))
        self._requests = Counter(
            "hanpyo_http_requests",
            "Requests answered",
            ["method", "route", "status"],
            registry=self._own,
        )
        self._problems = Counter(
            "hanpyo_http_problems", "Requests refused", ["route", "code"], registry=self._own
        )
        self._seconds = Histogram(
            "hanpyo_http_seconds", "Time to an answer's head", ["route"], registry=self._own
        )

    def note(self, response: Response, seconds: float) -> None:
        """Count one answer, and log it."""
        route = request.url_rule.rule if request.url_rule else _NO_ROUTE
        method = request.method if request.url_rule else _NO_ROUTE
        self._requests.labels(method, route, str(response.status_code)).inc()
        self._seconds.labels(route).observe(seconds)
        code = g.get("problem_code")
        if code is not None:
            self._problems.labels(route, code).inc()
        if route not in _QUIET and not g.get(UNTOLD, False):
            _log.info(
                "request",
                method=method,
                route=route,
                status=response.status_code,
                code=code,
                milliseconds=round(seconds * 1000, 1),
            )

    def counting(self, method: str, route: str, status: int) -> Callable[[float], None]:
        """What counts an answer of one kind, given its seconds: `note` for a hot path, no line."""
        requests = self._requests.labels(method, route, str(status))
        took = self._seconds.labels(route)

        def count(seconds: float) -> None:
            requests.inc()
            took.observe(seconds)

        return count

    def text(self) -> bytes:
        """Everything in Prometheus' format."""
        own = self._own
        if _FILES in os.environ:
            own = CollectorRegistry()
            MultiProcessCollector(own)  # type: ignore[no-untyped-call]
        return generate_latest(own) + generate_latest(self._numbers)


def register_meters(app: APIFlask, runtime: Runtime) -> Meters:
    """Count and log every answer of `app`."""
    meters = Meters(runtime)

    def begin() -> None:
        g.began = time.monotonic()

    def finish(response: Response) -> Response:
        meters.note(response, time.monotonic() - g.get("began", time.monotonic()))
        return response

    app.before_request(begin)
    app.after_request(finish)
    return meters
