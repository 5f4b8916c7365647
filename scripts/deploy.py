"""Deploy the contracts: `ape run deploy --network kaia:kairos:node --account NAME`.

The bytes are the package's artifacts. The addresses go to `deployments/CHAINID.json`; a deployment
that stands is never deployed again, unless `--again` says so.
"""

import json
from pathlib import Path
from typing import Any

import click
from ape.cli import ConnectedProviderCommand, account_option

from hanpyo.chain.deploy import check_factory, deploy
from hanpyo.chain.rpc import Rpc
from scripts.ape_wallet import ApeWallet


@click.command(cls=ConnectedProviderCommand)
@account_option()
@click.option("--folder", type=click.Path(path_type=Path), default=Path("deployments"))
@click.option("--again", is_flag=True, help="Deploy although the folder knows a deployment.")
def cli(account: Any, provider: Any, folder: Path, again: bool) -> None:
    """Deploy verifiers, modules, implementation and factory, and check what stands."""
    with Rpc(provider.uri) as rpc:
        chain_id = rpc.chain_id()
        path = folder / f"{chain_id}.json"
        if path.exists() and not again:
            factory = json.loads(path.read_text())["contracts"]["ElectionFactory"]
            check_factory(rpc, factory)
            click.echo(f"The factory {factory} stands on chain {chain_id} and is this version's.")
            return
        deployment = deploy(ApeWallet(account, provider, rpc), chain_id)
        check_factory(rpc, deployment.factory)
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(deployment.to_json(), indent=2) + "\n")
    click.echo(f"Factory {deployment.factory} on chain {chain_id}; addresses in {path}")
