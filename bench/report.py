"""Rows of a benchmark: printed as a table, written as `bench/results/NAME.json`."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).resolve().parent / "results"


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of ours, beside its peer's where there is one."""

    name: str
    value: float
    unit: str
    peer: str | None = None
    peer_value: float | None = None


def write(name: str, rows: Sequence[Row]) -> Path:
    """Write the rows and return the file."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    text = json.dumps([asdict(row) for row in rows], indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def show(rows: Sequence[Row]) -> None:
    """Print the rows as a table."""
    width = max(len(row.name) for row in rows)
    for row in rows:
        peer = f"   {row.peer}: {row.peer_value:,}" if row.peer_value is not None else ""
        print(f"{row.name:<{width}}  {row.value:>12,} {row.unit}{peer}")
