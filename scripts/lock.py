"""Resolve the Python pins again: `python -m scripts.lock`.

Every lock holds all platforms and all Python versions from 3.11, with hashes and without a host.
"""

import sys

from scripts.toolchain.processes import run
from scripts.toolchain.project import REQUIREMENTS, ROOT, ToolchainError, say
from scripts.toolchain.python_packages import UNREACHABLE, UV

COMMON = (
    *("--quiet", "--universal", "--python-version", "3.11"),
    *("--generate-hashes", "--no-emit-index-url", "--no-header"),
)
DEVELOPMENT = (
    *("pyproject.toml", "--extra", "contracts", "--extra", "test"),
    *("--override", "requirements/overrides.txt"),
)


def main() -> int:
    """Write every lock; entries that still fit stay as they are."""
    recipes = {"dev": DEVELOPMENT} | {
        source.stem: (str(source.relative_to(ROOT)),) for source in REQUIREMENTS.glob("*.in")
    }
    try:
        for name, recipe in sorted(recipes.items()):
            say(f"resolving requirements/{name}.lock")
            target = REQUIREMENTS / f"{name}.lock"
            command = [UV, "pip", "compile", *COMMON, *recipe, "--output-file", target]
            run(command, doing=f"Resolving {target.name}", hint=UNREACHABLE)
    except ToolchainError as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
