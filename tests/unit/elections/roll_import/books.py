"""Workbooks and archives made for tests."""

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from openpyxl import Workbook

from hanpyo.elections.roll_import import Preview, read_roll

TODAY = date(2026, 11, 25)
CLASSES = ("조합원", "대의원")


def preview(text: str | bytes, classes: Sequence[str] = CLASSES) -> Preview:
    """The preview of a CSV text, or of any file's bytes."""
    return read_roll(text.encode() if isinstance(text, str) else text, classes, TODAY)


def codes(found: Preview) -> list[tuple[int | None, str]]:
    """Row and code of each error."""
    return [(note.row, note.code) for note in found.errors]


def warned(found: Preview) -> list[tuple[int | None, str]]:
    """Row and code of each warning."""
    return [(note.row, note.code) for note in found.warnings]


def saved(book: Workbook) -> bytes:
    """The bytes of a workbook."""
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def workbook(*rows: Sequence[Any], change: Callable[[Any], object] | None = None) -> bytes:
    """A workbook of one sheet with these rows; `change` may touch the sheet."""
    book = Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    if change is not None:
        change(sheet)
    return saved(book)


def altered(
    data: bytes, name: str, content: bytes | None, method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """An archive with one part replaced or added (None: removed)."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            if entry.filename != name:
                new.writestr(entry, old.read(entry), compress_type=zipfile.ZIP_DEFLATED)
        if content is not None:
            new.writestr(name, content, compress_type=method)
    return out.getvalue()
