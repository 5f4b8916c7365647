"""The text layer of Pabulib's `.pb` format: sections, columns, cells and exact numbers.

A file is UTF-8 text (a byte order mark is allowed) in three sections, META, PROJECTS and VOTES,
once each and in this order. Each has a line of column names and rows of cells separated by
semicolons; a cell with a semicolon or a quote in it stands in double quotes. Nothing is guessed:
what cannot be read exactly is refused with its line and field. Format: https://pabulib.org/format
and D. Stolicki, S. Szufa, N. Talmon, "Pabulib: A Participatory Budgeting Library", arXiv
2012.06539.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import ClassVar

from hanpyo.errors import HanpyoError

SECTIONS = ("META", "PROJECTS", "VOTES")

_NUMBER = re.compile(r"([+-]?[0-9]{1,40})(?:[.,]([0-9]{1,40}))?")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3},[0-9]{3}")
_ABSENT = frozenset({"", "none", "null", "nan"})


class PabulibError(HanpyoError):
    """A `.pb` file that cannot be held: where (`line` from 1, 0 for none; `field`) and why."""

    code: ClassVar[str] = "pabulib_file"

    def __init__(self, line: int, name: str, problem: str) -> None:
        place = f"line {line}, {name}" if line else name
        super().__init__(f"{place}: {problem}")
        self.line = line
        self.field = name


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a section: its first line in the file and its cells by column name.

    META is one row: its keys are the columns, and `lines` says where each of them stands.
    """

    line: int
    cells: Mapping[str, str]
    lines: Mapping[str, int] = field(default_factory=dict)

    def at(self, column: str) -> int:
        """The line that the cell stands in."""
        return self.lines.get(column, self.line)

    def text(self, column: str) -> str | None:
        """The cell, stripped; None where the column is absent or the cell says that it is empty."""
        value = self.cells.get(column, "").strip()
        return None if value.lower() in _ABSENT else value

    def required(self, column: str) -> str:
        """The cell; raises `PabulibError` where it is absent."""
        value = self.text(column)
        if value is None:
            raise PabulibError(self.at(column), column, "is missing")
        return value

    def number(self, column: str) -> Fraction | None:
        """The cell as an exact number, or None where it is absent."""
        value = self.text(column)
        return None if value is None else exact_number(self.at(column), column, value)


@dataclass(frozen=True, slots=True)
class Sections:
    """The rows of each section; META as one row whose columns are its keys."""

    meta: Row
    projects: tuple[Row, ...]
    votes: tuple[Row, ...]
    votes_line: int
    vote_columns: frozenset[str]

    def require_vote_column(self, column: str) -> None:
        """Raises `PabulibError` where the VOTES section has no such column."""
        if column not in self.vote_columns:
            raise PabulibError(self.votes_line, column, "the column is missing")


def exact_number(line: int, name: str, text: str) -> Fraction:
    """A decimal number, exactly; a comma is a decimal comma unless it may separate thousands."""
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        raise PabulibError(line, name, f"{text!r} is not a number")
    if _THOUSANDS.fullmatch(text.strip()):
        raise PabulibError(
            line, name, f"{text!r} may be thousands or a fraction; write it with a point"
        )
    whole, decimals = match.groups()
    digits = decimals or ""
    return Fraction(int(whole + digits), 10 ** len(digits))


def decode(data: bytes) -> str:
    """The file's text; raises `PabulibError` where it is not UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PabulibError(line, "text", "is not UTF-8; save the file as UTF-8") from error


def read_sections(text: str) -> Sections:
    """Splits the file into its sections; raises `PabulibError` where their shape is wrong."""
    rows = _rows(text.removeprefix("\ufeff"))
    found: dict[str, list[tuple[int, list[str]]]] = {}
    for line, cells in rows:
        name = cells[0].strip().upper()
        if name in SECTIONS and not any(cell.strip() for cell in cells[1:]):
            if len(found) == len(SECTIONS) or name != SECTIONS[len(found)]:
                raise PabulibError(line, name, "sections come once each: META, PROJECTS, VOTES")
            found[name] = []
        elif not found:
            raise PabulibError(line, "META", "the file does not begin with its META section")
        else:
            found[list(found)[-1]].append((line, cells))
    for name in SECTIONS:
        if not found.get(name):
            raise PabulibError(0, name, "the section is missing or empty")
    votes_header, votes = _table(found["VOTES"], "voter_id")
    return Sections(
        _meta(found["META"]),
        _table(found["PROJECTS"], "project_id")[1],
        votes,
        found["VOTES"][0][0],
        frozenset(votes_header),
    )


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise PabulibError(line, "text", f"cannot be read as cells: {error}") from error
        if any(cell.strip() for cell in cells):
            yield line, cells
        line = reader.line_num + 1


def _meta(rows: list[tuple[int, list[str]]]) -> Row:
    line, header = rows[0]
    if [cell.strip().lower() for cell in header[:2]] != ["key", "value"]:
        raise PabulibError(line, "META", "the columns are named key;value")
    values: dict[str, str] = {}
    lines: dict[str, int] = {}
    for row_line, cells in rows[1:]:
        key = cells[0].strip()
        if key in values:
            raise PabulibError(row_line, key, "is given twice")
        values[key] = cells[1] if len(cells) > 1 else ""
        lines[key] = row_line
    return Row(0, MappingProxyType(values), MappingProxyType(lines))


def _table(
    rows: list[tuple[int, list[str]]], first_column: str
) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    line, cells = rows[0]
    header = tuple(cell.strip().lower() for cell in cells)
    while header and not header[-1]:
        header = header[:-1]
    if first_column not in header:
        raise PabulibError(line, first_column, "the column is missing")
    if len(set(header)) != len(header) or "" in header:
        raise PabulibError(line, "columns", "each column has a name of its own")
    return header, tuple(_row(header, row_line, row) for row_line, row in rows[1:])


def _row(header: tuple[str, ...], line: int, cells: list[str]) -> Row:
    if any(cell.strip() for cell in cells[len(header) :]):
        raise PabulibError(
            line,
            "columns",
            f"has {len(cells)} cells for {len(header)} columns; a cell with ; in it needs quotes",
        )
    return Row(line, MappingProxyType(dict(zip(header, cells, strict=False))))
