"""Keys of personal data exchanged while the service runs."""

import secrets

import pytest
from sqlalchemy import select

from hanpyo.db.database import Database
from hanpyo.db.models import Base, Member, MemberLookup, RegistrarCode
from hanpyo.db.rotation import rotate
from hanpyo.db.vault import MasterKey, Vault, VaultError
from hanpyo.elections.drawing import private_entries
from hanpyo.elections.members_store import find_members, person_of
from hanpyo.elections.sealed_columns import SEALED_COLUMNS
from hanpyo.identity.limits import Limits
from hanpyo.operation import key_ring
from hanpyo.protocol.types import Address
from hanpyo.registrar.contacts import Contact, Contacts
from hanpyo.registrar.verifiers import Verifiers
from tests.integration.elections.roll.people import KIM, draw, fill, rows

OLD, NEW = MasterKey.generate(1), MasterKey.generate(2)


@pytest.fixture
def vault() -> Vault:
    return Vault([OLD])


def finds(database: Database, vault: Vault, election: str) -> bool:
    with database.read() as session:
        found = find_members(session, vault, election, "mail", KIM.mail or "")
        return [person_of(vault, member) for member in found] == [KIM]


def test_everything_is_sealed_and_found_anew_and_the_old_key_may_go(
    database: Database, vault: Vault, election: str
) -> None:
    fill(database, vault, election, rows(25))
    draw(database, vault, election)
    with database.read() as session:
        before = private_entries(session, vault, election)
    assert rotate(database, Vault([NEW, OLD]), SEALED_COLUMNS, batch=7) >= 50
    with database.read() as session:
        assert private_entries(session, Vault([NEW]), election) == before
        digests = select(MemberLookup).where(MemberLookup.election_id == election)
        assert len(session.scalars(digests).all()) == 2 * 25 + 2
    assert finds(database, Vault([NEW]), election)
    assert rotate(database, Vault([NEW, OLD]), SEALED_COLUMNS) == 0


def test_while_keys_are_exchanged_everybody_is_found(
    database: Database, vault: Vault, election: str
) -> None:
    fill(database, vault, election, rows(3))
    both = Vault([NEW, OLD])
    assert finds(database, both, election)
    rotate(database, both, SEALED_COLUMNS)
    assert finds(database, both, election)
    assert finds(database, Vault([OLD, NEW]), election)


def test_an_interrupted_rotation_goes_on_where_it_stopped(
    database: Database, vault: Vault, election: str
) -> None:
    fill(database, vault, election, rows(20))
    both = Vault([NEW, OLD])
    batches: list[int] = []

    def stop_at_the_second(done: int) -> None:
        batches.append(done)
        if len(batches) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotate(database, both, SEALED_COLUMNS, batch=6, advance=stop_at_the_second)
    assert rotate(database, both, SEALED_COLUMNS) == 20 - sum(batches)
    assert finds(database, Vault([NEW]), election)


def test_a_key_that_is_missing_is_noticed_and_changes_nothing(
    database: Database, vault: Vault, election: str
) -> None:
    fill(database, vault, election, rows(2))
    with pytest.raises(VaultError, match="bring it back"):
        rotate(database, Vault([NEW]), SEALED_COLUMNS)
    assert finds(database, vault, election)
    with database.write() as session:
        for member in session.scalars(select(Member).where(Member.election_id == election)):
            member.sealed = None


def test_what_registrars_of_this_database_sealed_is_exchanged_too(
    database: Database, vault: Vault
) -> None:
    registrar, election = Address(secrets.token_bytes(20)), Address(secrets.token_bytes(20))
    contacts = Contacts(database, vault, registrar)
    contacts.replace(election, [(number, Contact(mail=f"m{number}@x.kr")) for number in range(5)])
    verifiers = _verifiers(database, vault, registrar)
    verifiers.put(election, 3, "bind:mail", "123456", 60)
    rotate(database, Vault([NEW, OLD]), SEALED_COLUMNS, batch=2)
    new = Contacts(database, Vault([NEW]), registrar)
    assert [new.get(election, number) for number in range(5)] == [
        Contact(mail=f"m{number}@x.kr") for number in range(5)
    ]
    with database.read() as session:
        code = session.scalars(
            select(RegistrarCode).where(RegistrarCode.election == election)
        ).one()
    assert code.sealed[0] == NEW.number
    context = verifiers._context(election, 3)
    assert Vault([NEW]).open(code.sealed, context)


def _verifiers(database: Database, vault: Vault, registrar: Address) -> Verifiers:
    limits = Limits(database, lambda: 1_000.0)
    return Verifiers(database, vault, limits, registrar, lambda: 1_000, 5, 60)


def test_no_sealed_column_is_forgotten() -> None:
    exchanged = {(each.model.__tablename__, each.column.key) for each in key_ring._COLUMNS}
    sealed = {
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if column.name.startswith("sealed")
    }
    # A challenge lives for minutes: by the time the old key leaves, none is left that it sealed.
    assert sealed - exchanged == {("challenge", "sealed")}
