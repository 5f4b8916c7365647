"""How members sign in to an election and bind the key that they vote with.

A session is a bearer token in `Authorization`, so no other site can use it. Every proof is refused
by the same answer, whatever was wrong and whoever it was about.
"""

from typing import Final, cast
from urllib.parse import urlencode

from flask import Response, current_app, make_response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from hanpyo.identity.codes import LINK_PAGE
from hanpyo.identity.factors import Factor, Level, level_of
from hanpyo.identity.members import Rules
from hanpyo.identity.service import CALLBACK, Identity, identity_of
from hanpyo.identity.sessions import Opened, SignedIn
from hanpyo.identity.sign_in import Shown
from hanpyo.registrar.client import Registrars
from hanpyo.registrar.opening import open_registrars
from hanpyo.web.clients import client
from hanpyo.web.context import runtime
from hanpyo.web.cookies import cookie_name, is_https
from hanpyo.web.identity_models import (
    ChallengeIn,
    ChallengeOut,
    Entry,
    LinkEntry,
    MethodsOut,
    SessionOut,
    Verification,
)
from hanpyo.web.openapi import needs
from hanpyo.web.routing import APIBlueprint

identity = APIBlueprint("identity", __name__, tag="Members")
_SESSION: Final = "memberSession"
_EXTENSION: Final = "hanpyo.identity"
_REGISTRARS: Final = "hanpyo.registrars"
_COOKIE: Final = "hanpyo_browser"
_BEARER: Final = "Bearer "
_PASSED_ON: Final = ("state", "code", "iss")
_LONGEST_PASSED: Final = 4_096


def registrars() -> Registrars:
    """The registrars of this installation, opened once for an application."""
    extensions = current_app.extensions
    if _REGISTRARS not in extensions:
        extensions[_REGISTRARS] = open_registrars(runtime())
    return cast("Registrars", extensions[_REGISTRARS])


def members() -> Identity:
    """The use-cases of members' identity, made once for an application."""
    extensions = current_app.extensions
    if _EXTENSION not in extensions:
        extensions[_EXTENSION] = identity_of(runtime(), registrars())
    return cast("Identity", extensions[_EXTENSION])


def signed_in() -> SignedIn:
    """The session of this request's bearer token; raises `SessionMissing`."""
    given = request.headers.get("Authorization", "")
    token = given.removeprefix(_BEARER) if given.startswith(_BEARER) else None
    return members().sessions.of(token, runtime().now())


@identity.get("/v1/elections/<election_id>/methods")
@identity.output(MethodsOut)
def methods(election_id: str) -> MethodsOut:
    """The level that the election asks for, and by which methods."""
    rules = members().members.rules(election_id)
    return MethodsOut(required=rules.level.label, methods=list(rules.methods))


@identity.post("/v1/sessions")
@identity.input(LinkEntry, arg_name="body")
@identity.output(SessionOut, status_code=201)
def enter_by_link(body: LinkEntry) -> Response:
    """Open a session with a personal link, which names its election by itself."""
    return _session(members().sign_in.enter(None, "link", body.token, client()))


@identity.post("/v1/elections/<election_id>/sessions")
@identity.input(Entry, arg_name="body")
@identity.output(SessionOut, status_code=201)
def enter(election_id: str, body: Entry) -> Response:
    """Open a session with a personal link or a letter's code."""
    return _session(members().sign_in.enter(election_id, body.method, body.code, client()))


@identity.post("/v1/elections/<election_id>/challenges")
@identity.input(ChallengeIn, arg_name="body")
@identity.output(ChallengeOut, status_code=201)
def begin(election_id: str, body: ChallengeIn) -> Response:
    """Begin to sign in by another method; answer it at `/v1/sessions/verifications`."""
    shown = members().sign_in.start(election_id, body.method, body.contact, client())
    return _challenge(shown)


@identity.post("/v1/sessions/challenges")
@needs(_SESSION)
@identity.input(ChallengeIn, arg_name="body")
@identity.output(ChallengeOut, status_code=201)
def begin_another(body: ChallengeIn) -> Response:
    """Begin to show one more factor; codes go to the contacts on file."""
    found = signed_in()
    election_id = found.rules.election_id
    return _challenge(members().sign_in.start(election_id, body.method, "", client(), found))


@identity.post("/v1/sessions/verifications")
@identity.input(Verification, arg_name="body")
@identity.output(SessionOut, status_code=201)
def verify(body: Verification) -> Response:
    """Answer a challenge: a new session, or the session's new token with one factor more."""
    found = signed_in() if "Authorization" in request.headers else None
    answer = body.answer.model_dump(by_alias=True, exclude_none=True)
    browser = request.cookies.get(cookie_name(_COOKIE, runtime().settings.web.public_url))
    return _session(members().sign_in.verify(body.challenge, answer, client(), found, browser))


@identity.get(CALLBACK)
@identity.doc(hide=True)
def oidc_callback() -> BaseResponse:
    """Where providers send the browser back to: on to our own page, and nowhere else.

    What the provider said goes into the fragment; the page posts it as an answer.
    """
    said = {name: request.args.get(name, "")[:_LONGEST_PASSED] for name in _PASSED_ON}
    passed = {name: value for name, value in said.items() if value}
    if "code" not in passed or "state" not in passed:
        passed = {"error": "provider_refused"}
    page = runtime().settings.web.public_url.rstrip("/") + LINK_PAGE
    response = redirect(f"{page}#{urlencode({'oidc': '1', **passed})}", 303)
    response.headers["Cache-Control"] = "no-store"
    return response


def _session(opened: Opened) -> Response:
    rules = members().members.rules(opened.election_id)
    level = level_of(opened.factors)
    body = SessionOut(
        token=opened.token,
        election=opened.election_id,
        expires_at=opened.expires_at,
        level=level.label,
        required=rules.level.label,
        enough=level >= rules.level,
        missing=missing(rules, opened.factors),
    )
    return _uncached(body)


def _challenge(shown: Shown) -> Response:
    body = ChallengeOut(
        challenge=shown.challenge_id,
        method=shown.method,
        expires_at=shown.expires_at,
        show=dict(shown.show),
    )
    response = _uncached(body)
    if shown.browser is not None:
        url = runtime().settings.web.public_url
        response.set_cookie(
            cookie_name(_COOKIE, url),
            shown.browser,
            secure=is_https(url),
            httponly=True,
            samesite="Strict",
            max_age=shown.expires_at - runtime().now(),
        )
    return response


def _uncached(body: SessionOut | ChallengeOut) -> Response:
    response = make_response(body.model_dump(by_alias=True), 201)
    response.headers["Cache-Control"] = "no-store"
    return response


def missing(rules: Rules, factors: tuple[Factor, ...]) -> list[str]:
    """Methods of the election that would raise the level; none once it is reached."""
    level = level_of(factors)
    if level >= rules.level:
        return []

    def with_method(method: str) -> Level:
        return level_of((*factors, Factor(method, method, 0)))

    raising = {each: with_method(each) for each in rules.methods if with_method(each) > level}
    reaching = [each for each, reached in raising.items() if reached >= rules.level]
    return reaching or list(raising)
