"""Vectors of QR codes, as segno makes them."""

import hashlib

import segno

from scripts.vectors.common import Vectors

CAPACITY = (14, 26, 42, 62, 84, 106, 122, 152, 180, 213)
"""Bytes that versions 1 to 10 hold at error correction M: full codes have no padding."""
MASKS = 8


def qr_vectors() -> Vectors:
    """For each version a text that fills it, with the hash of its modules under each mask."""
    return {
        "codes": [
            {"text": text, "masks": [modules_hash(text, version, mask) for mask in range(MASKS)]}
            for version, length in enumerate(CAPACITY, 1)
            for text in (filled(length),)
        ]
    }


def filled(length: int) -> str:
    """A text of so many bytes, of three alphabets."""
    text = "https://vote.example/check?code=한표é"
    while len(text.encode()) < length:
        text += chr(ord("a") + len(text) % 26)
    while len(text.encode()) > length:
        text = text[:-1]
    return text + "x" * (length - len(text.encode()))


def modules_hash(text: str, version: int, mask: int) -> str:
    """SHA-256 of the rows of 0 and 1, each with a line feed."""
    code = segno.make(
        text.encode(),
        error="m",
        version=version,
        mask=mask,
        mode="byte",
        boost_error=False,
        micro=False,
    )
    rows = "".join("".join(map(str, row)) + "\n" for row in code.matrix)
    return hashlib.sha256(rows.encode()).hexdigest()
