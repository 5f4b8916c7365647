"""The blueprint of the staff's pages: how they answer whoever may not, and what templates get.

Their forms work without scripts: a POST shows the CSRF token in its field `csrf`, and leads to a
page by a redirect. The referrer stays within this service, because browsers that send none send no
origin with a form either, and signing in checks the origin.
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from flask import Response, g, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from hanpyo.errors import Conflict, HanpyoError, Unauthenticated
from hanpyo.identity.staff.refusals import FreshFactorNeeded, SecondFactorNeeded
from hanpyo.web import guard, problems
from hanpyo.web.pages.errors import error_page
from hanpyo.web.pages.making import page_blueprint
from hanpyo.web.pages.office import naming
from hanpyo.web.pages.office.saying import done_text, is_known, said

PREFIX: Final = "/staff"
SIGN_IN: Final = f"{PREFIX}/sign-in"
SECOND_FACTOR: Final = f"{PREFIX}/second-factor"
office = page_blueprint("office", __name__, url_prefix=PREFIX)


@office.after_request
def _keep_origin(response: Response) -> Response:
    response.headers["Referrer-Policy"] = "same-origin"
    return response


@office.context_processor
def _for_templates() -> dict[str, Any]:
    signed_in = g.get("staff")
    token = signed_in.csrf if signed_in else ""
    field = Markup('<input type="hidden" name="{}" value="{}">').format(guard.CSRF_FIELD, token)
    return {
        "csrf": field,
        "csrf_token": token,
        "signed_in": signed_in is not None and not signed_in.is_half,
        "done": done_text(request.args.get("done", "")),
        "site": guard.desk().public_url.rstrip("/"),
        "stand_names": naming.STANDS,
        "step_names": naming.STEPS,
        "role_names": naming.ROLES,
    }


@office.errorhandler(HanpyoError)
def _refused(error: HanpyoError) -> ResponseReturnValue:
    if isinstance(error, SecondFactorNeeded | FreshFactorNeeded):
        return redirect(f"{SECOND_FACTOR}?{urlencode({'next': _here()})}", 303)
    if isinstance(error, Unauthenticated):
        return redirect(f"{SIGN_IN}?{urlencode({'next': _here()})}", 303)
    status = problems.status_of(error)
    if is_known(error) or isinstance(error, Conflict) or status == 422:  # noqa: PLR2004  a form's
        page = render_template("office/refused.html", said=said(error))
        return make_response(page, status)
    return error_page(status)


def safe_next(given: str | None) -> str:
    """Where to go on to: a page of the staff's, whatever an address asks for."""
    if given is None or not given.startswith(f"{PREFIX}/") or "\\" in given or "//" in given:
        return PREFIX
    return given if given.isprintable() else PREFIX


def to(place: str, done: str = "") -> ResponseReturnValue:
    """On to a page after a change; `done` is a key of `saying.DONE`."""
    return redirect(f"{place}?{urlencode({'done': done})}" if done else place, 303)


def answer(template: str, error: HanpyoError | None = None, **values: Any) -> ResponseReturnValue:
    """A page; with an error that its form met, under that error's status."""
    fault = None if error is None else said(error)
    page = render_template(template, fault=fault, **values)
    return make_response(page, 200 if error is None else problems.status_of(error))


def given(*names: str) -> Mapping[str, str]:
    """Fields of the form that was sent, without the space around them."""
    return {name: request.form.get(name, "").strip() for name in names}


def _here() -> str:
    """The page asked for, or after a form the page that it stands on."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    return PREFIX
