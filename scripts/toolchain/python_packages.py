"""The Python environment: `.venv`, installed from lock files with hashes throughout."""

import shutil
import subprocess
import sys
import venv
from pathlib import Path

from scripts.toolchain import stamps
from scripts.toolchain.processes import run, succeeds
from scripts.toolchain.project import REQUIREMENTS, ROOT, VENV, VENV_BIN, ToolchainError, say

PYTHON = VENV_BIN / "python"
UV = VENV_BIN / "uv"
INSTALLER = REQUIREMENTS / "installer.lock"
LOCK = REQUIREMENTS / "dev.lock"
BUILD_LOCK = REQUIREMENTS / "build.lock"
Command = list[str | Path]

UNREACHABLE = (
    "Is the Python package index within reach? A mirror can be named in PIP_INDEX_URL or pip.conf."
)


def provision() -> None:
    """Make `.venv` hold exactly the pins, and the project itself in editable form."""
    inputs: list[Path | str] = [INSTALLER, LOCK, BUILD_LOCK, ROOT / "pyproject.toml", sys.version]
    if stamps.fresh("python", inputs, [PYTHON, VENV_BIN / "hanpyo"]):
        return
    _create()
    install_locked(PYTHON, INSTALLER)
    say(f"installing Python packages from {LOCK.relative_to(ROOT)}")
    install_locked(PYTHON, LOCK)
    _install_project()
    stamps.write("python", inputs)


def install_locked(python: Path, lock: Path) -> None:
    """Install every entry of `lock`, hashes checked, with uv where it works, else with pip."""
    arguments: Command = [
        "install",
        "--quiet",
        "--require-hashes",
        "--no-deps",
        "--requirement",
        lock,
    ]
    with_uv: Command = [UV, "pip", *arguments, "--python", python, "--build-constraint", BUILD_LOCK]
    with_uv.append("--compile-bytecode")  # as pip does, or a process compiles 2,000 modules
    if UV.exists() and succeeds(with_uv, timeout=1800):
        return
    run(
        [python, "-m", "pip", *arguments, "--disable-pip-version-check"],
        doing=f"Installing the packages of {lock.name}",
        hint=UNREACHABLE,
    )


def create_environment(folder: Path) -> None:
    """Make an empty virtual environment with pip in `folder`, in place of whatever is there."""
    shutil.rmtree(folder, ignore_errors=True)
    try:
        venv.EnvBuilder(with_pip=True, symlinks=True).create(folder)
    except subprocess.CalledProcessError as failure:
        shutil.rmtree(folder, ignore_errors=True)
        raise ToolchainError(
            "Python cannot make a virtual environment: its ensurepip module is missing "
            "(on Debian and Ubuntu it is the package python3-venv)."
        ) from failure


def _create() -> None:
    probe = f"import sys; sys.exit(sys.version != {sys.version!r} or sys.prefix != {str(VENV)!r})"
    if not succeeds([PYTHON, "-c", probe], timeout=30):
        say(f"making .venv with Python {sys.version.split()[0]}")
        create_environment(VENV)
    elif not succeeds([PYTHON, "-m", "pip", "--version"], timeout=30):
        run([PYTHON, "-m", "ensurepip"], doing="Adding pip to .venv")


def _install_project() -> None:
    editable: Command = ["install", "--quiet", "--no-deps", "--editable", ROOT]
    with_uv: Command = [UV, "pip", *editable, "--python", PYTHON, "--build-constraint", BUILD_LOCK]
    if not succeeds(with_uv, timeout=600):
        run(
            [PYTHON, "-m", "pip", *editable, "--disable-pip-version-check"],
            doing="Installing hanpyo into .venv",
            hint=UNREACHABLE,
        )
