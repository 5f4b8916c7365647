"""Migrations: the schema of the models on both databases, once, and refused where it is another."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from hanpyo.db.database import Database
from hanpyo.db.revisions import (
    HEAD,
    REVISIONS,
    SchemaOutdated,
    SchemaTooNew,
    require_current,
    revision_of,
)
from hanpyo.db.schema import MIGRATIONS, migrate
from scripts.make_migration import FILE, initial_migration
from tests.service.databases import KINDS, fresh_database

_TRIGGERS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
    "postgresql": "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal "
    "ORDER BY tgname",
}


@pytest.fixture(params=KINDS)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    with fresh_database(request.param, tmp_path) as url:
        database = Database(url)
        yield database
        database.close()


def shape(engine: Engine) -> dict[str, Any]:
    """Everything that a database says of its tables."""
    seen = inspect(engine)
    tables = {
        name: {
            "columns": {
                column["name"]: (str(column["type"]), column["nullable"], str(column["default"]))
                for column in seen.get_columns(name)
            },
            "key": seen.get_pk_constraint(name)["constrained_columns"],
            "uniques": sorted(
                sorted(each["column_names"]) for each in seen.get_unique_constraints(name)
            ),
            "indexes": sorted(
                (str(each["name"]), each["column_names"], bool(each["unique"]))
                for each in seen.get_indexes(name)
            ),
            "foreign": sorted(
                (each["constrained_columns"], each["referred_table"], each["referred_columns"])
                for each in seen.get_foreign_keys(name)
            ),
            "checks": sorted(each["sqltext"] for each in seen.get_check_constraints(name)),
        }
        for name in seen.get_table_names()
        if name != "alembic_version"
    }
    with engine.connect() as connection:
        rows = connection.execute(text(_TRIGGERS[engine.dialect.name])).all()
    return {"tables": tables, "triggers": [(row[0], " ".join(row[1].split())) for row in rows]}


def test_the_migrated_schema_is_that_of_the_models(
    empty: Database, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    migrate(empty)
    require_current(empty)
    with fresh_database(request.node.callspec.params["empty"], tmp_path) as url:
        made = Database(url)
        made.create_schema()
        migrated, modelled = shape(empty.engine), shape(made.engine)
        assert migrated["triggers"] == modelled["triggers"]
        for name, table in modelled["tables"].items():
            assert migrated["tables"][name] == table, name
        assert migrated["tables"].keys() == modelled["tables"].keys()
        made.close()


def test_the_initial_migration_is_written_from_the_models() -> None:
    assert FILE.read_text(encoding="utf-8") == initial_migration()


def test_the_known_revisions_are_those_of_the_migrations() -> None:
    newest_first = ScriptDirectory(str(MIGRATIONS)).walk_revisions()
    assert [each.revision for each in newest_first] == list(reversed(REVISIONS))


def test_migrating_again_changes_nothing(empty: Database) -> None:
    assert migrate(empty) == migrate(empty) == revision_of(empty) == HEAD


def test_several_may_migrate_at_once(empty: Database) -> None:
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: migrate(empty), range(4))) == {HEAD}


def test_an_empty_database_is_outdated(empty: Database) -> None:
    with pytest.raises(SchemaOutdated, match="hanpyo migrate"):
        require_current(empty)


def test_a_newer_schema_is_refused(empty: Database) -> None:
    migrate(empty)
    with empty.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'from-the-future'"))
    with pytest.raises(SchemaTooNew, match="newer"):
        require_current(empty)
    with pytest.raises(SchemaTooNew):
        migrate(empty)


def test_a_failed_migration_leaves_nothing(
    empty: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with empty.engine.begin() as connection:
        connection.execute(text("CREATE TABLE member (id INTEGER)"))
    with pytest.raises(Exception, match="member"):
        migrate(empty)
    assert revision_of(empty) is None
    assert inspect(empty.engine).get_table_names() in (["member"], ["member", "alembic_version"])
