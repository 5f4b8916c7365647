"""`hanpyo worker`: the background work of an installation, shared by any number of processes."""

import signal
import threading

import click

from hanpyo.cli.console import json_option, print_json
from hanpyo.cli.starting import require_sound, settings_of_a_part
from hanpyo.operation.service import Service
from hanpyo.runtime import DRAIN


@click.command()
@json_option
def worker(*, as_json: bool) -> None:
    """Relay, index, publish, close and notify until SIGTERM.

    Each kind of work is done by one process at a time; another takes over when that is gone.
    """
    settings = settings_of_a_part()
    require_sound(settings)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    service = Service(settings, with_tasks=True)
    service.start()
    if as_json:
        print_json({"holder": service.runtime.holder})
    stop.wait()
    service.close(DRAIN)
