"""Solidity compiled with the project's settings, once for each version of its sources.

The output is kept under `.toolchain/compiled`, named by the compiler's whole input: a change of any
source, import or setting compiles anew and nothing else does.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from solcx import compile_standard

from scripts.toolchain.project import ROOT, SOLC, TOOLCHAIN
from scripts.toolchain.solidity import OPTIMIZER_RUNS, project_sources, standard_input

_CACHE = TOOLCHAIN / "compiled"
PLAIN_VARIABLE = "HANPYO_SOLIDITY_COVERAGE"
"""Names a folder while coverage is measured; the contracts are then compiled plainly."""
_PLAIN = {
    "enabled": False,
    "details": {"yul": True, "yulDetails": {"stackAllocation": True, "optimizerSteps": ""}},
}
"""As little optimising as the stack allows: every statement keeps code of its own."""
_OUTPUTS = ["abi", "evm.bytecode.object", "evm.deployedBytecode", "storageLayout"]


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


def project(*, runs: int = OPTIMIZER_RUNS) -> Build:
    """The product's own contracts; statement by statement while coverage is measured."""
    plain = PLAIN_VARIABLE in os.environ
    return compiled(tuple(project_sources()), 0 if plain else runs)


def folder(path: Path, *, runs: int = OPTIMIZER_RUNS) -> Build:
    """Every contract in a folder of Solidity files, and what they import."""
    return compiled(tuple(sorted(path.glob("*.sol"))), runs)


@lru_cache(maxsize=8)
def compiled(files: tuple[Path, ...], runs: int) -> Build:
    """Compile, or read what an earlier run with the same input left; 0 runs: no optimising."""
    request = standard_input(files, runs=runs)
    if runs == 0:
        request["settings"]["optimizer"] = _PLAIN
    request["settings"]["outputSelection"] = {"*": {"*": _OUTPUTS, "": ["ast"]}}
    name = hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()
    _CACHE.mkdir(parents=True, exist_ok=True)
    kept = _CACHE / f"{name}.json"
    with (_CACHE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            output = compile_standard(request, solc_binary=SOLC)
            partial = kept.with_suffix(".partial")
            partial.write_text(json.dumps({key: output[key] for key in ("contracts", "sources")}))
            partial.rename(kept)
    return _read(json.loads(kept.read_text()))


def sources_of(names: Iterable[str]) -> list[Path]:
    """Paths of files given from the project's root."""
    return [ROOT / name for name in names]


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
