"""Many rows at once: all of them, or none."""

import psycopg
import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hanpyo.db.bulk import Row, among, among_own, insert_rows
from hanpyo.db.database import Database
from hanpyo.db.models import Block, LogEntry

FAULTS = (IntegrityError, psycopg.IntegrityError)


def block(number: int) -> Row:
    return (number, b"\x01" * 32, b"\x00\xff" * 16, number * 12, number % 2 == 0)


def entry(election: str, number: int) -> Row:
    return (election, number, 0, bytes(32), bytes(32), 0, "VoterSettled", number, '{"표": 1}')


def numbers(session: Session) -> list[int]:
    return list(session.scalars(select(Block.number).order_by(Block.number)))


@pytest.mark.parametrize("many", [0, 1, 99, 100, 1_000, 2_345])
def test_every_row_is_written_once(database: Database, many: int) -> None:
    rows = [block(number) for number in range(many)]
    database.transact(lambda session: insert_rows(session, Block, rows))
    with database.read() as session:
        found = session.execute(select(*Block.__table__.columns).order_by(Block.number))
        assert [tuple(row) for row in found] == rows


@pytest.mark.parametrize("again", [0, 1_000, 1_050, 1_102])
def test_one_row_at_fault_leaves_none(database: Database, again: int) -> None:
    rows = [block(number) for number in range(1_102)]
    rows.insert(again, block(again // 2))
    with pytest.raises(FAULTS):
        database.transact(lambda session: insert_rows(session, Block, rows))
    with database.read() as session:
        assert numbers(session) == []


def test_a_savepoint_takes_back_what_the_failure_left(database: Database) -> None:
    def work(session: Session) -> None:
        insert_rows(session, Block, [block(1)])
        with pytest.raises(FAULTS), session.begin_nested():
            insert_rows(session, Block, [block(2), block(3), block(1)])
        insert_rows(session, Block, [block(4)])

    database.transact(work)
    with database.read() as session:
        assert numbers(session) == [1, 4]


@pytest.mark.parametrize("wanted", [[], [3], [3, 7, 3_000], range(2_000)])
def test_rows_among_many_numbers(database: Database, wanted: list[int]) -> None:
    rows = [entry(owner, number) for owner in ("ours", "theirs") for number in range(500)]

    def work(session: Session) -> None:
        insert_rows(session, Block, [block(number) for number in range(500)])
        insert_rows(session, LogEntry, rows)

    database.transact(work)
    expected = [number for number in wanted if number < 500]
    with database.read() as session:
        blocks = select(Block.number).where(among(session, Block.number, wanted))
        assert sorted(session.scalars(blocks)) == expected
        own = among_own(session, (LogEntry.election_id, "ours"), LogEntry.voter, wanted)
        found = session.execute(select(LogEntry.election_id, LogEntry.voter).where(own))
        assert sorted(tuple(row) for row in found) == [("ours", number) for number in expected]
