"""Where the tools live inside the project, and the versions that are pinned by name.

Everything provisioned stays under `.venv`, `.toolchain` and `node_modules`: nothing is written to
the home folder but the package managers' own caches.
"""

import os
import platform
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
VENV: Final = ROOT / ".venv"
VENV_BIN: Final = VENV / "bin"
TOOLCHAIN: Final = ROOT / ".toolchain"
TOOL_BIN: Final = TOOLCHAIN / "bin"
SOLCX: Final = TOOLCHAIN / "solcx"
NODE_MODULES: Final = ROOT / "node_modules"
REQUIREMENTS: Final = ROOT / "requirements"

SOLC_VERSION: Final = "0.8.30"
SOLC_COMMIT: Final = "73712a01"
SOLC: Final = SOLCX / f"solc-v{SOLC_VERSION}"
NODE_MAJOR: Final = 20


class ToolchainError(Exception):
    """A tool cannot be provisioned; the message says which, why and what to do."""


def environment() -> dict[str, str]:
    """The environment in which every tool of the project runs."""
    path = os.pathsep.join([str(VENV_BIN), str(TOOL_BIN), os.environ.get("PATH", os.defpath)])
    defaults = {"NODE_USE_SYSTEM_CA": "1"}  # as pip and uv do, trust what the machine trusts
    fixed = {"PATH": path, "SOLCX_BINARY_PATH": str(SOLCX), "UV_NO_CONFIG": "1"}
    return defaults | os.environ | fixed


def npm_platform() -> str:
    """The machine's name in npm's foundry packages, such as `linux-amd64`."""
    machine = platform.machine().lower()
    names = {"x86_64": "amd64", "aarch64": "arm64"}
    return f"{sys.platform}-{names.get(machine, machine)}"


def say(message: str) -> None:
    """Tell the person at the terminal."""
    print(f"setup: {message}", flush=True)
