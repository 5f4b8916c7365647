"""Accounts: how somebody becomes a member of staff, starts anew, and is shut out.

An invitation is a link that serves once. Whoever has no account makes one by it; whoever has one
signs in and takes the role by it. So an invitation never changes an account, and who invites
learns nothing of it. A reset, by an operator only, takes password, factors and sessions away at
once and gives a link to set up anew; it also brings back an account that was disabled. What an
operator does to an account stands in the log of every organisation it belongs to.
"""

from typing import Final

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hanpyo.db.models import Organisation, Role, Staff, StaffInvitation, StaffPasskey
from hanpyo.db.types import new_id
from hanpyo.identity.staff import roles, sessions
from hanpyo.identity.staff.audit_log import record
from hanpyo.identity.staff.desk import Desk
from hanpyo.identity.staff.links import (
    Link,
    issue,
    named_invitation,
    person,
    usable,
    void_resets,
)
from hanpyo.identity.staff.passwords import require_good
from hanpyo.identity.staff.records import (
    found_by_mail,
    is_mail_of,
    lock,
    lookup_of,
    named,
    normal_mail,
    normal_name,
    seal,
    unseal,
)
from hanpyo.identity.staff.refusals import (
    AccountExists,
    LinkRefused,
    SignInRefused,
    Unknown,
)
from hanpyo.identity.staff.sessions import SignedIn, Started

LINK_TRIES: Final = (30, 15 * 60)


def invite(
    desk: Desk, actor: str, organisation_id: str | None, role: Role, *, name: str, mail: str
) -> Link:
    """A link by which `mail`'s owner takes the role; raises `Invalid`, `Unknown`."""
    name, mail = normal_name(name), normal_mail(mail)

    def work(session: Session) -> Link:
        if organisation_id is not None and session.get(Organisation, organisation_id) is None:
            raise Unknown
        invitation_id = new_id()
        owner = named_invitation(invitation_id)
        row = StaffInvitation(
            id=invitation_id,
            name=seal(desk.vault, owner, "name", name),
            mail=seal(desk.vault, owner, "mail", mail),
            mail_lookup=lookup_of(desk.vault, mail),
            organisation_id=organisation_id,
            role=role,
        )
        link = issue(session, desk, row)
        details = {"role": str(role)}
        record(session, organisation_id, actor, "staff.invited", owner, details, at=desk.now())
        return link

    return desk.database.transact(work)


def withdraw(desk: Desk, actor: str, organisation_id: str | None, invitation_id: str) -> None:
    """Take an invitation of this organisation back; raises `Unknown`, also when it was used."""

    def work(session: Session) -> None:
        row = session.get(StaffInvitation, invitation_id, with_for_update=True)
        if row is None or row.role is None or row.organisation_id != organisation_id:
            raise Unknown
        if row.used_at is not None:
            raise Unknown
        session.delete(row)
        owner = named_invitation(invitation_id)
        record(session, organisation_id, actor, "staff.invitation_withdrawn", owner, at=desk.now())

    desk.database.transact(work)


def id_of(desk: Desk, mail: str) -> str:
    """The id of a mail address's account; for whoever has the database; raises `Unknown`."""
    with desk.database.read() as session:
        staff = found_by_mail(session, desk.vault, normal_mail(mail))
    if staff is None:
        raise Unknown
    return staff.id


def reset(desk: Desk, actor: str, staff_id: str) -> Link:
    """A link to set an account up anew, of which nothing works from now on; raises `Unknown`."""

    def work(session: Session) -> Link:
        if session.get(Staff, staff_id) is None:
            raise Unknown
        staff = lock(session, staff_id)
        staff.password_hash = staff.totp = staff.disabled_at = None
        staff.failed = staff.locked_until = staff.totp_step = 0
        session.execute(delete(StaffPasskey).where(StaffPasskey.staff_id == staff_id))
        sessions.end_all(session, staff_id)
        void_resets(session, staff_id)
        link = issue(session, desk, StaffInvitation(id=new_id(), staff_id=staff_id))
        _note_everywhere(session, desk, actor, "staff.reset", staff_id)
        return link

    return desk.database.transact(work)


