"""The table of faults and counts: a row from each test, told at the end of the whole run.

It knows nothing of the service, so that every run may load it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import pytest

_PROPERTY: Final = "faults"
COUNTS: Final = (
    "sent",
    "acknowledged",
    "recorded",
    "superseded",
    "terminal",
    "requeued",
    "rewinds",
)


def note(node: pytest.Item, fault: str, account: object) -> None:
    """Keep a row for the table; rows of the same fault are added up."""
    counts = {name: getattr(account, name) for name in COUNTS}
    node.user_properties.append((_PROPERTY, {"fault": fault, **counts}))


def table(properties: Iterable[Sequence[tuple[str, object]]]) -> list[str]:
    """The lines of the table for the properties of all reports; none without rows."""
    rows: dict[str, list[int]] = {}
    for each in properties:
        for name, row in each:
            if name == _PROPERTY and isinstance(row, Mapping):
                _add(rows, row)
    if not rows:
        return []
    total = [sum(counts[at] for counts in rows.values()) for at in range(len(COUNTS) + 1)]
    width = max(len("every fault"), *map(len, rows))
    lines = [_line("fault", ("times", *COUNTS), width)]
    lines += [_line(fault, counts, width) for fault, counts in sorted(rows.items())]
    return [*lines, _line("every fault", total, width)]


def _add(rows: dict[str, list[int]], row: Mapping[str, Any]) -> None:
    counts = rows.setdefault(str(row["fault"]), [0] * (len(COUNTS) + 1))
    for at, count in enumerate((1, *(int(row[name]) for name in COUNTS))):
        counts[at] += count


def _line(fault: str, cells: Sequence[object], width: int) -> str:
    return "  ".join([fault.ljust(width), *(str(cell).rjust(12) for cell in cells)])
