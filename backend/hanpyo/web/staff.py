"""How staff sign in, and what they do to their own account.

`/v1/staff/session` is the session: it begins half with mail and password, or with a set-up link,
and is whole after a code or a passkey. Whoever has no second factor sets one up first.
"""

from typing import Final

from hanpyo.identity.staff import accounts, enrolment, people, signing_in
from hanpyo.identity.staff.sessions import SignedIn, Started
from hanpyo.web import guard
from hanpyo.web.clients import client
from hanpyo.web.guard import desk
from hanpyo.web.openapi import needs
from hanpyo.web.routing import APIBlueprint
from hanpyo.web.staff_models import (
    Code,
    HeldRole,
    LinkToken,
    Me,
    NewPasskey,
    Passkey,
    PasskeyAnswer,
    PasskeyOptions,
    PasswordChange,
    SessionState,
    SetUp,
    SignIn,
    TotpSecret,
)

staff = APIBlueprint("staff", __name__, tag="Staff", url_prefix="/v1/staff")
_SESSION: Final = "staffSession"


@staff.post("/session")
@staff.input(SignIn, arg_name="body")
@staff.output(SessionState, status_code=201)
def sign_in(body: SignIn) -> SessionState:
    """Begin to sign in: half a session."""
    guard.require_own_page()
    started = signing_in.with_password(
        desk(), body.mail, body.password, client(), replaces=guard.token()
    )
    return _given(started, second_factor=False)


@staff.get("/session")
@needs(_SESSION)
@staff.output(SessionState)
def show_session() -> SessionState:
    """How far the session is, and its CSRF token."""
    return _state(guard.session())


@staff.delete("/session")
@needs(_SESSION)
@staff.output({}, status_code=204)
def sign_out() -> str:
    """End this session."""
    signing_in.sign_out(desk(), guard.session())
    guard.forget()
    return ""


@staff.delete("/sessions")
@needs(_SESSION)
@staff.output({}, status_code=204)
def sign_out_everywhere() -> str:
    """End all sessions of one's account."""
    signing_in.sign_out(desk(), guard.session(), everywhere=True)
    guard.forget()
    return ""


@staff.post("/session/totp")
@needs(_SESSION)
@staff.input(Code, arg_name="body")
@staff.output(SessionState)
def show_code(body: Code) -> SessionState:
    """Finish signing in with a code, or show one's factor afresh."""
    return _given(signing_in.with_code(desk(), guard.session(), body.code))


@staff.post("/session/passkey/options")
@needs(_SESSION)
@staff.output(PasskeyOptions)
def ask_for_passkey() -> PasskeyOptions:
    """What the browser is asked for, to finish signing in."""
    return PasskeyOptions(public_key=signing_in.passkey_options(desk(), guard.session()))


@staff.post("/session/passkey")
@needs(_SESSION)
@staff.input(PasskeyAnswer, arg_name="body")
@staff.output(SessionState)
def show_passkey(body: PasskeyAnswer) -> SessionState:
    """Finish signing in with a passkey, or show one's factor afresh."""
    return _given(signing_in.with_passkey(desk(), guard.session(), body.credential))


@staff.post("/set-up")
@staff.input(SetUp, arg_name="body")
@staff.output(SessionState, status_code=201)
def set_up(body: SetUp) -> SessionState:
    """Use a link: choose a password; half a session, in which a second factor comes next."""
    guard.require_own_page()
    started = accounts.set_up(desk(), body.token, body.password, client())
    return _given(started, second_factor=False)


@staff.get("/me")
@needs(_SESSION)
@staff.output(Me)
def show_me() -> Me:
    """One's own account, roles and session."""
    found = guard.staff()
    account = people.account(desk(), found.staff_id)
    held = sorted(found.roles, key=lambda each: (each.organisation_id or "", each.role))
    return Me(
        id=found.staff_id,
        name=account.name,
        mail=account.mail,
        totp=account.has_totp,
        passkeys=[
            Passkey(id=each.id, name=each.name, created_at=each.created_at)
            for each in account.passkeys
        ],
        roles=[HeldRole(organisation_id=each.organisation_id, role=each.role) for each in held],
        session=_state(found),
    )


@staff.post("/me/roles")
@needs(_SESSION)
@staff.input(LinkToken, arg_name="body")
@staff.output({}, status_code=204)
def take_role(body: LinkToken) -> str:
    """Take the role of an invitation to one's own mail address."""
    accounts.take(desk(), guard.staff(), body.token, client())
    return ""


@staff.put("/me/password")
@needs(_SESSION)
@staff.input(PasswordChange, arg_name="body")
@staff.output({}, status_code=204)
def change_password(body: PasswordChange) -> str:
    """Change one's password; every other session ends."""
    accounts.change_password(desk(), guard.staff(), body.current, body.new)
    return ""


@staff.post("/me/totp")
@needs(_SESSION)
@staff.output(TotpSecret)
def begin_totp() -> TotpSecret:
    """A secret for an authenticator app; it counts once its first code was shown."""
    found = enrolment.begin_totp(desk(), guard.session())
    return TotpSecret(secret=found.secret, address=found.address)


@staff.put("/me/totp")
@needs(_SESSION)
@staff.input(Code, arg_name="body")
@staff.output(SessionState)
def confirm_totp(body: Code) -> SessionState:
    """Show the first code of the secret."""
    return _given(enrolment.confirm_totp(desk(), guard.session(), body.code))


@staff.delete("/me/totp")
@needs(_SESSION)
@staff.output({}, status_code=204)
def remove_totp() -> str:
    """Use the authenticator app no more."""
    enrolment.remove_totp(desk(), guard.staff())
    return ""


@staff.post("/me/passkeys/options")
@needs(_SESSION)
@staff.output(PasskeyOptions)
def ask_for_new_passkey() -> PasskeyOptions:
    """What the browser is asked to make a passkey."""
    return PasskeyOptions(public_key=enrolment.passkey_options(desk(), guard.session()))


@staff.post("/me/passkeys")
@needs(_SESSION)
@staff.input(NewPasskey, arg_name="body")
@staff.output(SessionState, status_code=201)
def add_passkey(body: NewPasskey) -> SessionState:
    """Register a passkey."""
    return _given(enrolment.add_passkey(desk(), guard.session(), body.name, body.credential))


@staff.delete("/me/passkeys/<passkey_id>")
@needs(_SESSION)
@staff.output({}, status_code=204)
def remove_passkey(passkey_id: str) -> str:
    """Use a passkey no more."""
    enrolment.remove_passkey(desk(), guard.staff(), passkey_id)
    return ""


def _given(started: Started, *, second_factor: bool = True) -> SessionState:
    """Give the browser its new session, and say how far it is."""
    guard.remember(started)
    return SessionState(
        second_factor=second_factor, csrf_token=started.csrf, expires_at=started.expires_at
    )


def _state(found: SignedIn) -> SessionState:
    return SessionState(
        second_factor=not found.is_half, csrf_token=found.csrf, expires_at=found.expires_at
    )
