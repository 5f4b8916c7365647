"""The deep run finds the table that the fault tests print, and says when there is none."""

import pytest

from scripts.deep.faults import table_in
from scripts.toolchain.project import ToolchainError
from tests.fault_table import COUNTS, table

ROW = {"fault": "kill -9 web", **dict.fromkeys(COUNTS, 2)}


def test_rows_of_one_fault_are_added_up() -> None:
    lines = table([[("faults", ROW)], [("other", 1)], [("faults", ROW)]])
    assert [line.split()[0] for line in lines] == ["fault", "kill", "every"]
    assert lines[1].split()[3:] == ["2"] + ["4"] * len(COUNTS)
    assert lines[-1].split()[2:] == ["2"] + ["4"] * len(COUNTS)


def test_without_faults_there_is_no_table() -> None:
    assert table([[("other", 1)]]) == []


def test_the_table_is_found_in_the_output() -> None:
    output = (
        "...\n==== faults survived, in ballots ====\nfault  sent\nkill   2\n\n=== 2 passed ===\n"
    )
    assert table_in(output) == "  fault  sent\n  kill   2"


def test_an_output_without_a_table_fails() -> None:
    with pytest.raises(ToolchainError, match="no table"):
        table_in("2 passed")
