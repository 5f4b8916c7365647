"""Transactions: durable, whole, repeated when the database asks, refused in words when gone."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hanpyo.db.database import Database, DatabaseUnavailable
from hanpyo.db.models import Lease, Organisation
from tests.service.databases import fresh_database


def organisation(name: str) -> Organisation:
    return Organisation(name=name, created_at=1)


def names(database: Database) -> list[str]:
    with database.read() as session:
        return sorted(session.scalars(select(Organisation.name)))


def test_what_transact_returned_is_there(database: Database) -> None:
    def work(session: Session) -> str:
        session.add(organisation("한표"))
        return "done"

    assert database.transact(work) == "done"
    assert names(database) == ["한표"]


def test_a_failure_leaves_nothing(database: Database) -> None:
    def work(session: Session) -> None:
        session.add(organisation("half"))
        session.flush()
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        database.transact(work)
    with pytest.raises(ValueError, match="no"), database.write() as session:
        work(session)
    assert names(database) == []


def test_a_refusal_of_the_schema_is_no_passing_failure(database: Database) -> None:
    tries = []

    def work(session: Session) -> None:
        tries.append(1)
        session.add(Lease(name="x", holder="h", fence=1, expires_at=0))
        session.flush()
        session.execute(
            text("INSERT INTO lease (name, holder, fence, expires_at) VALUES ('x', 'h', 1, 0)")
        )

    with pytest.raises(IntegrityError):
        database.transact(work)
    assert len(tries) == 1


def test_many_writers_at_once_lose_nothing(database: Database) -> None:
    database.transact(
        lambda session: session.add(Lease(name="n", holder="h", fence=0, expires_at=0))
    )

    def count(_: int) -> None:
        def work(session: Session) -> None:
            lease = session.get(Lease, "n", with_for_update=True)
            assert lease is not None
            lease.fence += 1

        database.transact(work)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count, range(40)))
    with database.read() as session:
        assert session.scalar(select(Lease.fence)) == 40


def test_a_deadlock_is_repeated_from_the_start(database: Database) -> None:
    with database.write() as session:
        session.add_all([Lease(name=name, holder="h", fence=0, expires_at=0) for name in "ab"])
    met = threading.Barrier(2, timeout=1)

    def cross(order: str) -> None:
        def work(session: Session) -> None:
            for place, name in enumerate(order):
                lease = session.get(Lease, name, with_for_update=True)
                assert lease is not None
                lease.fence += 1
                session.flush()
                if place == 0 and not database.is_sqlite:
                    with suppress(threading.BrokenBarrierError):
                        met.wait()

        database.transact(work)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(cross, ("ab", "ba")))
    with database.read() as session:
        assert set(session.scalars(select(Lease.fence))) == {2}


@pytest.fixture
def postgresql(tmp_path: Path) -> Iterator[tuple[Database, str]]:
    with fresh_database("postgresql", tmp_path) as url:
        database = Database(url)
        database.create_schema()
        yield database, url
        database.close()


def test_connections_cut_by_the_server_are_made_again(postgresql: tuple[Database, str]) -> None:
    database, url = postgresql
    database.transact(lambda session: session.add(organisation("before")))
    tries = []

    def work(session: Session) -> None:
        tries.append(1)
        session.add(organisation("after"))
        session.flush()
        if len(tries) == 1:
            _cut_connections(url)
        session.add(organisation("after too"))

    database.transact(work)
    assert len(tries) == 2
    assert names(database) == ["after", "after too", "before"]


def test_a_database_that_is_not_there_is_told_in_words(tmp_path: Path) -> None:
    gone = Database("postgresql://nobody@127.0.0.1:9/none", sleep=lambda _: None)
    with pytest.raises(DatabaseUnavailable), gone.read() as session:
        session.scalar(select(Organisation.name))
    with pytest.raises(DatabaseUnavailable):
        gone.transact(lambda session: session.scalar(select(Organisation.name)))


def test_a_locked_file_is_waited_for_and_then_told(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'locked.db'}"
    database = Database(url, sleep=lambda _: None)
    database.create_schema()
    other = create_engine(url).connect()
    other.exec_driver_sql("BEGIN IMMEDIATE")
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=10")
        connection.rollback()
    with pytest.raises(DatabaseUnavailable):
        database.transact(lambda session: session.add(organisation("late")))
    other.rollback()
    other.close()
    database.transact(lambda session: session.add(organisation("now")))
    assert names(database) == ["now"]
    database.close()


def _cut_connections(url: str) -> None:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    engine.dispose()
