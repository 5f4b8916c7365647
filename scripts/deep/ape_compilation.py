"""Ape makes the same code of the contracts as the package's artifacts have."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from scripts.build_artifacts import ARTIFACTS
from scripts.toolchain.processes import run
from scripts.toolchain.project import ROOT, VENV_BIN, ToolchainError

TIMEOUT_SECONDS: Final = 600
COMPILED: Final = ROOT / ".build" / "__local__.json"


def check() -> str:
    """Let Ape compile everything anew; raises `ToolchainError` with the contracts that differ."""
    run(
        [VENV_BIN / "ape", "compile", "--force"],
        doing="Compiling with Ape",
        timeout=TIMEOUT_SECONDS,
    )
    artifacts = [json.loads(path.read_text()) for path in sorted(ARTIFACTS.glob("*.json"))]
    own = [each for each in artifacts if each["sourceName"].startswith("contracts/")]
    different = differing(json.loads(COMPILED.read_text())["contractTypes"], own)
    if different or not own:
        raise ToolchainError(f"Ape makes other code than the artifacts of {', '.join(different)}")
    return f"{len(own)} contracts, the same code"


def differing(made: Mapping[str, Any], artifacts: Iterable[Mapping[str, Any]]) -> list[str]:
    """The names of artifacts whose runtime code is not that of Ape's contract of that name."""
    theirs = {name: each["runtimeBytecode"]["bytecode"] for name, each in made.items()}
    return [
        name
        for each in artifacts
        if (name := each["contractName"]) not in theirs
        or _without_metadata(theirs[name]) != _without_metadata(each["deployedBytecode"])
    ]


def _without_metadata(code: str) -> str:
    """Runtime code less the CBOR trailer: its hash covers the paths of imports, which differ."""
    trailer = int(code[-4:], 16) + 2
    return code[: -2 * trailer]
