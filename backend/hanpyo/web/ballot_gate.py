"""The short way in for ballots: one route, answered without the framework around it.

A plain request with a ballot in plain JSON goes straight to the intake. Any other request goes on
to the application, untouched. What the intake refuses goes on as well and is raised in the handler,
so that problems are worded, counted and logged in one place. A ballot that is taken is counted and
leaves no line in the log: its row says when it came, and no more needs to know when who voted.
"""

import re
import time
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any, Final

import orjson
from apiflask import APIFlask

from hanpyo.config import Settings
from hanpyo.relay.intake import Accepted
from hanpyo.relay.service import Relay
from hanpyo.web.headers import begin_request, security_headers
from hanpyo.web.meters import Meters
from hanpyo.web.plain_ballot import read_plain

REFUSAL: Final = "hanpyo.refusal"
"""Where a request's environment holds the error that its handler is to raise."""
ROUTE: Final = "/v1/elections/<election_id>/ballots"
_PATH: Final = re.compile(r"/v1/elections/([0-9a-f]{32})/ballots")
_READABLE: Final = (None, "*/*", "application/json")
_JSON: Final = "application/json"
_DIGITS: Final = 9

_Environment = dict[str, Any]
_Start = Callable[..., Any]
_Application = Callable[[_Environment, _Start], Iterable[bytes]]


class BallotGate:
    """WSGI before `inner`; `relay` gives the relay on first use."""

    def __init__(
        self, inner: _Application, relay: Callable[[], Relay], settings: Settings, meters: Meters
    ) -> None:
        self._inner = inner
        self._relay = relay
        self._most = settings.web.max_body
        self._headers = [
            ("Content-Type", _JSON),
            *security_headers(settings),
            ("Cache-Control", "no-store"),
        ]
        self._note = meters.counting("POST", ROUTE, 202)

    def __call__(self, environ: _Environment, start: _Start) -> Iterable[bytes]:
        """Answer, or pass on."""
        election_id = _asked_for(environ)
        length = _length(environ.get("CONTENT_LENGTH", ""))
        if election_id is None or not 0 < length <= self._most:
            return self._inner(environ, start)
        began = time.monotonic()
        body = _body(environ, length)
        given = read_plain(body)
        if given is not None:
            request_id = begin_request()
            try:
                answer = accepted_json(self._relay().intake.submit(election_id, given))
            except Exception as error:  # noqa: BLE001  the handler raises it
                environ[REFUSAL] = error
            else:
                self._note(time.monotonic() - began)
                own = [("Content-Length", str(len(answer))), ("X-Request-Id", request_id)]
                start("202 ACCEPTED", self._headers + own)
                return (answer,)
        environ["wsgi.input"] = BytesIO(body)
        return self._inner(environ, start)


def register_ballot_gate(
    app: APIFlask, relay: Callable[[], Relay], settings: Settings, meters: Meters
) -> None:
    """Put the gate before `app`; call it after everything else that wraps it."""
    gate = BallotGate(app.wsgi_app, relay, settings, meters)
    app.wsgi_app = gate  # type: ignore[method-assign, assignment]


def accepted_json(accepted: Accepted) -> bytes:
    """The answer to a ballot that was taken, see `AcceptedAnswer`."""
    digest = "0x" + accepted.digest.hex()
    return orjson.dumps(
        {
            "digest": digest,
            "receipt": accepted.code,
            "promise": {
                "ballot": digest,
                "includeBy": accepted.include_by,
                "relay": accepted.relay,
                "signature": "0x" + accepted.promise.hex(),
            },
            "warnings": accepted.invalid_items,
        }
    )


def _asked_for(environ: _Environment) -> str | None:
    """The election that a plain request has a ballot for."""
    path = _PATH.fullmatch(environ["PATH_INFO"])
    if (
        path is None
        or environ["REQUEST_METHOD"] != "POST"
        or environ.get("CONTENT_TYPE") != _JSON
        or environ.get("QUERY_STRING")
        or environ.get("HTTP_ACCEPT") not in _READABLE
        or "HTTP_TRANSFER_ENCODING" in environ
        or "HTTP_CONTENT_ENCODING" in environ
    ):
        return None
    return path.group(1)


def _length(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else 0


def _body(environ: _Environment, length: int) -> bytes:
    """What the client sent of its body; the application sees where some is missing."""
    try:
        return bytes(environ["wsgi.input"].read(length))
    except OSError:  # it fell silent, or left
        return b""
