"""What the compiler made of an input, kept: the same input is compiled once on a machine.

The output lies under `.toolchain/compiled`, named by the compiler's version and whole input: a
change of any source, import or setting compiles anew and nothing else does.
"""

import fcntl
import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from scripts.toolchain.project import SOLC_VERSION, TOOLCHAIN
from scripts.toolchain.solidity import compile_input

_KEPT: Final = TOOLCHAIN / "compiled"


def output_of(compiler_input: Mapping[str, Any]) -> dict[str, Any]:
    """The compiler's output, made now or earlier. Raises `ToolchainError`."""
    asked = json.dumps([SOLC_VERSION, compiler_input], sort_keys=True)
    name = hashlib.sha256(asked.encode()).hexdigest()
    _KEPT.mkdir(parents=True, exist_ok=True)
    kept = _KEPT / f"{name}.json"
    with (_KEPT / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            partial = kept.with_suffix(".partial")
            partial.write_text(json.dumps(compile_input(compiler_input)))
            partial.rename(kept)
    output: dict[str, Any] = json.loads(kept.read_text())
    return output
