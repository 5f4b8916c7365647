"""Who asks, and whether they may: how handlers of the staff's API begin.

The session is a cookie (HttpOnly, SameSite=Lax; under https Secure and `__Host-`). A request that
changes something must show the session's CSRF token too, in `X-CSRF-Token` or in the field `csrf`
of a page's form; that is checked here, so that no handler can forget it. Roles and the account are
read anew for each request.
"""

import hmac
from collections.abc import Collection
from typing import Any, ClassVar, Final, cast
from urllib.parse import urlsplit

from flask import Response, after_this_request, current_app, g, request

from hanpyo.db.models import Election, Role
from hanpyo.errors import Forbidden
from hanpyo.identity.staff import roles, sessions
from hanpyo.identity.staff.desk import Desk, desk_of
from hanpyo.identity.staff.refusals import SecondFactorNeeded, Unknown
from hanpyo.identity.staff.sessions import SignedIn, Started
from hanpyo.web.context import runtime
from hanpyo.web.cookies import cookie_name, is_https
from hanpyo.web.openapi import STAFF_COOKIE
from hanpyo.web.page_kind import is_page

CSRF_HEADER: Final = "X-CSRF-Token"
CSRF_FIELD: Final = "csrf"
_DESK: Final = "hanpyo.staff"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class ForgedRequest(Forbidden):
    """A request that the staff's own pages did not make."""

    code: ClassVar[str] = "csrf_refused"


def desk() -> Desk:
    """The staff's use-cases' needs, made once for an application."""
    extensions = current_app.extensions
    if _DESK not in extensions:
        extensions[_DESK] = desk_of(runtime())
    return cast("Desk", extensions[_DESK])


def staff() -> SignedIn:
    """Who is signed in with both factors; raises `Unauthenticated` kinds and `ForgedRequest`."""
    found = session()
    if found.is_half:
        raise SecondFactorNeeded
    return found


def session() -> SignedIn:
    """Whose session it is, half signed in or wholly; for the steps of signing in only."""
    if "staff" not in g:
        found = sessions.who(desk(), token())
        same = hmac.compare_digest(_shown_csrf().encode(), found.csrf.encode())
        if request.method not in _SAFE and not same:
            raise ForgedRequest(f"the header {CSRF_HEADER} is not this session's")
        g.staff = found
    return cast("SignedIn", g.staff)


def require(role: Role | Collection[Role], organisation_id: str | None) -> SignedIn:
    """Who is signed in, holding one of the roles in the organisation (None: the installation).

    Any role of the organisation satisfies `Role.OBSERVER`. Raises `Unauthenticated` kinds,
    `NotFound` for another organisation's, `Forbidden` where the role is missing.
    """
    found = staff()
    roles.check(found.roles, role, organisation_id)
    return found


def require_for_election(
    role: Role | Collection[Role], election_id: str
) -> tuple[SignedIn, Election]:
    """As `require`, in the organisation whose election this is; the election as read just now."""
    found = staff()
    with runtime().database.read() as db:
        election = db.get(Election, election_id)
    if election is None:
        raise Unknown
    roles.check(found.roles, role, election.organisation_id)
    return found, election


def require_own_page() -> None:
    """Raise `ForgedRequest` for a form of another site; for requests that need no session yet."""
    origin = request.headers.get("Origin")
    if origin is None:
        return
    try:
        place = urlsplit(origin).netloc
    except ValueError:
        place = ""
    if not place or place not in (request.host, urlsplit(desk().public_url).netloc):
        raise ForgedRequest("sign in from this service's own pages")


def session_cookie() -> str:
    """The name of the cookie of this installation's sessions."""
    return cookie_name(STAFF_COOKIE, runtime().settings.web.public_url)


def remember(started: Started) -> None:
    """Give the browser its session with the answer to this request."""

    @after_this_request
    def give(response: Response) -> Response:
        response.set_cookie(session_cookie(), started.token, **_flags())
        return response


def forget() -> None:
    """Take the session's cookie from the browser with the answer to this request."""

    @after_this_request
    def take(response: Response) -> Response:
        response.delete_cookie(session_cookie(), **_flags())
        return response


def token() -> str | None:
    """The session token that the browser shows, whether or not it holds."""
    return request.cookies.get(session_cookie())


def _shown_csrf() -> str:
    """What the request shows; a form is read on pages only, the API takes the header."""
    shown = request.headers.get(CSRF_HEADER)
    if shown is None and is_page(request.endpoint):
        shown = request.form.get(CSRF_FIELD)
    return shown or ""


def _flags() -> dict[str, Any]:
    return {
        "path": "/",
        "secure": is_https(runtime().settings.web.public_url),
        "httponly": True,
        "samesite": "Lax",
    }
