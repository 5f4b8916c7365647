"""The people of an organisation: who they are, and which roles they hold there."""

from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from hanpyo.db.models import Role, Staff, StaffInvitation, StaffRole
from hanpyo.identity.staff import roles
from hanpyo.identity.staff.audit_log import record
from hanpyo.identity.staff.desk import Desk
from hanpyo.identity.staff.records import named, passkeys_of, unseal
from hanpyo.identity.staff.refusals import Unknown


@dataclass(frozen=True)
class Person:
    """Somebody with a role in an organisation."""

    id: str
    name: str = field(repr=False)
    mail: str = field(repr=False)
    roles: tuple[str, ...]
    disabled: bool


@dataclass(frozen=True)
class Invited:
    """Somebody whose invitation waits."""

    id: str
    name: str = field(repr=False)
    mail: str = field(repr=False)
    role: str
    expires_at: int


@dataclass(frozen=True)
class Passkey:
    """A passkey as its owner sees it."""

    id: str
    name: str = field(repr=False)
    created_at: int


@dataclass(frozen=True)
class Account:
    """An account as its owner sees it."""

    name: str = field(repr=False)
    mail: str = field(repr=False)
    has_totp: bool
    passkeys: tuple[Passkey, ...]


def account(desk: Desk, staff_id: str) -> Account:
    """One's own account."""
    with desk.database.read() as session:
        staff = session.get_one(Staff, staff_id)
        rows = passkeys_of(session, staff_id)
    passkeys = tuple(
        Passkey(
            row.id,
            unseal(desk.vault, f"staff-passkey:{row.id}", "name", row.name),
            row.created_at,
        )
        for row in rows
    )
    return Account(*_person(desk, staff), staff.totp is not None, passkeys)


def listed(desk: Desk, organisation_id: str, *, after: str, limit: int) -> tuple[Person, ...]:
    """People of an organisation in order of their ids, those after `after`."""
    here = StaffRole.organisation_id == organisation_id
    with desk.database.read() as session:
        people = session.scalars(
            select(Staff)
            .where(Staff.id.in_(select(StaffRole.staff_id).where(here)), Staff.id > after)
            .order_by(Staff.id)
            .limit(limit)
        ).all()
        rows = session.execute(
            select(StaffRole.staff_id, StaffRole.role)
            .where(here, StaffRole.staff_id.in_([each.id for each in people]))
            .order_by(StaffRole.role)
        ).all()
    return tuple(
        Person(
            each.id,
            *_person(desk, each),
            tuple(role for staff_id, role in rows if staff_id == each.id),
            each.disabled_at is not None,
        )
        for each in people
    )


def invited(desk: Desk, organisation_id: str, *, after: str, limit: int) -> tuple[Invited, ...]:
    """Invitations that wait, in order of their ids, those after `after`."""
    with desk.database.read() as session:
        rows = session.scalars(
            select(StaffInvitation)
            .where(
                StaffInvitation.organisation_id == organisation_id,
                StaffInvitation.used_at.is_(None),
                StaffInvitation.expires_at > desk.now(),
                StaffInvitation.id > after,
            )
            .order_by(StaffInvitation.id)
            .limit(limit)
        ).all()
    return tuple(
        Invited(
            row.id,
            unseal(desk.vault, f"invitation:{row.id}", "name", row.name or b""),
            unseal(desk.vault, f"invitation:{row.id}", "mail", row.mail or b""),
            row.role or "",
            row.expires_at,
        )
        for row in rows
    )


def grant(desk: Desk, actor: str, organisation_id: str, staff_id: str, role: Role) -> None:
    """Give one of the organisation's people another role; harmless when it is held.

    Raises `Unknown` for whoever is not of the organisation: they are invited.
    """

    def work(session: Session) -> None:
        if organisation_id not in roles.organisations_of(session, staff_id):
            raise Unknown
        if not roles.grant(session, staff_id, organisation_id, role, desk.now()):
            return
        subject, details = named(staff_id), {"role": str(role)}
        action = "staff.role_granted"
        record(session, organisation_id, actor, action, subject, details, at=desk.now())

    desk.database.transact(work)


def revoke(desk: Desk, actor: str, organisation_id: str | None, staff_id: str, role: Role) -> None:
    """Take a role away at once; raises `Unknown`, `LastOfItsKind`."""

    def work(session: Session) -> None:
        roles.revoke(session, staff_id, organisation_id, role)
        subject, details = named(staff_id), {"role": str(role)}
        action = "staff.role_revoked"
        record(session, organisation_id, actor, action, subject, details, at=desk.now())

    desk.database.transact(work)


def _person(desk: Desk, staff: Staff) -> tuple[str, str]:
    owner = named(staff.id)
    return (
        unseal(desk.vault, owner, "name", staff.name),
        unseal(desk.vault, owner, "mail", staff.mail),
    )
