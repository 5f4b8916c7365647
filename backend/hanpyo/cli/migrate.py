"""`hanpyo migrate`: the database's schema, brought to this version."""

import click

from hanpyo.cli.console import json_option, print_json
from hanpyo.cli.starting import bring_up_to_date, settings_with


@click.command()
@json_option
def migrate(*, as_json: bool) -> None:
    """Bring the database's schema to this version; stop all processes and make a backup first."""
    revision = bring_up_to_date(settings_with())
    if as_json:
        print_json({"revision": revision})
    else:
        click.echo(f"The schema is at {revision}.")
