"""After a change of the master key: the staff's personal data sealed and found by the new one."""

from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hanpyo.db.models import Staff, StaffInvitation, StaffPasskey, StaffSession
from hanpyo.db.vault import Vault
from hanpyo.identity.staff.records import lookup_of, named, seal, unseal

_SEALED: Final = (
    Staff.name,
    Staff.mail,
    Staff.totp,
    StaffPasskey.name,
    StaffInvitation.name,
    StaffInvitation.mail,
    StaffSession.totp,
)


def reseal_staff(session: Session, vault: Vault) -> int:
    """Seal everything with the key in use, and look mails up by it; how many rows there are."""
    changed = 0
    for staff in session.scalars(select(Staff).with_for_update()):
        owner = named(staff.id)
        mail = unseal(vault, owner, "mail", staff.mail)
        staff.name = _again(vault, owner, "name", staff.name)
        staff.mail = seal(vault, owner, "mail", mail)
        staff.mail_lookup = lookup_of(vault, mail)
        staff.totp = staff.totp and _again(vault, owner, "totp", staff.totp)
        changed += 1
    for passkey in session.scalars(select(StaffPasskey).with_for_update()):
        passkey.name = _again(vault, f"staff-passkey:{passkey.id}", "name", passkey.name)
        changed += 1
    return changed + _invitations(session, vault) + _sessions(session, vault)


def staff_sealed_with(session: Session, number: int) -> int:
    """How many of the staff's values this key sealed: 0 before it may leave the ring."""
    mark = bytes((number,))
    return sum(
        session.scalar(select(func.count()).where(func.substr(column, 1, 1) == mark)) or 0
        for column in _SEALED
    )


def _invitations(session: Session, vault: Vault) -> int:
    changed = 0
    for row in session.scalars(select(StaffInvitation).with_for_update()):
        if row.name is None or row.mail is None:
            continue
        owner = f"invitation:{row.id}"
        mail = unseal(vault, owner, "mail", row.mail)
        row.name, row.mail = (
            _again(vault, owner, "name", row.name),
            seal(vault, owner, "mail", mail),
        )
        row.mail_lookup = lookup_of(vault, mail)
        changed += 1
    return changed


def _sessions(session: Session, vault: Vault) -> int:
    changed = 0
    waiting = select(StaffSession).where(StaffSession.totp.is_not(None)).with_for_update()
    for row in session.scalars(waiting):
        row.totp = row.totp and _again(vault, named(row.staff_id), "totp", row.totp)
        changed += 1
    return changed


def _again(vault: Vault, owner: str, field: str, sealed: bytes) -> bytes:
    return seal(vault, owner, field, unseal(vault, owner, field, sealed))
