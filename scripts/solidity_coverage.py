"""Statement coverage of the contracts: `python -m scripts.solidity_coverage [pytest arguments]`.

Runs the contract tests over code compiled without optimising, traces every transaction and call,
and maps the instructions that ran to the statements of the sources. Fails below 95 %.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.harness import compiled
from scripts.toolchain.project import ROOT, environment

LEAST: Final = 95
_UNTRACED: Final = ("gas", "machine", "artifacts", "vectors")
"""Test files that run the same code at length, or not these contracts."""
_FEW: Final = "not variety and not lane"
"""Tests that run for their numbers, over code that others run."""
_PUSH0, _PUSH32 = 0x5F, 0x7F
_SIMPLE: Final = {
    "EmitStatement",
    "ExpressionStatement",
    "InlineAssembly",
    "Return",
    "RevertStatement",
    "VariableDeclarationStatement",
}
_CONDITIONAL: Final = {"IfStatement", "ForStatement", "WhileStatement"}


@dataclass(frozen=True, order=True, slots=True)
class Statement:
    """A range of bytes of a source that runs as one."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """The statements of one source, and those of them that ran."""

    source: str
    statements: frozenset[Statement]
    ran: frozenset[Statement]

    def missing_lines(self) -> list[int]:
        """The lines on which the statements start that never ran."""
        text = (ROOT / self.source).read_bytes()
        return sorted({text[: each.start].count(b"\n") + 1 for each in self.statements - self.ran})


def statements_of(tree: Mapping[str, Any]) -> Iterator[Statement]:
    """Every statement in the functions of a source, conditions standing for their branches."""
    kind = tree.get("nodeType")
    if kind in _SIMPLE:
        yield _range(tree["src"])
    elif kind in _CONDITIONAL and tree.get("condition"):
        yield _range(tree["condition"]["src"])
    if kind == "InlineAssembly":
        return
    for value in tree.values():
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, dict) and "nodeType" in child:
                yield from statements_of(child)


def locations(code: compiled.Code) -> Iterator[tuple[int, int, int, int]]:
    """Program counter, start, end and source number of each instruction of a contract."""
    binary = bytes.fromhex(code.deployed)
    start, length, number = 0, 0, -1
    at = 0
    for entry in code.source_map.split(";"):
        fields = (*entry.split(":"), "", "", "")
        start, length, number = (
            int(new) if new else old
            for new, old in zip(fields, (start, length, number), strict=False)
        )
        yield at, start, start + length, number
        opcode = binary[at]
        at += 1 + (opcode - _PUSH0 if _PUSH0 < opcode <= _PUSH32 else 0)


def measure(hits: Mapping[str, set[int]], build: compiled.Build) -> list[Coverage]:
    """The coverage of every source of the project with statements that have code."""
    present: defaultdict[str, set[Statement]] = defaultdict(set)
    ran: defaultdict[str, set[Statement]] = defaultdict(set)
    wanted = {
        number: sorted(set(statements_of(build.trees[name])), key=lambda s: s.end - s.start)
        for number, name in build.sources.items()
        if name.startswith("contracts/") and "/interfaces/" not in name
    }
    for name, counters in hits.items():
        found: dict[tuple[int, int, int], bool] = {}
        for at, start, end, number in locations(build.contracts[name]):
            if number in wanted:
                place = (number, start, end)
                found[place] = found.get(place, False) or at in counters
        for (number, start, end), hit in found.items():
            statement = next(
                (each for each in wanted[number] if each.start <= start and end <= each.end), None
            )
            if statement is not None:
                source = build.sources[number]
                present[source].add(statement)
                if hit:
                    ran[source].add(statement)
    return [
        Coverage(source, frozenset(found), frozenset(ran[source]))
        for source, found in sorted(present.items())
    ]


def collect(arguments: list[str]) -> dict[str, set[int]]:
    """Run the contract tests and return the program counters that ran, by contract."""
    tests = sorted(
        str(path.relative_to(ROOT))
        for path in (ROOT / "tests" / "contracts").glob("test_*.py")
        if not any(name in path.stem for name in _UNTRACED)
    )
    with tempfile.TemporaryDirectory() as folder:
        variables = environment() | {compiled.PLAIN_VARIABLE: folder}
        command = [sys.executable, "-m", "pytest", "-q", "--no-cov", "-k", _FEW, *tests, *arguments]
        subprocess.run(command, cwd=ROOT, env=variables, check=True)
        hits: defaultdict[str, set[int]] = defaultdict(set)
        for path in Path(folder).glob("*.json"):
            for name, counters in json.loads(path.read_text()).items():
                hits[name].update(counters)
    return hits


def main(arguments: list[str]) -> int:
    """Measure and print; 1 below the least share."""
    hits = collect(arguments or ["-n", str(os.cpu_count() or 1)])
    os.environ[compiled.PLAIN_VARIABLE] = ""
    coverages = measure(hits, compiled.project())
    for each in coverages:
        share = 100 * len(each.ran) / len(each.statements)
        missing = ", ".join(map(str, each.missing_lines()))
        counts = f"{len(each.ran):>5} of {len(each.statements):>4}{share:>7.1f} %"
        print(f"{each.source:<44}{counts}  {missing}")
    total = sum(len(each.statements) for each in coverages)
    ran = sum(len(each.ran) for each in coverages)
    print(f"{'all contracts':<44}{ran:>5} of {total:>4}{100 * ran / total:>7.1f} %")
    return 0 if 100 * ran >= LEAST * total else 1


def _range(source: str) -> Statement:
    start, length, _ = map(int, source.split(":"))
    return Statement(start, start + length)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
