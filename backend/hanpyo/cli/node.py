"""`hanpyo node`: the embedded chain in the foreground, until Ctrl-C."""

import signal
import threading
from pathlib import Path

import click

from hanpyo.chain.accounts import create_keystore, open_keystore, read_password_file
from hanpyo.chain.node import ENDOWMENT, EmbeddedNode
from hanpyo.cli.console import json_option, print_json
from hanpyo.cli.hosting import existing_file


@click.command()
@click.option(
    "--state",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File that keeps the chain between runs; without it the chain ends with the command.",
)
@click.option(
    "--block-time", default=1, show_default=True, type=click.IntRange(1), help="Seconds a block."
)
@click.option(
    "--keystore",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keystore of an account to be given money; made when there is no such file.",
)
@click.option("--password-file", type=existing_file, help="Private file with its password.")
@json_option
def node(
    *,
    state: Path | None,
    block_time: int,
    keystore: Path | None,
    password_file: Path | None,
    as_json: bool,
) -> None:
    """Run the embedded chain until Ctrl-C.

    Whoever runs it controls it: it can be stopped, moved in time and written anew. Use it to try
    things out and on a single machine; a public election belongs on a public chain.
    """
    if (keystore is None) != (password_file is None):
        raise click.UsageError("--keystore and --password-file go together")
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    with EmbeddedNode(state_file=state, block_time=block_time) as chain:
        address = None
        if keystore is not None and password_file is not None:
            password = read_password_file(password_file)
            open_or_make = open_keystore if keystore.exists() else create_keystore
            address = open_or_make(keystore, password).address
            chain.controls.set_balance(address, ENDOWMENT)
        _announce(chain, address, as_json=as_json)
        stop.wait()
    if not as_json:
        click.echo("The chain has ended." if state is None else f"The chain is kept in {state}.")


def _announce(chain: EmbeddedNode, address: str | None, *, as_json: bool) -> None:
    if as_json:
        print_json({"url": chain.url, "chainId": chain.chain_id, "account": address})
        return
    click.echo(f"Embedded chain {chain.chain_id} at {chain.url}; its operator controls it.")
    if address:
        click.echo(f"Account {address} holds money here.")
    click.echo("Ctrl-C ends it.")
