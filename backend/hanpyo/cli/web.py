"""`hanpyo web`: the API in several worker processes, over a database and a chain elsewhere."""

from importlib import import_module

import click

from hanpyo.cli.console import json_option
from hanpyo.cli.starting import announce, require_sound, settings_of_a_part
from hanpyo.operation.service import Service
from hanpyo.web.server import Server, share_meters


@click.command()
@json_option
def web(*, as_json: bool) -> None:
    """Serve the API with as many processes as the settings say, until SIGTERM.

    `hanpyo worker` does the rest; any number of both share one database.
    """
    settings = settings_of_a_part()
    require_sound(settings)
    service = Service(settings, with_tasks=False)
    with share_meters():
        import_module("hanpyo.web.app")  # once, before the forks that share it
        Server(
            settings,
            service.open,
            service.close,
            workers=settings.web.workers,
            ready=lambda url: announce(url, settings, as_json=as_json),
        ).run()
