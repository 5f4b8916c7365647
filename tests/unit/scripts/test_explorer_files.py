"""Published sources: exactly those the code was compiled from, in the places explorers look."""

import hashlib
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from eth_hash.auto import keccak

from hanpyo.chain.artifact import Artifact, load_artifact
from hanpyo.chain.contracts import MODULES
from hanpyo.chain.deploy import VERIFIERS
from scripts import explorer_files
from scripts.explorer_files import Published, sources_of, sourcify_folder, standard_json
from scripts.publish_sources import cli
from scripts.toolchain.project import ToolchainError
from scripts.toolchain.solidity import compile_contracts

NAMES = (*VERIFIERS, *MODULES, "Election", "ElectionFactory")
ADDRESS = "0x" + "11" * 20


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def ipfs_digest(content: bytes) -> bytes:
    """The digest in the IPFS address of a file of one block (UnixFS in a dag-pb node)."""
    length = varint(len(content))
    file = b"\x08\x02\x12" + length + content + b"\x18" + length
    return hashlib.sha256(b"\x0a" + varint(len(file)) + file).digest()


@pytest.mark.parametrize("name", NAMES)
def test_the_metadata_is_the_one_that_the_code_names(name: str) -> None:
    artifact = load_artifact(name)
    named = b"\xa2\x64ipfs\x58\x22\x12\x20" + ipfs_digest(artifact.metadata.encode())
    assert named in artifact.deployed[-60:]


@pytest.mark.parametrize("name", NAMES)
def test_every_source_is_there_with_the_hash_in_the_metadata(name: str) -> None:
    artifact = load_artifact(name)
    listed = json.loads(artifact.metadata)["sources"]
    found = sources_of(artifact)
    assert found.keys() == listed.keys()
    for source, content in found.items():
        assert "0x" + keccak(content.encode()).hex() == listed[source]["keccak256"]


def test_the_standard_json_input_compiles_to_the_same_code() -> None:
    artifact = load_artifact(VERIFIERS[0])  # the others take long, and are made in the same way
    given = standard_json(artifact)
    given["settings"]["outputSelection"] = {
        "*": {
            "*": [
                "abi",
                "metadata",
                "evm.bytecode.object",
                "evm.deployedBytecode.object",
                "evm.deployedBytecode.immutableReferences",
            ],
            "": ["ast"],
        }
    }
    compiled, warnings = compile_contracts(given, within=artifact.source)
    assert warnings == []
    assert compiled[0].bytecode == "0x" + artifact.creation.hex()


def test_a_clone_gets_a_folder_with_the_implementations_sources(tmp_path: Path) -> None:
    folder = sourcify_folder(tmp_path, 1001, Published(ADDRESS, "Election"))
    assert folder == tmp_path / "contracts" / "full_match" / "1001" / ADDRESS
    assert json.loads((folder / "metadata.json").read_text())["language"] == "Solidity"
    source = folder / "sources" / "contracts" / "Election.sol"
    assert source.read_text() == Path("contracts/Election.sol").read_text()


def test_a_changed_source_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    artifact = load_artifact("ElectionFactory")
    metadata = json.loads(artifact.metadata)
    metadata["sources"]["contracts/ElectionFactory.sol"]["keccak256"] = "0x" + "00" * 32
    changed = Artifact(
        artifact.name,
        artifact.source,
        artifact.compiler,
        artifact.abi,
        artifact.creation,
        artifact.deployed,
        artifact.immutables,
        json.dumps(metadata),
    )
    with pytest.raises(ToolchainError, match="make compile"):
        explorer_files.sources_of(changed)


def test_files_alone_are_made_without_a_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HANPYO_EXPLORER_KEY", raising=False)
    contracts = {name: f"0x{number:040x}" for number, name in enumerate(NAMES, 1)}
    deployment = tmp_path / "1001.json"
    deployment.write_text(json.dumps({"chainId": 1001, "contracts": contracts}))
    out = tmp_path / "out"
    arguments = [str(deployment), "--election", ADDRESS, "--out", str(out)]
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 0, result.output
    assert "nothing was sent" in result.output
    folders = list((out / "contracts" / "full_match" / "1001").iterdir())
    assert len(folders) == len(NAMES) + 1
    inputs = {path.stem for path in (out / "standard-json").iterdir()}
    assert inputs == set(NAMES)
