"""Sessions of staff, kept by the server: the browser holds a random token, the database its hash.

A token is made new at every step of signing in, so that nobody can plant one. A session ends after
a time without use, at its absolute end, at sign-out, and with the account. Its CSRF token is a MAC
under the session's token: the page learns it from the API, another site cannot.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hanpyo.db.models import Staff, StaffRole, StaffSession
from hanpyo.identity.staff.desk import Desk
from hanpyo.identity.staff.refusals import FreshFactorNeeded, NotSignedIn
from hanpyo.identity.staff.roles import Held

_TOKEN_BYTES: Final = 32
_CSRF: Final = b"hanpyo csrf"
HALF_SECONDS: Final = 10 * 60
"""How long the second factor may take after the password, and setting one up after the link."""
FRESH_SECONDS: Final = 15 * 60
"""How long a second factor allows to change how one signs in."""
_SEEN_STEP: Final = 60


@dataclass(frozen=True)
class SignedIn:
    """Who asks: an account, the session, and the roles held at this moment."""

    staff_id: str
    session_id: str
    second_factor_at: int | None
    expires_at: int
    roles: frozenset[Held]
    csrf: str = field(repr=False)

    @property
    def actor(self) -> str:
        """How the audit log names them."""
        return f"staff:{self.staff_id}"

    @property
    def is_half(self) -> bool:
        """Whether only the password, or a set-up link, was shown."""
        return self.second_factor_at is None

    def require_fresh(self, now: int) -> None:
        """Raise `FreshFactorNeeded` unless the second factor was given lately."""
        if self.second_factor_at is None or now - self.second_factor_at > FRESH_SECONDS:
            raise FreshFactorNeeded


@dataclass(frozen=True)
class Started:
    """A session that has just been made; `token` is for the cookie and nowhere else."""

    token: str = field(repr=False)
    csrf: str = field(repr=False)
    expires_at: int


def start(session: Session, desk: Desk, staff_id: str, *, second_factor: bool) -> Started:
    """Make a session, full or half, in the caller's transaction."""
    now = desk.now()
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    lasts = desk.settings.session_hours * 3600 if second_factor else HALF_SECONDS
    session.add(
        StaffSession(
            token_hash=hash_of(token),
            staff_id=staff_id,
            created_at=now,
            seen_at=now,
            expires_at=now + lasts,
            second_factor_at=now if second_factor else None,
        )
    )
    return Started(token, csrf_of(token), now + lasts)


def who(desk: Desk, token: str | None) -> SignedIn:
    """Who holds a token, full or half; raises `NotSignedIn`."""
    if not token:
        raise NotSignedIn
    with desk.database.read() as session:
        row = _live(session, desk, token)
        roles = session.execute(
            select(StaffRole.organisation_id, StaffRole.role).where(
                StaffRole.staff_id == row.staff_id
            )
        ).all()
    if desk.now() - row.seen_at >= _SEEN_STEP:
        desk.database.transact(lambda session: _see(session, row.id, desk.now()))
    return SignedIn(
        row.staff_id,
        row.id,
        row.second_factor_at,
        row.expires_at,
        frozenset(Held(*role) for role in roles),
        csrf_of(token),
    )


def lock(session: Session, session_id: str) -> StaffSession:
    """The session's row, locked until the commit; raises `NotSignedIn` when it has ended."""
    row = session.get(StaffSession, session_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotSignedIn
    return row


def end(session: Session, token: str | None) -> None:
    """End the session of a token, if there is one."""
    if token:
        session.execute(delete(StaffSession).where(StaffSession.token_hash == hash_of(token)))


def end_one(session: Session, session_id: str) -> None:
    """End one session."""
    session.execute(delete(StaffSession).where(StaffSession.id == session_id))


def end_all(session: Session, staff_id: str, *, but: str | None = None) -> None:
    """End every session of an account, but the one with the id `but`."""
    session.execute(
        delete(StaffSession).where(
            StaffSession.staff_id == staff_id, StaffSession.id != (but or "")
        )
    )


def forget_ended(session: Session, now: int) -> None:
    """Delete sessions past their absolute end."""
    session.execute(delete(StaffSession).where(StaffSession.expires_at <= now))


def hash_of(token: str) -> bytes:
    """What the database keeps of a token; tokens are random, so that a plain hash is enough."""
    return hashlib.sha256(token.encode()).digest()


def csrf_of(token: str) -> str:
    """The CSRF token that belongs to a session's token."""
    mac = hmac.digest(token.encode(), _CSRF, "sha256")
    return urlsafe_b64encode(mac).rstrip(b"=").decode()


def _live(session: Session, desk: Desk, token: str) -> StaffSession:
    now = desk.now()
    idle = now - desk.settings.idle_minutes * 60
    row = session.scalar(
        select(StaffSession)
        .join(Staff, Staff.id == StaffSession.staff_id)
        .where(
            StaffSession.token_hash == hash_of(token),
            StaffSession.expires_at > now,
            StaffSession.seen_at > idle,
            Staff.disabled_at.is_(None),
        )
    )
    if row is None:
        raise NotSignedIn
    return row


def _see(session: Session, session_id: str, now: int) -> None:
    row = session.get(StaffSession, session_id, with_for_update=True)
    if row is not None:
        row.seen_at = max(row.seen_at, now)
