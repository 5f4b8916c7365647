"""Statement coverage of the contracts, which must not fall below its floor."""

from typing import Final

from scripts.toolchain.processes import run
from scripts.toolchain.python_packages import PYTHON

TIMEOUT_SECONDS: Final = 1_200


def check() -> str:
    """Measure; raises `ToolchainError` with the report when a test fails or too little ran."""
    report = run(
        [PYTHON, "-m", "scripts.solidity_coverage"],
        doing="Covering the contracts",
        timeout=TIMEOUT_SECONDS,
    )
    table = [line for line in report.splitlines() if line.endswith("%") or " %  " in line]
    return "\n".join(["statements run", *table])
