"""Second factors: set up before anything else, and changed with a fresh one only.

Half a session may set up the account's first factor, and nothing where there is one: a password
alone never adds a factor. A full session adds and removes factors while its own is fresh; the last
one stays.
"""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hanpyo.db.models import Staff, StaffPasskey, StaffSession
from hanpyo.db.types import new_id
from hanpyo.errors import Conflict, HanpyoError
from hanpyo.identity.staff import passkeys, totp
from hanpyo.identity.staff.audit_log import record
from hanpyo.identity.staff.desk import Desk
from hanpyo.identity.staff.records import (
    has_factor,
    named,
    normal_name,
    passkeys_of,
    seal,
    unseal,
)
from hanpyo.identity.staff.refusals import (
    FreshFactorNeeded,
    LastFactor,
    SecondFactorNeeded,
    SecondFactorRefused,
    Unknown,
)
from hanpyo.identity.staff.sessions import FRESH_SECONDS, SignedIn, Started
from hanpyo.identity.staff.signing_in import ask, lock_both, site_of, take_challenge, told, whole

_MOST_PASSKEYS = 10


@dataclass(frozen=True)
class TotpSecret:
    """What an authenticator app takes in; shown once."""

    secret: str = field(repr=False)
    address: str = field(repr=False)


def begin_totp(desk: Desk, signed_in: SignedIn) -> TotpSecret:
    """A secret that counts from its first code on."""

    def work(session: Session) -> TotpSecret:
        staff, row = _allowed(session, desk, signed_in)
        secret = totp.new_secret()
        row.totp = seal(desk.vault, named(staff.id), "totp", secret)
        mail = unseal(desk.vault, named(staff.id), "mail", staff.mail)
        return TotpSecret(secret, totp.address_of(secret, mail))

    return desk.database.transact(work)


def confirm_totp(desk: Desk, signed_in: SignedIn, code: str) -> Started:
    """A whole session, and the new secret in use instead of an older one."""
    return desk.database.transact(lambda session: _confirm(session, desk, signed_in, code))


def remove_totp(desk: Desk, signed_in: SignedIn) -> None:
    """Take the authenticator app away."""

    def work(session: Session) -> None:
        staff, _ = _allowed(session, desk, signed_in)
        if staff.totp is None:
            raise Unknown
        if not passkeys_of(session, staff.id):
            raise LastFactor
        staff.totp = None
        _note(session, desk, signed_in, "staff.totp_removed")

    desk.database.transact(work)


def passkey_options(desk: Desk, signed_in: SignedIn) -> dict[str, Any]:
    """What the browser is asked to register a passkey."""

    def work(session: Session) -> tuple[bytes, str, list[bytes]]:
        staff, _ = _allowed(session, desk, signed_in)
        present = [each.credential_id for each in passkeys_of(session, staff.id)]
        mail = unseal(desk.vault, named(staff.id), "mail", staff.mail)
        return ask(session, desk, signed_in), mail, present

    challenge, mail, present = desk.database.transact(work)
    site = site_of(desk)
    return passkeys.registration_options(site, challenge, signed_in.staff_id, mail, present)


def add_passkey(
    desk: Desk, signed_in: SignedIn, name: str, credential: passkeys.Credential
) -> Started:
    """A whole session, and the passkey in use; `name` is what its owner calls it."""
    name = normal_name(name)
    try:
        return told(desk, lambda session: _add(session, desk, signed_in, name, credential))
    except IntegrityError:  # the credential is somebody's already
        raise SecondFactorRefused from None


def remove_passkey(desk: Desk, signed_in: SignedIn, passkey_id: str) -> None:
    """Take a passkey of one's own away."""

    def work(session: Session) -> None:
        staff, _ = _allowed(session, desk, signed_in)
        own = passkeys_of(session, staff.id)
        found = next((each for each in own if each.id == passkey_id), None)
        if found is None:
            raise Unknown
        if len(own) == 1 and staff.totp is None:
            raise LastFactor
        session.delete(found)
        _note(session, desk, signed_in, "staff.passkey_removed")

    desk.database.transact(work)


def _confirm(session: Session, desk: Desk, signed_in: SignedIn, code: str) -> Started:
    staff, row = _allowed(session, desk, signed_in)
    if row.totp is None:
        raise SecondFactorRefused
    secret = unseal(desk.vault, named(staff.id), "totp", row.totp)
    step = totp.accepted_step(secret, code, desk.now(), 0)
    if step is None:
        raise SecondFactorRefused
    staff.totp, staff.totp_step = row.totp, step
    staff.failed = staff.locked_until = 0
    started = whole(session, desk, row, "totp")
    _note(session, desk, signed_in, "staff.totp_set_up")
    return started


def _add(
    session: Session, desk: Desk, signed_in: SignedIn, name: str, credential: passkeys.Credential
) -> Started | HanpyoError:
    staff, row = _allowed(session, desk, signed_in)
    challenge = take_challenge(row, desk.now())
    if challenge is None:
        return SecondFactorRefused()
    if len(passkeys_of(session, staff.id)) >= _MOST_PASSKEYS:
        raise Conflict(f"an account has at most {_MOST_PASSKEYS} passkeys")
    try:
        new = passkeys.registered(site_of(desk), challenge, credential)
    except SecondFactorRefused as refusal:
        return refusal
    passkey_id = new_id()
    session.add(
        StaffPasskey(
            id=passkey_id,
            staff_id=staff.id,
            credential_id=new.credential_id,
            public_key=new.public_key,
            sign_count=new.sign_count,
            name=seal(desk.vault, f"staff-passkey:{passkey_id}", "name", name),
            created_at=desk.now(),
        )
    )
    session.flush()
    started = whole(session, desk, row, "passkey")
    _note(session, desk, signed_in, "staff.passkey_added")
    return started


def _allowed(session: Session, desk: Desk, signed_in: SignedIn) -> tuple[Staff, StaffSession]:
    """The account and session, locked, if this session may change its factors now."""
    staff, row = lock_both(session, signed_in)
    if row.second_factor_at is None:
        if has_factor(session, staff):
            raise SecondFactorNeeded
    elif desk.now() - row.second_factor_at > FRESH_SECONDS:
        raise FreshFactorNeeded
    return staff, row


def _note(session: Session, desk: Desk, signed_in: SignedIn, action: str) -> None:
    record(session, None, signed_in.actor, action, signed_in.actor, at=desk.now())
