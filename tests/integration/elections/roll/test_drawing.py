"""From members to voter numbers."""

from dataclasses import replace
from fractions import Fraction

import pytest
from sqlalchemy import select

from hanpyo.db.database import Database
from hanpyo.db.models import Member
from hanpyo.db.vault import Vault
from hanpyo.elections.catalogue import UnknownElection
from hanpyo.elections.drawing import AlreadyDrawn, RollUnfit, draw_roll_of, private_entries
from hanpyo.elections.members_store import person_of
from hanpyo.elections.people import Person
from hanpyo.elections.private_list import read_private_list, write_private_list
from hanpyo.elections.roll_import import RollRow
from hanpyo.protocol.roll import roll_tree
from hanpyo.protocol.signatures import address_key_id
from hanpyo.protocol.types import Address, EntryKind
from tests.integration.elections.roll.people import KIM, draw, fill, rows

WALLET = Address(b"\xab" * 20)


def test_every_member_gets_one_number_and_the_entry_that_commits_to_it(
    database: Database, vault: Vault, election: str
) -> None:
    listed = RollRow(99, Person(name="지갑"), Fraction(1), 1, WALLET)
    fill(database, vault, election, (*rows(30), listed))
    entries = draw(database, vault, election)
    with database.read() as session:
        private = private_entries(session, vault, election)
    assert [each.voter for each in private] == list(range(31))
    for each, entry in zip(private, entries, strict=True):
        assert (each.weight, each.class_) == (entry.weight, entry.class_)
        if each.blind is None:
            assert entry.kind is EntryKind.LISTED
            assert entry.who == address_key_id(WALLET)
        else:
            assert entry.who == each.commitment
    assert roll_tree(entries).root
    assert KIM in [each.person for each in private]


def test_the_order_is_random(database: Database, vault: Vault, election: str) -> None:
    fill(database, vault, election, rows(60))
    draw(database, vault, election)
    with database.read() as session:
        wanted = select(Member.voter).where(Member.election_id == election).order_by(Member.line)
        numbers = list(session.scalars(wanted))
    assert sorted(number or 0 for number in numbers) == list(range(60))
    assert numbers != sorted(number or 0 for number in numbers)


def test_fractions_become_whole_in_one_unit(
    database: Database, vault: Vault, election: str
) -> None:
    people = rows(4)
    weights = (Fraction(1, 3), Fraction(1, 4), Fraction(5, 2), Fraction(2))
    roll = tuple(replace(row, weight=w) for row, w in zip(people, weights, strict=True))
    fill(database, vault, election, roll)
    draw(database, vault, election)
    with database.read() as session:
        wanted = select(Member.weight).where(Member.election_id == election).order_by(Member.line)
        assert list(session.scalars(wanted)) == [4, 3, 30, 24]


def test_weights_without_a_common_unit_are_refused_with_their_rows(
    database: Database, vault: Vault, election: str
) -> None:
    people = rows(4)
    weights = (Fraction(1), *(Fraction(1, p) for p in (2147483647, 2147483629, 2147483587)))
    roll = tuple(replace(row, weight=w) for row, w in zip(people, weights, strict=True))
    fill(database, vault, election, roll)
    with pytest.raises(RollUnfit, match=r"63 bits.*row 3"):
        draw(database, vault, election)


def test_a_class_that_the_election_has_not_is_refused_with_its_rows(
    database: Database, vault: Vault, election: str
) -> None:
    fill(database, vault, election, (RollRow(2, KIM), RollRow(3, Person("박"), class_=2)))
    with pytest.raises(RollUnfit, match="row 3"):
        draw(database, vault, election)


def test_an_empty_roll_is_not_drawn(database: Database, vault: Vault, election: str) -> None:
    with pytest.raises(RollUnfit, match="empty"):
        draw(database, vault, election)


def test_a_roll_is_drawn_once(database: Database, vault: Vault, election: str) -> None:
    fill(database, vault, election, rows(2))
    draw(database, vault, election)
    with pytest.raises(AlreadyDrawn), database.write() as session:
        draw_roll_of(session, vault, election)
    with pytest.raises(UnknownElection), database.write() as session:
        draw_roll_of(session, vault, "0" * 32)


def test_a_draw_that_was_rolled_back_is_repeated(
    database: Database, vault: Vault, election: str
) -> None:
    fill(database, vault, election, rows(5))
    with database.read() as session:
        draw_roll_of(session, vault, election)
    with database.read() as session, pytest.raises(RollUnfit, match="not drawn"):
        private_entries(session, vault, election)
    assert len(draw(database, vault, election)) == 5


def test_of_several_owners_one_votes_and_the_others_are_a_sealed_note(
    database: Database, vault: Vault, election: str
) -> None:
    person = replace(KIM, co_owners="박한표, 이한표")
    fill(database, vault, election, (RollRow(2, person),))
    assert len(draw(database, vault, election)) == 1
    with database.read() as session:
        member = session.scalars(select(Member).where(Member.election_id == election)).one()
        assert person_of(vault, member).co_owners == "박한표, 이한표"
        assert "박한표".encode() not in (member.sealed or b"")


def test_registrars_read_the_private_list_of_a_draw(
    database: Database, vault: Vault, election: str
) -> None:
    fill(database, vault, election, rows(3))
    entries = draw(database, vault, election)
    with database.read() as session:
        private = private_entries(session, vault, election)
    sealed = write_private_list(election, private, "열두 글자가 넘는 암호문")
    read = read_private_list(sealed, "열두 글자가 넘는 암호문")
    assert [each.commitment for each in read.entries] == [entry.who for entry in entries]
