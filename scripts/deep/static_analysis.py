"""Slither over the contracts: every finding is fixed, or explained in `explained.toml`.

An explanation that no finding needs any more fails as well, and so does an analysis that looked at
fewer contracts than the project has.
"""

import json
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from scripts.deep.environments import executable
from scripts.toolchain.project import (
    NODE_MODULES,
    ROOT,
    TOOLCHAIN,
    ToolchainError,
    environment,
)
from scripts.toolchain.solidity import CONTRACTS, project_sources

EXPLAINED: Final = Path(__file__).with_name("explained.toml")
TREE: Final = ROOT / ".build" / "slither"
REPORT: Final = TREE / "report.json"
ANALYSED: Final = re.compile(r"analyzed \((\d+) contracts")
TIMEOUT_SECONDS: Final = 900


@dataclass(frozen=True, slots=True)
class Finding:
    """What Slither calls it, and where: `file:element`."""

    check: str
    place: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why findings of one check are no fault at the places that match `where`."""

    check: str
    where: re.Pattern[str]
    reason: str

    def covers(self, finding: Finding) -> bool:
        """Whether this is the explanation of `finding`."""
        return finding.check == self.check and self.where.fullmatch(finding.place) is not None


def check() -> str:
    """Analyse, and say what was analysed; raises `ToolchainError` with what is not explained."""
    analysed = _run_slither()
    if analysed < len(project_sources()):
        raise ToolchainError(f"only {analysed} contracts analysed: is the compiler in place?")
    findings = read_findings(json.loads(REPORT.read_text()))
    explanations = read_explanations(tomllib.loads(EXPLAINED.read_text()))
    if problems := compare(findings, explanations):
        raise ToolchainError("\n  ".join(["Slither:", *problems]))
    return f"{analysed} contracts, {len(findings)} findings, every one explained"


def read_findings(report: Mapping[str, Any]) -> list[Finding]:
    """Slither's JSON report as findings, each once."""
    if not report["success"]:
        raise ToolchainError(f"Slither failed: {report['error']}")
    found = {
        Finding(result["check"], _place(result["elements"]))
        for result in report["results"].get("detectors", [])
    }
    return sorted(found, key=lambda finding: (finding.check, finding.place))


def read_explanations(document: Mapping[str, Any]) -> list[Explanation]:
    """The tables `[[explained]]` with `check`, `where` (an expression for the place), `reason`."""
    return [
        Explanation(entry["check"], re.compile(entry["where"]), entry["reason"])
        for entry in document.get("explained", [])
    ]


def compare(findings: Iterable[Finding], explanations: Iterable[Explanation]) -> list[str]:
    """What is found and not explained, and what is explained and not found."""
    found, explained = list(findings), list(explanations)
    unexplained = [
        f"{finding.check} at {finding.place}"
        for finding in found
        if not any(explanation.covers(finding) for explanation in explained)
    ]
    unneeded = [
        f"no finding needs the explanation of {explanation.check} at {explanation.where.pattern}"
        for explanation in explained
        if not any(explanation.covers(finding) for finding in found)
    ]
    return unexplained + unneeded


def _place(elements: Iterable[Mapping[str, Any]]) -> str:
    for element in elements:
        if element["type"] == "node":
            continue
        parent = (element.get("type_specific_fields") or {}).get("parent") or {}
        owner = f"{parent['name']}." if parent.get("type") == "contract" else ""
        return f"{element['source_mapping']['filename_relative']}:{owner}{element['name']}"
    return "the project"


def _clean_tree() -> None:
    """The sources alone: whatever Ape unpacked beside them is not ours to analyse."""
    shutil.rmtree(TREE, ignore_errors=True)
    leave_out = shutil.ignore_patterns(".cache")
    shutil.copytree(CONTRACTS, TREE / CONTRACTS.name, ignore=leave_out)
    shutil.copy(ROOT / "foundry.toml", TREE)
    for folder in (NODE_MODULES, TOOLCHAIN):
        (TREE / folder.name).symlink_to(folder, target_is_directory=True)


def _run_slither() -> int:
    command = [executable("slither"), ".", "--filter-paths", "node_modules", "--json", REPORT]
    _clean_tree()
    try:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=TREE,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise ToolchainError(f"Slither took over {TIMEOUT_SECONDS} s") from late
    analysed = ANALYSED.search(done.stderr + done.stdout)
    if analysed is None or not REPORT.is_file():
        last = "\n  ".join(done.stderr.strip().splitlines()[-15:])
        raise ToolchainError(f"Slither analysed nothing:\n  {last}")
    return int(analysed[1])
