"""The schema brought up to date; `revisions` says which one a database has.

One migration runs at a time: the others wait and find nothing to do.
"""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from hanpyo.db.database import Database
from hanpyo.db.revisions import HEAD, refuse_newer

MIGRATIONS: Final = Path(__file__).parent / "migrations"
_LOCK: Final = 0x68616E70796F  # "hanpyo": an advisory lock's number


def migrate(database: Database) -> str:
    """Bring the schema to this version's; its revision. Raises `SchemaTooNew`."""
    engine = database.engine.execution_options(hanpyo_write=True)
    with engine.begin() as connection:
        _lock(connection)
        refuse_newer(MigrationContext.configure(connection).get_current_revision())
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, HEAD)
    return HEAD


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL lock_timeout = 0")  # a migration may take its time
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
