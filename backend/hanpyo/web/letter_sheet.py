"""One letter on one A4 sheet, for an envelope with a window.

The address stands where DIN 5008 (form B) has it, which DL and C5 envelopes show. Nothing else
stands there: neither the code nor the voter's number is seen from outside.
"""

from dataclasses import dataclass
from typing import Final

import segno

from hanpyo.identity.invitations import PaperLetter
from hanpyo.printing.sheet import Face, Sheet, Style, readable, wrapped

_LEFT: Final = 25.0
_WIDTH: Final = 165.0
_HEAD: Final = 24.0
_FOLDS: Final = (105.0, 148.5, 210.0)
"""Where the sheet is folded, for DL (thirds) and C5 (half)."""
_ADDRESS: Final = 60.0
_ADDRESS_WIDTH: Final = 75.0
_TITLE: Final = 119.0
_INSET: Final = 7.0
_CORNER: Final = 3.0
_QR: Final = 66.0
_QUIET_ZONE: Final = 4  # ISO/IEC 18004
_GREY: Final = 0.3
_ABOVE: Final = 1.8
_BETWEEN: Final = 8.4
_UNDER_LABEL: Final = 2.2
_NAME_HERE: Final = "\0"


@dataclass(frozen=True, slots=True)
class Words:
    """What all letters of an election say; `site` and `period` are labels and lines.

    `salutation` has a zero character where the name stands.
    """

    language: str
    heading: str
    sender: str
    salutation: str
    title: str
    test: str
    guidance: tuple[str, ...]
    site: tuple[str, tuple[str, ...]]
    code: str
    voter: str
    period: tuple[str, tuple[str, ...]]


class LetterSheet:
    """Draws letters of one election."""

    def __init__(self, words: Words, regular: Face, strong: Face) -> None:
        self._words = words
        self._small = Style(regular, 9.5, _GREY)
        self._plain = Style(regular, 12.5)
        self._address = Style(regular, 11)
        self._name = Style(strong, 13)
        self._sender = Style(strong, 13)
        self._title = Style(strong, 20)
        self._bold = Style(strong, 12)
        self._code = Style(strong, 17, spacing=0.5)

    def draw(self, sheet: Sheet, letter: PaperLetter) -> None:
        """Draw its page."""
        self._frame(sheet)
        self._to(sheet, letter)
        self._ways(sheet, letter, self._message(sheet))

    def _frame(self, sheet: Sheet) -> None:
        heading = self._words.heading
        room = _WIDTH - self._small.width(heading) - _INSET
        sheet.block(
            _LEFT, _HEAD, self._fit(self._words.sender, self._sender, room, 1), self._sender
        )
        right = _LEFT + _WIDTH - self._small.width(heading)
        sheet.text(right, _HEAD, heading, self._small)
        sheet.line(_LEFT, _HEAD + 4, _WIDTH, grey=0, thick=0.8)
        for fold in _FOLDS:
            sheet.line(5, fold, 4, grey=0.6, thick=0.4)

    def _to(self, sheet: Sheet, letter: PaperLetter) -> None:
        address = self._fit(letter.address, self._address, _ADDRESS_WIDTH, 4)
        below = sheet.block(_LEFT, _ADDRESS, address, self._address)
        if letter.name.strip():
            salutation = self._words.salutation.replace(_NAME_HERE, letter.name)
            name = self._fit(salutation, self._name, _ADDRESS_WIDTH, 2)
            sheet.block(_LEFT, below + 1.5, name, self._name)

    def _message(self, sheet: Sheet) -> float:
        title = self._fit(self._words.title, self._title, _WIDTH, 3)
        below = sheet.block(_LEFT, _TITLE, title, self._title)
        if self._words.test:
            below = sheet.block(
                _LEFT, below, self._fit(self._words.test, self._bold, _WIDTH, 2), self._bold
            )
        for sentence in self._words.guidance:
            lines = self._fit(sentence, self._plain, _WIDTH, 2)
            below = sheet.block(_LEFT, below + 0.8, lines, self._plain)
        return below

    def _ways(self, sheet: Sheet, letter: PaperLetter, top: float) -> None:
        left = _LEFT + _INSET
        if letter.link:
            code = segno.make(letter.link, error="m", micro=False)
            sheet.modules(_LEFT, top, _QR, code.matrix_iter(border=_QUIET_ZONE))
            left = _LEFT + _QR
        below = top + _INSET + _ABOVE - _BETWEEN
        room = _LEFT + _WIDTH - _INSET - left
        for label, lines, style in self._facts(letter, room):
            sheet.text(left, below + _BETWEEN, label, self._small)
            shown = [part for line in lines for part in self._fit(line, style, room, 2)]
            first = below + _BETWEEN + _UNDER_LABEL + style.height
            below = sheet.block(left, first, shown, style) - style.leading
        bottom = max(below + _INSET - 1, top + _QR if letter.link else 0)
        sheet.box(_LEFT, top, _WIDTH, bottom - top, _CORNER)

    def _facts(self, letter: PaperLetter, room: float) -> list[tuple[str, tuple[str, ...], Style]]:
        """(label, lines, style) of what stands beside the QR code."""
        words = self._words
        told = [(*words.site, self._plain)]
        if letter.code:
            told.append((words.code, (letter.code,), self._code.fitted(letter.code, room)))
        told.append((words.voter, (str(letter.voter),), self._plain))
        if words.period[1]:
            told.append((*words.period, self._plain))
        return told

    def _fit(self, text: str, style: Style, width: float, lines: int) -> list[str]:
        return wrapped(readable(text, style.face), style, width, lines)
