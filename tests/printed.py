"""Reads PDFs as a viewer does, from the cross-reference table on; no code of ours takes part."""

import re
import zlib
from dataclasses import dataclass
from typing import Final

_TEXT: Final = re.compile(r"/(\w+) ([\d.]+) Tf [\d.]+ Tc ([\d.]+) ([\d.-]+) Td <([0-9A-F]*)> Tj")
_RUN: Final = re.compile(r"^(\d+) (\d+) (\d+) 1 re$", re.MULTILINE)
_REFERENCE: Final = rb"(\d+) 0 R"


@dataclass(frozen=True)
class Line:
    """A line of text, its font, and where it stands, in points from the bottom left."""

    font: str
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
    """A document; `fonts` are the font files in it by resource name, `title` that of its window."""

    pages: tuple[Page, ...]
    fonts: dict[str, bytes]
    title: str


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
    maps: dict[str, dict[str, str]] = {}
    files = {}
    resources = objects[_number(rb"/Resources ", objects[kids[0]])] if kids else b""
    for name, number in re.findall(rb"/(\w+) " + _REFERENCE, resources):
        font = objects[int(number)]
        below = objects[_number(rb"/DescendantFonts\[", font)]
        described = objects[_number(rb"/FontDescriptor ", below)]
        files[name.decode()] = _content(objects[_number(rb"/FontFile2 ", described)])
        shown = _content(objects[_number(rb"/ToUnicode ", font)]).decode()
        maps[name.decode()] = {
            code: bytes.fromhex(text).decode("utf-16-be")
            for code, text in re.findall(r"^<(\w{4})> <(\w+)>$", shown, re.MULTILINE)
        }
    information = objects[_number(rb"/Info ", data[begin:])]
    [title] = re.findall(rb"/Title <([0-9A-F]*)>", information)
    return Printed(
        tuple(
            _page(_content(objects[_number(rb"/Contents ", objects[kid])]).decode(), maps)
            for kid in kids
        ),
        files,
        bytes.fromhex(title.decode()).decode("utf-16"),
    )


def _page(content: str, maps: dict[str, dict[str, str]]) -> Page:
    lines = tuple(
        Line(
            font,
            float(size),
            float(x),
            float(y),
            "".join(maps[font][code] for code in re.findall("....", shown)),
        )
        for font, size, x, y, shown in _TEXT.findall(content)
    )
    modules = frozenset(
        (int(x) + at, int(y)) for x, y, many in _RUN.findall(content) for at in range(int(many))
    )
    return Page(lines, modules)


def _number(before: bytes, where: bytes) -> int:
    return int(re.findall(before + _REFERENCE, where)[0])


def _content(stream: bytes) -> bytes:
    size = int(re.findall(rb"/Length (\d+)", stream)[0])
    begin = stream.index(b"stream\n") + len(b"stream\n")
    assert stream[begin + size :] == b"\nendstream"
    return zlib.decompress(stream[begin : begin + size])
