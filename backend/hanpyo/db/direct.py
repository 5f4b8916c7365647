"""Single statements by the driver itself, for the few paths where every microsecond counts.

Each is a transaction of its own in one exchange with the database, durable when it returned, and
repeated when the database asks for it.
"""

import random
import re
import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any, Final

import psycopg
from sqlalchemy import create_engine, event

from hanpyo.db.database import Database, DatabaseUnavailable, is_passing_fault, prepare_sqlite

_TRIES: Final = 5
_FIRST_PAUSE: Final = 0.05
_NAMED: Final = re.compile(r"(?<!:):(\w+)")


class Direct:
    """Connections for single statements. Safe to share between threads."""

    def __init__(
        self,
        database: Database,
        *,
        pool_size: int = 10,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Connects on first use; closed with the database."""
        self._is_sqlite = database.is_sqlite
        options: dict[str, Any] = {} if self._is_sqlite else {"pool_size": pool_size}
        self._engine = create_engine(database.engine.url, pool_reset_on_return=None, **options)
        event.listen(
            self._engine, "connect", prepare_sqlite if self._is_sqlite else _commit_at_once
        )
        self._sleep = sleep
        database.close_with(self.close)

    def close(self) -> None:
        """Close idle connections."""
        self._engine.dispose()

    def prepare(self, statement: str) -> str:
        """The statement, whose parameters are `:name`, as the driver wants it."""
        return statement if self._is_sqlite else _NAMED.sub(r"%(\1)s", statement)

    def first(self, prepared: str, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """The first row that the prepared statement gives; raises `DatabaseUnavailable`."""
        pause = _FIRST_PAUSE
        for attempt in range(_TRIES):
            try:
                return self._run(prepared, values)
            except (sqlite3.Error, psycopg.Error) as error:
                if not is_passing_fault(error):
                    raise
                self._engine.dispose()  # after a lost connection the others are lost as well
                if attempt == _TRIES - 1:
                    raise DatabaseUnavailable(
                        "the database does not answer now; try again soon"
                    ) from error
            self._sleep(pause * (0.5 + random.random()))  # noqa: S311  jitter is no secret
            pause *= 2
        raise AssertionError("unreachable")

    def _run(self, prepared: str, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
        connection = self._engine.raw_connection()
        try:
            with closing(connection.cursor()) as cursor:
                cursor.execute(prepared, values)
                row: tuple[Any, ...] | None = cursor.fetchone()
                return row
        finally:
            connection.close()


def _commit_at_once(connection: Any, _: object) -> None:
    connection.autocommit = True
