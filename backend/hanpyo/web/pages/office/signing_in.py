"""Signing in: the set-up link, the password, and the second factor."""

from urllib.parse import urlencode

from flask import request
from flask.typing import ResponseReturnValue

from hanpyo.errors import HanpyoError
from hanpyo.identity.staff import accounts, enrolment, people, signing_in
from hanpyo.identity.staff.refusals import AccountExists, FreshFactorNeeded, NotSignedIn
from hanpyo.web import guard
from hanpyo.web.clients import client
from hanpyo.web.guard import desk
from hanpyo.web.pages.office.making import PREFIX, SIGN_IN, answer, given, office, safe_next, to
from hanpyo.web.pages.office.qr import qr
from hanpyo.web.pages.office.saying import BadForm

SET_UP_FACTOR = f"{PREFIX}/second-factor/new"


@office.get("/sign-in")
def sign_in_page() -> ResponseReturnValue:
    """Mail and password."""
    return answer("office/sign_in.html", next=safe_next(request.args.get("next")), mail="")


@office.post("/sign-in")
def sign_in() -> ResponseReturnValue:
    """Half a session; the second factor comes next."""
    guard.require_own_page()
    next_ = safe_next(request.form.get("next"))
    mail, password = request.form.get("mail", ""), request.form.get("password", "")
    try:
        started = signing_in.with_password(desk(), mail, password, client(), replaces=guard.token())
    except HanpyoError as error:
        return answer("office/sign_in.html", error, next=next_, mail=mail)
    guard.remember(started)
    return to_second_factor(next_)


@office.get("/second-factor")
def second_factor_page() -> ResponseReturnValue:
    """A code or a passkey, to finish signing in or to show one's factor afresh."""
    return _second_factor(safe_next(request.args.get("next")))


@office.post("/second-factor")
def second_factor() -> ResponseReturnValue:
    """Show a code."""
    found, next_ = guard.session(), safe_next(request.form.get("next"))
    code = "".join(request.form.get("code", "").split())
    try:
        started = signing_in.with_code(desk(), found, code)
    except NotSignedIn:
        raise
    except HanpyoError as error:
        return _second_factor(next_, error)
    guard.remember(started)
    return to(next_)


@office.get("/set-up")
def set_up_page() -> ResponseReturnValue:
    """A new account, or an old one anew; the link's token is in the fragment."""
    return answer("office/set_up.html", link="")


@office.post("/set-up")
def set_up() -> ResponseReturnValue:
    """Choose a password; whoever has an account already signs in and takes the role."""
    guard.require_own_page()
    fields = given("link", "password", "again")
    token = fields["link"].rpartition("#")[2]
    try:
        if request.form.get("password") != request.form.get("again"):
            raise BadForm("", "passwords_differ")
        started = accounts.set_up(desk(), token, request.form["password"], client())
    except AccountExists as error:
        return answer("office/set_up.html", error, link=token, exists=True)
    except HanpyoError as error:
        return answer("office/set_up.html", error, link=token)
    guard.remember(started)
    return to(SET_UP_FACTOR)


@office.post("/take-role")
def take_role() -> ResponseReturnValue:
    """Take the role of an invitation to one's own mail address."""
    token = given("link")["link"].rpartition("#")[2]
    accounts.take(desk(), guard.staff(), token, client())
    return to(PREFIX, "role")


@office.get("/second-factor/new")
def new_factor_page() -> ResponseReturnValue:
    """Which second factor to set up."""
    found = guard.session()
    return answer("office/new_factor.html", first=found.is_half)


@office.post("/second-factor/new")
def begin_totp() -> ResponseReturnValue:
    """A secret for an authenticator app, shown this once."""
    begun = enrolment.begin_totp(desk(), guard.session())
    return answer("office/new_totp.html", secret=begun.secret, picture=qr(begun.address))


@office.post("/second-factor/new/confirm")
def confirm_totp() -> ResponseReturnValue:
    """The first code of the secret."""
    found = guard.session()
    code = "".join(request.form.get("code", "").split())
    try:
        started = enrolment.confirm_totp(desk(), found, code)
    except (FreshFactorNeeded, NotSignedIn):
        raise
    except HanpyoError as error:
        return answer("office/new_totp.html", error, secret=None, picture=None)
    guard.remember(started)
    return to(PREFIX)


@office.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End this session, or all of the account's."""
    everywhere = bool(request.form.get("everywhere"))
    signing_in.sign_out(desk(), guard.session(), everywhere=everywhere)
    guard.forget()
    return to(SIGN_IN, "signed_out")


def to_second_factor(next_: str) -> ResponseReturnValue:
    """On to the second factor, and from there to `next_`."""
    return to(f"{PREFIX}/second-factor?{urlencode({'next': next_})}")


def _second_factor(next_: str, error: HanpyoError | None = None) -> ResponseReturnValue:
    found = guard.session()
    account = people.account(desk(), found.staff_id)
    return answer(
        "office/second_factor.html",
        error,
        next=next_,
        totp=account.has_totp,
        passkeys=bool(account.passkeys),
    )
