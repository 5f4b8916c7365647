"""Every failure as problem+json (RFC 9457): status, stable code, message; never a trace.

`type` is `urn:hanpyo:problem:<code>`. A field at fault stands in `errors` with its place.
"""

from typing import Any, Final

import orjson
import structlog
from apiflask import APIFlask
from flask import Response, g
from werkzeug.exceptions import HTTPException

from hanpyo.errors import (
    Conflict,
    Forbidden,
    HanpyoError,
    Invalid,
    NotFound,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from hanpyo.operation.logs import places
from hanpyo.web.inputs import InvalidFields
from hanpyo.web.strict_json import MalformedJson

MEDIA_TYPE: Final = "application/problem+json"
_STATUS: Final[tuple[tuple[type[HanpyoError], int], ...]] = (
    (MalformedJson, 400),
    (Invalid, 422),
    (NotFound, 404),
    (Conflict, 409),
    (Forbidden, 403),
    (Unauthenticated, 401),
    (TooMany, 429),
    (Unavailable, 503),
)
_log = structlog.get_logger(__name__)


def status_of(error: HanpyoError) -> int:
    """The HTTP status of a failure: by its kind, else 422, or 503 where it may pass."""
    for kind, status in _STATUS:
        if isinstance(error, kind):
            return status
    return 503 if error.retryable else 422


def problem(
    status: int, code: str, detail: str, *, headers: dict[str, str] | None = None, **more: Any
) -> Response:
    """A problem response; its code is noted for the log."""
    g.problem_code = code
    body = {"type": f"urn:hanpyo:problem:{code}", "status": status, "code": code, "detail": detail}
    return Response(orjson.dumps(body | more), status, headers, mimetype=MEDIA_TYPE)


def register_problems(app: APIFlask) -> None:
    """Turn every failure of `app` into a problem."""
    app.register_error_handler(HanpyoError, of_hanpyo)
    app.register_error_handler(HTTPException, of_http)
    app.register_error_handler(Exception, of_unforeseen)


def of_hanpyo(error: HanpyoError) -> Response:
    """The problem of a failure that Hanpyo understands."""
    headers = {}
    if isinstance(error, (TooMany, Unavailable)):
        headers["Retry-After"] = str(error.retry_after)
    more: dict[str, Any] = {"retryable": error.retryable}
    if isinstance(error, Invalid) and error.field:
        more["errors"] = [{"field": error.field, "message": str(error)}]
    if isinstance(error, InvalidFields):
        more["errors"] = [{"field": field, "message": said} for field, said in error.faults]
    return problem(status_of(error), error.code, str(error), headers=headers, **more)


def of_http(error: HTTPException) -> Response:
    """The problem of a request that no handler took."""
    status = error.code or 500
    code = (error.name or "error").lower().replace(" ", "_").replace("'", "")
    headers = {
        name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")
    }
    return problem(status, code, error.description or error.name, headers=headers)


def of_unforeseen(error: Exception) -> Response:
    """The problem of anything else; noted in the log without a word of the request."""
    _log.error("unforeseen", kind=type(error).__name__, places=places(error.__traceback__))
    return problem(500, "internal_error", "Something went wrong here; it was noted. Try again.")
