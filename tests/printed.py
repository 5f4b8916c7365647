"""Reads PDFs as a viewer does, from the cross-reference table on; no code of ours takes part."""

import base64
import re
import zlib
from dataclasses import dataclass
from typing import Final

_NUMBER: Final = r"-?[\d.]+"
_SHOWN: Final = re.compile(
    rf"^BT 1 0 0 1 ({_NUMBER}) ({_NUMBER}) Tm (?:{_NUMBER} Tc )?(/.*) ET$", re.MULTILINE
)
_PART: Final = re.compile(
    rf"/(\S+) ({_NUMBER}) Tf {_NUMBER} TL|\(((?:[^\\()]|\\.)*)\) Tj", re.DOTALL
)
_RUN: Final = re.compile(r"\b(\d+) (\d+) (\d+) 1 re\b")
_ESCAPED: Final = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_REFERENCE: Final = rb"(\d+) 0 R"


@dataclass(frozen=True)
class Line:
    """A line of text, its face, and where it stands, in points from the bottom left."""

    face: str
    size: float
    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Page:
    """Its lines of text, and the dark modules (column, row) of its QR code."""

    lines: tuple[Line, ...]
    modules: frozenset[tuple[int, int]]

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)


@dataclass(frozen=True)
class Printed:
    """A document; `fonts` are the font files in it by face, one for each 256 characters at most."""

    pages: tuple[Page, ...]
    fonts: dict[str, list[bytes]]
    information: str


def read(data: bytes) -> Printed:
    """The document; fails where a place in its table is not that of the object."""
    begin = int(re.findall(rb"startxref\n(\d+)\n%%EOF\n$", data)[0])
    [(first, many)] = re.findall(rb"^xref\n(\d+) (\d+)\n", data[begin:])
    assert int(first) == 0
    table = data[data.index(b"f \n", begin) + 3 :]
    objects = {}
    for number in range(1, int(many)):
        place = int(table[20 * (number - 1) :][:10])
        head = b"%d 0 obj\n" % number
        assert data[place:].startswith(head), number
        objects[number] = data[place + len(head) : data.index(b"\nendobj\n", place)]
    root = objects[_number(rb"/Root ", data[begin:])]
    pages = objects[_number(rb"/Pages ", root)]
    kids = [int(each) for each in re.findall(_REFERENCE, pages[pages.index(b"/Kids") :])]
    assert int(re.findall(rb"/Count (\d+)", pages)[0]) == len(kids)
    shown: dict[str, _Font] = {}
    files: dict[str, list[bytes]] = {}
    resources = objects[_number(rb"/Font ", objects[kids[0]])] if kids else b""
    for name, number in re.findall(rb"/(\S+) " + _REFERENCE, resources):
        font = objects[int(number)]
        described = objects[_number(rb"/FontDescriptor ", font)]
        [face] = re.findall(rb"/FontName /[A-Z]{6}\+(\S+)", described)
        files.setdefault(face.decode(), []).append(
            _content(objects[_number(rb"/FontFile2 ", described)])
        )
        meant = _content(objects[_number(rb"/ToUnicode ", font)]).decode()
        shown[name.decode()] = _Font(
            face.decode(),
            {
                int(code, 16): bytes.fromhex(text).decode("utf-16-be")
                for code, text in re.findall(r"^<(\w{2})> <(\w{4})>$", meant, re.MULTILINE)
            },
        )
    return Printed(
        tuple(
            _page(_content(objects[_number(rb"/Contents ", objects[kid])]), shown) for kid in kids
        ),
        files,
        _unescaped(objects[_number(rb"/Info ", data[begin:])]).decode("latin-1"),
    )


@dataclass(frozen=True)
class _Font:
    face: str
    meant: dict[int, str]


def _page(drawn: bytes, fonts: dict[str, _Font]) -> Page:
    content = drawn.decode("latin-1")
    lines = tuple(
        _line(float(x), float(y), parts, fonts) for x, y, parts in _SHOWN.findall(content)
    )
    modules = frozenset(
        (int(x) + at, int(y)) for x, y, many in _RUN.findall(content) for at in range(int(many))
    )
    return Page(lines, modules)


def _line(x: float, y: float, parts: str, fonts: dict[str, _Font]) -> Line:
    text, font, size = "", "", ""
    for name, points, shown in _PART.findall(parts):
        if name:
            font, size = name, points
        else:
            codes = _unescaped(shown.encode("latin-1"))
            text += "".join(fonts[font].meant[code] for code in codes)
    return Line(fonts[font].face, float(size), x, y, text)


def _unescaped(text: bytes) -> bytes:
    return _ESCAPED.sub(
        lambda found: bytes([int(found[1], 8)]) if len(found[1]) == 3 else found[1], text
    )


def _number(before: bytes, where: bytes) -> int:
    return int(re.findall(before + _REFERENCE, where)[0])


def _content(stream: bytes) -> bytes:
    size = int(re.findall(rb"/Length (\d+)", stream)[0])
    begin = stream.index(b"stream\n") + len(b"stream\n")
    assert stream[begin + size :].strip() == b"endstream"
    packed = stream[begin : begin + size]
    if b"/ASCII85Decode" in stream[:begin]:
        packed = base64.a85decode(b"<~" + packed, adobe=True)
    return zlib.decompress(packed)
