"""The compiled contracts that this package carries, as values.

An `Artifact` is what the pinned compiler made of the sources in `contracts/`; nothing is compiled
or fetched here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, ClassVar

import orjson

from hanpyo.chain.errors import ChainError


class ArtifactMissing(ChainError):
    """The package carries no contract of this name."""

    code: ClassVar[str] = "artifact_missing"


@dataclass(frozen=True, slots=True)
class Artifact:
    """One contract: its interface, its code to deploy, its deployed code and its metadata.

    `immutables` are the (start, length) ranges of `deployed` that the constructor fills in;
    `metadata` is the compiler's JSON, which names every source and setting.
    """

    name: str
    source: str
    compiler: str
    abi: Sequence[Mapping[str, Any]]
    creation: bytes
    deployed: bytes
    immutables: tuple[tuple[int, int], ...]
    metadata: str

    def mask(self, code: bytes) -> bytes:
        """`code` with zeros where this contract's immutable values stand."""
        masked = bytearray(code)
        for start, length in self.immutables:
            masked[start : start + length] = bytes(length)
        return bytes(masked)

    def is_code(self, code: bytes) -> bool:
        """Whether `code` on a chain is this contract's, whatever its immutable values."""
        return len(code) == len(self.deployed) and self.mask(code) == self.mask(self.deployed)


@lru_cache
def load_artifact(name: str) -> Artifact:
    """The artifact of the contract `name`; raises `ArtifactMissing`."""
    path = files("hanpyo.chain") / "artifacts" / f"{name}.json"
    try:
        entry = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        raise ArtifactMissing(f"the package carries no contract {name!r}") from None
    return Artifact(
        name=entry["contractName"],
        source=entry["sourceName"],
        compiler=entry["compiler"],
        abi=entry["abi"],
        creation=bytes.fromhex(entry["bytecode"][2:]),
        deployed=bytes.fromhex(entry["deployedBytecode"][2:]),
        immutables=tuple(
            (reference["start"], reference["length"])
            for references in entry["immutableReferences"].values()
            for reference in references
        ),
        metadata=entry["metadata"],
    )
