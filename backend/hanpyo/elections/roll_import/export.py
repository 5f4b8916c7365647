"""CSV for spreadsheets that no spreadsheet takes for a formula, and that comes back unchanged."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Final

# A cell that starts so is run as a formula by some spreadsheet; apostrophes before it are counted
# as well, so that taking one away gives the cell back.
_DANGEROUS: Final = re.compile(r"'*[=+\-@\t\r]")
_NEUTRAL: Final = re.compile(r"'+[=+\-@\t\r]")
_BYTE_ORDER_MARK: Final = "\ufeff"


def neutral(text: str) -> str:
    """The text behind an apostrophe where a spreadsheet could run it."""
    return f"'{text}" if _DANGEROUS.match(text) else text


def plain(text: str) -> str:
    """What was made `neutral`."""
    return text[1:] if _NEUTRAL.match(text) else text


def write_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """CSV in UTF-8 with the mark by which Excel knows it; every cell neutral and quoted."""
    text = io.StringIO(newline="")
    text.write(_BYTE_ORDER_MARK)
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow([neutral(cell) for cell in header])
    writer.writerows([neutral(cell) for cell in row] for row in rows)
    return text.getvalue().encode()
