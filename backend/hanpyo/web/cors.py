"""Public data may be read by other origins' pages; nothing else may, and never with cookies."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from apiflask import APIFlask
from flask import Response, current_app, request

from hanpyo.config import Settings

_MARK: Final = "_hanpyo_public"
_ALLOWED_METHODS: Final = "GET, HEAD, OPTIONS"
_ALLOWED_HEADERS: Final = "If-None-Match, Last-Event-ID"
_EXPOSED: Final = "ETag, Retry-After, X-Request-Id"
_DAY: Final = "86400"

_F = TypeVar("_F", bound=Callable[..., Any])


def public_read(handler: _F) -> _F:
    """Mark a GET handler whose answer is public: pages of other origins may read it."""
    setattr(handler, _MARK, True)
    return handler


def register_cors(app: APIFlask, settings: Settings) -> None:
    """Answer other origins as the settings allow."""
    allowed = frozenset(settings.web.allowed_origins)

    def finish(response: Response) -> Response:
        if not _is_public():
            return response
        if "*" in allowed:
            response.headers["Access-Control-Allow-Origin"] = "*"
        else:
            response.vary.add("Origin")
            if request.origin not in allowed:
                return response
            response.headers["Access-Control-Allow-Origin"] = str(request.origin)
        response.headers["Access-Control-Expose-Headers"] = _EXPOSED
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        if request.method == "OPTIONS":
            response.headers["Access-Control-Allow-Methods"] = _ALLOWED_METHODS
            response.headers["Access-Control-Allow-Headers"] = _ALLOWED_HEADERS
            response.headers["Access-Control-Max-Age"] = _DAY
        return response

    app.after_request(finish)


def _is_public() -> bool:
    handler = current_app.view_functions.get(request.endpoint or "")
    reading = request.method in ("GET", "HEAD", "OPTIONS")
    return reading and getattr(handler, _MARK, False)
