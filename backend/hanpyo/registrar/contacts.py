"""A registrar's own copy of how to reach each voter, from the private list; sealed, erasable."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

import orjson
from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from hanpyo.db.database import Database
from hanpyo.db.models.registrar import RegistrarCode, RegistrarContact
from hanpyo.db.vault import Vault
from hanpyo.elections.people import Person
from hanpyo.protocol.types import Address

FAMILIES: Final = ("mail", "phone")
_AT_ONCE: Final = 400


@dataclass(frozen=True, slots=True)
class Contact:
    """Where a voter can be reached; None is what is not known."""

    mail: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)

    @property
    def known(self) -> Iterator[tuple[str, str]]:
        """Each (family, address) on file."""
        pairs = ((family, getattr(self, family)) for family in FAMILIES)
        yield from ((family, value) for family, value in pairs if value)

    @classmethod
    def of(cls, person: Person) -> "Contact":
        """The contact of a person on the private list."""
        return cls(person.mail, person.phone)


@dataclass(frozen=True)
class Contacts:
    """The contacts of one registrar's elections."""

    database: Database
    vault: Vault
    registrar: Address

    def replace(self, election: Address, contacts: Iterable[tuple[int, Contact]]) -> int:
        """Keep these contacts of an election and no others; how many voters can be reached."""
        rows = [
            RegistrarContact(
                registrar=self.registrar,
                election=election,
                voter=voter,
                sealed=self._seal(election, voter, contact),
            )
            for voter, contact in contacts
            if any(contact.known)
        ]

        def work(session: Session) -> None:
            session.execute(delete(RegistrarContact).where(*self._of(RegistrarContact, election)))
            session.add_all(rows)

        self.database.transact(work)
        return len(rows)

    def get(self, election: Address, voter: int) -> Contact | None:
        """The contact of one voter."""
        place = {"registrar": self.registrar, "election": election, "voter": voter}
        with self.database.read() as session:
            row = session.get(RegistrarContact, place)
        if row is None:
            return None
        values = orjson.loads(self.vault.open(row.sealed, self._context(election, voter)))
        return Contact(**values)

    def reachable(self, session: Session, election: Address, voters: Iterable[int]) -> set[int]:
        """Which of these voters have a contact on file."""
        wanted, found = sorted(set(voters)), set[int]()
        for at in range(0, len(wanted), _AT_ONCE):
            query = select(RegistrarContact.voter).where(
                *self._of(RegistrarContact, election),
                RegistrarContact.voter.in_(wanted[at : at + _AT_ONCE]),
            )
            found.update(session.scalars(query))
        return found

    def erase(self, election: Address) -> None:
        """Forget every contact and code of an election; the ledger stays."""

        def work(session: Session) -> None:
            for table in (RegistrarContact, RegistrarCode):
                session.execute(delete(table).where(*self._of(table, election)))

        self.database.transact(work)

    def _of(
        self, table: type[RegistrarContact] | type[RegistrarCode], election: Address
    ) -> tuple[ColumnElement[bool], ...]:
        return (table.registrar == self.registrar, table.election == election)

    def _seal(self, election: Address, voter: int, contact: Contact) -> bytes:
        data = orjson.dumps(dict(contact.known))
        return self.vault.seal(data, self._context(election, voter))

    def _context(self, election: Address, voter: int) -> str:
        return f"registrar_contact:{self.registrar.hex()}:{election.hex()}:{voter}"
