"""Every part of the service that keeps something about members: one line each.

A test puts a row into each table that refers to members, or to a registrar's voters, and fails for
a table of which nothing is erased.
"""

from typing import Final

from sqlalchemy import delete
from sqlalchemy.orm import Session

from hanpyo.db.models import Election, RegistrarCode, RegistrarContact
from hanpyo.elections.erasure import Eraser
from hanpyo.identity.erasure import erase_identity


def erase_registrars(session: Session, election_id: str) -> None:
    """What registrars that share this database know; one that runs apart erases its own."""
    address = session.get_one(Election, election_id).address
    for table in (RegistrarContact, RegistrarCode):
        session.execute(delete(table).where(table.election == address))


ERASERS: Final[tuple[Eraser, ...]] = (erase_identity, erase_registrars)
