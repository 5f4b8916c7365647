"""`hanpyo migrate`: the database's schema, brought to this version."""

import click

from hanpyo.cli.console import json_option, print_json
from hanpyo.cli.starting import settings_with
from hanpyo.config import Settings
from hanpyo.db import schema
from hanpyo.db.database import Database


@click.command()
@json_option
def migrate(*, as_json: bool) -> None:
    """Bring the database's schema to this version; stop all processes and make a backup first."""
    revision = bring_up_to_date(settings_with())
    if as_json:
        print_json({"revision": revision})
    else:
        click.echo(f"The schema is at {revision}.")


def bring_up_to_date(settings: Settings) -> str:
    """Migrate the database; the revision it is at."""
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(settings.database)
    try:
        return schema.migrate(database)
    finally:
        database.close()
