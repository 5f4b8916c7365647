"""`python -m scripts.deep`: the analyses that take minutes; every one must hold.

Static analysis with Slither, symbolic checks with Halmos, the coverage of the contracts, the
property tests with many more examples, and processes killed at two hundred places of chance. Each
analyser has its own environment under `.toolchain`, from its own hashed lock file.
"""

import sys
import time

from scripts.deep import contract_coverage, faults, properties, static_analysis, symbolic
from scripts.toolchain.project import ToolchainError

STEPS = (
    static_analysis.check,
    symbolic.check,
    contract_coverage.check,
    properties.check,
    faults.check,
)


def main() -> int:
    """Run every step, also after a failure; 0 when all hold."""
    failures = 0
    for step in STEPS:
        started = time.monotonic()
        name = step.__module__.rpartition(".")[2].replace("_", " ")
        try:
            words = step()
        except ToolchainError as failure:
            failures += 1
            words = f"FAIL: {failure}"
        print(f"deep: {name} ({time.monotonic() - started:.0f} s): {words}", flush=True)
    return min(failures, 1)


if __name__ == "__main__":
    sys.exit(main())
