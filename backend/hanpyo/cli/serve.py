"""`hanpyo serve`: everything on one machine, in one service process and a chain beside it."""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import click

from hanpyo.cli.console import json_option
from hanpyo.cli.starting import announce, bring_up_to_date, require_sound, settings_with
from hanpyo.config import Settings
from hanpyo.operation.embedded import embedded_chain, exclusive
from hanpyo.operation.service import Service
from hanpyo.web.server import Server


@click.command()
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of database, chain and keys, instead of the setting's.",
)
@click.option("--port", type=click.IntRange(0, 65535), help="Port, instead of the setting's.")
@json_option
def serve(*, data: Path | None, port: int | None, as_json: bool) -> None:
    """Serve everything from this machine until Ctrl-C or SIGTERM.

    Web, relay, indexer and, where no node is named, a chain of its own. Everything is made at the
    first start, in the data folder.
    """
    settings = settings_with(data, port)
    with exclusive(settings.data):
        bring_up_to_date(settings)
        with _chain_of(settings) as complete:
            require_sound(complete, embedded=settings.embedded_chain)
            service = Service(complete, with_tasks=True)
            Server(
                complete,
                service.open,
                service.close,
                workers=1,
                ready=lambda url: announce(url, complete, as_json=as_json),
            ).run()


def _chain_of(settings: Settings) -> AbstractContextManager[Settings]:
    return embedded_chain(settings) if settings.embedded_chain else nullcontext(settings)
