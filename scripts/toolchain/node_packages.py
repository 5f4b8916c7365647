"""node.js and the npm packages: compiler, chain node, forge, Solidity linter and formatter."""

import shutil
from pathlib import Path

from scripts.toolchain import stamps
from scripts.toolchain.processes import run, succeeds
from scripts.toolchain.project import (
    NODE_MAJOR,
    NODE_MODULES,
    REQUIREMENTS,
    ROOT,
    TOOL_BIN,
    VENV_BIN,
    ToolchainError,
    npm_platform,
    say,
)
from scripts.toolchain.python_packages import PYTHON, install_locked

BINARIES = ("anvil", "forge")


def node() -> Path:
    """The node.js to use: the machine's own from version 20 on, else one inside `.venv`."""
    own = shutil.which("node")
    enough = f"process.exit(parseInt(process.versions.node) < {NODE_MAJOR} ? 1 : 0)"
    if own and shutil.which("npm") and succeeds([own, "-e", enough], timeout=30):
        return Path(own)
    inside = VENV_BIN / "node"
    if not inside.exists():
        say(f"no node.js {NODE_MAJOR} or later on this machine: installing one into .venv")
        install_locked(PYTHON, REQUIREMENTS / "node.lock")
    return inside


def provision() -> None:
    """Make `node_modules` hold exactly the lock's packages; link binaries in `.toolchain/bin`."""
    chosen = node()
    inputs: list[Path | str] = [ROOT / "package.json", ROOT / "package-lock.json", str(chosen)]
    products = [TOOL_BIN / name for name in BINARIES]
    if stamps.fresh("node", inputs, [*products, NODE_MODULES / "solc"]):
        return
    say("installing npm packages from package-lock.json")
    run(
        ["npm", "ci", "--loglevel=error"],
        doing="Installing the npm packages",
        hint="Is the npm registry within reach? A mirror can be named in npm_config_registry.",
    )
    TOOL_BIN.mkdir(parents=True, exist_ok=True)
    for name in BINARIES:
        _link(name)
    stamps.write("node", inputs)


def _link(name: str) -> None:
    package = f"@foundry-rs/{name}-{npm_platform()}"
    binary = NODE_MODULES / package / "bin" / name
    if not binary.is_file():
        raise ToolchainError(
            f"{package} is not in package-lock.json or was not installed: this project pins "
            f"{name} for the platforms of its lock file only. On another machine add that package "
            "to package.json at the version of the others and run npm install."
        )
    link = TOOL_BIN / name
    link.unlink(missing_ok=True)
    link.symlink_to(Path("../..") / binary.relative_to(ROOT))
