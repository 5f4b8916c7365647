"""Single statements by the driver itself, for the few paths where every microsecond counts.

Each is a transaction of its own in one exchange with the database, durable when it returned, and
repeated when the database asks for it.
"""

import random
import re
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from threading import Lock
from typing import Any, Final

import psycopg

from hanpyo.db.database import Database, DatabaseUnavailable, is_passing_fault, prepare_sqlite

_TRIES: Final = 5
_FIRST_PAUSE: Final = 0.05
_NAMED: Final = re.compile(r"(?<!:):(\w+)")


class Direct:
    """Connections for single statements. Safe to share between threads.

    Idle connections lie on a stack, which costs a microsecond where a pool costs twenty. There are
    never more of them than threads have been in here at once. SQLite has one writer at a time: its
    threads queue here, which is quicker and fairer than to sleep and ask its lock again.
    """

    def __init__(self, database: Database, *, sleep: Callable[[float], None] = time.sleep) -> None:
        """Connects on first use; closed with the database."""
        self._is_sqlite = database.is_sqlite
        self._dialect = database.engine.dialect
        self._address = self._dialect.create_connect_args(database.engine.url)
        self._idle: deque[Any] = deque()  # popping and appending are atomic
        self._turn: AbstractContextManager[Any] = Lock() if self._is_sqlite else nullcontext()
        self._sleep = sleep
        database.close_with(self.close)

    def close(self) -> None:
        """Close idle connections."""
        with suppress(IndexError):
            while True:
                self._idle.pop().close()

    def prepare(self, statement: str) -> str:
        """The statement, whose parameters are `:name`, as the driver wants it."""
        return statement if self._is_sqlite else _NAMED.sub(r"%(\1)s", statement)

    def first(self, prepared: str, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """The first row that the prepared statement gives; raises `DatabaseUnavailable`."""
        pause = _FIRST_PAUSE
        for attempt in range(_TRIES):
            try:
                with self._turn:
                    return self._run(prepared, values)
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

    def _run(self, prepared: str, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._connect()
        try:
            cursor = connection.execute(prepared, values)
            row: tuple[Any, ...] | None = cursor.fetchone()
            cursor.close()  # SQLite commits when the statement ends
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)
        return row

    def _connect(self) -> Any:
        arguments, named = self._address
        connection: Any = self._dialect.connect(*arguments, **named)
        if self._is_sqlite:
            prepare_sqlite(connection, None)
        else:
            connection.autocommit = True
        return connection
