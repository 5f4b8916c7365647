"""A voter's receipt: the ballot's digest, and the short code a person can read aloud."""

from typing import ClassVar

from hanpyo.protocol.reading import EncodingError
from hanpyo.protocol.types import Digest

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U."""
_CODE_BYTES = 10
_SYMBOLS = 16
_VALUES = {symbol: value for value, symbol in enumerate(_ALPHABET)} | {"O": 0, "I": 1, "L": 1}


class ReceiptError(EncodingError):
    """Text that is not a receipt's short code."""

    code: ClassVar[str] = "bad_receipt"
    subject: ClassVar[str] = "receipt code"


def short_code(digest: Digest) -> str:
    """The first 10 bytes of a ballot's digest as 16 symbols, `XXXX-XXXX-XXXX-XXXX`."""
    value = int.from_bytes(digest[:_CODE_BYTES], "big")
    symbols = "".join(_ALPHABET[value >> shift & 31] for shift in range(75, -1, -5))
    return "-".join(symbols[at : at + 4] for at in range(0, _SYMBOLS, 4))


def parse_code(code: str) -> bytes:
    """The first 10 bytes of the digest; takes lower case, blanks, and O, I, L for 0, 1, 1."""
    symbols = "".join(each for each in code.upper() if each not in "- \t\n")
    if len(symbols) != _SYMBOLS:
        raise ReceiptError("length", f"{len(symbols)} symbols instead of {_SYMBOLS}")
    value = 0
    for symbol in symbols:
        if symbol not in _VALUES:
            raise ReceiptError("symbol", f"{symbol!r} is not in Crockford's base 32")
        value = value << 5 | _VALUES[symbol]
    return value.to_bytes(_CODE_BYTES, "big")


def matches(code: str, digest: Digest) -> bool:
    """Whether a short code is this ballot's."""
    return parse_code(code) == digest[:_CODE_BYTES]
