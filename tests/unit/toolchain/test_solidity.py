"""The compiler's input is self-contained and its output is read as it is."""

from pathlib import Path

import pytest

from scripts.toolchain.project import ToolchainError
from scripts.toolchain.solidity import compile_contracts, project_sources, standard_input

HEADER = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.30;\n"
LIBRARY = (
    HEADER + "library Twice {\n"
    "function twice(uint256 x) internal pure returns (uint256) { return 2 * x; } }"
)
ABSTRACT = HEADER + "abstract contract Base { uint256 public immutable one = 1; }"
CONTRACT = HEADER + (
    'import {Base} from "../Base.sol";\n'
    'import {Twice} from "./Twice.sol";\n'
    'import {Comparators} from "@openzeppelin/contracts/utils/Comparators.sol";\n'
    "contract Doubler is Base {\n"
    "function double(uint256 x) external pure returns (uint256) {\n"
    "return Comparators.gt(x, 1) ? Twice.twice(x) : x + x; }\n"
    "}"
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in {
        "contracts/lib/Doubler.sol": CONTRACT,
        "contracts/lib/Twice.sol": LIBRARY,
        "contracts/Base.sol": ABSTRACT,
        "contracts/.cache/openzeppelin/Other.sol": "not Solidity",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_unpacked_packages_are_no_project_sources(project: Path) -> None:
    names = [path.name for path in project_sources(project / "contracts")]
    assert names == ["Base.sol", "Doubler.sol", "Twice.sol"]


def test_the_input_carries_every_import_under_its_own_name(project: Path) -> None:
    compiler_input = standard_input([project / "contracts/lib/Doubler.sol"], root=project)
    assert {
        "contracts/Base.sol",
        "contracts/lib/Doubler.sol",
        "contracts/lib/Twice.sol",
        "@openzeppelin/contracts/utils/Comparators.sol",
    } <= compiler_input["sources"].keys()


def test_only_concrete_contracts_come_out(project: Path) -> None:
    compiler_input = standard_input(project_sources(project / "contracts"), root=project)
    contracts, warnings = compile_contracts(compiler_input, within="contracts/")
    assert [contract.name for contract in contracts] == ["Doubler"]
    assert warnings == []
    (doubler,) = contracts
    assert doubler.code_size > 0
    assert {entry["name"] for entry in doubler.abi} == {"double", "one"}


def test_the_same_sources_give_the_same_bytes(project: Path) -> None:
    compiler_input = standard_input(project_sources(project / "contracts"), root=project)
    assert compile_contracts(compiler_input) == compile_contracts(compiler_input)


def test_refused_sources_are_shown_with_their_place(project: Path) -> None:
    wrong = project / "contracts" / "Wrong.sol"
    wrong.write_text(HEADER + "contract Wrong { uint256 x = nothing; }")
    with pytest.raises(ToolchainError, match=r"contracts/Wrong\.sol:3"):
        compile_contracts(standard_input([wrong], root=project))


def test_a_missing_import_is_named(tmp_path: Path) -> None:
    source = tmp_path / "A.sol"
    source.write_text(HEADER + 'import "./Nowhere.sol";')
    with pytest.raises(ToolchainError, match=r"Nowhere\.sol"):
        standard_input([source], root=tmp_path)
