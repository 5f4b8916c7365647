"""TrueType faces (ISO/IEC 14496-22): which outline a character has, how wide, and a part of a face.

For faces without hinting programs and with the whole of Unicode, as Pretendard's are. A part keeps
the numbers of its outlines, so that pages can be written before it is known what they take.
"""

import struct
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from typing import Final, NamedTuple

_THOUSAND: Final = 1000
_CHECKSUM_BASE: Final = 0xB1B0AFBA
_PARTS: Final = ("glyf", "head", "hhea", "hmtx", "loca", "maxp")
"""Tables that a viewer needs to draw outlines by their number."""
_WORDS, _SCALE, _MORE, _TWO_SCALES, _MATRIX = 0x1, 0x8, 0x20, 0x40, 0x80
_UNICODE: Final = (3, 10)
"""Platform and encoding of the whole of Unicode, whose table has format 12."""


class Measures(NamedTuple):
    """Of a whole face, in thousandths of its size."""

    box: tuple[int, int, int, int]
    ascent: int
    descent: int


class Face:
    """One face, from the bytes of its file; it has outlines for whole characters only."""

    def __init__(self, data: bytes) -> None:
        self._tables = _tables(data)
        head, hhea = self._tables["head"], self._tables["hhea"]
        self._units = _number(head, 18)
        self._wide = _number(head, 50) == 1
        self._measured = _number(hhea, 34)
        self._count = _number(self._tables["maxp"], 4)

    @cached_property
    def measures(self) -> Measures:
        """Where its outlines reach."""
        left, bottom, right, top = struct.unpack_from(">4h", self._tables["head"], 36)
        ascent, descent = struct.unpack_from(">2h", self._tables["hhea"], 4)
        box = (self._scaled(left), self._scaled(bottom), self._scaled(right), self._scaled(top))
        return Measures(box, self._scaled(ascent), self._scaled(descent))

    @cached_property
    def outlines(self) -> Mapping[str, int]:
        """The outline's number by character; what has none is not in it."""
        table = self._tables["cmap"]
        records = (struct.unpack_from(">HHI", table, 4 + 8 * at) for at in range(_number(table, 2)))
        places = {(platform, encoding): place for platform, encoding, place in records}
        return {chr(code): outline for code, outline in _groups(table[places[_UNICODE] :])}

    def advance(self, outline: int) -> int:
        """How far the next character stands, in thousandths of the size."""
        at = min(outline, self._measured - 1)
        return self._scaled(_number(self._tables["hmtx"], 4 * at))

    def part(self, outlines: Collection[int]) -> bytes:
        """A face with these outlines and what they are made of; the others are empty."""
        wanted = self._made_of(outlines)
        count = max(wanted) + 1
        places, drawn, end = [0], [], 0
        for outline in range(count):
            if outline in wanted:
                shape = self._outline(outline)
                shape += bytes(-len(shape) % 4)
                drawn.append(shape)
                end += len(shape)
            places.append(end)
        measured = min(count, self._measured)
        tables = {name: bytearray(self._tables[name]) for name in ("head", "hhea", "maxp")}
        struct.pack_into(">h", tables["head"], 50, 1)
        struct.pack_into(">I", tables["head"], 8, 0)
        struct.pack_into(">H", tables["hhea"], 34, measured)
        struct.pack_into(">H", tables["maxp"], 4, count)
        return _file(
            {
                **{name: bytes(table) for name, table in tables.items()},
                "glyf": b"".join(drawn),
                "hmtx": self._tables["hmtx"][: 4 * measured + 2 * (count - measured)],
                "loca": struct.pack(f">{count + 1}I", *places),
            }
        )

    def _scaled(self, units: int) -> int:
        return round(units * _THOUSAND / self._units)

    def _outline(self, number: int) -> bytes:
        shape, unit = (">2I", 1) if self._wide else (">2H", 2)
        place = number * struct.calcsize(shape) // 2
        begin, end = struct.unpack_from(shape, self._tables["loca"], place)
        return self._tables["glyf"][unit * begin : unit * end]

    def _made_of(self, outlines: Collection[int]) -> set[int]:
        """Outline 0, which stands for what is missing, these, and those that they are made of."""
        found: set[int] = set()
        waiting = {0, *outlines}
        while waiting:
            outline = waiting.pop()
            found.add(outline)
            waiting.update(set(_components(self._outline(outline))) - found)
        return found


def _number(table: bytes, at: int) -> int:
    return int.from_bytes(table[at : at + 2], "big")


def _tables(data: bytes) -> dict[str, bytes]:
    (many,) = struct.unpack_from(">H", data, 4)
    found = {}
    for at in range(many):
        name, _, begin, size = struct.unpack_from(">4sIII", data, 12 + 16 * at)
        found[name.decode("ascii")] = data[begin : begin + size]
    return found


def _groups(table: bytes) -> Iterator[tuple[int, int]]:
    """(code, outline) of format 12."""
    (many,) = struct.unpack_from(">I", table, 12)
    for at in range(many):
        first, last, outline = struct.unpack_from(">3I", table, 16 + 12 * at)
        for code in range(first, last + 1):
            yield code, outline + code - first


def _components(outline: bytes) -> Iterator[int]:
    """Numbers of the outlines that a composite one is made of."""
    if not outline or struct.unpack_from(">h", outline)[0] >= 0:
        return
    at, flags = 10, _MORE
    while flags & _MORE:
        flags, number = struct.unpack_from(">2H", outline, at)
        yield number
        at += 8 if flags & _WORDS else 6
        if flags & _MATRIX:
            at += 8
        elif flags & _TWO_SCALES:
            at += 4
        elif flags & _SCALE:
            at += 2


def _file(tables: Mapping[str, bytes]) -> bytes:
    """A font file of these tables."""
    power = len(_PARTS).bit_length() - 1
    search = 16 << power
    head = struct.pack(">I4H", 0x00010000, len(_PARTS), search, power, 16 * len(_PARTS) - search)
    begin = len(head) + 16 * len(_PARTS)
    directory, body = head, b""
    for name in _PARTS:
        table = tables[name]
        place = struct.pack(">4sIII", name.encode(), _sum(table), begin + len(body), len(table))
        directory += place
        body += table + bytes(-len(table) % 4)
    made = bytearray(directory + body)
    adjustment = (_CHECKSUM_BASE - _sum(bytes(made))) & 0xFFFFFFFF
    _, _, head_at, _ = struct.unpack_from(">4sIII", made, 12 + 16 * _PARTS.index("head"))
    struct.pack_into(">I", made, head_at + 8, adjustment)
    return bytes(made)


def _sum(table: bytes) -> int:
    padded = table + bytes(-len(table) % 4)
    total: int = sum(struct.unpack(f">{len(padded) // 4}I", padded))
    return total & 0xFFFFFFFF
