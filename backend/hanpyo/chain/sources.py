"""The sources of the packaged contracts, each held against the compiler's own note of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import orjson
from eth_hash.auto import keccak

from hanpyo.chain.artifact import Artifact, load_artifact

_TARGET: Final = "compilationTarget"
_OUTPUT: Final = ["abi", "evm.bytecode", "evm.deployedBytecode"]


@dataclass(frozen=True, slots=True)
class Source:
    """One file. `exact` says that it hashes to what the compiler's metadata notes of it."""

    name: str
    text: str
    exact: bool


@cache
def sources_of(contract: str) -> tuple[Source, ...]:
    """The files that a packaged contract was compiled from, its own first."""
    return read_sources(load_artifact(contract))


def read_sources(artifact: Artifact) -> tuple[Source, ...]:
    """The files that an artifact's metadata names, its own first."""
    noted = orjson.loads(artifact.metadata)["sources"]
    found = [_source(name, entry["keccak256"]) for name, entry in noted.items()]
    return tuple(sorted(found, key=lambda each: (each.name != artifact.source, each.name)))


def compiler_input(contract: str) -> dict[str, Any]:
    """The standard JSON input from which the compiler makes this contract, and nothing more."""
    metadata = orjson.loads(load_artifact(contract).metadata)
    kept = {name: each for name, each in metadata["settings"].items() if name != _TARGET}
    return {
        "language": metadata["language"],
        "sources": {each.name: {"content": each.text} for each in sources_of(contract)},
        "settings": kept | {"outputSelection": {"*": {"*": _OUTPUT}}},
    }


def _source(name: str, noted: str) -> Source:
    text = _texts().get(name, "")
    return Source(name, text, bool(text) and f"0x{keccak(text.encode()).hex()}" == noted)


@cache
def _texts() -> Mapping[str, str]:
    found: Mapping[str, str] = orjson.loads((files("hanpyo.chain") / "sources.json").read_bytes())
    return found
