"""Ape and the package's artifacts come from one compiler with one set of settings."""

import json
from typing import Any

import pytest
from ape.managers.project import ProjectManager

from scripts.build_artifacts import ARTIFACTS


def without_metadata(code: str) -> str:
    """Runtime code less the CBOR trailer: its hash covers the paths of imports, which differ."""
    trailer = int(code[-4:], 16) + 2
    return code[: -2 * trailer]


def own_artifacts() -> list[dict[str, Any]]:
    artifacts = [json.loads(path.read_text()) for path in sorted(ARTIFACTS.glob("*.json"))]
    return [artifact for artifact in artifacts if artifact["sourceName"].startswith("contracts/")]


@pytest.mark.parametrize("artifact", own_artifacts(), ids=lambda artifact: artifact["contractName"])
def test_ape_makes_the_same_code(artifact: dict[str, Any], project: ProjectManager) -> None:
    contract = project.get_contract(artifact["contractName"])
    made = str(contract.contract_type.runtime_bytecode.bytecode)
    assert without_metadata(made) == without_metadata(artifact["deployedBytecode"])
