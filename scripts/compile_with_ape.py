"""Let Ape compile the project when a source changed: `python -m scripts.compile_with_ape`.

Ape alone recompiles the changed file and keeps stale code for whatever imports it; and test workers
that start together would compile together.
"""

import sys
from pathlib import Path

from scripts.toolchain import stamps
from scripts.toolchain.processes import run
from scripts.toolchain.project import ROOT, VENV_BIN, ToolchainError
from scripts.toolchain.solidity import project_sources

COMPILED = ROOT / ".build" / "__local__.json"


def main() -> int:
    """Compile, unless nothing changed since the last time."""
    sources = project_sources()
    names = "\n".join(str(path) for path in sources)
    inputs: list[Path | str] = [
        ROOT / "ape-config.yaml",
        ROOT / "package-lock.json",
        names,
        *sources,
    ]
    if stamps.fresh("ape", inputs, [COMPILED]):
        return 0
    try:
        run([VENV_BIN / "ape", "compile", "--force"], doing="Compiling with Ape", timeout=600)
    except ToolchainError as failure:
        print(failure, file=sys.stderr)
        return 1
    stamps.write("ape", inputs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
