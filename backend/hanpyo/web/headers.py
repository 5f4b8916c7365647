"""What every answer carries: no framing, no sniffing, no inline script, no referrer, an id."""

import secrets
from typing import Final

import structlog
from apiflask import APIFlask
from flask import Response, g, request

from hanpyo.config import Settings

_SECURITY: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), geolocation=(), microphone=(), payment=(), usb=(), "
        "publickey-credentials-create=(self), publickey-credentials-get=(self)"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_HSTS: Final = "max-age=31536000; includeSubDomains"
_ID_BYTES: Final = 8


def security_headers(settings: Settings) -> list[tuple[str, str]]:
    """What every answer carries whatever it says."""
    always = list(_SECURITY.items())
    if settings.web.public_url.startswith("https://"):
        always.append(("Strict-Transport-Security", _HSTS))
    return always


def begin_request() -> str:
    """A new request's id, which its lines in the log carry."""
    request_id = secrets.token_hex(_ID_BYTES)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request=request_id)
    return request_id


def register_headers(app: APIFlask, settings: Settings) -> None:
    """Give every request an id and every answer its headers."""
    always = security_headers(settings)

    def begin() -> None:
        g.request_id = begin_request()

    def finish(response: Response) -> Response:
        present = {name.lower() for name, _ in response.headers}
        response.headers.extend(
            [pair for pair in always if pair[0].lower() not in present]  # one pass: it is hot
        )
        if "request_id" in g:
            response.headers["X-Request-Id"] = g.request_id
        if request.endpoint and "cache-control" not in present:
            response.headers["Cache-Control"] = "no-store"
        return response

    app.before_request(begin)
    app.after_request(finish)
