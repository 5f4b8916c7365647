"""Every election of a city, held again with open ballots."""

from pathlib import Path

import pytest

from tests.commands import run
from tests.strategies.pabulib import REAL


@pytest.mark.parametrize("file", REAL, ids=lambda file: file.stem)
def test_figures_and_audit_agree(file: Path) -> None:
    ran = run("replay", file, "--secrecy", "open", "--json")
    report = ran.report
    assert (ran.status, report["ok"], report["differences"]) == (0, True, [])
    assert report["audit"]["ok"]
