"""Which schema a database has, and whether this version runs on it.

A process runs on exactly the schema that it was written for; an older or a newer one is refused
with what to do about it. `schema` brings a database up to date.
"""

from typing import ClassVar, Final

from sqlalchemy import column, inspect, select, table

from hanpyo.db.database import Database
from hanpyo.errors import HanpyoError

REVISIONS: Final = ("0001",)
"""Every revision that this version knows, the oldest first, as the migrations have them."""
HEAD: Final = REVISIONS[-1]
_KEPT_IN: Final = table("alembic_version", column("version_num"))


class SchemaError(HanpyoError):
    """The database has another schema than this version."""

    code: ClassVar[str] = "wrong_schema"


class SchemaOutdated(SchemaError):
    """The schema is older, or there is none yet."""

    code: ClassVar[str] = "schema_outdated"


class SchemaTooNew(SchemaError):
    """The schema was made by a newer version."""

    code: ClassVar[str] = "schema_too_new"


def revision_of(database: Database) -> str | None:
    """The revision that the database is at; None for an empty one."""
    with database.engine.connect() as connection:
        if not inspect(connection).has_table(_KEPT_IN.name):
            return None
        return connection.scalar(select(_KEPT_IN.c.version_num))


def require_current(database: Database) -> None:
    """Raise `SchemaOutdated` or `SchemaTooNew` unless the schema is this version's."""
    current = revision_of(database)
    refuse_newer(current)
    if current != HEAD:
        raise SchemaOutdated(
            f"the database's schema is at {current or 'nothing'} and this version needs {HEAD}: "
            "stop all processes, make a backup and run `hanpyo migrate`"
        )


def refuse_newer(current: str | None) -> None:
    """Raise `SchemaTooNew` for a revision that this version does not know."""
    if current is not None and current not in REVISIONS:
        raise SchemaTooNew(
            f"the database's schema {current} is newer than this version: run the newer version"
        )
