"""Finds the anvil program that the embedded chain runs."""

import os
import platform
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar, Final

from hanpyo.chain.errors import ChainError

ANVIL_VARIABLE: Final = "HANPYO_ANVIL"
_SYSTEMS: Final = {"Linux": "linux", "Darwin": "darwin"}
_MACHINES: Final = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


class AnvilNotFound(ChainError):
    """No anvil program is installed where Hanpyo looks."""

    code: ClassVar[str] = "anvil_not_found"


def find_anvil(environment: Mapping[str, str] | None = None, start: Path | None = None) -> Path:
    """The path of anvil: `$HANPYO_ANVIL`, else the project's node_modules, else PATH.

    node_modules folders are looked for from `start` (the working directory) and from this package
    upwards. Raises `AnvilNotFound`.
    """
    variables = os.environ if environment is None else environment
    named = variables.get(ANVIL_VARIABLE)
    if named:
        if os.access(named, os.X_OK) and Path(named).is_file():
            return Path(named)
        raise AnvilNotFound(f"{ANVIL_VARIABLE} names {named!r}, which is not a program")
    for candidate in _candidates(start or Path.cwd()):
        if os.access(candidate, os.X_OK):
            return candidate
    on_path = shutil.which("anvil", path=variables.get("PATH", ""))
    if on_path:
        return Path(on_path)
    raise AnvilNotFound(
        "the anvil program was not found: run `make setup`, or install Foundry, "
        f"or set {ANVIL_VARIABLE} to its path"
    )


def _candidates(start: Path) -> Iterator[Path]:
    system = _SYSTEMS.get(platform.system())
    machine = _MACHINES.get(platform.machine().lower())
    if system is None or machine is None:
        return
    inside = Path("node_modules", "@foundry-rs", f"anvil-{system}-{machine}", "bin", "anvil")
    for origin in (start.resolve() / "here", Path(__file__).resolve()):
        for folder in origin.parents:
            yield folder / inside
