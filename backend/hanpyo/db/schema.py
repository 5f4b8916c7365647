"""The schema's version: brought up to date by `migrate`, checked by everything that starts.

One migration runs at a time: the others wait and find nothing to do. A process runs on exactly the
schema that it was written for; an older or a newer one is refused with what to do about it.
"""

from pathlib import Path
from typing import ClassVar, Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection

from hanpyo.db.database import Database
from hanpyo.errors import HanpyoError

MIGRATIONS: Final = Path(__file__).parent / "migrations"
_LOCK: Final = 0x68616E70796F  # "hanpyo": an advisory lock's number


class SchemaError(HanpyoError):
    """The database has another schema than this version."""

    code: ClassVar[str] = "wrong_schema"


class SchemaOutdated(SchemaError):
    """The schema is older, or there is none yet."""

    code: ClassVar[str] = "schema_outdated"


class SchemaTooNew(SchemaError):
    """The schema was made by a newer version."""

    code: ClassVar[str] = "schema_too_new"


def head() -> str:
    """The newest revision that this version knows."""
    revision = _scripts().get_current_head()
    if revision is None:
        raise SchemaError("this version carries no migrations")
    return revision


def revision_of(database: Database) -> str | None:
    """The revision that the database is at; None for an empty one."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def migrate(database: Database) -> str:
    """Bring the schema to this version's; its revision. Raises `SchemaTooNew`."""
    engine = database.engine.execution_options(hanpyo_write=True)
    with engine.begin() as connection:
        _lock(connection)
        current = MigrationContext.configure(connection).get_current_revision()
        _refuse_newer(current)
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return head()


def require_current(database: Database) -> None:
    """Raise `SchemaOutdated` or `SchemaTooNew` unless the schema is this version's."""
    current = revision_of(database)
    _refuse_newer(current)
    if current != head():
        raise SchemaOutdated(
            f"the database's schema is at {current or 'nothing'} and this version needs {head()}: "
            "stop all processes, make a backup and run `hanpyo migrate`"
        )


def _refuse_newer(current: str | None) -> None:
    try:
        if current is not None:
            _scripts().get_revision(current)
    except CommandError:
        raise SchemaTooNew(
            f"the database's schema {current} is newer than this version: run the newer version"
        ) from None


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL lock_timeout = 0")  # a migration may take its time
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(MIGRATIONS))
