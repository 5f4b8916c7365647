"""Environments of their own for analysers whose pins do not go with the project's."""

from pathlib import Path

from scripts.toolchain import stamps
from scripts.toolchain.project import REQUIREMENTS, TOOLCHAIN, say
from scripts.toolchain.python_packages import create_environment, install_locked


def executable(name: str) -> Path:
    """The command `name`, installed from `requirements/NAME.lock` when it is not there yet."""
    folder, lock = TOOLCHAIN / name, REQUIREMENTS / f"{name}.lock"
    command = folder / "bin" / name
    if not stamps.fresh(name, [lock], [command]):
        say(f"installing {name} from requirements/{lock.name}")
        create_environment(folder)
        install_locked(folder / "bin" / "python", lock)
        stamps.write(name, [lock])
    return command
