"""From a line of cells to a line of the roll, with a note for each cell at fault."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, Final

from eth_utils.address import is_checksum_address

from hanpyo.elections.normal_forms import (
    BadForm,
    birth_date,
    clean,
    mail_address,
    name_key,
    phone_number,
)
from hanpyo.elections.people import Person
from hanpyo.elections.roll_import.columns import Column, Header
from hanpyo.elections.roll_import.lines import MOST_CHARACTERS, Cell, Flaw, Line
from hanpyo.elections.roll_import.notes import Note, note
from hanpyo.elections.roll_import.weights import looks_rounded, weight
from hanpyo.protocol.types import Address

# A date of birth of six digits and seven more, the first of which tells century and sex.
_RESIDENT: Final = re.compile(
    r"(?<![0-9])[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]) ?-? ?[1-8][0-9]{6}(?![0-9])"
)
_ADDRESS: Final = re.compile(r"0x[0-9a-fA-F]{40}")
_TOTALS: Final = frozenset({"합계", "총계", "소계", "계", "total", "totals", "subtotal", "sum"})
_SHORTENED: Final = re.compile(r"[0-9](?:\.[0-9]+)?e\+[0-9]+", re.IGNORECASE)
_BESIDE: Final = ("weight", "class", "wallet")
_NAMING: Final = ("name", "phone", "mail", "number", "subject")


@dataclass(frozen=True, slots=True)
class RollRow:
    """One person on the roll before it is drawn; `row` is the spreadsheet's."""

    row: int
    person: Person
    weight: Fraction = Fraction(1)
    class_: int = 0
    wallet: Address | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Terms:
    """What the cells of one election's roll may say: the classes' names, and today's date."""

    classes: tuple[str, ...]
    today: date

    def class_number(self, text: str) -> int | None:
        """The class with this name, or with this number from 0 where no name is like it."""
        names = [name_key(name) for name in self.classes]
        if name_key(text) in names:
            return names.index(name_key(text))
        is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(len(names)))
        return int(text) if is_number and int(text) < len(names) else None


class FieldReader:
    """Reads one field's text into its value, for files and for corrections by hand alike."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._readers: Mapping[str, Callable[[str], object]] = {
            "phone": phone_number,
            "mail": mail_address,
            "birth_date": lambda text: birth_date(text, terms.today),
            "weight": weight,
            "wallet": wallet,
            "class": self._class,
        }

    def read(self, field_name: str, text: str) -> Any:
        """The value; None for an empty text. Raises `BadForm`."""
        if len(text) > MOST_CHARACTERS:
            raise BadForm("cell_too_long")
        text = clean(text)
        if not text:
            return None
        if field_name != "weight" and _RESIDENT.search(text):
            raise BadForm("resident_number")
        if field_name in ("phone", "number") and _SHORTENED.fullmatch(text):
            raise BadForm("shortened_number")
        reader = self._readers.get(field_name)
        return text if reader is None else reader(text)

    def note(self, code: str, row: int | None = None, column: str | None = None) -> Note:
        """The note of a fault."""
        return note(code, row, column, most=MOST_CHARACTERS, names=", ".join(self._terms.classes))

    def _class(self, text: str) -> int | None:
        if len(self._terms.classes) == 1:
            return None
        number = self._terms.class_number(text)
        if number is None:
            raise BadForm("unknown_class")
        return number


class RowReader:
    """Reads the lines below one header."""

    def __init__(self, header: Header, terms: Terms) -> None:
        self._columns = header.columns
        self._fields = FieldReader(terms)

    def read(self, line: Line) -> tuple[RollRow | None, list[Note], list[Note]]:
        """The row, None where it has errors; its errors; its warnings."""
        values: dict[str, Any] = {}
        errors: list[Note] = []
        warnings: list[Note] = []
        for column in self._columns:
            cell = line.cells[column.index] if column.index < len(line.cells) else ""
            try:
                value = self._value(column, cell)
            except BadForm as fault:
                errors.append(self._fields.note(fault.problem, line.number, column.title))
                continue
            if value is not None:
                values[column.field] = value
                if column.field == "weight" and isinstance(cell, str) and looks_rounded(cell):
                    warnings.append(note("weight_looks_rounded", line.number, column.title))
        errors.extend(_of_the_row(line, values) if not errors else ())
        return (None if errors else _row(line.number, values)), errors, warnings

    def _value(self, column: Column, cell: Cell) -> Any:
        if isinstance(cell, Flaw):
            raise BadForm(cell.code)
        if isinstance(cell, date):
            if column.field != "birth_date":
                raise BadForm("not_a_date")
            cell = cell.isoformat()
        return self._fields.read(column.field, cell)


def wallet(text: str) -> Address:
    """The address in a cleaned text, its checksum right where it has one; raises `BadForm`."""
    if not _ADDRESS.fullmatch(text) or not int(text, 16):
        raise BadForm("bad_wallet")
    digits = text[2:]
    plain = digits in (digits.lower(), digits.upper())
    if not plain and not is_checksum_address(text):
        raise BadForm("bad_wallet")
    return Address(bytes.fromhex(digits))


def _of_the_row(line: Line, values: Mapping[str, Any]) -> Sequence[Note]:
    if not any(name in values for name in (*_NAMING, "wallet")):
        return (note("nobody", line.number),)
    if str(values.get("name", "")).replace(" ", "").lower() in _TOTALS:
        return (note("total_line", line.number),)
    return ()


def _row(number: int, values: dict[str, Any]) -> RollRow:
    person = {name: value for name, value in values.items() if name not in _BESIDE}
    return RollRow(
        number,
        Person(**person),
        values.get("weight", Fraction(1)),
        values.get("class", 0),
        values.get("wallet"),
    )
