"""After the election nobody is known any more, and the audit still passes."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hanpyo.db.database import Database
from hanpyo.db.models import Election, ElectionState, MemberLookup, RollPreview
from hanpyo.db.vault import Vault
from hanpyo.elections.catalogue import UnknownElection
from hanpyo.elections.drawing import RollUnfit, private_entries
from hanpyo.elections.erasers import ERASERS
from hanpyo.elections.erasure import NotErasable, erase
from hanpyo.elections.members_store import find_members, page_of_members, person_of
from hanpyo.elections.people import Person
from hanpyo.elections.roll_import import read_roll
from hanpyo.elections.roll_previews import keep_preview
from tests.integration.elections.roll.conftest import NOW
from tests.integration.elections.roll.dumps import dump
from tests.integration.elections.roll.people import KIM, draw, fill, rows

SECRETS = ("김한표이름", "821012345678", "1012345678", "kim.secret", "1960-01-02", "비밀로")


def end(database: Database, election: str, state: ElectionState) -> None:
    with database.write() as session:
        session.get_one(Election, election).state = state


def run(database: Database, election: str, *, force: bool = False) -> bool:
    return database.transact(
        lambda session: erase(session, election, NOW, erasers=ERASERS, force=force)
    )


@pytest.mark.parametrize("state", [ElectionState.CERTIFIED, ElectionState.CANCELLED])
def test_nothing_that_leads_to_a_person_is_left(
    database: Database, vault: Vault, election: str, state: ElectionState
) -> None:
    fill(database, vault, election, rows(10))
    preview = read_roll("이름\n김한표이름\n".encode(), ("x",), date(2026, 1, 1))
    with database.write() as session:
        keep_preview(session, vault, election, preview, NOW)
    draw(database, vault, election)
    with database.read() as session:
        before = private_entries(session, vault, election)
        sealed = [m.sealed for m in page_of_members(session, election, after=None, limit=99)]
    end(database, election, state)
    assert run(database, election)
    with database.read() as session:
        members = page_of_members(session, election, after=None, limit=99)
        assert sorted(member.voter or 0 for member in members) == list(range(10))
        for member in members:
            assert (member.sealed, member.sealed_blind, member.wallet) == (None, None, None)
            assert (member.line, member.erased_at) == (0, NOW)
            assert person_of(vault, member) == Person()
        assert not find_members(session, vault, election, "phone", KIM.phone or "")
        for table in (MemberLookup, RollPreview):
            assert session.scalars(select(table).where(table.election_id == election)).all() == []
        assert session.get_one(Election, election).erased_at == NOW
        with pytest.raises(RollUnfit, match="erased"):
            private_entries(session, vault, election)
    left = dump(database)
    assert not [each.voter for each in before if each.blind and each.blind in left]
    assert not [1 for data in sealed if data and data in left]


def test_other_elections_keep_their_people(
    database: Database, vault: Vault, election: str, new_election: Callable[[], str]
) -> None:
    other = new_election()
    for each in (election, other):
        fill(database, vault, each, rows(3))
    end(database, election, ElectionState.CERTIFIED)
    run(database, election)
    with database.read() as session:
        assert find_members(session, vault, other, "phone", KIM.phone or "")


def test_erasing_twice_changes_nothing(database: Database, vault: Vault, election: str) -> None:
    fill(database, vault, election, rows(2))
    end(database, election, ElectionState.CERTIFIED)
    assert run(database, election)
    assert not run(database, election)


@pytest.mark.parametrize(
    "state",
    [
        ElectionState.DRAFT,
        ElectionState.PUBLISHING,
        ElectionState.PUBLISHED,
        ElectionState.FAILED,
    ],
)
def test_before_the_end_only_the_operator_can_force_it(
    database: Database, vault: Vault, election: str, state: ElectionState
) -> None:
    fill(database, vault, election, rows(2))
    end(database, election, state)
    with pytest.raises(NotErasable):
        run(database, election)
    with database.read() as session:
        assert find_members(session, vault, election, "phone", KIM.phone or "")
    assert run(database, election, force=True)


def test_an_unknown_election_is_not_erased(database: Database) -> None:
    with pytest.raises(UnknownElection):
        run(database, "0" * 32)


def test_an_eraser_that_fails_leaves_everything(
    database: Database, vault: Vault, election: str
) -> None:
    def fail(session: Session, election_id: str) -> None:
        raise RuntimeError

    fill(database, vault, election, rows(2))
    end(database, election, ElectionState.CERTIFIED)
    with pytest.raises(RuntimeError):
        database.transact(lambda session: erase(session, election, NOW, erasers=(fail,)))
    with database.read() as session:
        assert find_members(session, vault, election, "phone", KIM.phone or "")


def test_a_database_without_its_key_shows_nobody(
    database: Database, vault: Vault, election: str
) -> None:
    preview = read_roll("이름,휴대폰\n김한표이름,01012345678\n".encode(), ("x",), date(2026, 1, 1))
    with database.write() as session:
        assert keep_preview(session, vault, election, preview, NOW)
    fill(database, vault, election, rows(5))
    draw(database, vault, election)
    seen = dump(database)
    for secret in SECRETS:
        assert secret.encode() not in seen
        assert secret.encode("utf-16-le") not in seen
