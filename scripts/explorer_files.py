"""What explorers need to show the sources: standard JSON input, and a Sourcify repository folder.

Everything is made from the artifacts and the sources in this tree, and checked: a source whose hash
is not the one in the compiler's metadata is refused, because no explorer would take it. A clone is
shown with the sources of the implementation that its code names.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from eth_hash.auto import keccak

from hanpyo.chain.artifact import Artifact, load_artifact
from scripts.toolchain.project import ToolchainError
from scripts.toolchain.solidity import project_sources, standard_input

IMPLEMENTATION: Final = "Election"
_EXTRA: Final = tuple(
    f"@openzeppelin/contracts/utils/cryptography/verifiers/ERC7913{name}Verifier.sol"
    for name in ("P256", "WebAuthn")
)


@dataclass(frozen=True, slots=True)
class Published:
    """A contract on a chain, and the artifact it is shown with."""

    address: str
    artifact: str


def sourcify_folder(root: Path, chain_id: int, contract: Published) -> Path:
    """Write `contracts/full_match/CHAINID/ADDRESS/` under `root`; returns that folder."""
    artifact = load_artifact(contract.artifact)
    folder = root / "contracts" / "full_match" / str(chain_id) / contract.address
    for name, content in sources_of(artifact).items():
        path = folder / "sources" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    (folder / "metadata.json").write_text(artifact.metadata, encoding="utf-8")
    return folder


def standard_json(artifact: Artifact) -> dict[str, Any]:
    """The compiler's standard JSON input that gives this contract, and nothing more."""
    metadata = json.loads(artifact.metadata)
    settings = {
        name: value for name, value in metadata["settings"].items() if name != "compilationTarget"
    }
    settings["outputSelection"] = {"*": {"*": ["abi", "evm.bytecode", "evm.deployedBytecode"]}}
    contents = sources_of(artifact)
    return {
        "language": metadata["language"],
        "sources": {name: {"content": content} for name, content in contents.items()},
        "settings": settings,
    }


def sources_of(artifact: Artifact) -> dict[str, str]:
    """The sources that the metadata names; raises `ToolchainError` where one is not what it was."""
    sources = _all_sources()
    found = {}
    for name, entry in json.loads(artifact.metadata)["sources"].items():
        content = sources.get(name, {}).get("content", "")
        if "0x" + keccak(content.encode()).hex() != entry["keccak256"]:
            raise ToolchainError(
                f"{name} is not the source that {artifact.name} was compiled from: run make compile"
            )
        found[name] = content
    return found


@cache
def _all_sources() -> Mapping[str, Mapping[str, str]]:
    sources: Mapping[str, Mapping[str, str]] = standard_input(project_sources(), packages=_EXTRA)[
        "sources"
    ]
    return sources
