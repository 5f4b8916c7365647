"""Rows inserted by the driver: durable, repeated when the database asks, none harmed by another."""

import sqlite3
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from hanpyo.db.database import Database, DatabaseUnavailable
from hanpyo.db.direct import DirectInsert

COLUMNS = {"name": "varchar(20)", "size": "bigint", "seal": "bytea"}
INSERT = """
INSERT INTO place (name, size, seal) SELECT name, size, seal FROM given
WHERE (SELECT count(*) FROM place WHERE place.size = given.size) < 3
ON CONFLICT DO NOTHING RETURNING name
"""


def insert_into(database: Database) -> DirectInsert:
    return DirectInsert(database, INSERT, COLUMNS, apart=("size",), sleep=lambda _: None)


@pytest.fixture
def direct(database: Database) -> DirectInsert:
    seal = "blob" if database.is_sqlite else "bytea"
    with database.engine.begin() as connection:
        connection.execute(
            text(
                "CREATE TABLE place (name varchar(20) PRIMARY KEY, size bigint NOT NULL, "
                f"seal {seal} NOT NULL, CHECK (length(seal) > 0))"
            )
        )
    return insert_into(database)


def place(name: str, size: int | None = 1, seal: bytes = b"\\\x00'") -> dict[str, Any]:
    return {"name": name, "size": size, "seal": seal}


def names(database: Database) -> list[str]:
    with database.engine.connect() as connection:
        return list(connection.scalars(text("SELECT name FROM place ORDER BY name")))


def test_a_row_is_durable_when_its_call_returned(database: Database, direct: DirectInsert) -> None:
    name = "한표 %s \"'\\"
    assert direct.add(place(name, (1 << 63) - 1))
    assert not direct.add(place(name, 2))
    with database.engine.connect() as connection:
        (row,) = connection.execute(text("SELECT name, size, seal FROM place"))
    assert (row.name, row.size, bytes(row.seal)) == (name, (1 << 63) - 1, b"\\\x00'")


def test_a_fault_of_the_statement_is_not_repeated(database: Database) -> None:
    nowhere = DirectInsert(
        database, "INSERT INTO nowhere SELECT name FROM given RETURNING name", COLUMNS, apart=()
    )
    with pytest.raises((sqlite3.Error, psycopg.Error)):
        nowhere.add(place("a"))


def test_a_lost_connection_is_made_again(database: Database, direct: DirectInsert) -> None:
    direct.add(place("a"))
    if not database.is_sqlite:
        ending = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> "
        with database.engine.connect() as connection:
            connection.execute(text(ending + "pg_backend_pid() AND datname = current_database()"))
    assert direct.add(place("b"))
    assert names(database) == ["a", "b"]


def test_a_database_that_is_gone_is_told_to_each() -> None:
    database = Database("postgresql://nobody@127.0.0.1:9/none")
    direct = insert_into(database)

    def told(number: int) -> bool:
        with pytest.raises(DatabaseUnavailable):
            direct.add(place(str(number), number))
        return True

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(told, range(6)))
    database.close()


def test_a_row_at_fault_fails_alone(database: Database, direct: DirectInsert) -> None:
    def added(number: int) -> bool:
        seal = b"" if number % 5 == 0 else b"seal"
        try:
            return direct.add(place(f"{number:03}", number, seal))
        except (sqlite3.IntegrityError, psycopg.IntegrityError):
            assert number % 5 == 0
            return False

    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(added, range(200)))
    assert outcomes == [number % 5 != 0 for number in range(200)]
    assert names(database) == [f"{number:03}" for number in range(200) if number % 5]


def test_rows_that_bear_on_each_other_see_each_other(
    database: Database, direct: DirectInsert
) -> None:
    with ThreadPoolExecutor(16) as pool:
        rows = [place(str(number), number % 20) for number in range(200)]
        outcomes = list(pool.map(direct.add, rows))
    made = Counter(row["size"] for row, is_new in zip(rows, outcomes, strict=True) if is_new)
    assert made == dict.fromkeys(range(20), 3)
    assert len(names(database)) == 60


def test_two_processes_that_add_the_same_rows_do_not_block_each_other(
    database: Database, direct: DirectInsert
) -> None:
    other = Database(database.engine.url.render_as_string(hide_password=False))
    doors = (direct, insert_into(other))
    jobs = [(door, number) for number in range(150) for door in doors]
    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(lambda job: job[0].add(place(str(job[1]), job[1])), jobs))
    other.close()
    assert sum(outcomes) == 150
    assert len(names(database)) == 150


def test_few_connections_serve_all_threads(database: Database, direct: DirectInsert) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda number: direct.add(place(str(number), number)), range(200)))
    assert len(names(database)) == 200
    assert 1 <= len(direct._idle) <= (1 if database.is_sqlite else 8)
    database.close()
    assert not direct._idle


def test_a_fault_leaves_no_lock_and_no_half_statement(
    database: Database, direct: DirectInsert
) -> None:
    for _ in range(3):
        with pytest.raises((sqlite3.Error, psycopg.Error)):
            direct.add(place("a", None))
    assert direct.add(place("a"))
    assert names(database) == ["a"]
