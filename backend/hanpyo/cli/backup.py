"""`hanpyo backup`: everything that the database holds, in one private file."""

from pathlib import Path

import click

from hanpyo.cli.console import json_option, print_json
from hanpyo.cli.starting import settings_with
from hanpyo.operation.backup import back_up
from hanpyo.runtime import open_runtime


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@json_option
def backup(*, file: Path, as_json: bool) -> None:
    """Write the database to FILE while everything runs.

    The keys are not in it: keep `keys`, the keystores and the chain's state file apart from it.
    """
    with open_runtime(settings_with()) as runtime:
        summary = back_up(runtime.database, file, runtime.now())
    if as_json:
        print_json({"file": str(file), "revision": summary.revision, "rows": summary.rows})
    else:
        click.echo(f"{sum(summary.rows.values())} rows in {file}")
