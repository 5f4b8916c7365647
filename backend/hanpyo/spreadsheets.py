"""Cells that no spreadsheet runs as a formula, and CSV made of them.

Spreadsheets run a cell that begins with one of four signs, some of them in full width too, or with
a tab or a line break before it. An apostrophe makes it text.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Final

# Apostrophes in front count as well, so that taking one away gives the cell back.
_SIGNS: Final = r"[=+\-@＝＋－＠\t\r\n]"
_DANGEROUS: Final = re.compile(f"'*{_SIGNS}")
_NEUTRAL: Final = re.compile(f"'+{_SIGNS}")
_BYTE_ORDER_MARK: Final = "\ufeff"


def neutral(text: str) -> str:
    """The text, behind an apostrophe where a spreadsheet could run it."""
    return f"'{text}" if _DANGEROUS.match(text) else text


def plain(text: str) -> str:
    """What was made `neutral`."""
    return text[1:] if _NEUTRAL.match(text) else text


def write_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """CSV (RFC 4180) in UTF-8 with the mark by which Excel knows it; every text in it neutral."""
    text = io.StringIO(newline="")
    text.write(_BYTE_ORDER_MARK)
    writer = csv.writer(text)
    writer.writerow([neutral(cell) for cell in header])
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def _safe(cell: object) -> object:
    return neutral(cell) if isinstance(cell, str) else cell
