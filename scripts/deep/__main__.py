"""`python -m scripts.deep [STEP ...]`: the analyses that take minutes; every one must hold.

Ape's own compilation, static analysis with Slither, symbolic checks with Halmos, the coverage of
what decides elections and of the contracts, the property tests with many more examples, processes
killed at two hundred places of chance, and the tests that are too long for every change. Each
analyser has its own environment under `.toolchain`, from its own hashed lock file.
"""

import sys
import time

from scripts.deep import (
    ape_compilation,
    contract_coverage,
    faults,
    long_tests,
    package_coverage,
    properties,
    static_analysis,
    symbolic,
)
from scripts.toolchain.project import ToolchainError

STEPS = (
    ape_compilation.check,
    static_analysis.check,
    symbolic.check,
    package_coverage.check,
    contract_coverage.check,
    properties.check,
    faults.check,
    long_tests.check,
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
