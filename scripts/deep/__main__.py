"""`python -m scripts.deep [STEP ...]`: the analyses that take minutes; every one must hold.

Static analysis with Slither, symbolic checks with Halmos, the coverage of what decides elections
and of the contracts, the property tests with many more examples, and processes killed at two
hundred places of chance. Each analyser has its own environment under `.toolchain`, from its own
hashed lock file.
"""

import sys
import time

from scripts.deep import (
    contract_coverage,
    faults,
    package_coverage,
    properties,
    static_analysis,
    symbolic,
)
from scripts.toolchain.project import ToolchainError

STEPS = (
    static_analysis.check,
    symbolic.check,
    package_coverage.check,
    contract_coverage.check,
    properties.check,
    faults.check,
)


def main() -> int:
    """Run every step, or those named, also after a failure; 0 when all hold."""
    steps = {step.__module__.rpartition(".")[2]: step for step in STEPS}
    wanted = sys.argv[1:] or list(steps)
    unknown = [name for name in wanted if name not in steps]
    if unknown:
        print(f"deep: no step {', '.join(unknown)}; there are {', '.join(steps)}", file=sys.stderr)
        return 2
    failures = 0
    for name in wanted:
        started = time.monotonic()
        try:
            words = steps[name]()
        except ToolchainError as failure:
            failures += 1
            words = f"FAIL: {failure}"
        print(
            f"deep: {name.replace('_', ' ')} ({time.monotonic() - started:.0f} s): {words}",
            flush=True,
        )
    return min(failures, 1)


if __name__ == "__main__":
    sys.exit(main())
