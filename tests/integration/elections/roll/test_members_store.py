"""Members in the database: sealed, found by exact values, replaced as a whole."""

from collections.abc import Callable
from fractions import Fraction

import pytest
from sqlalchemy import select, text

from hanpyo.db.database import Database
from hanpyo.db.models import Election, ElectionState, Member, MemberLookup
from hanpyo.db.vault import Vault, VaultError
from hanpyo.elections.catalogue import UnknownElection
from hanpyo.elections.members_store import (
    RollFrozen,
    UnknownMember,
    count_members,
    find_members,
    get_member,
    page_of_members,
    person_of,
    prepare_roll,
    replace_roll,
)
from hanpyo.elections.people import lookup_values
from hanpyo.elections.roll_import import RollRow
from hanpyo.protocol.types import Address
from tests.integration.elections.roll.people import KIM, fill, rows


def test_a_roll_is_kept_with_all_that_was_said(
    database: Database, vault: Vault, election: str
) -> None:
    wallet = Address(b"\xab" * 20)
    fill(database, vault, election, (RollRow(7, KIM, Fraction(4, 3), 1, wallet),))
    with database.read() as session:
        (member,) = page_of_members(session, election, after=None, limit=10)
        assert person_of(vault, member) == KIM
        assert (member.line, member.class_, member.wallet) == (7, 1, wallet)
        assert (member.weight_numerator, member.weight_denominator) == (4, 3)
        assert (member.voter, member.weight, member.sealed_blind) == (None, None, None)


def test_a_second_roll_replaces_the_first(database: Database, vault: Vault, election: str) -> None:
    fill(database, vault, election, rows(5))
    fill(database, vault, election, rows(3)[1:])
    with database.read() as session:
        assert count_members(session, election) == 2
        assert not find_members(session, vault, election, "phone", KIM.phone or "")


def test_a_roll_that_fails_half_way_leaves_the_old_one(
    database: Database, vault: Vault, election: str
) -> None:
    fill(database, vault, election, rows(3))
    with database.read() as session:
        replace_roll(session, prepare_roll(vault, election, rows(9)))
    with database.read() as session:
        assert count_members(session, election) == 3


def test_pages_follow_the_file_and_miss_nobody(
    database: Database, vault: Vault, election: str
) -> None:
    fill(database, vault, election, rows(7))
    seen: list[int] = []
    after: tuple[int, str] | None = None
    with database.read() as session:
        while page := page_of_members(session, election, after=after, limit=3):
            seen += [member.line for member in page]
            after = (page[-1].line, page[-1].id)
    assert seen == [2, 3, 4, 5, 6, 7, 8]


def test_a_member_is_found_by_each_kind_of_value_in_its_own_election_only(
    database: Database, vault: Vault, new_election: Callable[[], str]
) -> None:
    here, there = new_election(), new_election()
    fill(database, vault, here, rows(3))
    fill(database, vault, there, rows(3)[1:])
    with database.read() as session:
        for kind, value in lookup_values(KIM):
            (found,) = find_members(session, vault, here, kind, value)
            assert person_of(vault, found) == KIM
            assert not find_members(session, vault, there, kind, value)
            assert not find_members(session, vault, here, kind, value + "x")
        with pytest.raises(UnknownMember):
            get_member(session, there, found.id)


def test_a_sealed_person_moved_to_another_member_does_not_open(
    database: Database, vault: Vault, election: str
) -> None:
    fill(database, vault, election, rows(2))
    with database.read() as session:
        first, second = page_of_members(session, election, after=None, limit=2)
        first.sealed = second.sealed
        with pytest.raises(VaultError, match="moved"):
            person_of(vault, first)


def test_rows_do_not_lie_in_the_files_order(
    database: Database, vault: Vault, election: str
) -> None:
    fill(database, vault, election, rows(60))
    place = "rowid" if database.is_sqlite else "ctid"
    with database.read() as session:
        lines = session.scalars(
            text(f"SELECT line FROM member WHERE election_id = :e ORDER BY {place}"),
            {"e": election},
        ).all()
    assert sorted(lines) == list(range(2, 62))
    assert list(lines) != sorted(lines)


def test_a_frozen_roll_cannot_be_replaced(database: Database, vault: Vault, election: str) -> None:
    fill(database, vault, election, rows(2))
    with database.write() as session:
        session.get_one(Election, election).state = ElectionState.PUBLISHING
    with pytest.raises(RollFrozen, match="next roll"):
        fill(database, vault, election, rows(3))
    with pytest.raises(UnknownElection):
        fill(database, vault, "0" * 32, rows(1))


def test_what_stands_in_the_tables_shows_nobody(
    database: Database, vault: Vault, election: str
) -> None:
    fill(database, vault, election, rows(3))
    with database.read() as session:
        members = session.execute(
            select(Member.__table__).where(Member.election_id == election)
        ).all()
        lookups = session.execute(
            select(MemberLookup.__table__).where(MemberLookup.election_id == election)
        ).all()
    shown = repr([*members, *lookups]).encode() + b"".join(
        value for row in (*members, *lookups) for value in row if isinstance(value, bytes)
    )
    for text_ in ("이름", "01012345678", "1012345678", "example.kr", "1960", "비밀로"):
        assert text_.encode() not in shown
