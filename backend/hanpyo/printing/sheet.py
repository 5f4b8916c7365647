"""Sheets of A4: texts, lines, boxes and QR codes, placed in millimetres from the top left.

Texts can be searched and copied, and nothing in the file tells when or where it was made.
"""

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from io import BytesIO
from itertools import groupby
from math import floor
from pathlib import Path
from threading import Lock
from typing import Final, TypeAlias

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

_DROPPED: Final = ("Cf", "Cn", "Co", "Cs")
"""Characters without a shape of their own, such as those that turn the direction of writing."""
_VARIANTS: Final = range(0xFE00, 0xFE10)
_LEADING: Final = 1.45
_CAPITALS: Final = 0.71
_CUT: Final = "…"
_MISSING: Final = "□"
_DRAWING: Final = Lock()
"""ReportLab reads a face at a place that it keeps in it, so two documents never share one."""

Face: TypeAlias = TTFont


@cache
def face_of(file: Path) -> Face:
    """The face in a TrueType file, which documents can then use; it is read once."""
    found = TTFont(file.stem, str(file), shapable=False)
    pdfmetrics.registerFont(found)
    return found


@dataclass(frozen=True, slots=True)
class Style:
    """How a text stands: size in points, grey from 0 (black) to 1, space after each character."""

    face: Face
    size: float
    grey: float = 0.0
    spacing: float = 0.0

    @property
    def leading(self) -> float:
        """How far under a line the next one stands, in millimetres."""
        return _LEADING * self.size / mm

    @property
    def height(self) -> float:
        """How high its capitals stand, in millimetres."""
        return _CAPITALS * self.size / mm

    def width(self, text: str) -> float:
        """How wide it stands, in millimetres."""
        return (self.face.stringWidth(text, self.size) + self.spacing * len(text)) / mm

    def fitted(self, text: str, width: float) -> "Style":
        """The same, so much smaller that the text stands on one line of a width in millimetres."""
        room = width * mm - self.spacing * len(text)
        fits = floor(10 * room / self.face.stringWidth(text, 1)) / 10
        return replace(self, size=min(self.size, fits))


def readable(text: str, face: Face) -> str:
    """The text on one line, without what nobody sees, in forms that the face has where it can.

    What it lacks is a box.
    """
    drawn = (each if _draws(face, each) else _MISSING for each in _shown(text, face))
    return " ".join("".join(drawn).split())


def lacking(text: str, face: Face) -> str:
    """The characters of the text that are boxes in `readable`, each once."""
    return "".join(dict.fromkeys(each for each in _shown(text, face) if not _draws(face, each)))


def wrapped(text: str, style: Style, width: float, lines: int) -> list[str]:
    """The text in so many lines of a width at most, broken at spaces where it can; cut with “…”."""
    found = list(_lines(text, style, width))
    if len(found) <= lines:
        return found
    last = found[lines - 1] + _CUT
    while style.width(last) > width and len(last) > 1:
        last = last[:-2] + _CUT
    return [*found[: lines - 1], last]


class Sheet:
    """The drawing of one page."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas

    def text(self, x: float, y: float, text: str, style: Style) -> None:
        """One line of text; `y` is where it stands."""
        self._canvas.setFillGray(style.grey)
        self._canvas.setFont(style.face.fontName, style.size)
        self._canvas.drawString(x * mm, _up(y), text, charSpace=style.spacing)

    def block(self, x: float, y: float, lines: Sequence[str], style: Style) -> float:
        """Lines under each other; where the next one would stand."""
        for at, line in enumerate(lines):
            self.text(x, y + at * style.leading, line, style)
        return y + len(lines) * style.leading

    def line(self, x: float, y: float, length: float, *, grey: float, thick: float) -> None:
        """A level line, so many points thick."""
        self._canvas.setStrokeGray(grey)
        self._canvas.setLineWidth(thick)
        self._canvas.line(x * mm, _up(y), (x + length) * mm, _up(y))

    def box(self, x: float, y: float, width: float, height: float, corner: float) -> None:
        """A box with round corners and a thin line around it."""
        self._canvas.setStrokeGray(0.55)
        self._canvas.setLineWidth(0.6)
        self._canvas.roundRect(x * mm, _up(y + height), width * mm, height * mm, corner * mm)

    def modules(self, x: float, y: float, side: float, rows: Iterable[Iterable[int]]) -> None:
        """Dark modules of a QR code in a square, as one shape without seams."""
        matrix = [list(row) for row in rows]
        scale = side / len(matrix) * mm
        shape = self._canvas.beginPath()
        for at, row in enumerate(matrix):
            for begin, length in _runs(row):
                shape.rect(begin, at, length, 1)
        self._canvas.saveState()
        self._canvas.translate(x * mm, _up(y))
        self._canvas.scale(scale, -scale)
        self._canvas.setFillGray(0)
        self._canvas.drawPath(shape, stroke=0, fill=1)
        self._canvas.restoreState()


def document(
    face: Face, pages: Iterable[Callable[[Sheet], None]], title: str, language: str
) -> bytes:
    """A PDF of these pages, each drawn on a sheet of its own; the face is one of theirs."""
    made = BytesIO()
    with _DRAWING:
        canvas = Canvas(
            made,
            A4,
            pageCompression=1,
            invariant=1,
            initialFontName=face.fontName,  # type: ignore[arg-type]  # its stub says float
            lang=language,
        )
        canvas.setTitle(title)
        canvas.setViewerPreference("DisplayDocTitle", "true")
        canvas.setViewerPreference("PrintScaling", "None")
        for draw in pages:
            draw(Sheet(canvas))
            canvas.showPage()
        canvas.save()
    return made.getvalue()


def _up(y: float) -> float:
    return A4[1] - y * mm


def _shown(text: str, face: Face) -> str:
    """The text in normal forms, without what has no shape of its own."""
    spaced = (" " if unicodedata.category(each) in ("Cc", "Zl", "Zp") else each for each in text)
    whole = unicodedata.normalize("NFC", "".join(spaced))
    seen = (
        each if _draws(face, each) else unicodedata.normalize("NFKC", each)
        for each in whole
        if unicodedata.category(each) not in _DROPPED and ord(each) not in _VARIANTS
    )
    return "".join(seen)


def _draws(face: Face, character: str) -> bool:
    return character.isspace() or ord(character) in face.face.charToGlyph


def _runs(row: Sequence[int]) -> Iterator[tuple[int, int]]:
    """(begin, length) of dark modules beside each other."""
    begin = 0
    for dark, cells in groupby(row, bool):
        length = len(list(cells))
        if dark:
            yield begin, length
        begin += length


def _lines(text: str, style: Style, width: float) -> Iterator[str]:
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if style.width(longer) <= width:
            line = longer
            continue
        if line:
            yield line
        *whole, line = _broken(word, style, width)
        yield from whole
    if line:
        yield line


def _broken(word: str, style: Style, width: float) -> list[str]:
    """The word in parts that fit."""
    parts = [""]
    for character in word:
        if parts[-1] and style.width(parts[-1] + character) > width:
            parts.append("")
        parts[-1] += character
    return parts
