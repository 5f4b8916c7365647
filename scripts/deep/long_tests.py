"""The tests that take too long for every change: benchmarks run through, cities held once more."""

from typing import Final

from scripts.toolchain.processes import run
from scripts.toolchain.python_packages import PYTHON

TIMEOUT_SECONDS: Final = 900
TESTS: Final = "tests/long"


def check() -> str:
    """Run them; the last line of their report. Raises `ToolchainError` with its end."""
    report = run(
        [PYTHON, "-m", "pytest", "-q", "-p", "no:ape_test", "-n", "2", TESTS],
        doing="The long tests",
        timeout=TIMEOUT_SECONDS,
    )
    return report.strip().splitlines()[-1]
