"""Single statements by the driver: durable, repeated when the database asks."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from sqlalchemy import text

from hanpyo.db.database import Database, DatabaseUnavailable
from hanpyo.db.direct import Direct

INSERT = "INSERT INTO place (name) VALUES (:name) ON CONFLICT DO NOTHING RETURNING name"


@pytest.fixture
def direct(database: Database) -> Direct:
    with database.engine.begin() as connection:
        connection.execute(text("CREATE TABLE place (name varchar(20) PRIMARY KEY)"))
    return Direct(database, sleep=lambda _: None)


def names(database: Database) -> list[str]:
    with database.engine.connect() as connection:
        return list(connection.scalars(text("SELECT name FROM place ORDER BY name")))


def test_a_statement_is_durable_when_it_returned(database: Database, direct: Direct) -> None:
    insert = direct.prepare(INSERT)
    assert direct.first(insert, {"name": "a"}) == ("a",)
    assert direct.first(insert, {"name": "a"}) is None
    assert names(database) == ["a"]


def test_a_fault_of_the_statement_is_not_repeated(direct: Direct) -> None:
    with pytest.raises((sqlite3.Error, psycopg.Error)):
        direct.first("INSERT INTO nowhere VALUES (1)", {})


def test_a_lost_connection_is_made_again(database: Database, direct: Direct) -> None:
    insert = direct.prepare(INSERT)
    direct.first(insert, {"name": "a"})
    if not database.is_sqlite:
        ending = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> "
        with database.engine.connect() as connection:
            connection.execute(text(ending + "pg_backend_pid() AND datname = current_database()"))
    assert direct.first(insert, {"name": "b"}) == ("b",)
    assert names(database) == ["a", "b"]


def test_a_database_that_is_gone_is_told_as_that() -> None:
    database = Database("postgresql://nobody@127.0.0.1:9/none")
    direct = Direct(database, sleep=lambda _: None)
    with pytest.raises(DatabaseUnavailable):
        direct.first("SELECT 1", {})
    database.close()


def test_threads_share_connections_and_none_is_left(database: Database, direct: Direct) -> None:
    insert = direct.prepare(INSERT)
    with ThreadPoolExecutor(8) as pool:
        found = list(
            pool.map(lambda number: direct.first(insert, {"name": number}), map(str, range(200)))
        )
    assert sorted(row[0] for row in found if row) == sorted(names(database))
    assert len(names(database)) == 200
    assert len(direct._idle) <= (1 if database.is_sqlite else 8)
    database.close()
    assert not direct._idle


def test_a_fault_leaves_no_lock_and_no_half_statement(database: Database, direct: Direct) -> None:
    insert = direct.prepare(INSERT)
    for _ in range(3):
        with pytest.raises((sqlite3.Error, psycopg.Error)):
            direct.first(insert, {})
    assert direct.first(insert, {"name": "a"}) == ("a",)
    assert names(database) == ["a"]
