"""Solidity compiled with the project's settings, for tests and measurements on chain."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from scripts.toolchain.compiled import output_of
from scripts.toolchain.solidity import OPTIMIZER_RUNS, project_input, standard_input

PLAIN_VARIABLE = "HANPYO_SOLIDITY_COVERAGE"
"""Names a folder while coverage is measured; the contracts are then compiled plainly."""
_PLAIN = {
    "enabled": False,
    "details": {"yul": True, "yulDetails": {"stackAllocation": True, "optimizerSteps": ""}},
}
"""As little optimising as the stack allows: every statement keeps code of its own."""


@dataclass(frozen=True, slots=True)
class Code:
    """One contract: its ABI, creation code, and deployed code with the source map."""

    name: str
    source: str
    abi: list[dict[str, Any]]
    creation: bytes
    deployed: str
    source_map: str
    storage: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Build:
    """The contracts of one compiler run and the source names by the numbers in source maps."""

    contracts: Mapping[str, Code]
    sources: Mapping[int, str]
    trees: Mapping[str, Any]


@lru_cache(maxsize=1)
def project() -> Build:
    """All that a deployment puts on chain; statement by statement while coverage is measured."""
    request = project_input()
    if PLAIN_VARIABLE in os.environ:
        request["settings"]["optimizer"] = _PLAIN
    return _read(output_of(request))


@lru_cache(maxsize=8)
def folder(path: Path, *, runs: int = OPTIMIZER_RUNS) -> Build:
    """Every contract in a folder of Solidity files, and what they import."""
    return _read(output_of(standard_input(sorted(path.glob("*.sol")), runs=runs)))


def _read(output: Mapping[str, Any]) -> Build:
    contracts = {
        name: Code(
            name=name,
            source=source,
            abi=each["abi"],
            creation=bytes.fromhex(each["evm"]["bytecode"]["object"]),
            deployed=each["evm"]["deployedBytecode"]["object"],
            source_map=each["evm"]["deployedBytecode"].get("sourceMap", ""),
            storage=each.get("storageLayout", {}),
        )
        for source, members in output["contracts"].items()
        for name, each in members.items()
        if each["evm"]["bytecode"]["object"] and "__$" not in each["evm"]["bytecode"]["object"]
    }
    sources = {each["id"]: name for name, each in output["sources"].items()}
    trees = {name: each["ast"] for name, each in output["sources"].items()}
    return Build(contracts, sources, trees)
