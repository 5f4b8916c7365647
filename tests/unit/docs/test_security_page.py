"""Every claim about a role names a test, and that test exists."""

import re

import pytest

from tests.unit.docs.pages import ROOT, SECURITY

NAMED = sorted(set(re.findall(r"`([\w/.]+)::(\w+)`", SECURITY)))
ROLES = re.findall(r"^### (.+)$", SECURITY, re.MULTILINE)
CLAIMS = [
    line for line in SECURITY.splitlines() if line.startswith("|") and not line.startswith("|--")
]


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_a_named_test_exists(path: str, name: str) -> None:
    file = ROOT / "tests" / path
    keyword = "function" if file.suffix == ".sol" else "def"
    assert re.search(rf"^\s*{keyword} {name}\(", file.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("role", ROLES)
def test_every_role_but_the_coercer_has_claims(role: str) -> None:
    part = SECURITY.partition(f"### {role}\n")[2].partition("\n#")[0]
    assert ("::" in part) != role.startswith("Coercer")


@pytest.mark.parametrize("line", CLAIMS, ids=lambda line: line[2:50])
def test_a_claim_has_a_test_or_is_a_warning(line: str) -> None:
    """Headings aside, what no test proves is printed in bold."""
    heading = line.endswith("proven by |")
    assert heading or "::" in line or "**" in line
