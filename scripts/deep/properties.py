"""The property tests again, with many more examples, the same on every machine."""

import os
import subprocess
import sys
from typing import Final

from scripts.toolchain.project import ROOT, ToolchainError, environment

TIMEOUT_SECONDS: Final = 1_500


def check() -> str:
    """Run them; raises `ToolchainError` with the failures."""
    tests = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        if "from hypothesis" in path.read_text() or "import hypothesis" in path.read_text()
    ]
    if not tests:
        raise ToolchainError("no property test found")
    workers = str(os.cpu_count() or 1)
    command = [sys.executable, "-m", "pytest", "-q", "-n", workers, "--dist", "loadgroup", *tests]
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=environment() | {"HYPOTHESIS_PROFILE": "deep"},
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise ToolchainError(f"the property tests took over {TIMEOUT_SECONDS} s") from late
    if done.returncode != 0:
        raise ToolchainError("property tests:\n" + done.stdout[-6000:])
    return f"{len(tests)} files of property tests hold"
