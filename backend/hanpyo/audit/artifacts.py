"""The packaged contracts: the code of an honest election, and where its fixed addresses lie."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from hanpyo.audit.errors import AuditError
from hanpyo.protocol.types import Address

MODULES: Final = (
    "Election",
    "SetupModule",
    "CastModule",
    "WideModule",
    "DeskModule",
    "SettleModule",
    "OpeningModule",
    "VoidModule",
)
"""The implementation and its modules in the order of `Election.modules()`."""
VERIFIERS: Final = ("ERC7913P256Verifier", "ERC7913WebAuthnVerifier")
"""What WideModule's fixed addresses are, in order."""
_WORD: Final = 32


@dataclass(frozen=True, slots=True)
class Artifact:
    """A contract's deployed code; `immutables` are the byte offsets of each fixed value's copies.

    Fixed values stand in the order in which the source declares them.
    """

    name: str
    code: bytes
    immutables: tuple[tuple[int, ...], ...]

    def matches(self, deployed: bytes) -> bool:
        """Whether `deployed` is this code with some fixed values filled in consistently."""
        return self._masked(deployed) == self._masked(self.code) and all(
            len({deployed[at : at + _WORD] for at in copies}) == 1 for copies in self.immutables
        )

    def fixed_addresses(self, deployed: bytes) -> tuple[Address, ...]:
        """The fixed values of a deployed copy as addresses; empty when the code is another."""
        if not self.matches(deployed):
            return ()
        words = [deployed[copies[0] : copies[0] + _WORD] for copies in self.immutables]
        return tuple(Address(word[12:]) for word in words)

    def _masked(self, code: bytes) -> bytes:
        masked = bytearray(code)
        for copies in self.immutables:
            for at in copies:
                masked[at : at + _WORD] = bytes(_WORD)
        return bytes(masked)


@cache
def packaged(name: str) -> Artifact:
    """The packaged contract of this name; `AuditError` when the installation lacks it."""
    path = files("hanpyo.chain") / "artifacts" / f"{name}.json"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise AuditError(f"this installation of Hanpyo lacks the contract {name}") from error
    return Artifact(
        name,
        bytes.fromhex(content["deployedBytecode"].removeprefix("0x")),
        _offsets(content["immutableReferences"]),
    )


def has_package(name: str) -> bool:
    """Whether the installation carries the contract of this name."""
    return (files("hanpyo.chain") / "artifacts" / f"{name}.json").is_file()


def followed(implementation: Address, code: bytes) -> dict[str, Address]:
    """The implementation and its modules by name; only the former when its code is another."""
    fixed = packaged(MODULES[0]).fixed_addresses(code)
    found = dict(zip(MODULES, fixed, strict=True)) if len(fixed) == len(MODULES) else {}
    return found | {MODULES[0]: implementation}


def _offsets(references: dict[str, Sequence[dict[str, int]]]) -> tuple[tuple[int, ...], ...]:
    """The copies of each fixed value; the compiler numbers the values in the order declared."""
    return tuple(
        tuple(place["start"] for place in references[number])
        for number in sorted(references, key=int)
    )
