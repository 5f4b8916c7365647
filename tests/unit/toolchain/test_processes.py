"""A failing tool is reported with what was being done, its last words and what to do."""

import sys

import pytest

from scripts.toolchain.processes import run, succeeds
from scripts.toolchain.project import ToolchainError


def test_output_is_returned() -> None:
    assert run([sys.executable, "-c", "print(42)"], doing="Counting") == "42\n"


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["/nowhere/tool"], "/nowhere/tool is not there"),
        ([sys.executable, "-c", "import sys; sys.exit('out of reach')"], "out of reach"),
        ([sys.executable, "-c", "import time; time.sleep(30)"], "no answer within"),
    ],
)
def test_a_failure_says_what_and_why(command: list[str], words: str) -> None:
    with pytest.raises(ToolchainError) as failure:
        run(command, doing="Fetching the packages", hint="Is the index within reach?", timeout=1)
    assert "Fetching the packages" in str(failure.value)
    assert "Is the index within reach?" in str(failure.value)
    assert words in str(failure.value)


def test_a_missing_tool_does_not_succeed() -> None:
    assert not succeeds(["/nowhere/tool"], timeout=5)
