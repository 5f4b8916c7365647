"""Backups: whole, private, checked, for either kind; and a restored relay repeats nothing."""

import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import select, text

from hanpyo.db.database import Database
from hanpyo.db.models import Base, Lease, Organisation
from hanpyo.db.revisions import HEAD
from hanpyo.db.schema import migrate
from hanpyo.elections.catalogue import Catalogue, PublishedElection
from hanpyo.operation.backup import BackupRefused, back_up, look_at, restore
from hanpyo.runtime import Runtime
from tests.service.databases import KINDS, fresh_database
from tests.service.relaying import Works, ballot_of
from tests.service.scene import YES, Scene, scene, voter


@pytest.fixture(scope="module", params=KINDS)
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("backup")
    with scene(request.param, folder, relay={"batch_age": 0}) as made:
        with made.runtime.database.engine.begin() as connection:
            connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
            connection.execute(text(f"INSERT INTO alembic_version VALUES ('{HEAD}')"))
        yield made


@pytest.fixture(scope="module")
def election(place: Scene) -> PublishedElection:
    return place.publish(voters=5)


@pytest.fixture(scope="module")
def works(place: Scene) -> Works:
    return Works(place)


@pytest.fixture(scope="module")
def promised(
    place: Scene, election: PublishedElection, works: Works, tmp_path_factory: Any
) -> Path:
    """A backup that knows ballots which the record gets only after it."""
    for number in range(5):
        works.relay.intake.submit(election.id, ballot_of(place, election, voter(number), YES))
    file: Path = tmp_path_factory.mktemp("files") / "promised.gz"
    back_up(place.runtime.database, file, 1_000)
    works.run()
    return file


def content(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    with database.engine.connect() as connection:
        return {
            table.name: [
                tuple(row)
                for row in connection.execute(select(table).order_by(*table.primary_key.columns))
            ]
            for table in Base.metadata.sorted_tables
            if table.name != Lease.__tablename__
        }


@pytest.mark.parametrize("kind", KINDS)
def test_everything_comes_back_in_either_kind(
    place: Scene, promised: Path, kind: str, tmp_path: Path
) -> None:
    file = tmp_path / "backup.gz"
    summary = back_up(place.runtime.database, file, 1_234)
    assert file.stat().st_mode & 0o777 == 0o600
    assert summary == look_at(file)
    assert summary.rows["ballot"] == 5
    with fresh_database(kind, tmp_path) as url:
        database = Database(url)
        restore(database, file)
        before, after = content(place.runtime.database), content(database)
        for name, rows in before.items():
            assert after[name] == rows, name
        with database.write() as session:
            session.add(Organisation(name="새 조직", created_at=1))
        database.close()


def test_keys_are_counted_on_behind_the_restored_ones(
    place: Scene, election: PublishedElection, promised: Path, tmp_path: Path
) -> None:
    with fresh_database("postgresql", tmp_path) as url:
        database = Database(url)
        restore(database, promised)
        again = replace(
            place, runtime=other_runtime(place, database), catalogue=Catalogue(database)
        )
        works = Works(again)
        again_first = ballot_of(place, election, voter(0), YES, revision=1)
        works.relay.intake.submit(election.id, again_first)
        database.close()


def other_runtime(place: Scene, database: Database) -> Runtime:
    runtime = place.runtime
    return Runtime(runtime.settings, database, runtime.vault, runtime.node)


@pytest.mark.parametrize("kind", KINDS)
def test_a_restored_relay_sends_nothing_twice(
    place: Scene, election: PublishedElection, promised: Path, kind: str, tmp_path: Path
) -> None:
    sender = str(place.node.accounts[1].address)
    sent = place.node.rpc.nonce(sender)
    with fresh_database(kind, tmp_path) as url:
        database = Database(url)
        restore(database, promised)
        works = Works(
            replace(place, runtime=other_runtime(place, database), catalogue=Catalogue(database))
        )
        works.run()
        assert set(works.states(election).values()) <= {"recorded", "final"}
        assert place.node.rpc.nonce(sender) == sent
        database.close()


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "other", "no end", "foreign"])
def test_a_damaged_file_changes_nothing(promised: Path, damage: str, tmp_path: Path) -> None:
    whole = promised.read_bytes()
    lines = gzip.decompress(whole).splitlines(keepends=True)
    made = {
        "cut": whole[: len(whole) // 2],
        "flip": gzip.compress(b"".join(lines).replace(b"queued", b"recued", 1)),
        "empty": b"",
        "other": gzip.compress(b'{"format": "other"}\n' + b"".join(lines[1:])),
        "no end": gzip.compress(b"".join(lines[:-1])),
        "foreign": b"SQLite format 3\0",
    }[damage]
    file = tmp_path / "damaged"
    file.write_bytes(made)
    database = Database(f"sqlite:///{tmp_path / 'new.db'}")
    with pytest.raises(BackupRefused):
        restore(database, file)
    assert not (tmp_path / "new.db").exists()
    database.close()


def test_a_database_with_rows_is_not_written_to(promised: Path, tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'used.db'}")
    migrate(database)
    with database.write() as session:
        session.add(Organisation(name="있던 조직", created_at=1))
    with pytest.raises(BackupRefused, match="not empty"):
        restore(database, promised)
    assert len(content(database)["organisation"]) == 1
    assert content(database)["ballot"] == []
    database.close()


def test_nothing_is_overwritten(place: Scene, promised: Path, tmp_path: Path) -> None:
    before = promised.read_bytes()
    with pytest.raises(BackupRefused, match="exists"):
        back_up(place.runtime.database, promised, 1)
    assert promised.read_bytes() == before
    with pytest.raises(BackupRefused, match="cannot be written"):
        back_up(place.runtime.database, tmp_path / "missing" / "file", 1)
    assert list(promised.parent.iterdir()) == [promised]


def test_a_backup_of_another_schema_is_refused(promised: Path, tmp_path: Path) -> None:
    lines = gzip.decompress(promised.read_bytes()).splitlines(keepends=True)[:-1]
    lines[0] = lines[0].replace(HEAD.encode(), b"other", 1)
    rows = sum(line.startswith(b"[") for line in lines)
    end = {"rows": rows, "sha256": hashlib.sha256(b"".join(lines)).hexdigest()}
    file = tmp_path / "other"
    file.write_bytes(gzip.compress(b"".join(lines) + orjson.dumps(end)))
    database = Database(f"sqlite:///{tmp_path / 'new.db'}")
    with pytest.raises(BackupRefused, match="schema other"):
        restore(database, file)
    database.close()
