"""`hanpyo restore`: a backup, read into an empty database of either kind."""

from pathlib import Path

import click

from hanpyo.cli.console import json_option, print_json
from hanpyo.cli.hosting import existing_file
from hanpyo.cli.starting import settings_with
from hanpyo.operation.backup import restore as restore_into
from hanpyo.runtime import open_runtime


@click.command()
@click.argument("file", type=existing_file)
@json_option
def restore(*, file: Path, as_json: bool) -> None:
    """Read FILE into the database of the settings, which must be empty.

    What the chain holds by now and the backup does not is read from the chain at the next start;
    nothing is sent twice.
    """
    with open_runtime(settings_with()) as runtime:
        summary = restore_into(runtime.database, file)
    if as_json:
        print_json({"revision": summary.revision, "rows": summary.rows})
    else:
        click.echo(f"{sum(summary.rows.values())} rows restored")
