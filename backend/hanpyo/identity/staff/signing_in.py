"""Signing in: a password for half a session, a code or a passkey for the whole.

```
(nobody) --password--> half --code or passkey--> full --code or passkey--> full, fresh
(nobody) --set-up link--> half, without a factor --first factor--> full     (see enrolment)
```

Each arrow ends the session before it and makes a token anew. Tries are counted for a mail before
anything is looked at, whether or not it has an account, and the answer to an unknown mail takes
the work of a wrong password. A client's own limit for a mail is far below the mail's, so that one
client that guesses does not keep the owner out. Wrong codes are counted under the account's lock,
so that parallel tries get no more than others; the lock grows with them.
"""

import secrets
from collections.abc import Callable
from typing import Any, Final, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from hanpyo.db.models import Staff, StaffPasskey, StaffSession
from hanpyo.errors import HanpyoError
from hanpyo.identity.staff import passkeys, sessions, totp
from hanpyo.identity.staff.audit_log import record
from hanpyo.identity.staff.desk import Desk
from hanpyo.identity.staff.records import (
    found_by_mail,
    has_factor,
    lock,
    lookup_of,
    named,
    normal_mail,
    passkeys_of,
    unseal,
)
from hanpyo.identity.staff.refusals import (
    Locked,
    NotSignedIn,
    SecondFactorRefused,
    SetUpUnfinished,
    SignInRefused,
)
from hanpyo.identity.staff.sessions import SignedIn, Started

CLIENT_TRIES: Final = (60, 15 * 60)
MAIL_AND_CLIENT_TRIES: Final = (10, 15 * 60)
MAIL_TRIES: Final = (100, 15 * 60)
CODES_IN_A_ROW: Final = 5
FIRST_LOCK: Final = 15 * 60
LONGEST_LOCK: Final = 24 * 3600

_T = TypeVar("_T")


def with_password(
    desk: Desk, mail: str, password: str, client: str, *, replaces: str | None = None
) -> Started:
    """Half a session; `client` is who asks, as a bucket, `replaces` a token that ends with this.

    Raises `TooManyTries`, `SignInRefused`, `SetUpUnfinished`.
    """
    desk.limits.hit(f"staff-sign-in:{client}", *CLIENT_TRIES)
    normal = normal_mail(mail)
    mail_bucket = f"staff-password:{lookup_of(desk.vault, normal).hex()}"
    own_bucket = f"{mail_bucket}:{client}"
    desk.limits.hit(own_bucket, *MAIL_AND_CLIENT_TRIES)
    desk.limits.hit(mail_bucket, *MAIL_TRIES)
    with desk.database.read() as session:
        staff = found_by_mail(session, desk.vault, normal)
    kept = staff.password_hash if staff is not None else None
    holds = desk.passwords.holds(kept, password)
    if staff is None or kept is None or not holds or staff.disabled_at is not None:
        raise SignInRefused
    desk.limits.clear(own_bucket)
    desk.limits.clear(mail_bucket)
    better = desk.passwords.hash(password) if desk.passwords.is_outdated(kept) else kept

    def work(session: Session) -> Started:
        sessions.end(session, replaces)
        return _half(session, desk, staff.id, kept, better)

    return desk.database.transact(work)


def with_code(desk: Desk, signed_in: SignedIn, code: str) -> Started:
    """A whole session; raises `Locked`, `SecondFactorRefused`, `NotSignedIn`."""
    return told(desk, lambda session: _by_code(session, desk, signed_in, code))


def passkey_options(desk: Desk, signed_in: SignedIn) -> dict[str, Any]:
    """What the browser is asked for; raises `SecondFactorRefused` where there is no passkey."""

    def work(session: Session) -> tuple[bytes, list[bytes]]:
        allowed = [each.credential_id for each in passkeys_of(session, signed_in.staff_id)]
        if not allowed:
            raise SecondFactorRefused
        return ask(session, desk, signed_in), allowed

    challenge, allowed = desk.database.transact(work)
    return passkeys.authentication_options(site_of(desk), challenge, allowed)


def with_passkey(desk: Desk, signed_in: SignedIn, credential: passkeys.Credential) -> Started:
    """A whole session; raises `SecondFactorRefused`, `NotSignedIn`."""
    return told(desk, lambda session: _by_passkey(session, desk, signed_in, credential))


def sign_out(desk: Desk, signed_in: SignedIn, *, everywhere: bool = False) -> None:
    """End this session, or all of the account's."""

    def work(session: Session) -> None:
        if everywhere:
            sessions.end_all(session, signed_in.staff_id)
        else:
            sessions.end_one(session, signed_in.session_id)
        action = "staff.signed_out_everywhere" if everywhere else "staff.signed_out"
        record(session, None, signed_in.actor, action, signed_in.actor, at=desk.now())

    desk.database.transact(work)


