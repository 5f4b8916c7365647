"""XLSX: the first visible sheet, cell by cell, never a formula, never more than the limits."""

import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Final

from hanpyo.elections.roll_import.lines import MOST_COLUMNS, MOST_ROWS, Cell, Flaw, Line, Lines
from hanpyo.elections.roll_import.notes import Note, note
from hanpyo.elections.roll_import.xlsx_limits import refusal

_LAST_ROW: Final = 1_048_576
"""The last row that a spreadsheet has."""
_MOST_WRITTEN: Final = MOST_ROWS + 100
"""Rows that the file holds, blank ones and those above the headings included."""
_LONGEST_NAME: Final = 31
_LONGEST_NUMBER: Final = 31
"""Digits before or behind the point: no member number and no weight has more."""


def read_xlsx(data: bytes) -> Lines:
    """The lines of a workbook's first visible sheet."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            refused = refusal(archive)
        return _refused(refused) if refused else _read(data)
    except Exception:  # noqa: BLE001  openpyxl raises whatever a damaged part makes it raise
        return _refused("broken_workbook")


def _refused(code: str) -> Lines:
    return Lines(errors=(note(code),))


def _read(data: bytes) -> Lines:
    # It brings NumPy, a fifth of a process' start: only who reads a workbook pays for it.
    from openpyxl import load_workbook  # noqa: PLC0415

    with warnings.catch_warnings():
        # openpyxl warns of what it does not keep (validations, styles), which no roll needs.
        warnings.filterwarnings("ignore", module="openpyxl")
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        try:
            visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
            notes = tuple(_unread(book.worksheets, visible))
            if not visible:
                return Lines(errors=(note("only_hidden_sheets"),), warnings=notes)
            lines: list[Line] = []
            fault = _collect(visible[0], lines)
            return Lines(lines, () if fault is None else (fault,), notes)
        finally:
            book.close()


def _unread(sheets: Iterable[Any], visible: list[Any]) -> Iterator[Note]:
    for sheet in sheets:
        name = sheet.title[:_LONGEST_NAME]
        if sheet not in visible:
            yield note("hidden_sheet", name=name)
        elif sheet is not visible[0]:
            yield note("more_sheets", name=name)


def _collect(sheet: Any, lines: list[Line]) -> Note | None:
    """Append the lines; what ended the reading, if anything did."""
    # The sheet's own word on its size may be wrong; the last column is one too many, to be seen.
    sheet.reset_dimensions()
    filler, written = None, 0
    for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS + 1), 1):
        if number > _LAST_ROW:
            return note("broken_workbook")
        if row is filler:  # one object stands for all rows that the file leaves out
            continue
        filler, written = row, written + 1
        if written > _MOST_WRITTEN:
            return note("too_many_rows", number, most=MOST_ROWS)
        line = Line(number, tuple(_cell(cell) for cell in row))
        if line.is_blank:
            continue
        if line.cells[MOST_COLUMNS] != "":
            return note("too_many_columns", number, most=MOST_COLUMNS)
        lines.append(line)
    return None


def _cell(cell: Any) -> Cell:
    value = cell.value
    flaw = _flaw(cell)
    if flaw is not None:
        return Flaw(flaw)
    if value is None:
        return ""
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return _number(value, cell.number_format) if is_number else str(value)


def _flaw(cell: Any) -> str | None:
    if cell.data_type == "f":
        return "formula"
    if cell.data_type == "e":
        return "error_value"
    is_fraction = isinstance(cell.value, float) and "?/" in cell.number_format
    return "rounded_fraction" if is_fraction and not cell.value.is_integer() else None


def _number(value: float, style: str) -> str:
    """A number as the sheet shows it: all digits, no exponent, no point behind whole numbers."""
    exact = Decimal(repr(value))
    if not exact.is_finite() or abs(exact.adjusted()) > _LONGEST_NUMBER:
        return repr(value)
    percent = "%" if style.endswith("%") else ""
    exact = exact.scaleb(2) if percent else exact
    whole = exact.to_integral_value()
    return format(whole if whole == exact else exact, "f") + percent
