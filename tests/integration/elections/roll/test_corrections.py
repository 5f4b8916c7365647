"""One member corrected before the draw, under the rules of the import."""

from datetime import date
from fractions import Fraction

import pytest

from hanpyo.db.database import Database
from hanpyo.db.models import Member
from hanpyo.db.vault import Vault
from hanpyo.elections.corrections import AlreadyOnRoll, correct_member
from hanpyo.elections.members_store import (
    RollFrozen,
    UnknownMember,
    find_members,
    page_of_members,
    person_of,
)
from hanpyo.elections.people import Person
from hanpyo.elections.roll_import import RollRow
from hanpyo.elections.roll_import.rows import Terms
from hanpyo.errors import Invalid
from hanpyo.protocol.types import Address
from tests.integration.elections.roll.people import KIM, draw, fill

TERMS = Terms(("조합원", "대의원"), date(2026, 11, 25))
PARK = Person("박한표", "+821012345678", "park@example.kr", number="78", subject="s")
WALLET = Address(b"\xab" * 20)


@pytest.fixture
def members(database: Database, vault: Vault, election: str) -> dict[int, str]:
    """Ids by row: Kim in row 2, Park of the same household in row 3."""
    fill(database, vault, election, (RollRow(2, KIM), RollRow(3, PARK, wallet=WALLET)))
    with database.read() as session:
        return {m.line: m.id for m in page_of_members(session, election, after=None, limit=9)}


def change(
    database: Database, vault: Vault, election: str, member_id: str, **changes: str | None
) -> Member:
    with database.write() as session:
        return correct_member(session, vault, election, member_id, changes=changes, terms=TERMS)


def test_a_correction_is_read_like_a_cell_and_found_anew(
    database: Database, vault: Vault, election: str, members: dict[int, str]
) -> None:
    given = {"phone": "010-9999-8888", "weight": "1 1/2", "class": "대의원", "address": None}
    changed = change(database, vault, election, members[2], **given)
    assert person_of(vault, changed).phone == "+821099998888"
    assert person_of(vault, changed).address is None
    assert person_of(vault, changed).name == KIM.name
    assert Fraction(changed.weight_numerator, changed.weight_denominator) == Fraction(3, 2)
    assert changed.class_ == 1
    with database.read() as session:
        assert len(find_members(session, vault, election, "phone", "+821099998888")) == 1
        old = find_members(session, vault, election, "phone", "+821012345678")
        assert [member.id for member in old] == [members[3]]


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("phone", "010"),
        ("mail", "x"),
        ("birth_date", "600102"),
        ("weight", "0"),
        ("class", "없음"),
        ("wallet", "0x00"),
        ("name", "김\u202e표"),
    ],
)
def test_a_bad_value_is_refused_with_its_field(
    database: Database, vault: Vault, members: dict[int, str], field: str, text: str
) -> None:
    with database.read() as session:
        election = session.get_one(Member, members[2]).election_id
    with pytest.raises(Invalid) as caught:
        change(database, vault, election, members[2], **{field: text})
    assert caught.value.field == field


@pytest.mark.parametrize(
    "changes",
    [
        {"number": " 7 8"},
        {"name": "박 한표"},
        {"mail": "PARK@example.kr", "name": "박한표", "phone": None},
        {"subject": "s"},
        {"wallet": "0x" + "ab" * 20},
    ],
)
def test_nobody_becomes_another_member(
    database: Database,
    vault: Vault,
    election: str,
    members: dict[int, str],
    changes: dict[str, str | None],
) -> None:
    with pytest.raises(AlreadyOnRoll, match="row 3"):
        change(database, vault, election, members[2], **changes)


def test_somebody_without_any_name_or_contact_is_nobody(
    database: Database, vault: Vault, election: str, members: dict[int, str]
) -> None:
    empty = dict.fromkeys(("name", "phone", "mail", "birth_date", "address", "number"))
    with pytest.raises(Invalid, match="nobody"):
        change(database, vault, election, members[2], **empty)


def test_after_the_freeze_a_transfer_changes_nobody(
    database: Database, vault: Vault, election: str, members: dict[int, str]
) -> None:
    draw(database, vault, election)
    with pytest.raises(RollFrozen, match="transfer of shares counts from the next roll"):
        change(database, vault, election, members[2], name="새 소유자")


def test_a_member_of_another_election_is_unknown(
    database: Database, vault: Vault, election: str, members: dict[int, str]
) -> None:
    with pytest.raises(UnknownMember):
        change(database, vault, election, "0" * 32, name="김")
