"""Compile `contracts/` into the artifacts that the Python package carries.

`python -m scripts.build_artifacts` writes `backend/hanpyo/chain/artifacts/NAME.json` for every
concrete contract, and `backend/hanpyo/chain/sources.json`; with `--check` it writes nothing and
fails where git holds something else. Both are immediate when neither sources nor artifacts changed
since the last success.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from scripts.toolchain import stamps
from scripts.toolchain.compiled import output_of
from scripts.toolchain.project import ROOT, SOLC_VERSION, ToolchainError
from scripts.toolchain.solidity import (
    CODE_SIZE_LIMIT,
    CONTRACTS,
    DEPLOYED_PACKAGES,
    Compiled,
    concrete_contracts,
    project_input,
    project_sources,
)

ARTIFACTS = ROOT / "backend" / "hanpyo" / "chain" / "artifacts"
SOURCES = ARTIFACTS.parent / "sources.json"
"""The text of every source that an artifact was made of, by its name: what explorers show."""
SUPPORT = f"{CONTRACTS.name}/mocks/"


def render(contract: Compiled) -> str:
    """The artifact's text; the same contract always gives the same bytes."""
    artifact = {
        "contractName": contract.name,
        "sourceName": contract.source,
        "compiler": SOLC_VERSION,
        "abi": contract.abi,
        "bytecode": contract.bytecode,
        "deployedBytecode": contract.deployed_bytecode,
        "immutableReferences": contract.immutable_references,
        "metadata": contract.metadata,
    }
    return json.dumps(artifact, indent=1, sort_keys=True) + "\n"


def build() -> dict[Path, str]:
    """Compile and return every artifact's path and text.

    Raises `ToolchainError` for a compiler warning, or for code that no chain would accept.
    """
    compiler_input = project_input()
    within = (f"{CONTRACTS.name}/", *DEPLOYED_PACKAGES)
    contracts, warnings = concrete_contracts(output_of(compiler_input), within=within)
    if warnings:
        raise ToolchainError("The compiler warns:\n" + "\n".join(warnings))
    product = [contract for contract in contracts if not contract.source.startswith(SUPPORT)]
    for contract in product:
        print(f"{contract.name:<24}{contract.code_size:>7,} bytes of code")
        if contract.code_size > CODE_SIZE_LIMIT:
            raise ToolchainError(f"{contract.name} is over the {CODE_SIZE_LIMIT} bytes of EIP-170")
    texts = {name: source["content"] for name, source in compiler_input["sources"].items()}
    artifacts = {ARTIFACTS / f"{contract.name}.json": render(contract) for contract in product}
    return artifacts | {SOURCES: render_sources(product, texts)}


def render_sources(contracts: Iterable[Compiled], texts: Mapping[str, str]) -> str:
    """The text of every source that the compiler's metadata of these contracts name."""
    named = {name for each in contracts for name in json.loads(each.metadata)["sources"]}
    kept = {name: texts[name] for name in named}
    return json.dumps(kept, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def stale(wanted: dict[Path, str]) -> list[str]:
    """The names of artifacts that are missing, different or left over."""
    present = _present()
    different = {
        p for p, text in wanted.items() if p not in present or p.read_text(encoding="utf-8") != text
    }
    return sorted(path.name for path in different | (present - wanted.keys()))


def write(wanted: dict[Path, str]) -> None:
    """Bring the folder to exactly these artifacts."""
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    for left_over in _present() - wanted.keys():
        left_over.unlink()
    for path, text in wanted.items():
        path.write_text(text, encoding="utf-8")


def _present() -> set[Path]:
    return {*ARTIFACTS.glob("*.json"), *SOURCES.parent.glob(SOURCES.name)}


def _inputs() -> list[Path | str]:
    code = [Path(__file__), Path(__file__).parent / "toolchain" / "solidity.py"]
    files = [*code, *project_sources(), *sorted(_present())]
    names = "\n".join(str(path) for path in files)
    return [names, SOLC_VERSION, ROOT / "package-lock.json", *files]


def main(arguments: list[str]) -> int:
    """Write or check; 0 when the artifacts are those of the sources."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail when stale")
    options = parser.parse_args(arguments)
    if stamps.fresh("artifacts", _inputs(), []):
        return 0
    try:
        wanted = build()
    except ToolchainError as failure:
        print(f"artifacts: {failure}", file=sys.stderr)
        return 1
    if options.check and (names := stale(wanted)):
        print(f"artifacts: stale: {', '.join(names)}; run make compile", file=sys.stderr)
        return 1
    if not options.check:
        write(wanted)
    stamps.write("artifacts", _inputs())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
