"""Rows inserted by the driver itself, for the path where every microsecond counts.

Rows that threads add at the same time share a transaction and its flush: one exchange with
PostgreSQL, one turn as the writer of SQLite. Each is durable when its call returned, is repeated
when the database asks for it, and fails alone where it is at fault.
"""

import random
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Hashable, Mapping
from contextlib import suppress
from typing import Any, Final

import orjson
import psycopg
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, Format
from psycopg.pq.abc import PGresult

from hanpyo.db.database import Database, DatabaseUnavailable, is_passing_fault, prepare_sqlite
from hanpyo.db.grouping import Grouping

Row = Mapping[str, Any]
_TRIES: Final = 5
_FIRST_PAUSE: Final = 0.05
# PostgreSQL flushes for several at once: with one statement under way a row would wait for two
# flushes. Rows that come to more than these cost the less the more of them share one.
_STATEMENTS: Final = 8
_PREPARED: Final = b"direct"
# SQLite, in KiB: digests are random, and so are the pages of their index that a row touches.
_CACHE: Final = "PRAGMA cache_size = -16384"
# PostgreSQL keeps the statement's plan: one made while a table was small would read it whole later.
_NO_SCANS: Final = "SET enable_seqscan = off"


class DirectInsert:
    """One INSERT for rows of many threads. Safe to share between them."""

    def __init__(
        self,
        database: Database,
        statement: str,
        columns: Mapping[str, str],
        *,
        apart: tuple[str, ...],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`statement` inserts from the table `given`, whose columns have these types, and returns
        the first of them, text or bytes that name a row, for each that it made.

        Rows that are alike in the columns `apart` never share a statement. Connects on first use;
        closed with the database.
        """
        self._is_sqlite = database.is_sqlite
        self._dialect = database.engine.dialect
        self._address = self._dialect.create_connect_args(database.engine.url)
        given = _each(columns) if self._is_sqlite else _all(columns)
        self._statement = f"WITH given AS ({given}) {statement}"
        self._name, type_of_name = next(iter(columns.items()))
        self._is_named_in_bytes = type_of_name == "bytea"
        self._apart = apart
        self._idle: deque[Any] = deque()  # popping and appending are atomic
        self._sleep = sleep
        at_once = 1 if self._is_sqlite else _STATEMENTS  # SQLite has one writer
        self._grouping = Grouping(self._outcomes, self._place, at_once=at_once)
        database.close_with(self.close)

    def close(self) -> None:
        """Close idle connections."""
        with suppress(IndexError):
            while True:
                self._idle.pop().close()

    def add(self, row: Row) -> bool:
        """Whether the statement made a row of this one; raises `DatabaseUnavailable`."""
        outcome = self._grouping.do(row)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def _place(self, row: Row) -> tuple[Hashable, ...]:
        return tuple(row[column] for column in self._apart)

    def _outcomes(self, rows: list[Row]) -> list[bool | Exception]:
        rows_in_order = sorted(rows, key=self._place)  # so that processes do not block each other
        try:
            made = self._repeated(rows_in_order)
        except DatabaseUnavailable as error:
            return [DatabaseUnavailable(*error.args) for _ in rows]
        except (sqlite3.Error, psycopg.Error) as error:
            if len(rows) == 1:
                return [error]
            return [self._outcomes([row])[0] for row in rows]
        return [row[self._name] in made for row in rows]

    def _repeated(self, rows: list[Row]) -> set[Any]:
        pause = _FIRST_PAUSE
        for attempt in range(_TRIES):
            try:
                return self._run(rows)
            except (sqlite3.Error, psycopg.Error) as error:
                if not is_passing_fault(error):
                    raise
                self.close()  # after a lost connection the others are lost as well
                if attempt == _TRIES - 1:
                    raise DatabaseUnavailable(
                        "the database does not answer now; try again soon"
                    ) from error
            self._sleep(pause * (0.5 + random.random()))  # noqa: S311  jitter is no secret
            pause *= 2
        raise AssertionError("unreachable")

    def _run(self, rows: list[Row]) -> set[Any]:
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._connect()
        try:
            made = (self._run_sqlite if self._is_sqlite else self._run_postgresql)(connection, rows)
        except BaseException:
            connection.close()  # which takes back what it had begun
            raise
        self._idle.append(connection)
        return made

    def _run_sqlite(self, connection: sqlite3.Connection, rows: list[Row]) -> set[Any]:
        connection.execute("BEGIN IMMEDIATE")
        made = [connection.execute(self._statement, row).fetchall() for row in rows]
        connection.execute("COMMIT")
        return {name for found in made for (name,) in found}

    def _run_postgresql(self, connection: psycopg.Connection, rows: list[Row]) -> set[Any]:
        text = orjson.dumps([{name: _written(row[name]) for name in row} for row in rows])
        # What a cursor does around this costs twice as much as the exchange itself.
        result = connection.pgconn.exec_prepared(_PREPARED, [text], result_format=Format.BINARY)
        _require(connection, result, ExecStatus.TUPLES_OK)
        found = [result.get_value(place, 0) or b"" for place in range(result.ntuples)]
        return set(found if self._is_named_in_bytes else map(bytes.decode, found))

    def _connect(self) -> Any:
        arguments, named = self._address
        connection: Any = self._dialect.connect(*arguments, **named)
        try:
            self._set_up(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _set_up(self, connection: Any) -> None:
        if self._is_sqlite:
            prepare_sqlite(connection, None)
            connection.execute(_CACHE)
        else:
            connection.autocommit = True
            connection.execute(_NO_SCANS)
            done = connection.pgconn.prepare(_PREPARED, self._statement.encode())
            _require(connection, done, ExecStatus.COMMAND_OK)


def _each(columns: Mapping[str, str]) -> str:
    """A table of one row, for SQLite: its statements cost next to nothing."""
    return "SELECT " + ", ".join(f":{name} AS {name}" for name in columns)


def _all(columns: Mapping[str, str]) -> str:
    """A table of many rows, for PostgreSQL, from one parameter: to bind each value costs more."""
    typed = ", ".join(f"{name} {type_}" for name, type_ in columns.items())
    return f"SELECT * FROM json_to_recordset(CAST(CAST($1 AS text) AS json)) AS told({typed})"  # noqa: S608  our own columns


def _require(connection: psycopg.Connection, result: PGresult, status: ExecStatus) -> None:
    if connection.pgconn.status != ConnStatus.OK:
        raise psycopg.OperationalError("the connection is lost")
    if result.status != status:
        raise error_from_result(result)


def _written(value: Any) -> Any:
    return "\\x" + value.hex() if isinstance(value, bytes) else value