def set_up(desk: Desk, token: str, password: str, client: str) -> Started:
    """Half a session of the account that the link makes or sets up anew.

    The link is used with it; the second factor comes next. Raises `TooManyTries`, `LinkRefused`,
    `AccountExists`, `Invalid` for the password (the link stays).
    """
    desk.limits.hit(f"staff-link:{client}", *LINK_TRIES)
    with desk.database.read() as session:
        _require_good(session, desk, usable(session, desk, token), password)
    hashed = desk.passwords.hash(password)

    def work(session: Session) -> Started:
        invitation = usable(session, desk, token)
        if invitation.staff_id is None:
            staff_id = _create(session, desk, invitation, hashed)
        else:
            staff_id = invitation.staff_id
            lock(session, staff_id).password_hash = hashed
        invitation.used_at = desk.now()
        started = sessions.start(session, desk, staff_id, second_factor=False)
        _take_role(session, desk, invitation, staff_id)
        actor = named(staff_id)
        record(session, None, actor, "staff.password_set", actor, at=desk.now())
        return started

    try:
        return desk.database.transact(work)
    except IntegrityError:  # two links of one mail at the same moment
        raise AccountExists from None


def take(desk: Desk, signed_in: SignedIn, token: str, client: str) -> None:
    """Take the role of a link that was made for one's own mail; raises `LinkRefused`."""
    desk.limits.hit(f"staff-link:{client}", *LINK_TRIES)

    def work(session: Session) -> None:
        invitation = usable(session, desk, token)
        staff = lock(session, signed_in.staff_id)
        mail = unseal(desk.vault, named(staff.id), "mail", staff.mail)
        if not is_mail_of(desk.vault, invitation.mail_lookup, mail):
            raise LinkRefused
        invitation.used_at = desk.now()
        _take_role(session, desk, invitation, staff.id)

    desk.database.transact(work)


def change_password(desk: Desk, signed_in: SignedIn, current: str, new: str) -> None:
    """A new password; every other session ends. Raises `SignInRefused`, `Invalid`."""
    signed_in.require_fresh(desk.now())
    desk.limits.hit(f"staff-password-change:{signed_in.staff_id}", *LINK_TRIES)
    with desk.database.read() as session:
        staff = session.get_one(Staff, signed_in.staff_id)
    if not desk.passwords.holds(staff.password_hash, current):
        raise SignInRefused
    owner = named(staff.id)
    mail = unseal(desk.vault, owner, "mail", staff.mail)
    name = unseal(desk.vault, owner, "name", staff.name)
    require_good(new, name, mail, mail.partition("@")[0])
    hashed = desk.passwords.hash(new)

    def work(session: Session) -> None:
        row = lock(session, signed_in.staff_id)
        if row.password_hash != staff.password_hash:
            raise SignInRefused
        row.password_hash = hashed
        sessions.end_all(session, row.id, but=signed_in.session_id)
        record(session, None, owner, "staff.password_changed", owner, at=desk.now())

    desk.database.transact(work)


def disable(desk: Desk, actor: str, staff_id: str) -> None:
    """Shut an account out at once; raises `Unknown`, `LastOfItsKind`."""

    def work(session: Session) -> None:
        if session.get(Staff, staff_id) is None:
            raise Unknown
        roles.require_dispensable(session, staff_id)
        staff = lock(session, staff_id)
        staff.disabled_at = staff.disabled_at or desk.now()
        sessions.end_all(session, staff_id)
        void_resets(session, staff_id)
        _note_everywhere(session, desk, actor, "staff.disabled", staff_id)

    desk.database.transact(work)


def _create(session: Session, desk: Desk, invitation: StaffInvitation, hashed: str) -> str:
    name, mail = person(session, desk, invitation)
    if found_by_mail(session, desk.vault, mail) is not None:
        raise AccountExists
    staff_id = new_id()
    session.add(
        Staff(
            id=staff_id,
            name=seal(desk.vault, named(staff_id), "name", name),
            mail=seal(desk.vault, named(staff_id), "mail", mail),
            mail_lookup=lookup_of(desk.vault, mail),
            password_hash=hashed,
            created_at=desk.now(),
        )
    )
    session.flush()
    return staff_id


def _take_role(session: Session, desk: Desk, invitation: StaffInvitation, staff_id: str) -> None:
    """Give the role of an invitation; its sealed name and mail have served, and go."""
    invitation.name = invitation.mail = None
    if invitation.role is None:
        return
    role, where = Role(invitation.role), invitation.organisation_id
    roles.grant(session, staff_id, where, role, desk.now())
    actor = named(staff_id)
    record(session, where, actor, "staff.role_taken", actor, {"role": str(role)}, at=desk.now())


def _require_good(session: Session, desk: Desk, invitation: StaffInvitation, password: str) -> None:
    name, mail = person(session, desk, invitation)
    require_good(password, name, mail, mail.partition("@")[0])


def _note_everywhere(session: Session, desk: Desk, actor: str, action: str, staff_id: str) -> None:
    """Note what an operator did in the log of every organisation of the person too."""
    places = roles.organisations_of(session, staff_id)
    for place in (*places, None):
        record(session, place, actor, action, named(staff_id), at=desk.now())
