"""One way to compile: the self-contained standard JSON input and its pinned settings.

The same input makes the artifacts in git and the files published to an explorer. Imported packages
stand in it under their import names, read from `node_modules`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from solcx import compile_standard
from solcx.exceptions import SolcError

from scripts.toolchain.project import NODE_MODULES, ROOT, SOLC, ToolchainError

CONTRACTS: Final = ROOT / "contracts"
CODE_SIZE_LIMIT: Final = 24_576  # bytes of deployed code, EIP-170
EVM_VERSION: Final = "cancun"
OPTIMIZER_RUNS: Final = 10_000
OUTPUTS: Final = (
    "abi",
    "metadata",
    "storageLayout",
    "evm.bytecode.object",
    "evm.deployedBytecode.object",
    "evm.deployedBytecode.sourceMap",
    "evm.deployedBytecode.immutableReferences",
)
_VERIFIERS = "@openzeppelin/contracts/utils/cryptography/verifiers"
DEPLOYED_PACKAGES: Final = tuple(
    f"{_VERIFIERS}/ERC7913{name}Verifier.sol" for name in ("P256", "WebAuthn")
)
"""What a deployment puts on chain beside the project's own contracts."""
IMPORT: Final = re.compile(r"""^\s*import\b[^;"']*["']([^"']+)["']""", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Compiled:
    """One concrete contract as the compiler returned it."""

    name: str
    source: str
    abi: list[dict[str, Any]]
    bytecode: str
    deployed_bytecode: str
    immutable_references: dict[str, list[dict[str, int]]]
    metadata: str

    @property
    def code_size(self) -> int:
        """Bytes of deployed code."""
        return (len(self.deployed_bytecode) - 2) // 2


def project_sources(folder: Path = CONTRACTS) -> list[Path]:
    """Every Solidity file of the project, in a stable order; unpacked packages left out."""
    return sorted(path for path in folder.rglob("*.sol") if ".cache" not in path.parts)


def project_input() -> dict[str, Any]:
    """The compiler's input for all that a deployment and its tests put on chain."""
    return standard_input(project_sources(), packages=DEPLOYED_PACKAGES)


def standard_input(
    files: Iterable[Path],
    *,
    packages: Iterable[str] = (),
    root: Path = ROOT,
    runs: int = OPTIMIZER_RUNS,
) -> dict[str, Any]:
    """The compiler's input for `files`, `packages` (import names) and everything they import.

    Source names are paths from `root`, or the import names of npm packages.
    """
    pending = [*packages, *(path.relative_to(root).as_posix() for path in files)]
    sources: dict[str, dict[str, str]] = {}
    while pending:
        name = pending.pop()
        if name in sources:
            continue
        content = _locate(name, root).read_text(encoding="utf-8")
        sources[name] = {"content": content}
        pending.extend(_resolve(name, target) for target in IMPORT.findall(content))
    return {
        "language": "Solidity",
        "sources": dict(sorted(sources.items())),
        "settings": {
            "optimizer": {"enabled": True, "runs": runs},
            "viaIR": True,
            "evmVersion": EVM_VERSION,
            "outputSelection": {"*": {"*": list(OUTPUTS), "": ["ast"]}},
        },
    }


def compile_contracts(
    compiler_input: Mapping[str, Any], *, within: str | tuple[str, ...] = ""
) -> tuple[list[Compiled], list[str]]:
    """Compile, and see `concrete_contracts`. Raises `ToolchainError`."""
    return concrete_contracts(compile_input(compiler_input), within=within)


def compile_input(compiler_input: Mapping[str, Any]) -> dict[str, Any]:
    """The compiler's output. Raises `ToolchainError` with its words where it refuses."""
    try:
        output: dict[str, Any] = compile_standard(dict(compiler_input), solc_binary=SOLC)
    except SolcError as refusal:
        raise ToolchainError(f"The compiler refuses the sources:\n{refusal.message}") from refusal
    return output


def concrete_contracts(
    output: Mapping[str, Any], *, within: str | tuple[str, ...] = ""
) -> tuple[list[Compiled], list[str]]:
    """The concrete contracts of sources that begin with `within`, and the compiler's warnings.

    Raises `ToolchainError` where two share a name.
    """
    concrete = {
        (source, node["name"])
        for source, unit in output["sources"].items()
        for node in unit["ast"]["nodes"]
        if node["nodeType"] == "ContractDefinition"
        and node["contractKind"] == "contract"
        and not node["abstract"]
    }
    compiled = [
        _compiled(source, name, output["contracts"][source][name])
        for source, name in sorted(concrete)
        if source.startswith(within)
    ]
    names = [contract.name for contract in compiled]
    if len(set(names)) < len(names):
        raise ToolchainError(f"Two contracts share a name: {sorted(names)}")
    warnings = [
        error["formattedMessage"]
        for error in output.get("errors", [])
        if error["severity"] == "warning"
    ]
    return compiled, warnings


def _compiled(source: str, name: str, output: Mapping[str, Any]) -> Compiled:
    deployed = output["evm"]["deployedBytecode"]
    return Compiled(
        name=name,
        source=source,
        abi=output["abi"],
        bytecode="0x" + output["evm"]["bytecode"]["object"],
        deployed_bytecode="0x" + deployed["object"],
        immutable_references=deployed.get("immutableReferences", {}),
        metadata=output["metadata"],
    )


def _locate(name: str, root: Path) -> Path:
    path = (NODE_MODULES if name.startswith("@") else root) / name
    if not path.is_file():
        raise ToolchainError(f"Solidity source {name} is imported but is not there")
    return path


def _resolve(importer: str, target: str) -> str:
    if not target.startswith("."):
        return target
    parts: list[str] = list(PurePosixPath(importer).parent.parts)
    for part in PurePosixPath(target).parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)
