"""docs/audit.md says what the code does."""

import re

from hanpyo.audit import CHECKS
from hanpyo.audit.bundle import FORMAT, VERSION
from hanpyo.audit.live import LINKED_BLOCKS
from hanpyo.audit.storage import FIXED_SLOTS, STRATA
from tests.conftest import ROOT

TEXT = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")


def test_every_check_is_described_in_order() -> None:
    table = TEXT.partition("## The checks")[2].partition("## The evidence file")[0]
    assert tuple(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == CHECKS


def test_the_evidence_file_is_described() -> None:
    assert f'`"{FORMAT}"`, {VERSION}' in TEXT
    assert f"{LINKED_BLOCKS:,}" in TEXT
    last = STRATA + 15
    assert f"0 to 3 and {STRATA} to {last}" in TEXT
    assert tuple(FIXED_SLOTS) == (0, 1, 2, 3, *range(STRATA, last + 1))
