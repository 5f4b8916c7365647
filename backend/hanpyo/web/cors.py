"""Public data may be read by other origins' pages; nothing else may, and never with cookies.

The chain is public data that is asked for by POST: an auditor that was kept as a file asks it too.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

from apiflask import APIFlask
from flask import Response, current_app, request

from hanpyo.config import Settings

_MARK: Final = "_hanpyo_public"
_READING: Final = ("GET", "HEAD", "OPTIONS")
_ASKING: Final = ("POST", "OPTIONS")
_ALLOWED_HEADERS: Final = "Content-Type, If-None-Match, Last-Event-ID"
_EXPOSED: Final = "ETag, Retry-After, X-Hanpyo-Chain, X-Request-Id"
_DAY: Final = "86400"

_F = TypeVar("_F", bound=Callable[..., Any])


def public_read(handler: _F) -> _F:
    """Mark a GET handler whose answer is public: pages of other origins may read it."""
    setattr(handler, _MARK, _READING)
    return handler


def public_question(handler: _F) -> _F:
    """Mark a POST handler that looks at no cookie and answers with public data alone."""
    setattr(handler, _MARK, _ASKING)
    return handler


def register_cors(app: APIFlask, settings: Settings) -> None:
    """Answer other origins as the settings allow."""
    allowed = frozenset(settings.web.allowed_origins)

    def finish(response: Response) -> Response:
        methods = _public_methods()
        if request.method not in methods:
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
            response.headers["Access-Control-Allow-Methods"] = ", ".join(methods)
            response.headers["Access-Control-Allow-Headers"] = _ALLOWED_HEADERS
            response.headers["Access-Control-Max-Age"] = _DAY
        return response

    app.after_request(finish)


def _public_methods() -> tuple[str, ...]:
    """The methods by which pages of others may use what this request asks for."""
    handler = current_app.view_functions.get(request.endpoint or "")
    return cast("tuple[str, ...]", getattr(handler, _MARK, ()))
