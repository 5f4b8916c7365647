"""Drawing on a sheet: texts, lines, boxes and QR codes, placed in millimetres from the top left."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from hanpyo.printing.pdf import HEIGHT, Lettering

_POINTS: Final = 72 / 25.4
_DROPPED: Final = ("Cf", "Cn", "Co", "Cs")
"""Characters without a shape of their own, such as those that turn the direction of writing."""
_VARIANTS: Final = range(0xFE00, 0xFE10)
_LEADING: Final = 1.45
_CAPITALS: Final = 0.71
_CUT: Final = "…"
_ROUND: Final = 0.5523  # how a Bézier curve comes closest to a quarter of a circle


@dataclass(frozen=True, slots=True)
class Style:
    """How a text stands: size in points, grey from 0 (black) to 1, space after each character."""

    face: Lettering
    size: float
    grey: float = 0.0
    spacing: float = 0.0

    @property
    def leading(self) -> float:
        """How far under a line the next one stands, in millimetres."""
        return _LEADING * self.size / _POINTS

    @property
    def height(self) -> float:
        """How high its capitals stand, in millimetres."""
        return _CAPITALS * self.size / _POINTS

    def width(self, text: str) -> float:
        """How wide it stands, in millimetres."""
        return (self.face.width(text, self.size) + self.spacing * len(text)) / _POINTS


def readable(text: str, face: Lettering) -> str:
    """The text on one line, without what nobody sees, in forms that the face has where it can."""
    spaced = (" " if unicodedata.category(each) in ("Cc", "Zl", "Zp") else each for each in text)
    whole = unicodedata.normalize("NFC", "".join(spaced))
    seen = (
        each if face.draws(each) else unicodedata.normalize("NFKC", each)
        for each in whole
        if unicodedata.category(each) not in _DROPPED and ord(each) not in _VARIANTS
    )
    return " ".join("".join(seen).split())


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
    """The drawing of one page, as the operators of its content."""

    def __init__(self) -> None:
        self._operators: list[str] = []

    @property
    def content(self) -> str:
        """What was drawn."""
        return "\n".join(self._operators)

    def text(self, x: float, y: float, text: str, style: Style) -> None:
        """One line of text; `y` is where it stands."""
        self._operators.append(
            f"BT {style.grey:g} g /{style.face.name} {style.size:g} Tf {style.spacing:g} Tc "
            f"{_at(x, y)} Td {style.face.encode(text)} Tj ET"
        )

    def block(self, x: float, y: float, lines: Sequence[str], style: Style) -> float:
        """Lines under each other; where the next one would stand."""
        for at, line in enumerate(lines):
            self.text(x, y + at * style.leading, line, style)
        return y + len(lines) * style.leading

    def line(self, x: float, y: float, length: float, *, grey: float, thick: float) -> None:
        """A level line, so many points thick."""
        self._operators.append(f"{grey:g} G {thick:g} w {_at(x, y)} m {_at(x + length, y)} l S")

    def box(self, x: float, y: float, width: float, height: float, corner: float) -> None:
        """A box with round corners and a thin line around it."""
        ends = (x, y, x + width, y + height)
        self._operators.append(f"0.55 G 0.6 w {_rounded(*ends, corner)} s")

    def modules(self, x: float, y: float, side: float, rows: Iterable[Iterable[int]]) -> None:
        """Dark modules of a QR code in a square, as one shape without seams."""
        matrix = [list(row) for row in rows]
        scale = side / len(matrix) * _POINTS
        runs = [
            f"{begin} {at} {length} 1 re"
            for at, row in enumerate(matrix)
            for begin, length in _runs(row)
        ]
        self._operators.append(f"q {scale:.4f} 0 0 {-scale:.4f} {_at(x, y)} cm 0 g")
        self._operators.extend([*runs, "f Q"])


def _at(x: float, y: float) -> str:
    return f"{x * _POINTS:.2f} {HEIGHT - y * _POINTS:.2f}"


def _rounded(left: float, top: float, right: float, bottom: float, corner: float) -> str:
    bend = corner * (1 - _ROUND)
    return (
        f"{_at(left + corner, top)} m {_at(right - corner, top)} l "
        f"{_at(right - bend, top)} {_at(right, top + bend)} {_at(right, top + corner)} c "
        f"{_at(right, bottom - corner)} l "
        f"{_at(right, bottom - bend)} {_at(right - bend, bottom)} {_at(right - corner, bottom)} c "
        f"{_at(left + corner, bottom)} l "
        f"{_at(left + bend, bottom)} {_at(left, bottom - bend)} {_at(left, bottom - corner)} c "
        f"{_at(left, top + corner)} l "
        f"{_at(left, top + bend)} {_at(left + bend, top)} {_at(left + corner, top)} c"
    )


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
