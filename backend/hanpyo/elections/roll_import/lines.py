"""A file as lines of cells, whatever its format was."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from hanpyo.elections.roll_import.notes import Note

MOST_ROWS: Final = 200_000
MOST_COLUMNS: Final = 100
MOST_CHARACTERS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Flaw:
    """A cell that holds no value; `code` is the note that says why."""

    code: str


Cell = str | date | Flaw
"""A text as it was typed, a date cell, or why there is neither. An empty cell is an empty text."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row; `number` is what the spreadsheet shows at its left."""

    number: int
    cells: tuple[Cell, ...] = field(repr=False)

    @property
    def is_blank(self) -> bool:
        """Whether nothing is in it."""
        return all(isinstance(cell, str) and not cell.strip() for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines that are not blank; what kept the rest from being read; what else to say."""

    lines: Iterable[Line] = ()
    errors: tuple[Note, ...] = ()
    warnings: tuple[Note, ...] = ()
