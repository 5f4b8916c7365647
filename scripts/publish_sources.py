"""Publish the sources: `ape run publish_sources deployments/1001.json [--election 0x…]`.

Always writes files: the standard JSON input of every contract, and a Sourcify repository folder
that an explorer can be pointed at offline. With `HANPYO_EXPLORER_KEY` in the environment the
sources also go to the Etherscan-style explorer at `--explorer`.
"""

import json
import os
from pathlib import Path

import click
from eth_utils.address import to_checksum_address

from hanpyo.chain.abi import constructor_data
from hanpyo.chain.artifact import load_artifact
from hanpyo.chain.deploy import deployment_steps
from hanpyo.errors import HanpyoError
from scripts.explorer_api import ETHERSCAN, Explorer
from scripts.explorer_files import IMPLEMENTATION, Published, sourcify_folder, standard_json
from scripts.toolchain.project import ToolchainError


@click.command()
@click.argument("deployment", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--election", "elections", multiple=True, help="A clone to be shown too.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("build/explorer"))
@click.option("--explorer", "url", default=ETHERSCAN, help="The explorer's API.")
def cli(deployment: Path, elections: tuple[str, ...], out: Path, url: str) -> None:
    """Write, and with a key submit, the sources of DEPLOYMENT's contracts."""
    known = json.loads(deployment.read_text())
    chain_id, contracts = int(known["chainId"]), known["contracts"]
    published = [Published(address, name) for name, address in contracts.items()]
    published += [Published(to_checksum_address(e), IMPLEMENTATION) for e in elections]
    try:
        for contract in published:
            sourcify_folder(out, chain_id, contract)
        inputs = out / "standard-json"
        inputs.mkdir(parents=True, exist_ok=True)
        for name in contracts:
            text = json.dumps(standard_json(load_artifact(name)), indent=1, sort_keys=True)
            (inputs / f"{name}.json").write_text(text + "\n", encoding="utf-8")
        click.echo(f"{len(published)} folders and {len(contracts)} standard JSON inputs in {out}")
        key = os.environ.get("HANPYO_EXPLORER_KEY")
        if not key:
            click.echo("No HANPYO_EXPLORER_KEY: nothing was sent.")
            return
        _submit(Explorer(url, chain_id, key), contracts)
    except (HanpyoError, ToolchainError) as failure:
        raise click.ClickException(str(failure)) from failure


def _submit(explorer: Explorer, contracts: dict[str, str]) -> None:
    for name, arguments in deployment_steps(contracts):  # type: ignore[arg-type]
        artifact = load_artifact(name)
        encoded = constructor_data(name, *arguments)[len(artifact.creation) :]
        click.echo(f"{name}: {explorer.publish(contracts[name], artifact, encoded)}")
