"""Links that serve once: how one is made, found again and voided.

The token stands in the URL's fragment, which browsers send to no server; the database keeps its
hash. Names and mails in an invitation are sealed to it.
"""

import secrets
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hanpyo.db.models import Staff, StaffInvitation
from hanpyo.identity.staff import sessions
from hanpyo.identity.staff.desk import Desk
from hanpyo.identity.staff.records import named, unseal
from hanpyo.identity.staff.refusals import LinkRefused

_TOKEN_BYTES: Final = 32
_PATH: Final = "/staff/set-up#"


@dataclass(frozen=True)
class Link:
    """A link that serves once; its token stands in the fragment, which no server logs."""

    invitation_id: str
    url: str = field(repr=False)
    expires_at: int


def issue(session: Session, desk: Desk, row: StaffInvitation) -> Link:
    """Keep `row` with a fresh token, and give its link."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    row.token_hash = sessions.hash_of(token)
    row.created_at = desk.now()
    row.expires_at = desk.now() + desk.settings.link_hours * 3600
    session.add(row)
    session.flush()
    return Link(row.id, desk.public_url.rstrip("/") + _PATH + token, row.expires_at)


def usable(session: Session, desk: Desk, token: str) -> StaffInvitation:
    """The invitation of a token, locked until the commit; raises `LinkRefused`."""
    row = session.scalar(
        select(StaffInvitation)
        .where(StaffInvitation.token_hash == sessions.hash_of(token))
        .with_for_update()
    )
    if row is None or row.used_at is not None or row.expires_at <= desk.now():
        raise LinkRefused
    return row


def person(session: Session, desk: Desk, invitation: StaffInvitation) -> tuple[str, str]:
    """Name and mail of who a link is for; raises `LinkRefused` when they are gone."""
    if invitation.staff_id is None:
        owner, name, mail = named_invitation(invitation.id), invitation.name, invitation.mail
    else:
        staff = session.get_one(Staff, invitation.staff_id)
        owner, name, mail = named(staff.id), staff.name, staff.mail
    if name is None or mail is None:
        raise LinkRefused
    return unseal(desk.vault, owner, "name", name), unseal(desk.vault, owner, "mail", mail)


def void_resets(session: Session, staff_id: str) -> None:
    """Let no earlier reset of an account be used."""
    session.execute(delete(StaffInvitation).where(StaffInvitation.staff_id == staff_id))


def named_invitation(invitation_id: str) -> str:
    """How the log and the seals name an invitation."""
    return f"invitation:{invitation_id}"
