"""Transactions: short, whole, repeated when the database asks for it; SQLite and PostgreSQL alike.

What `transact` returned is durable. A write on SQLite takes the write lock at its start, so that
two writers wait for each other instead of failing; its journal is flushed at every commit.
"""

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Final, TypeVar

import psycopg
from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError
from sqlalchemy.orm import Session

from hanpyo.db.models import Base
from hanpyo.errors import Unavailable

_TRIES: Final = 5
_FIRST_PAUSE: Final = 0.05
_BUSY_SECONDS: Final = 10
# A process that is frozen in mid-transaction must not hold its locks for longer than leases usually
# last, and whoever waits for a lock is told in time to answer.
_BOUNDS: Final = "-c idle_in_transaction_session_timeout=30s -c lock_timeout=5s"
# PostgreSQL: serialisation failure, deadlock, a lock or a transaction held for too long, and the
# classes of lost or refused connections.
_AGAIN: Final = ("40001", "40P01", "55P03", "25P03")
_AGAIN_CLASSES: Final = ("08", "53", "57")

_T = TypeVar("_T")


class DatabaseUnavailable(Unavailable):
    """The database cannot be reached, is full, or is locked for too long; nothing was changed."""

    code: ClassVar[str] = "database_unavailable"


class Database:
    """One database. Safe to share between threads, not between forked processes."""

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = 10,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Connects on first use. `url` is SQLAlchemy's; a bare `postgresql:` means psycopg."""
        parsed = make_url(url.replace("postgresql://", "postgresql+psycopg://", 1))
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        options: dict[str, Any] = {} if self.is_sqlite else {"pool_size": pool_size}
        self.engine: Engine = create_engine(
            parsed if self.is_sqlite else _bounded(parsed),
            pool_pre_ping=not self.is_sqlite,
            **options,
        )
        self._sleep = sleep
        self._companions: list[Callable[[], None]] = []
        if self.is_sqlite:
            event.listen(self.engine, "connect", prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)

    def close(self) -> None:
        """Close idle connections, and those of whatever joined by `close_with`."""
        self.engine.dispose()
        for close in self._companions:
            close()

    def close_with(self, close: Callable[[], None]) -> None:
        """Have `close` called when this is closed; it may be called more than once."""
        self._companions.append(close)

    def create_schema(self) -> None:
        """Make every table that is missing; for tests. An installation is migrated."""
        Base.metadata.create_all(self.engine)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for reading, rolled back at its end. Raises `DatabaseUnavailable`."""
        with self._told(), Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction, committed at its end; not repeated. Raises `DatabaseUnavailable`."""
        with (
            self._told(),
            Session(self._writing(), expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    def transact(self, work: Callable[[Session], _T]) -> _T:
        """What `work` returns, committed; run again from its start when the database asks for it.

        `work` must have no effect but on its session. Raises `DatabaseUnavailable`.
        """
        pause = _FIRST_PAUSE
        for _ in range(_TRIES - 1):
            try:
                with Session(self._writing(), expire_on_commit=False) as session, session.begin():
                    return work(session)
            except DBAPIError as error:
                if not is_passing(error):
                    raise
            self._sleep(pause * (0.5 + random.random()))  # noqa: S311  jitter is no secret
            pause *= 2
        with self.write() as session:
            return work(session)

    def transact_racing(self, work: Callable[[Session], _T]) -> _T:
        """As `transact`; run again where another made the same row at the same moment."""
        try:
            return self.transact(work)
        except IntegrityError:
            return self.transact(work)

    def _writing(self) -> Engine:
        return self.engine.execution_options(hanpyo_write=True)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            if not is_passing(error):
                raise
            raise DatabaseUnavailable("the database does not answer now; try again soon") from error


def _bounded(url: URL) -> URL:
    """The URL with bounds on how long locks are waited for; what it says itself goes first."""
    given = url.query.get("options", "")
    own = given if isinstance(given, str) else " ".join(given)
    return url.update_query_dict({"options": f"{_BOUNDS} {own}".strip()})


def is_passing(error: DBAPIError) -> bool:
    """Whether the same transaction may succeed later: a lock, a lost connection, a full disk."""
    if error.connection_invalidated or isinstance(error, InterfaceError):
        return True
    return is_passing_fault(error.orig)


def is_passing_fault(fault: BaseException | None) -> bool:
    """The same of what a driver raised itself."""
    if isinstance(fault, sqlite3.Error):
        return isinstance(fault, sqlite3.OperationalError) and "no such" not in str(fault)
    state = getattr(fault, "sqlstate", None)
    if state is None:
        return isinstance(fault, (psycopg.OperationalError, psycopg.InterfaceError))
    return state in _AGAIN or state[:2] in _AGAIN_CLASSES


def prepare_sqlite(connection: sqlite3.Connection, _: object) -> None:
    """Set a new connection up: durable commits, foreign keys, waiting for locks."""
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA busy_timeout={_BUSY_SECONDS * 1000}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    writing = connection.get_execution_options().get("hanpyo_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
