"""A PDF written as it grows: each page is bytes to send on, and only its place is kept.

Faces come last, with the outlines that the pages took and the characters that these stand for, so
that texts can be searched and copied. Nothing in the file tells when or where it was made.
"""

import zlib
from collections.abc import Sequence
from typing import Final

from hanpyo.printing.truetype import Face

WIDTH: Final = 595.276
HEIGHT: Final = 841.89
"""A4 (ISO 216) in points."""
_HEADER: Final = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
_CATALOG, _PAGES, _RESOURCES, _INFORMATION = 1, 2, 3, 4
_FIRST_FACE: Final = 5
_OBJECTS_A_FACE: Final = 5
_BLOCK: Final = 100  # ISO 32000, 9.10.3: no more entries in a block
_WHOLE: Final = 1000


class Lettering:
    """A face as pages use it: `encode` remembers which outlines were taken."""

    def __init__(self, name: str, face: Face) -> None:
        self.name = name
        self.face = face
        self._taken: dict[int, str] = {}

    def draws(self, character: str) -> bool:
        """Whether the face has the character."""
        return character in self.face.outlines

    def width(self, text: str, size: float) -> float:
        """How wide the text stands, in the unit of the size."""
        outlines = self.face.outlines
        return sum(self.face.advance(outlines.get(each, 0)) for each in text) * size / _WHOLE

    def encode(self, text: str) -> str:
        """The text as a string of a page's content; what the face lacks is its empty box."""
        found = [(self.face.outlines.get(each, 0), each) for each in text]
        for outline, character in found:
            self._taken.setdefault(outline, character if outline else "\ufffd")
        return "<" + "".join(f"{outline:04X}" for outline, _ in found) + ">"

    def objects(self, first: int) -> list[bytes]:
        """The five objects of the face, the first of them under this number."""
        taken = dict(sorted({0: "\ufffd", **self._taken}.items()))
        name = f"HANPYO+{self.name}"
        box, ascent, descent = self.face.measures
        widths = " ".join(f"{each} [{self.face.advance(each)}]" for each in taken)
        return [
            f"<</Type/Font/Subtype/Type0/BaseFont/{name}/Encoding/Identity-H"
            f"/DescendantFonts[{first + 1} 0 R]/ToUnicode {first + 4} 0 R>>".encode(),
            f"<</Type/Font/Subtype/CIDFontType2/BaseFont/{name}/CIDToGIDMap/Identity"
            "/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
            f"/FontDescriptor {first + 2} 0 R/W[{widths}]>>".encode(),
            f"<</Type/FontDescriptor/FontName/{name}/Flags 4/ItalicAngle 0/StemV 80"
            f"/FontBBox[{' '.join(map(str, box))}]/Ascent {ascent}/Descent {descent}"
            f"/CapHeight {ascent}/FontFile2 {first + 3} 0 R>>".encode(),
            _stream(self.face.part(taken.keys()), own_size=True),
            _stream(_to_unicode(taken).encode()),
        ]


class Document:
    """A document of A4 pages: `begin`, any number of `page`, `finish`, each the next bytes."""

    def __init__(self, faces: Sequence[Lettering], title: str, language: str) -> None:
        self._faces = faces
        self._title = title
        self._language = language
        self._places: dict[int, int] = {}
        self._pages: list[int] = []
        self._size = len(_HEADER)
        self._next = _FIRST_FACE + _OBJECTS_A_FACE * len(faces)

    def begin(self) -> bytes:
        """What stands before the first page."""
        return _HEADER

    def page(self, content: str) -> bytes:
        """One more page, drawn by these operators."""
        drawing, page = self._next, self._next + 1
        self._next += 2
        self._pages.append(page)
        described = (
            f"<</Type/Page/Parent {_PAGES} 0 R/MediaBox[0 0 {WIDTH} {HEIGHT}]"
            f"/Resources {_RESOURCES} 0 R/Contents {drawing} 0 R>>"
        )
        return self._object(drawing, _stream(content.encode("ascii"))) + self._object(
            page, described.encode()
        )

    def finish(self) -> bytes:
        """What stands after the last page."""
        written = b""
        fonts = ""
        for at, face in enumerate(self._faces):
            first = _FIRST_FACE + _OBJECTS_A_FACE * at
            fonts += f"/{face.name} {first} 0 R"
            for number, body in enumerate(face.objects(first), first):
                written += self._object(number, body)
        kids = " ".join(f"{page} 0 R" for page in self._pages)
        ends = {
            _CATALOG: f"<</Type/Catalog/Pages {_PAGES} 0 R/Lang({self._language})"
            "/ViewerPreferences<</DisplayDocTitle true/PrintScaling/None>>>>",
            _PAGES: f"<</Type/Pages/Count {len(self._pages)}/Kids[{kids}]>>",
            _RESOURCES: f"<</Font<<{fonts}>>>>",
            _INFORMATION: f"<</Title {_text_string(self._title)}>>",
        }
        for number, told in ends.items():
            written += self._object(number, told.encode())
        places = "".join(f"{self._places[at]:010d} 00000 n \n" for at in range(1, self._next))
        return (
            written
            + (
                f"xref\n0 {self._next}\n0000000000 65535 f \n{places}trailer\n"
                f"<</Size {self._next}/Root {_CATALOG} 0 R/Info {_INFORMATION} 0 R>>\n"
                f"startxref\n{self._size}\n%%EOF\n"
            ).encode()
        )

    def _object(self, number: int, body: bytes) -> bytes:
        self._places[number] = self._size
        written = b"%d 0 obj\n%b\nendobj\n" % (number, body)
        self._size += len(written)
        return written


def _stream(content: bytes, *, own_size: bool = False) -> bytes:
    packed = zlib.compress(content)
    size = b"/Length1 %d" % len(content) if own_size else b""
    head = b"<</Length %d/Filter/FlateDecode%b>>stream\n" % (len(packed), size)
    return head + packed + b"\nendstream"


def _text_string(text: str) -> str:
    return "<" + ("\ufeff" + text).encode("utf-16-be", "replace").hex().upper() + ">"


def _to_unicode(taken: dict[int, str]) -> str:
    lines = [f"<{each:04X}> {_code(character)}" for each, character in taken.items()]
    blocks = [lines[at : at + _BLOCK] for at in range(0, len(lines), _BLOCK)]
    told = "".join(
        f"{len(block)} beginbfchar\n{chr(10).join(block)}\nendbfchar\n" for block in blocks
    )
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        f"{told}endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    )


def _code(character: str) -> str:
    return f"<{character.encode('utf-16-be').hex().upper()}>"
