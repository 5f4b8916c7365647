"""The Solidity compiler, native where its host answers, else the same release from npm.

Both are the official build of one commit and give the same bytecode; the artifacts check compares
what this machine's compiler makes with what is in git. The npm one stands behind `solc_bridge.js`
under the name that py-solc-x, and Ape through it, looks for.
"""

import shlex
import sys
from pathlib import Path

from scripts.toolchain import stamps
from scripts.toolchain.node_packages import node
from scripts.toolchain.processes import run, succeeds
from scripts.toolchain.project import (
    ROOT,
    SOLC,
    SOLC_COMMIT,
    SOLC_VERSION,
    SOLCX,
    ToolchainError,
    say,
)
from scripts.toolchain.python_packages import PYTHON

BRIDGE = Path(__file__).with_name("solc_bridge.js")
LIST_URL = "https://binaries.soliditylang.org/linux-amd64/list.json"
PROBE = f"import urllib.request; urllib.request.urlopen({LIST_URL!r}, timeout=4).read(1)"
PROBE_SECONDS = 5
DOWNLOAD_SECONDS = 120
DOWNLOAD = f"import solcx; solcx.install_solc({SOLC_VERSION!r}, show_progress=False)"


def provision() -> None:
    """Put an executable compiler at `SOLC` and prove its version."""
    chosen = node()
    inputs: list[Path | str] = [BRIDGE, SOLC_VERSION, str(chosen), sys.platform]
    if stamps.fresh("compiler", inputs, [SOLC]):
        return
    SOLCX.mkdir(parents=True, exist_ok=True)
    SOLC.unlink(missing_ok=True)
    if _install_native():
        say(f"Solidity compiler {SOLC_VERSION}: native, through py-solc-x")
    else:
        _install_bridge(chosen)
        say(f"Solidity compiler {SOLC_VERSION}: from npm (the native one's host is out of reach)")
    _check()
    stamps.write("compiler", inputs)


def _install_native() -> bool:
    if not succeeds([PYTHON, "-c", PROBE], timeout=PROBE_SECONDS):
        return False
    installed = succeeds([PYTHON, "-c", DOWNLOAD], timeout=DOWNLOAD_SECONDS)
    return installed and succeeds([SOLC, "--version"], timeout=30)


def _install_bridge(chosen: Path) -> None:
    command = shlex.join([str(chosen), str(BRIDGE)])
    SOLC.unlink(missing_ok=True)
    SOLC.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
    SOLC.chmod(0o755)


def _check() -> None:
    words = run(
        [SOLC, "--version"], doing="Asking the Solidity compiler for its version", timeout=60
    )
    if f"{SOLC_VERSION}+commit.{SOLC_COMMIT}" not in words:
        raise ToolchainError(
            f"{SOLC.relative_to(ROOT)} is not Solidity {SOLC_VERSION}+commit.{SOLC_COMMIT}: {words}"
        )
