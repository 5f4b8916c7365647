"""Who may do what: roles in organisations, checked anew at every call.

Being no part of an organisation and there being no such organisation are the same answer. A role
taken away acts no more at the next call. The last organiser of an organisation and the last
operator cannot be removed, whoever tries at the same moment.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from hanpyo.db.models import Role, Staff, StaffRole
from hanpyo.identity.staff.refusals import LastOfItsKind, RoleMissing, Unknown

_READERS: Final = frozenset({Role.ORGANISER, Role.CLERK, Role.REGISTRAR, Role.OBSERVER})
_NEEDED: Final = (Role.ORGANISER, Role.OPERATOR)
"""Roles that somebody must hold."""


@dataclass(frozen=True, slots=True)
class Held:
    """A role somebody holds; the operator's has no organisation."""

    organisation_id: str | None
    role: str


def check(
    held: Collection[Held], role: Role | Collection[Role], organisation_id: str | None
) -> None:
    """Pass whoever holds one of the roles in the organisation (None: the installation).

    Every role of an organisation may do what an observer may. Raises `Unknown` for whoever holds
    no role there, `RoleMissing` for whoever holds another one.
    """
    here = {each.role for each in held if each.organisation_id == organisation_id}
    wanted = {role} if isinstance(role, Role) else set(role)
    if Role.OBSERVER in wanted:
        wanted |= _READERS
    if here & wanted:
        return
    if here or organisation_id is None:
        raise RoleMissing
    raise Unknown


def check_may_invite(held: Collection[Held], organisation_id: str | None, role: Role) -> None:
    """Pass who may invite somebody to a role: organisers, and operators for organisers.

    An operator invites to `operator` (no organisation) and to `organiser` of any organisation.
    Raises as `check`.
    """
    operators = (Role.OPERATOR,) if organisation_id is None else (Role.ORGANISER,)
    if Held(None, Role.OPERATOR) in held and role in operators:
        return
    check(held, Role.ORGANISER, organisation_id)
    if role is Role.OPERATOR:
        raise RoleMissing


def grant(
    session: Session, staff_id: str, organisation_id: str | None, role: Role, now: int
) -> bool:
    """Give a role; False when it is held already. Locks the account until the commit."""
    session.get_one(Staff, staff_id, with_for_update=True)
    if _find(session, staff_id, organisation_id, role) is not None:
        return False
    session.add(
        StaffRole(staff_id=staff_id, organisation_id=organisation_id, role=role, granted_at=now)
    )
    return True


def revoke(session: Session, staff_id: str, organisation_id: str | None, role: Role) -> None:
    """Take a role away; raises `Unknown` where it is not held, `LastOfItsKind`."""
    holders = _lock_holders(session, organisation_id, role)
    row = _find(session, staff_id, organisation_id, role)
    if row is None:
        raise Unknown
    _require_another(holders, staff_id, role)
    session.delete(row)


def organisations_of(session: Session, staff_id: str) -> tuple[str, ...]:
    """The organisations in which somebody holds a role, in order of their ids."""
    found = session.scalars(
        select(StaffRole.organisation_id)
        .where(StaffRole.staff_id == staff_id, StaffRole.organisation_id.is_not(None))
        .distinct()
        .order_by(StaffRole.organisation_id)
    )
    return tuple(each for each in found if each is not None)


def require_dispensable(session: Session, staff_id: str) -> None:
    """Raise `LastOfItsKind` when an organisation or the installation could not do without them."""
    rows = session.scalars(
        select(StaffRole)
        .where(StaffRole.staff_id == staff_id, StaffRole.role.in_(_NEEDED))
        .order_by(StaffRole.organisation_id, StaffRole.role)
    )
    for row in rows.all():
        role = Role(row.role)
        _require_another(_lock_holders(session, row.organisation_id, role), staff_id, role)


def _require_another(holders: Collection[str], staff_id: str, role: Role) -> None:
    if role in _NEEDED and not set(holders) - {staff_id}:
        raise LastOfItsKind


def _lock_holders(session: Session, organisation_id: str | None, role: Role) -> Collection[str]:
    """Who holds a role and can act; their rows are locked, so that two removals follow each other.

    The accounts are locked too: one is not disabled while another's role is taken.
    """
    return session.scalars(
        select(StaffRole.staff_id)
        .join(Staff, Staff.id == StaffRole.staff_id)
        .where(
            StaffRole.organisation_id.is_not_distinct_from(organisation_id),
            StaffRole.role == role,
            Staff.disabled_at.is_(None),
        )
        .order_by(StaffRole.id)
        .with_for_update()
    ).all()


def _find(
    session: Session, staff_id: str, organisation_id: str | None, role: Role
) -> StaffRole | None:
    return session.scalar(
        select(StaffRole).where(
            StaffRole.staff_id == staff_id,
            StaffRole.organisation_id.is_not_distinct_from(organisation_id),
            StaffRole.role == role,
        )
    )
