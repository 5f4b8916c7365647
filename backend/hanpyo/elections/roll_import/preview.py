"""The preview of a roll: who would be on it, and everything that keeps it from being taken."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Final

from hanpyo.elections.roll_import.columns import Column, Header, find_header
from hanpyo.elections.roll_import.csv_file import read_csv
from hanpyo.elections.roll_import.lines import MOST_ROWS, Line, Lines
from hanpyo.elections.roll_import.notes import Note, note
from hanpyo.elections.roll_import.persons import find_twice
from hanpyo.elections.roll_import.rows import RollRow, RowReader, Terms
from hanpyo.elections.roll_import.xlsx_file import read_xlsx
from hanpyo.elections.units import TooFine, common_unit

_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
# The compound files of old Office; an encrypted workbook is one that holds an encrypted package.
_COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_OTHERS: Final = (b"%PDF", b"<", b"{\\rtf")


@dataclass(frozen=True)
class Preview:
    """A roll as a file says it. It can be taken when there are no errors.

    `rows` are those without an error of their own, in the file's order; `columns` those that are
    read.
    """

    rows: tuple[RollRow, ...] = ()
    errors: tuple[Note, ...] = ()
    warnings: tuple[Note, ...] = ()
    columns: tuple[Column, ...] = ()

    @cached_property
    def weight(self) -> Fraction:
        """The sum of the rows' weights."""
        return sum((row.weight for row in self.rows), Fraction(0))

    @cached_property
    def by_class(self) -> dict[int, tuple[int, Fraction]]:
        """Heads and weight of each class that occurs."""
        heads = Counter(row.class_ for row in self.rows)
        weights: dict[int, Fraction] = dict.fromkeys(sorted(heads), Fraction(0))
        for row in self.rows:
            weights[row.class_] += row.weight
        return {number: (heads[number], weights[number]) for number in weights}


def read_roll(data: bytes, classes: Sequence[str], today: date) -> Preview:
    """The preview of an organiser's file for an election with these classes; never raises."""
    found = _lines(data)
    lines = list(found.lines)
    header = find_header(lines)
    if header is None:
        missing = () if found.errors else (note("no_header"),)
        return Preview(errors=(*found.errors, *missing), warnings=found.warnings)
    below = [line for line in lines if line.number > header.line]
    preview = _read(header, below, Terms(tuple(classes), today))
    return Preview(
        preview.rows,
        _in_order((*found.errors, *header.errors, *preview.errors)),
        _in_order((*found.warnings, *header.warnings, *preview.warnings)),
        header.columns,
    )


def _lines(data: bytes) -> Lines:
    if not data:
        return Lines(errors=(note("empty_file"),))
    if data.startswith(_ZIP):
        return read_xlsx(data)
    if data.startswith(_COMPOUND):
        code = "encrypted_workbook" if _ENCRYPTED in data else "old_workbook"
        return Lines(errors=(note(code),))
    if data.lstrip().startswith(_OTHERS):
        return Lines(errors=(note("other_workbook"),))
    return read_csv(data)


def _read(header: Header, lines: Sequence[Line], terms: Terms) -> Preview:
    reader = RowReader(header, terms)
    titles = {column.field: column.title for column in header.columns}
    rows: list[RollRow] = []
    errors: list[Note] = []
    warnings: list[Note] = []
    for line in lines[:MOST_ROWS]:
        row, faults, remarks = reader.read(line)
        errors.extend(faults)
        warnings.extend(remarks)
        if row is not None:
            rows.append(row)
    twice, shared = find_twice(rows, titles)
    errors.extend(twice)
    errors.extend(_sums(rows, titles.get("weight")))
    errors.extend(_mixed(header, lines))
    if not lines:
        errors.append(note("no_rows"))
    if "class" in titles and len(terms.classes) == 1:
        warnings.append(note("class_ignored", header.line, titles["class"]))
    return Preview(tuple(rows), tuple(errors), (*warnings, *shared))


def _sums(rows: Sequence[RollRow], title: str | None) -> list[Note]:
    unit = common_unit({row.row: row.weight for row in rows})
    if not isinstance(unit, TooFine):
        return []
    return [note("weights_do_not_fit", row, title) for row in unit.rows]


def _mixed(header: Header, lines: Sequence[Line]) -> list[Note]:
    """The first row whose weight is a percentage while the first one's is none, or the reverse."""
    column = next((each for each in header.columns if each.field == "weight"), None)
    if column is None:
        return []
    kinds = list(_percentages(column.index, lines))
    odd = next((row for row, is_percent in kinds if is_percent != kinds[0][1]), None)
    return [] if odd is None else [note("percent_mixed", odd, column.title)]


def _percentages(index: int, lines: Sequence[Line]) -> Iterator[tuple[int, bool]]:
    for line in lines:
        for cell in line.cells[index : index + 1]:
            if isinstance(cell, str) and cell.strip():
                yield line.number, cell.rstrip().endswith(("%", "％"))


def _in_order(notes: Sequence[Note]) -> tuple[Note, ...]:
    return tuple(sorted(notes, key=lambda each: each.row or 0))
