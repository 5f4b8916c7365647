"""What explorers need to show the sources: standard JSON input, and a Sourcify repository folder.

Everything is made from the artifacts and sources that the package carries, and checked: a source
whose hash is not the one in the compiler's metadata is refused, because no explorer would take it.
A clone is shown with the sources of the implementation that its code names.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from hanpyo.chain.artifact import Artifact, load_artifact
from hanpyo.chain.sources import compiler_input, read_sources
from scripts.toolchain.project import ToolchainError

IMPLEMENTATION: Final = "Election"


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
    return compiler_input(artifact.name)


def sources_of(artifact: Artifact) -> dict[str, str]:
    """The sources that the metadata names; raises `ToolchainError` where one is not what it was."""
    found = read_sources(artifact)
    for each in found:
        if not each.exact:
            raise ToolchainError(
                f"{each.name} is not the source that {artifact.name} was compiled from: "
                "run make compile"
            )
    return {each.name: each.text for each in found}
