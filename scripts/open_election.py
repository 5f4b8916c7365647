"""Open an election: create it from a definition file, publish text and roll, freeze it.

`ape run open_election DEFINITION --roll FILE --factory 0x… --network … --account NAME`
"""

from pathlib import Path
from typing import Any

import click
from ape.cli import ConnectedProviderCommand, account_option

from hanpyo.chain.deploy import check_factory
from hanpyo.chain.headers import fetch_header
from hanpyo.chain.rpc import Rpc
from hanpyo.elections import lifecycle
from hanpyo.elections.definition import read_definition
from hanpyo.elections.drafting import manifest_of, plan_of
from hanpyo.protocol.types import Address, Timestamp
from scripts.ape_wallet import ApeWallet

_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(cls=ConnectedProviderCommand)
@account_option()
@click.argument("definition", type=_file)
@click.option("--roll", type=_file, required=True, help="The roll file.")
@click.option("--factory", required=True, help="The election factory.")
def cli(account: Any, provider: Any, definition: Path, roll: Path, factory: str) -> None:
    """Create, publish and freeze the election in DEFINITION."""
    read = read_definition(definition.read_bytes())
    plan = plan_of(read, roll.read_bytes())
    with Rpc(provider.uri) as rpc:
        wallet = ApeWallet(account, provider, rpc)
        organiser = Address(bytes.fromhex(wallet.address[2:]))
        now = Timestamp(fetch_header(rpc, rpc.block_number()).timestamp)
        manifest = manifest_of(read, plan, organiser, now, rpc.chain_id())
        contract = lifecycle.create(wallet, check_factory(rpc, factory), manifest)
        lifecycle.publish_and_freeze(wallet, contract, plan)
        click.echo(f"Election {contract.address}, manifest 0x{contract.manifest_hash.hex()}")
