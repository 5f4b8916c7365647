"""The HTTP service of a registrar's own process. TLS is the proxy's; the service is the one caller.

Everything but `/v1/about` wants the service's bearer token. Members reach a registrar through the
service, which carries proofs that it can use for nothing else.
"""

import hmac
from collections.abc import Callable
from hashlib import sha256
from typing import ClassVar, Final

from flask import Response, request

from hanpyo import __version__
from hanpyo.errors import Unauthenticated
from hanpyo.protocol.types import Address
from hanpyo.registrar.client import Registrar
from hanpyo.registrar.requests import (
    AboutBody,
    AttestationBody,
    AttestationRequest,
    CodeBody,
    ListBody,
    SignatureBody,
)
from hanpyo.web.problems import register_problems
from hanpyo.web.routing import APIFlask

_LARGEST_BODY: Final = 512 * 1024
_PUBLIC: Final = frozenset({"about", "health"})


class WrongToken(Unauthenticated):
    """The bearer token is missing or not the service's."""

    code: ClassVar[str] = "unauthenticated"


def create_registrar_app(office: Registrar, token: str) -> APIFlask:
    """The application of one registrar; it starts nothing."""
    app = APIFlask(
        "hanpyo-registrar", title="Hanpyo registrar", version=__version__, json_errors=False
    )
    app.config["OPENAPI_VERSION"] = "3.1.0"
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST_BODY
    register_problems(app)
    app.before_request(_guard(token))
    app.after_request(_headers)
    _add_signing(app, office)
    _add_public(app, office)
    return app


def _add_signing(app: APIFlask, office: Registrar) -> None:
    @app.post("/v1/attestations")
    @app.input(AttestationBody, arg_name="body")
    @app.output(SignatureBody)
    def attest(body: AttestationBody) -> SignatureBody:
        """Sign that a key is a roll entry's."""
        return _signature(office.attest(_value(office, body)))

    @app.post("/v1/rebinds")
    @app.input(AttestationBody, arg_name="body")
    @app.output(SignatureBody)
    def rebind(body: AttestationBody) -> SignatureBody:
        """Sign that a voter moves to a new key."""
        return _signature(office.attest_rebind(_value(office, body)))

    @app.post("/v1/lists")
    @app.input(ListBody, arg_name="body")
    @app.output(SignatureBody)
    def sign_list(body: ListBody) -> SignatureBody:
        """Sign one list of credentials that were signed before."""
        election = Address(bytes.fromhex(body.election[2:]))
        return _signature(office.sign_list(election, [each.value for each in body.credentials]))

    @app.post("/v1/member-codes")
    @app.input(CodeBody, arg_name="body")
    @app.output({}, status_code=200)
    def send_code(body: CodeBody) -> dict[str, str]:
        """Send a member the registrar's own code; the answer says nothing of who is known."""
        office.send_code(Address(bytes.fromhex(body.election[2:])), body.voter, body.purpose)
        return {}


def _add_public(app: APIFlask, office: Registrar) -> None:
    @app.get("/v1/about")
    @app.output(AboutBody)
    def about() -> AboutBody:
        """Who this registrar is, and what it checks."""
        return AboutBody.of(office.describe())

    @app.get("/healthz")
    def health() -> dict[str, str]:
        """That the process answers."""
        return {"status": "ok"}


def _guard(token: str) -> Callable[[], None]:
    expected = sha256(token.encode()).digest()

    def check() -> None:
        if request.endpoint in _PUBLIC:
            return
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        found = sha256(given.strip().encode()).digest()
        if not hmac.compare_digest(found, expected) or scheme.lower() != "bearer":
            raise WrongToken("the bearer token is missing or wrong")

    return check


def _headers(response: Response) -> Response:
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
    response.headers["Cache-Control"] = "no-store"
    return response


def _value(office: Registrar, body: AttestationBody) -> AttestationRequest:
    return body.value(office.address)


def _signature(signature: bytes) -> SignatureBody:
    return SignatureBody(signature="0x" + signature.hex())
