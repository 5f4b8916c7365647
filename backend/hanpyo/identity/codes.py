"""Tokens of personal links, codes of letters and one-time codes: how they look and are hashed.

A link's token has 128 random bits, a letter's code 80, so that a plain hash of either cannot be
searched; a one-time code is short and only ever kept under the vault's key. A letter's code is
Crockford's base32 in groups of four, typed by hand: case, spaces and hyphens do not matter, I and L
are read as 1, O as 0, and its two check characters find a slip without asking the database.
"""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from typing import ClassVar, Final

from hanpyo.errors import HanpyoError

LINK_PAGE: Final = "/v"
"""The page of a personal link; the token stands in the fragment, which no server is sent."""

_LINK_BYTES: Final = 16
_SESSION_BYTES: Final = 32
_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LETTER_BITS: Final = 80
_LETTER_DATA: Final = _LETTER_BITS // 5
_LETTER_CHECK: Final = 2
_CHECK_PRIME: Final = 1021  # the largest prime below 32², so that two characters hold any rest
_GROUP: Final = 4
_READ_AS: Final = str.maketrans({"I": "1", "L": "1", "O": "0"})
_SKIPPED: Final = " \t\r\n-‐‑–—−_."


class MistypedCode(HanpyoError):
    """A letter's code with a slip: it is no code of anybody."""

    code: ClassVar[str] = "mistyped_code"


def new_link_token() -> str:
    """A fresh token for a personal link, 22 characters of base64url."""
    return urlsafe_b64encode(secrets.token_bytes(_LINK_BYTES)).rstrip(b"=").decode()


def new_session_token() -> str:
    """A fresh bearer token of 256 bits."""
    return urlsafe_b64encode(secrets.token_bytes(_SESSION_BYTES)).rstrip(b"=").decode()


def new_letter_code() -> str:
    """A fresh code for a letter: 80 random bits and two check characters in groups of four."""
    data = _characters(secrets.randbits(_LETTER_BITS), _LETTER_DATA)
    return _grouped(data + _check(data))


def new_digits(count: int) -> str:
    """A fresh one-time code of so many decimal digits."""
    return f"{secrets.randbelow(10**count):0{count}d}"


def read_letter_code(typed: str) -> str:
    """The code in its one form, from whatever a person typed; raises `MistypedCode`."""
    plain = typed.upper().translate(_READ_AS)
    plain = "".join(each for each in plain if each not in _SKIPPED)
    data, check = plain[:_LETTER_DATA], plain[_LETTER_DATA:]
    if len(plain) != _LETTER_DATA + _LETTER_CHECK or not set(plain) <= set(_LETTERS):
        raise MistypedCode("a letter's code has 18 letters and digits")
    if check != _check(data):
        raise MistypedCode("the code has a slip of the pen: compare it with the letter")
    return _grouped(plain)


def read_digits(typed: str) -> str:
    """A one-time code from what a person typed: its digits alone, full-width ones folded."""
    return "".join(str(int(each)) for each in typed[:40] if each.isdecimal())


def code_digest(kind: str, code: str) -> bytes:
    """The hash under which a link's token or a letter's code is found."""
    return hashlib.sha256(f"hanpyo.{kind}\0{code}".encode()).digest()


def token_digest(token: str) -> bytes:
    """The hash under which a bearer token, or another secret of 128 bits and more, is found."""
    return hashlib.sha256(b"hanpyo.token\0" + token.encode()).digest()


def _characters(value: int, count: int) -> str:
    return "".join(_LETTERS[value >> 5 * at & 31] for at in reversed(range(count)))


def _check(data: str) -> str:
    value = 0
    for each in data:
        value = value * 32 + _LETTERS.index(each)
    return _characters(value % _CHECK_PRIME, _LETTER_CHECK)


def _grouped(plain: str) -> str:
    return "-".join(plain[at : at + _GROUP] for at in range(0, len(plain), _GROUP))
