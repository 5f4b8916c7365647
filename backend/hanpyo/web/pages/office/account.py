"""One's own account: password, second factors, sessions."""

from flask import request
from flask.typing import ResponseReturnValue

from hanpyo.errors import HanpyoError
from hanpyo.identity.staff import accounts, enrolment, people
from hanpyo.identity.staff.refusals import FreshFactorNeeded
from hanpyo.web import guard
from hanpyo.web.guard import desk
from hanpyo.web.pages.office.making import PREFIX, answer, office, to
from hanpyo.web.pages.office.saying import BadForm

ACCOUNT = f"{PREFIX}/account"


@office.get("/account")
def account_page() -> ResponseReturnValue:
    """Name, mail, factors."""
    return _account()


@office.post("/account/password")
def change_password() -> ResponseReturnValue:
    """A new password; every other session ends."""
    found = guard.staff()
    try:
        if request.form.get("new") != request.form.get("again"):
            raise BadForm("", "passwords_differ")
        current, new = request.form.get("current", ""), request.form.get("new", "")
        accounts.change_password(desk(), found, current, new)
    except FreshFactorNeeded:
        raise
    except HanpyoError as error:
        return _account(error)
    return to(ACCOUNT, "password")


@office.post("/account/totp/remove")
def remove_totp() -> ResponseReturnValue:
    """Use the authenticator app no more."""
    enrolment.remove_totp(desk(), guard.staff())
    return to(ACCOUNT, "removed")


@office.post("/account/passkeys/<passkey_id>/remove")
def remove_passkey(passkey_id: str) -> ResponseReturnValue:
    """Use a passkey no more."""
    enrolment.remove_passkey(desk(), guard.staff(), passkey_id)
    return to(ACCOUNT, "removed")


def _account(error: HanpyoError | None = None) -> ResponseReturnValue:
    found = guard.staff()
    return answer("office/account.html", error, account=people.account(desk(), found.staff_id))
