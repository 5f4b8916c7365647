"""The Ape scripts against a chain of their own: deploy once, find it again, open an election."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from ape.utils.testing import DEFAULT_TEST_MNEMONIC
from eth_account import Account

from hanpyo.chain.contracts import ElectionContract
from hanpyo.chain.deploy import check_factory
from hanpyo.chain.node import ENDOWMENT, EmbeddedNode
from hanpyo.elections.members import build_roll, read_members
from hanpyo.protocol.phases import Phase
from scripts.toolchain.project import ROOT

REGISTRAR = "0x" + "11" * 20


@pytest.fixture
def node() -> Iterator[EmbeddedNode]:
    """A chain on which Ape's first test account has money."""
    Account.enable_unaudited_hdwallet_features()
    owner = Account.from_mnemonic(DEFAULT_TEST_MNEMONIC, account_path="m/44'/60'/0'/0/0")
    with EmbeddedNode(chain_id=1337) as node:  # the chain id that Ape signs with locally
        node.controls.set_balance(owner.address, ENDOWMENT)
        node.controls.mine()
        yield node


def ape(node: EmbeddedNode, script: str, *arguments: object) -> str:
    """What a script prints; its failure fails the test."""
    command = [str(Path(sys.executable).with_name("ape")), "run", script, *map(str, arguments)]
    command += ["--network", f"ethereum:local:{node.url}", "--account", "TEST::0"]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False, timeout=180
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_deploy_once_then_open_an_election(node: EmbeddedNode, tmp_path: Path) -> None:
    folder = tmp_path / "deployments"
    assert "Factory 0x" in ape(node, "deploy", "--folder", folder)
    deployment = json.loads((folder / f"{node.chain_id}.json").read_text())
    factory = deployment["contracts"]["ElectionFactory"]
    assert check_factory(node.rpc, factory).address == factory

    blocks = node.rpc.block_number()
    assert "stands" in ape(node, "deploy", "--folder", folder)
    assert node.rpc.block_number() == blocks

    roll = tmp_path / "roll.bin"
    roll.write_bytes(build_roll(read_members(b"identity\nkim\nlee\n")).file)
    opens = node.controls.now() + 1_000
    definition = tmp_path / "election.json"
    definition.write_text(
        json.dumps(
            {
                "title": "trial",
                "secrecy": "open",
                "times": {"opens": opens, "closes": opens + 10, "opening": opens + 20},
                "registrars": {"threshold": 1, "addresses": [REGISTRAR]},
                "items": [{"title": "?", "options": ["yes", "no"]}],
            }
        )
    )
    said = ape(node, "open_election", definition, "--roll", roll, "--factory", factory)
    address = said.split("Election ")[1].split(",")[0]
    election = ElectionContract(node.rpc, address)
    assert election.phase() is Phase.FROZEN
    assert election.manifest.roll.size == 2
