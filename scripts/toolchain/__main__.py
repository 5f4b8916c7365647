"""`python -m scripts.toolchain`: provision every pinned tool; quick when nothing changed."""

import sys

from scripts.toolchain import compiler, node_packages, pages, python_packages
from scripts.toolchain.project import ToolchainError


def main() -> int:
    """Provision in order; 0 when everything is in place."""
    try:
        python_packages.provision()
        node_packages.provision()
        compiler.provision()
        pages.provision()
    except ToolchainError as failure:
        print(f"setup: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
