"""Run a tool, and when it fails keep what it said."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from scripts.toolchain.project import ROOT, ToolchainError, environment

LAST_LINES = 15


def run(
    command: Sequence[str | Path],
    *,
    doing: str,
    hint: str = "",
    timeout: float | None = None,
    cwd: Path = ROOT,
) -> str:
    """Run `command` and return its standard output.

    Raises `ToolchainError` with what was being done, the tool's last words and the hint.
    """
    try:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=cwd,
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
    except FileNotFoundError as missing:
        raise ToolchainError(f"{doing}: {missing.filename} is not there. {hint}") from missing
    except subprocess.TimeoutExpired as late:
        raise ToolchainError(f"{doing}: no answer within {timeout:.0f} s. {hint}") from late
    if done.returncode != 0:
        words = (done.stderr.strip() or done.stdout.strip()).splitlines()[-LAST_LINES:]
        raise ToolchainError("\n    ".join([f"{doing} failed. {hint}", *words]))
    return done.stdout


def succeeds(command: Sequence[str | Path], *, timeout: float) -> bool:
    """Whether `command` ends well in time; it may not exist."""
    try:
        run(command, doing="probe", timeout=timeout)
    except (ToolchainError, OSError):
        return False
    return True
