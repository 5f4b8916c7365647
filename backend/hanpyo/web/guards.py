"""Requests that no handler should see: what no database can look for, and bodies that unfold."""

from typing import Any, Final

from apiflask import APIFlask
from flask import request
from werkzeug.exceptions import (
    BadRequest,
    LengthRequired,
    NotAcceptable,
    NotFound,
    UnsupportedMediaType,
)

_LARGEST: Final = 2**63 - 1
_ANSWERS: Final = (
    "application/json",
    "application/problem+json",
    "application/ld+json",
    "application/gzip",
    "application/octet-stream",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/x-ndjson",
    "image/png",
    "image/svg+xml",
    "text/csv",
    "text/event-stream",
    "text/html",
    "text/plain",
)
"""Media types that some answer of the API has."""


def register_guards(app: APIFlask) -> None:
    """Refuse what cannot mean anything, before a handler runs."""
    app.before_request(_look)


def _look() -> None:
    if any(not _can_be(value) for value in (request.view_args or {}).values()):
        raise NotFound("there is no such thing")
    if any("\0" in part for pair in request.args.items(multi=True) for part in pair):
        raise BadRequest("the query holds the character NUL")
    if "Transfer-Encoding" in request.headers:
        # Werkzeug would cut such a body off at the limit and call it whole.
        raise LengthRequired("say with Content-Length how long the body is")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType("send the body as it is, not compressed")
    if request.path.startswith("/v1/") and not _can_read():
        raise NotAcceptable("the answer is JSON, or a type that the API document names")


def _can_be(value: Any) -> bool:
    if isinstance(value, int):
        return -_LARGEST <= value <= _LARGEST
    return "\0" not in str(value)


def _can_read() -> bool:
    accepted = request.accept_mimetypes
    return not accepted or accepted.best_match(_ANSWERS) is not None
