"""A finding needs an explanation with a reason, and an explanation needs a finding."""

import json
import tomllib
from typing import Any

import pytest

from scripts.deep.static_analysis import (
    EXPLAINED,
    Finding,
    compare,
    read_explanations,
    read_findings,
)
from scripts.toolchain.project import ToolchainError


def result(check: str, file: str, name: str, parent: str = "") -> dict[str, Any]:
    owner = {"parent": {"type": "contract", "name": parent}} if parent else {}
    element = {
        "type": "function",
        "name": name,
        "source_mapping": {"filename_relative": file},
        "type_specific_fields": owner,
    }
    return {"check": check, "elements": [element]}


def report(*results: dict[str, Any]) -> dict[str, Any]:
    return {"success": True, "error": None, "results": {"detectors": list(results)}}


def explanations(where: str) -> Any:
    return read_explanations({"explained": [{"check": "a", "where": where, "reason": "b"}]})


def test_a_finding_is_named_by_its_file_contract_and_function() -> None:
    assert read_findings(report(result("a", "contracts/A.sol", "f", "A"))) == [
        Finding("a", "contracts/A.sol:A.f")
    ]


@pytest.mark.parametrize("fields", [None, {}, {"parent": None}])
def test_an_element_may_have_no_parent(fields: dict[str, Any] | None) -> None:
    finding = result("a", "contracts/A.sol", "f")
    finding["elements"][0]["type_specific_fields"] = fields
    assert read_findings(report(finding)) == [Finding("a", "contracts/A.sol:f")]


def test_the_same_finding_counts_once() -> None:
    twice = result("a", "contracts/A.sol", "f", "A")
    assert len(read_findings(report(twice, twice))) == 1


def test_a_failed_analysis_is_no_clean_one() -> None:
    with pytest.raises(ToolchainError, match="no compiler"):
        read_findings({"success": False, "error": "no compiler", "results": {}})


def test_an_explained_finding_passes() -> None:
    findings = [Finding("a", "contracts/A.sol:A.f")]
    assert compare(findings, explanations(r"contracts/A\.sol:A\.f")) == []


@pytest.mark.parametrize("where", [r"contracts/A\.sol", r"contracts/B\.sol:.*", "f"])
def test_an_explanation_of_another_place_does_not_help(where: str) -> None:
    problems = compare([Finding("a", "contracts/A.sol:A.f")], explanations(where))
    assert problems[0] == "a at contracts/A.sol:A.f"


def test_an_explanation_without_a_finding_is_reported() -> None:
    (problem,) = compare([], explanations("contracts/A"))
    assert "no finding needs" in problem


def test_every_explanation_in_use_gives_its_reason() -> None:
    used = read_explanations(tomllib.loads(EXPLAINED.read_text()))
    assert used
    assert [entry.check for entry in used if len(entry.reason) < len("a short sentence")] == []


def test_a_report_without_findings_is_read() -> None:
    assert read_findings(json.loads('{"success": true, "error": null, "results": {}}')) == []
