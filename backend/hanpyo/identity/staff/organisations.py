"""Organisations of an installation: an operator makes them, their people see their own."""

import unicodedata
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from hanpyo.db.models import Organisation, Role
from hanpyo.errors import Invalid
from hanpyo.identity.staff.audit_log import record
from hanpyo.identity.staff.desk import Desk
from hanpyo.identity.staff.refusals import Unknown
from hanpyo.identity.staff.roles import Held
from hanpyo.identity.staff.sessions import SignedIn

_LONGEST_NAME: Final = 200


def create(desk: Desk, actor: str, name: str) -> Organisation:
    """A new organisation, without people; raises `Invalid`."""
    normal = unicodedata.normalize("NFC", name).strip()
    if not 0 < len(normal) <= _LONGEST_NAME or not normal.isprintable():
        raise Invalid("name", f"needs 1 to {_LONGEST_NAME} printable characters")

    def work(session: Session) -> Organisation:
        organisation = Organisation(name=normal, created_at=desk.now())
        session.add(organisation)
        session.flush()
        subject = f"organisation:{organisation.id}"
        for place in (organisation.id, None):
            record(session, place, actor, "organisation.created", subject, at=desk.now())
        return organisation

    return desk.database.transact(work)


def visible(desk: Desk, signed_in: SignedIn, *, after: str, limit: int) -> tuple[Organisation, ...]:
    """The organisations somebody belongs to, or all for an operator, in order of their ids."""
    wanted = select(Organisation).where(Organisation.id > after)
    if Held(None, Role.OPERATOR) not in signed_in.roles:
        own = {each.organisation_id for each in signed_in.roles}
        wanted = wanted.where(Organisation.id.in_(own))
    with desk.database.read() as session:
        return tuple(session.scalars(wanted.order_by(Organisation.id).limit(limit)))


def get(desk: Desk, signed_in: SignedIn, organisation_id: str) -> Organisation:
    """An organisation that somebody belongs to, or any for an operator; raises `Unknown`."""
    held = {each.organisation_id for each in signed_in.roles}
    may_see = organisation_id in held or Held(None, Role.OPERATOR) in signed_in.roles
    with desk.database.read() as session:
        found = session.get(Organisation, organisation_id)
    if found is None or not may_see:
        raise Unknown
    return found