def whole(session: Session, desk: Desk, before: StaffSession, factor: str) -> Started:
    """The full session that follows `before`, which ends; noted in the log with its factor."""
    session.delete(before)
    session.flush()
    started = sessions.start(session, desk, before.staff_id, second_factor=True)
    actor = named(before.staff_id)
    record(session, None, actor, "staff.signed_in", actor, {"factor": factor}, at=desk.now())
    return started


def ask(session: Session, desk: Desk, signed_in: SignedIn) -> bytes:
    """A fresh challenge, kept in the session until it is answered."""
    row = sessions.lock(session, signed_in.session_id)
    row.challenge = secrets.token_bytes(passkeys.CHALLENGE_BYTES)
    row.challenge_until = desk.now() + passkeys.CHALLENGE_SECONDS
    return row.challenge


def take_challenge(row: StaffSession, now: int) -> bytes | None:
    """The challenge that waits for its answer; it serves once."""
    challenge, row.challenge = row.challenge, None
    return challenge if row.challenge_until >= now else None


def site_of(desk: Desk) -> passkeys.Site:
    """The site that passkeys are bound to."""
    return passkeys.Site(desk.host, desk.origin)


def lock_both(session: Session, signed_in: SignedIn) -> tuple[Staff, StaffSession]:
    """The account, then its session, locked until the commit; raises `NotSignedIn`."""
    staff = lock(session, signed_in.staff_id)
    if staff.disabled_at is not None:
        raise NotSignedIn
    return staff, sessions.lock(session, signed_in.session_id)


def told(desk: Desk, work: Callable[[Session], _T | HanpyoError]) -> _T:
    """What `work` gives; a failure that it gives is raised after its commit, so that it counts."""
    outcome = desk.database.transact(work)
    if isinstance(outcome, HanpyoError):
        raise outcome
    return outcome


def _half(session: Session, desk: Desk, staff_id: str, kept: str, better: str) -> Started:
    staff = lock(session, staff_id)
    if staff.password_hash != kept or staff.disabled_at is not None:
        raise SignInRefused
    if not has_factor(session, staff):
        raise SetUpUnfinished
    staff.password_hash = better
    return sessions.start(session, desk, staff_id, second_factor=False)


def _by_code(session: Session, desk: Desk, signed_in: SignedIn, code: str) -> Started | HanpyoError:
    staff, row = lock_both(session, signed_in)
    now = desk.now()
    if staff.totp is None:
        return SecondFactorRefused()
    if staff.locked_until > now:
        return Locked(staff.locked_until - now)
    secret = unseal(desk.vault, signed_in.actor, "totp", staff.totp)
    step = totp.accepted_step(secret, code, now, staff.totp_step)
    if step is None:
        _count_failure(session, staff, now)
        return SecondFactorRefused()
    staff.totp_step, staff.failed, staff.locked_until = step, 0, 0
    return whole(session, desk, row, "totp")


def _count_failure(session: Session, staff: Staff, now: int) -> None:
    staff.failed += 1
    rounds, rest = divmod(staff.failed, CODES_IN_A_ROW)
    if rest == 0:
        staff.locked_until = now + min(FIRST_LOCK << min(rounds - 1, 16), LONGEST_LOCK)
    actor = named(staff.id)
    details = {"inARow": staff.failed, "locked": rest == 0}
    record(session, None, actor, "staff.code_refused", actor, details, at=now)


def _by_passkey(
    session: Session, desk: Desk, signed_in: SignedIn, credential: passkeys.Credential
) -> Started | HanpyoError:
    _, row = lock_both(session, signed_in)
    challenge = take_challenge(row, desk.now())
    try:
        _verify_passkey(session, desk, signed_in, credential, challenge)
    except SecondFactorRefused as refusal:
        actor = signed_in.actor
        record(session, None, actor, "staff.passkey_refused", actor, at=desk.now())
        return refusal
    return whole(session, desk, row, "passkey")


def _verify_passkey(
    session: Session,
    desk: Desk,
    signed_in: SignedIn,
    credential: passkeys.Credential,
    challenge: bytes | None,
) -> None:
    shown = passkeys.credential_id(credential)
    passkey = session.scalar(
        select(StaffPasskey)
        .where(StaffPasskey.credential_id == shown, StaffPasskey.staff_id == signed_in.staff_id)
        .with_for_update()
    )
    if passkey is None or challenge is None:
        raise SecondFactorRefused
    passkey.sign_count = passkeys.new_sign_count(
        site_of(desk), challenge, credential, passkey.public_key, passkey.sign_count
    )
