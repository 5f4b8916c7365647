"""Remember what was provisioned from which inputs, so that a second `make setup` does nothing.

A stamp is the SHA-256 of the project's place and of every input. A changed lock file, a moved
project or a missing product makes it stale.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from scripts.toolchain.project import ROOT, TOOLCHAIN

STAMPS = TOOLCHAIN / "stamps"


def digest(inputs: Iterable[Path | str]) -> str:
    """The digest of file contents and plain strings, in order."""
    state = hashlib.sha256(str(ROOT).encode())
    for item in inputs:
        data = item.read_bytes() if isinstance(item, Path) else item.encode()
        state.update(len(data).to_bytes(8, "big") + data)
    return state.hexdigest()


def fresh(name: str, inputs: Iterable[Path | str], products: Iterable[Path]) -> bool:
    """Whether step `name` was done from these inputs and its products are still there."""
    stamp = STAMPS / name
    return (
        stamp.is_file()
        and stamp.read_text() == digest(inputs)
        and all(product.exists() for product in products)
    )


def write(name: str, inputs: Iterable[Path | str]) -> None:
    """Record that step `name` is done."""
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / name).write_text(digest(inputs))
