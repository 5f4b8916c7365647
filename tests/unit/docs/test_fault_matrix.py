"""Every fault that must be survived has tests that are there, and answers that are written down."""

import ast
import re
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[3]
ROWS: Final[list[dict[str, Any]]] = tomllib.loads(
    (ROOT / "tests" / "fault_matrix.toml").read_text()
)["row"]
SECRET: Final = re.compile(r"digest|token|csrf|secret|signature|password|hash", re.IGNORECASE)


def test_no_row_is_forgotten() -> None:
    assert [row["number"] for row in ROWS] == list(range(1, 65))
    assert all(row["fault"] and row["tests"] for row in ROWS)
    assert all(set(row) <= {"number", "fault", "tests", "answer"} for row in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row["number"]))
def test_every_test_of_a_row_is_there(row: dict[str, Any]) -> None:
    for named in row["tests"]:
        path, _, name = named.partition("::")
        module = ast.parse((ROOT / "tests" / path).read_text())
        defined = {node.name for node in ast.walk(module) if isinstance(node, ast.FunctionDef)}
        assert name in defined, named
        assert name.startswith("test_")


def test_every_answer_is_written_down() -> None:
    for row in ROWS:
        if "answer" not in row:
            continue
        page, _, anchor = row["answer"].partition("#")
        text = (ROOT / "docs" / page).read_text()
        headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
        assert not anchor or anchor in {each.lower().replace(" ", "-") for each in headings}


def test_secrets_are_compared_in_constant_time() -> None:
    """What a caller shows is never compared by ==, whose time tells how much of it is right."""
    found = []
    for path in (ROOT / "backend" / "hanpyo").rglob("*.py"):
        if path.parent.name in ("web", "identity", "methods", "staff"):
            found += [f"{path.name}:{line}" for line in _leaky(ast.parse(path.read_text()))]
    assert found == []


def _leaky(module: ast.Module) -> list[int]:
    """Lines that compare what is shown (`given`, `shown`, `typed`) with something secret."""
    lines = []
    for node in ast.walk(module):
        if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], (ast.Eq, ast.NotEq)):
            continue
        sides = [ast.unparse(node.left), *map(ast.unparse, node.comparators)]
        if all(isinstance(each, ast.Constant) for each in node.comparators):
            continue
        if any(re.search(r"\b(given|shown|typed)\b", each) for each in sides) and any(
            SECRET.search(each) for each in sides
        ):
            lines.append(node.lineno)
    return lines
