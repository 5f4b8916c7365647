"""Processes killed at two hundred places and moments, drawn from a seed that is told.

Runs are alike, so that a failure is a change's own; `HANPYO_FAULT_SEED` draws others.
"""

import os
import subprocess
import sys
from typing import Final

from scripts.toolchain.project import ROOT, ToolchainError, environment

KILLS: Final = 200
SEED: Final = "20261125"
TIMEOUT_SECONDS: Final = 3_000
TESTS: Final = "tests/integration/faults/test_kills.py"
_HEADING: Final = "faults survived"


def check() -> str:
    """Kill and check; the seed and the table. Raises `ToolchainError` with what was lost."""
    seed = os.environ.get("HANPYO_FAULT_SEED", SEED)
    told = {"HANPYO_FAULT_SEED": seed, "HANPYO_FAULT_KILLS": str(KILLS)}
    # The kills of a worker share what it has set up. They mostly wait, so four of them take turns.
    command = [*(sys.executable, "-m", "pytest", "-q", "-p", "no:ape_test"), *("-n", "4"), TESTS]
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=environment() | told,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise ToolchainError(f"seed {seed}: over {TIMEOUT_SECONDS} s") from late
    if done.returncode != 0:
        raise ToolchainError(f"seed {seed}:\n{done.stdout[-8000:]}")
    return f"{KILLS} kills from the seed {seed}\n{table_in(done.stdout)}"


def table_in(output: str) -> str:
    """The table that the tests print at their end; raises `ToolchainError` without one."""
    lines = output.splitlines()
    for at, line in enumerate(lines):
        if _HEADING in line:
            rest = lines[at + 1 :]
            end = next((n for n, each in enumerate(rest) if each.startswith("=")), len(rest))
            return "\n".join(f"  {each.rstrip()}" for each in rest[:end] if each.strip())
    raise ToolchainError(f"no table was printed:\n{output[-3000:]}")
