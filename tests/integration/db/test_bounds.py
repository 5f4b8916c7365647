"""PostgreSQL does not let one frozen process hold up all others."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.orm import Session

from hanpyo.db.database import Database, DatabaseUnavailable
from hanpyo.db.models import Lease
from tests.service.databases import fresh_database


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with fresh_database("postgresql", tmp_path) as found:
        yield found


def quick(url: str) -> Database:
    """A database with short bounds, which the URL itself may set."""
    options = "-c idle_in_transaction_session_timeout=300ms -c lock_timeout=100ms"
    given = make_url(url).update_query_dict({"options": options})
    return Database(given.render_as_string(hide_password=False), sleep=lambda _: None)


def lease(session: Session) -> None:
    session.add(Lease(name="x", holder="h", fence=1, expires_at=0))


def test_every_connection_is_bounded(url: str) -> None:
    database = Database(url)
    with database.read() as session:
        told = [session.scalar(text(f"SHOW {name}")) for name in ("lock_timeout",)]
        told.append(session.scalar(text("SHOW idle_in_transaction_session_timeout")))
    assert told == ["5s", "30s"]
    database.close()


def test_whoever_waits_for_a_lock_is_told(url: str) -> None:
    database, patient = quick(url), Database(url)
    database.create_schema()
    database.transact(lease)
    with patient.engine.begin() as holder:
        holder.execute(text("SELECT * FROM lease FOR UPDATE"))
        with pytest.raises(DatabaseUnavailable):
            database.transact(lambda session: session.get(Lease, "x", with_for_update=True))
    database.close()
    patient.close()


def test_a_transaction_that_sleeps_loses_its_locks(url: str) -> None:
    frozen, other = quick(url), Database(url)
    frozen.create_schema()
    frozen.transact(lease)

    def sleep_in_it() -> None:
        with frozen.write() as session:
            session.get(Lease, "x", with_for_update=True)
            time.sleep(0.5)
            other.transact(lambda theirs: theirs.get(Lease, "x", with_for_update=True))
            session.execute(text("SELECT 1"))

    with pytest.raises(DatabaseUnavailable):
        sleep_in_it()
    frozen.close()
    other.close()
