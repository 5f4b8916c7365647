"""Halmos over `tests/contracts/symbolic`: for all inputs, not for examples."""

import json
import subprocess
from typing import Final

from scripts.deep.environments import executable
from scripts.toolchain.project import ROOT, ToolchainError, environment

TESTS: Final = ROOT / "tests" / "contracts" / "symbolic"
REPORT: Final = ROOT / ".build" / "symbolic" / "halmos.json"
TIMEOUT_SECONDS: Final = 1_200


def check() -> str:
    """Prove every `check_` function; raises `ToolchainError` with what does not hold."""
    wanted = sum(path.read_text().count("function check_") for path in TESTS.glob("*.sol"))
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.unlink(missing_ok=True)
    command = [executable("halmos"), "--json-output", REPORT, "--no-status"]
    try:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=ROOT,
            env=environment() | {"FOUNDRY_PROFILE": "symbolic"},
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise ToolchainError(f"Halmos took over {TIMEOUT_SECONDS} s") from late
    if not REPORT.is_file():
        raise ToolchainError(f"Halmos checked nothing:\n{(done.stdout + done.stderr)[-3000:]}")
    results = [
        result
        for suite in json.loads(REPORT.read_text())["test_results"].values()
        for result in suite
    ]
    failed = [result["name"] for result in results if result["exitcode"] != 0]
    if done.returncode != 0 or failed or not wanted or len(results) != wanted:
        raise ToolchainError(
            f"{len(results)} of {wanted} checks ran, failed: {failed}\n{done.stdout[-3000:]}"
        )
    return f"{wanted} properties proved for all inputs"
