"""Rewrite the initial migration from the models: `python -m scripts.make_migration [--check]`.

It may be rewritten until the first release; from then on a change of the models gets a migration of
its own. The text follows from the models alone.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, Literal

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.runtime.migration import MigrationContext
from sqlalchemy import MetaData, create_engine

from hanpyo.db.models import Base
from hanpyo.db.schema import MIGRATIONS
from hanpyo.db.types import WeiText

FILE: Final = MIGRATIONS / "versions" / "initial.py"
_HEAD: Final = '''\
"""The initial schema, written from the models by `python -m scripts.make_migration`."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

GUARDS: dict[str, list[str]] = {guards}


def upgrade() -> None:
    """Make every table, and what guards some of them."""
{tables}
    connection = op.get_bind()
    for statement in GUARDS[connection.dialect.name]:
        connection.exec_driver_sql(statement)
'''


class Recorder:
    """A connection that notes what would be executed."""

    def __init__(self, dialect: str) -> None:
        self.dialect = SimpleNamespace(name=dialect)
        self.statements: list[str] = []

    def exec_driver_sql(self, statement: str) -> None:
        """Note one statement."""
        self.statements.append(statement.strip())


def initial_migration() -> str:
    """The text of the migration, formatted."""
    guards = {dialect: list(_guards(dialect)) for dialect in ("sqlite", "postgresql")}
    text = _HEAD.format(guards=repr(guards), tables=_tables())
    return _formatted(text)


def _tables() -> str:
    tables = _models()
    options = {"target_metadata": tables}
    with create_engine("sqlite://").connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        operations = produce_migrations(context, tables).upgrade_ops
    if operations is None:
        raise SystemExit("there are no models")
    code = render_python_code(operations, migration_context=context, render_item=_rendered)
    return "    " + re.sub(r"^ *# ###.*$", "", code, flags=re.MULTILINE).strip()


def _models() -> MetaData:
    """The models' tables; keys that count up do so because the models say it, and no others."""
    tables = MetaData()
    for table in Base.metadata.sorted_tables:
        copied = table.to_metadata(tables)
        for column in copied.primary_key.columns:
            if table.autoincrement_column is None:
                column.autoincrement = False
    return tables


def _rendered(kind: str, value: Any, _: object) -> str | Literal[False]:
    """Types of our own as what they are in the database."""
    if kind == "type" and isinstance(value, WeiText):
        return f"sa.String(length={WeiText.impl.length})"
    return False


def _guards(dialect: str) -> Iterator[str]:
    """What the models execute after their tables are made."""
    recorder = Recorder(dialect)
    for table in Base.metadata.sorted_tables:
        for listener in table.dispatch.after_create:
            listener(table, recorder)
    yield from recorder.statements


def _formatted(text: str) -> str:
    command = ["ruff", "format", "--stdin-filename", str(FILE), "-"]
    done = subprocess.run(command, input=text.encode(), capture_output=True, check=True)
    return done.stdout.decode()


def main() -> None:
    """Write the migration, or with `--check` say whether it is up to date."""
    text = initial_migration()
    if "--check" not in sys.argv[1:]:
        Path(FILE).write_text(text, encoding="utf-8")
    elif FILE.read_text(encoding="utf-8") != text:
        raise SystemExit("the initial migration is not that of the models: make it again")


if __name__ == "__main__":
    main()
