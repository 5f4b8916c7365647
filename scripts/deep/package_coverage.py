"""Lines and branches of what decides elections, which their own tests must run."""

import os
from typing import Final

from scripts.toolchain.processes import run
from scripts.toolchain.python_packages import PYTHON

TIMEOUT_SECONDS: Final = 1_200
FLOOR: Final = 95
"""Per cent of lines and branches together."""
PACKAGES: Final = ("hanpyo.protocol", "hanpyo.counting", "hanpyo.audit")
TESTS: Final = ("tests/unit", "tests/integration/audit")


def check() -> str:
    """Measure; raises `ToolchainError` with the report when a test fails or too little ran."""
    report = run(
        [
            *(PYTHON, "-m", "pytest", "-q", "-p", "no:ape_test"),
            *("-n", str(os.cpu_count() or 1), "--dist", "loadgroup"),
            *(f"--cov={package}" for package in PACKAGES),
            *("--cov-report=term", f"--cov-fail-under={FLOOR}"),
            *TESTS,
        ],
        doing="Covering the package",
        timeout=TIMEOUT_SECONDS,
    )
    total = next((line for line in report.splitlines() if line.startswith("TOTAL")), "")
    return f"{', '.join(PACKAGES)}: {total.split()[-1] if total else 'no total'}"
