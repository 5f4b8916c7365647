"""`hanpyo keys`: the keys with which personal data is sealed."""

import click

from hanpyo.cli.console import json_option, print_json
from hanpyo.cli.starting import settings_with
from hanpyo.operation import key_ring
from hanpyo.runtime import open_runtime


@click.group()
def keys() -> None:
    """Show, add and exchange the keys of personal data.

    An exchange: `add` and restart every process, `reseal`, `drop` the old key and restart again.
    """


@keys.command(name="list")
@json_option
def list_keys(*, as_json: bool) -> None:
    """Show the numbers of the keys, the one in use first."""
    numbers = key_ring.numbers(settings_with())
    if as_json:
        print_json({"inUse": numbers[0], "keys": list(numbers)})
        return
    for number in numbers:
        click.echo(f"{number}{' (in use)' if number == numbers[0] else ''}")


@keys.command()
@json_option
def add(*, as_json: bool) -> None:
    """Put a fresh key in front; what is sealed from the next start on is sealed with it."""
    number = key_ring.add(settings_with())
    if as_json:
        print_json({"added": number})
    else:
        click.echo(f"Key {number} is in use after a restart of every process.")


@keys.command()
@json_option
def reseal(*, as_json: bool) -> None:
    """Seal everything with the key in use; may run beside the service, and again."""
    with open_runtime(settings_with()) as runtime:
        changed = key_ring.reseal(runtime)
    if as_json:
        print_json({"resealed": changed})
    else:
        click.echo(f"{changed} values are sealed with the key in use.")


@keys.command()
@click.argument("number", type=click.IntRange(0, 255))
@json_option
def drop(*, number: int, as_json: bool) -> None:
    """Take key NUMBER out of the ring, once nothing is sealed with it."""
    with open_runtime(settings_with()) as runtime:
        key_ring.drop(runtime, number)
    if as_json:
        print_json({"dropped": number})
    else:
        click.echo(f"Key {number} is gone; restart every process.")
