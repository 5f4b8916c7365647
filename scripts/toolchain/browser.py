"""`python -m scripts.toolchain.browser`: a Chromium for the tests of the pages.

The installed one, else Playwright's own, else the system's package manager's. It is the one tool
that may be installed outside the project: no registry carries a browser that runs from a folder.
Where the installed one has a headless shell, the tests use that.
"""

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from scripts.toolchain import headless_shell
from scripts.toolchain.processes import run, succeeds
from scripts.toolchain.project import VENV_BIN, ToolchainError, say

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MANAGERS: Final[Sequence[tuple[str, Sequence[Sequence[str]]]]] = (
    ("apt-get", (("update",), ("install", "-y", "--no-install-recommends", "chromium"))),
    ("dnf", (("install", "-y", "chromium"),)),
    ("apk", (("add", "chromium"),)),
    ("pacman", (("-Sy", "--noconfirm", "chromium"),)),
    ("zypper", (("--non-interactive", "install", "chromium"),)),
)
_OWN: Final = (
    "from playwright.sync_api import sync_playwright\n"
    "with sync_playwright() as playwright: print(playwright.chromium.executable_path)"
)
_PROBE_SECONDS: Final = 60.0
_DOWNLOAD_SECONDS: Final = 300.0
_INSTALL_SECONDS: Final = 900.0


def installed() -> str | None:
    """The path of the machine's own Chromium, where there is one that starts."""
    found = (headless_shell.unpacked(), *map(shutil.which, NAMES))
    return next((str(path) for path in found if path and _starts(path)), None)


def provision() -> None:
    """See that there is one; raises `ToolchainError`."""
    headless_shell.unpack()
    if installed() or _starts(_of_playwright()):
        return
    say("getting Chromium for the tests of the pages")
    playwright = (VENV_BIN / "playwright", "install", "chromium")
    if succeeds(playwright, timeout=_DOWNLOAD_SECONDS) and _starts(_of_playwright()):
        return
    for name, steps in MANAGERS:
        if shutil.which(name):
            _install(name, steps)
            break
    if not installed():
        raise ToolchainError("The tests of the pages need Chromium: install it and try again.")


def _starts(path: str | Path) -> bool:
    return succeeds((path, "--version"), timeout=_PROBE_SECONDS)


def _of_playwright() -> str:
    command = (VENV_BIN / "python", "-c", _OWN)
    return run(command, doing="Asking for Playwright's Chromium", timeout=_PROBE_SECONDS).strip()


def _install(manager: str, steps: Sequence[Sequence[str]]) -> None:
    become = () if os.geteuid() == 0 else ("sudo", "-n")
    hint = "Install Chromium yourself and try again."
    for step in steps:
        command = (*become, manager, *step)
        run(
            command,
            doing=f"Installing Chromium with {manager}",
            hint=hint,
            timeout=_INSTALL_SECONDS,
        )


def main() -> int:
    """Provision; 0 when it is there."""
    try:
        provision()
    except ToolchainError as failure:
        print(f"setup: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
