"""CSV as Excel and others write it in Korea: encoding and separator are found out."""

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from hanpyo.elections.roll_import.columns import known_headings
from hanpyo.elections.roll_import.lines import MOST_COLUMNS, MOST_ROWS, Cell, Flaw, Line, Lines
from hanpyo.elections.roll_import.notes import Note, note
from hanpyo.spreadsheets import plain

_MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# CP949 is what Korean Excel calls ANSI; it holds all of EUC-KR.
_GUESSES: Final = ("utf-8", "cp949")
_SEPARATORS: Final = ",;\t"
_LOOKED_AT: Final = 10
_HINT: Final = re.compile(r"sep=(.)\r?\n")
# How people keep Excel from dropping a zero: ="01012345678"
_QUOTED_TEXT: Final = re.compile(r'="([^"]*)"')


def read_csv(data: bytes) -> Lines:
    """The lines of a CSV file."""
    text = _decode(data)
    if text is None or "\0" in text:
        return Lines(errors=(note("unknown_encoding"),))
    hint = _HINT.match(text)
    if hint is not None:
        text = text[hint.end() :]
    separator = hint[1] if hint is not None and hint[1] in _SEPARATORS else _separator(text)
    lines: list[Line] = []
    fault = _collect(text, separator, lines)
    return Lines(lines, () if fault is None else (fault,))


def _decode(data: bytes) -> str | None:
    marked = [encoding for mark, encoding in _MARKS if data.startswith(mark)]
    for encoding in marked or _GUESSES:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _collect(text: str, separator: str, lines: list[Line]) -> Note | None:
    """Append the lines; what ended the reading, if anything did."""
    number = 0
    try:
        for number, row in enumerate(_rows(text, separator), 1):
            line = Line(number, tuple(map(_cell, row)))
            if line.is_blank:
                continue
            if len(lines) > MOST_ROWS:
                return note("too_many_rows", number, most=MOST_ROWS)
            if any(cell.strip() for cell in row[MOST_COLUMNS:]):
                return note("too_many_columns", number, most=MOST_COLUMNS)
            lines.append(line)
    except csv.Error:
        return note("broken_csv", number + 1)
    return None


def _rows(text: str, separator: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)


def _separator(text: str) -> str:
    """The separator that makes the most headings known; a comma where none does."""
    return max(_SEPARATORS, key=lambda separator: _headings(text, separator))


def _headings(text: str, separator: str) -> int:
    try:
        return max(
            (known_headings(row) for row in islice(_rows(text, separator), _LOOKED_AT)), default=0
        )
    except csv.Error:
        return 0


def _cell(text: str) -> Cell:
    quoted = _QUOTED_TEXT.fullmatch(text)
    if quoted is not None:
        return quoted[1]
    return Flaw("formula") if text.startswith("=") else plain(text)
