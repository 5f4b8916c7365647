"""Write the shared test vectors, tests/vectors/*.json, from fixed seeds.

Python, Solidity and the pages' TypeScript all pass them. Bytes are hex with 0x, integers above 2^53
and field elements too. `--check` compares with the files instead of writing them.
"""

import importlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
OUTPUT = ROOT / "tests" / "vectors"


def render(vectors: dict[str, Any]) -> str:
    """The text of one file."""
    return json.dumps(vectors, indent=1, ensure_ascii=False) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Write the files, or with `--check` name those that differ."""
    sys.path.insert(0, str(ROOT))
    stale = []
    for name, vectors in importlib.import_module("scripts.vectors").build().items():
        path = OUTPUT / f"{name}.json"
        text = render(vectors)
        if "--check" not in arguments:
            path.write_text(text, encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            stale.append(path.name)
    if stale:
        print(f"stale: {', '.join(stale)}; run scripts/make_vectors.py")
    return 1 if stale else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
