"""A person on a roll: what the organisation knows of a member. Sealed at rest, never shown.

A `Person` holds values in the normal forms of `elections.normal_forms`. Its `repr` shows nothing,
so that none of it reaches a log or a traceback.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, ClassVar

import orjson

from hanpyo.db.vault import Vault
from hanpyo.elections.normal_forms import name_key
from hanpyo.errors import HanpyoError


class BadPerson(HanpyoError):
    """Stored data that is no person."""

    code: ClassVar[str] = "bad_person"


@dataclass(frozen=True, slots=True)
class Person:
    """One member; None is what the organisation does not know.

    `phone` is E.164, `number` the organisation's own member number, `subject` what an OpenID
    Connect provider calls this person. `co_owners` notes whom this person represents: an entry has
    one voter, and the others are known to the organisation alone.
    """

    name: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    mail: str | None = field(default=None, repr=False)
    birth_date: date | None = field(default=None, repr=False)
    address: str | None = field(default=None, repr=False)
    number: str | None = field(default=None, repr=False)
    subject: str | None = field(default=None, repr=False)
    co_owners: str | None = field(default=None, repr=False)

    def fields(self) -> dict[str, str]:
        """What is known, as texts by name; a birth date is YYYY-MM-DD."""
        known = ((each.name, getattr(self, each.name)) for each in fields(self))
        return {name: str(value) for name, value in known if value is not None}

    def dump(self) -> bytes:
        """As JSON, what `load` reads."""
        return orjson.dumps(self.fields())

    @classmethod
    def load(cls, data: bytes) -> "Person":
        """The person in `dump`'s JSON; raises `BadPerson`."""
        try:
            return cls.of(orjson.loads(data))
        except ValueError:
            raise BadPerson("the stored data is not a person") from None

    @classmethod
    def of(cls, values: dict[str, Any]) -> "Person":
        """The person with these `fields`; raises `BadPerson`."""
        try:
            born = values.get("birth_date")
            return cls(**values | {"birth_date": born and date.fromisoformat(born)})
        except (TypeError, ValueError, AttributeError):
            raise BadPerson("the stored data is not a person") from None


def context_of(member_id: str) -> str:
    """The place to which the vault binds a member's personal data."""
    return f"member:{member_id}"


def blind_context_of(member_id: str) -> str:
    """The place to which the vault binds a member's blind."""
    return f"member_blind:{member_id}"


def seal_person(vault: Vault, member_id: str, person: Person) -> bytes:
    """The person as `Member.sealed` keeps it."""
    return vault.seal(person.dump(), context_of(member_id))


def open_person(vault: Vault, member_id: str, sealed: bytes) -> Person:
    """The person in `Member.sealed`; raises `VaultError`, `BadPerson`."""
    return Person.load(vault.open(sealed, context_of(member_id)))


def name_birth(name: str, birth_date: date) -> str:
    """The value by which a name with a birth date is found."""
    return f"{name_key(name)}\0{birth_date}"


def lookup_values(person: Person) -> Iterator[tuple[str, str]]:
    """Every (kind, value) by which this person can be found."""
    if person.phone:
        yield "phone", person.phone
    if person.mail:
        yield "mail", person.mail.lower()
    if person.number:
        yield "number", name_key(person.number)
    if person.name and person.birth_date:
        yield "name_birth", name_birth(person.name, person.birth_date)
    if person.subject:
        yield "subject", person.subject


def lookup_digests(vault: Vault, person: Person) -> list[tuple[str, bytes]]:
    """The keyed hashes by which this person is found: rows of `MemberLookup`."""
    return [(kind, vault.lookup(kind, value)) for kind, value in lookup_values(person)]
