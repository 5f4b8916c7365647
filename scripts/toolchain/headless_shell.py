"""The headless shell of Debian's Chromium: the same engine, without windows that nobody sees.

It opens a tab at a third of the cost. The shell of the very version that is installed is taken from
the package archive, which needs no administrator, and laid beside the installed browser's files.
Where that cannot be done, the installed browser serves alone.
"""

import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

from scripts.toolchain.processes import run
from scripts.toolchain.project import TOOLCHAIN, ToolchainError, say

INSTALLED: Final = Path("/usr/lib/chromium")
_KEPT: Final = TOOLCHAIN / "chromium"
_PACKAGE: Final = "chromium-headless-shell"
_SHELL: Final = Path("usr/lib/chromium") / _PACKAGE
_SECONDS: Final = 120.0


def unpacked() -> Path | None:
    """The shell of the version that is installed, where `unpack` has found one."""
    version = _installed_version()
    shell = _KEPT / version / _SHELL
    return shell if version and shell.is_file() else None


def unpack() -> None:
    """Get it, once for each version: what failed is not tried again at every run."""
    version = _installed_version()
    if not version or (_KEPT / version).exists():
        return
    folder = _KEPT / version
    folder.mkdir(parents=True)
    say("getting Chromium's headless shell for the tests of the pages")
    with suppress(ToolchainError):
        _fetch(folder, version)


def _fetch(folder: Path, version: str) -> None:
    asked = ("apt-get", "download", f"{_PACKAGE}={version}")
    run(asked, doing="Getting the headless shell", timeout=_SECONDS, cwd=folder)
    for package in folder.glob("*.deb"):
        run(("dpkg", "-x", package, folder), doing="Unpacking it", timeout=_SECONDS)
        package.unlink()
    beside = (folder / _SHELL).parent
    for file in INSTALLED.iterdir():
        if not (beside / file.name).exists():
            (beside / file.name).symlink_to(file)


def _installed_version() -> str:
    """The version of Debian's package; empty where Chromium is no package of Debian."""
    if not INSTALLED.is_dir() or not all(map(shutil.which, ("dpkg-query", "dpkg", "apt-get"))):
        return ""
    asked = ("dpkg-query", "--show", "--showformat", "${Version}", "chromium")
    with suppress(ToolchainError):
        return run(asked, doing="Asking for Chromium's version", timeout=_SECONDS).strip()
    return ""
