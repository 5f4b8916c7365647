"""No table that knows a member is forgotten by the erasure."""

import secrets
from typing import Any

import pytest
from sqlalchemy import Column, LargeBinary, Table, insert, select

from hanpyo.db.database import Database
from hanpyo.db.models import Base, Election, ElectionState, Member
from hanpyo.db.vault import Vault
from hanpyo.elections.erasers import ERASERS
from hanpyo.elections.erasure import erase
from tests.integration.elections.roll.conftest import NOW
from tests.integration.elections.roll.people import fill, rows

KEPT = {
    "key_binding": "a voter number and a key are on the chain; what was shown for them goes",
}
ADDRESS = b"\x0e" * 20


def knows_members(table: Table) -> bool:
    return any(key.column.table.name == "member" for key in table.foreign_keys)


def sealed_by_registrars(table: Table) -> bool:
    return table.name.startswith("registrar_") and "sealed" in table.columns


TABLES = [
    table
    for table in Base.metadata.sorted_tables
    if (knows_members(table) or sealed_by_registrars(table)) and table.name not in KEPT
]


def value(column: Column[Any], election: str, member: str) -> Any:
    """Something that fits a column."""
    if column.name == "election_id":
        return election
    if column.name == "election":
        return ADDRESS
    if column.name == "member_id":
        return member
    if column.nullable or column.default is not None:
        return None if column.nullable else getattr(column.default, "arg", 0)
    if isinstance(column.type, LargeBinary):
        return secrets.token_bytes(20 if column.name == "registrar" else 32)
    return secrets.token_hex(4)[: getattr(column.type, "length", 8) or 8] if _is_text(column) else 1


def _is_text(column: Column[Any]) -> bool:
    return column.type.python_type is str


def test_the_tables_that_know_members_are_seen() -> None:
    assert {"member_session", "access_code", "member_lookup", "registrar_contact"} <= {
        table.name for table in TABLES
    }


@pytest.mark.parametrize("table", TABLES, ids=lambda table: str(table.name))
def test_a_table_that_knows_members_is_erased(
    database: Database, vault: Vault, election: str, table: Table
) -> None:
    fill(database, vault, election, rows(1))
    with database.write() as session:
        row = session.get_one(Election, election)
        row.state, row.address = ElectionState.CANCELLED, secrets.token_bytes(20)
        member = session.scalars(select(Member.id).where(Member.election_id == election)).one()
        given = {column.name: value(column, election, member) for column in table.columns}
        if "election" in given:
            given["election"] = row.address
        if "id" in given:
            given["id"] = secrets.token_hex(16)
        session.execute(insert(table), [given])
    with database.write() as session:
        erase(session, election, NOW, erasers=ERASERS)
    key = {"election_id": election, "election": given.get("election")}
    name = next(name for name in key if name in table.columns)
    with database.read() as session:
        assert session.execute(select(table).where(table.c[name] == key[name])).all() == []
