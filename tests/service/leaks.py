"""Looking for what must not be there: personal values and secrets in bytes, however written.

A value is looked for in every form that software writes it in: encodings, escapes, hexadecimal,
base64 at each offset, and as a hash without a key. Digits alone are not found inside longer numbers
or hexadecimal, which would hold any digits by chance.
"""

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote

import orjson

from hanpyo.elections.people import Person
from hanpyo.protocol.hashing import keccak

_SHORTEST = 4
_UNITS = ("utf-8", "utf-16-le", "utf-16-be", "cp949")


def forms_of(person: Person) -> set[str]:
    """Everything by which this person might be written down."""
    found = {person.name, person.mail, person.address, person.number, person.subject}
    if person.mail:
        found |= {person.mail.lower(), person.mail.partition("@")[0]}
    if person.phone:
        digits = "0" + person.phone.removeprefix("+82")
        parts = (digits[:3], digits[3:7], digits[7:])
        found |= {person.phone, person.phone[1:], digits, digits[3:]}
        found |= {sign.join(parts) for sign in "- ."} | {sign.join(parts[1:]) for sign in "- ."}
    if person.birth_date:
        day = person.birth_date
        found |= {f"{day:%Y-%m-%d}", f"{day:%Y%m%d}", f"{day:%Y.%m.%d}", f"{day:%Y/%m/%d}"}
    return {each for each in found if each}


def leaks(
    haystacks: Mapping[str, bytes], values: Iterable[str], *, hashes: bool = True
) -> list[str]:
    """Which value stands where, and how it is written there, as a hash too by default."""
    wanted = {
        value: [*_written(value), *(_hashed(value) if hashes else ())]
        for value in values
        if len(value) >= _SHORTEST
    }
    return [
        f"{value!r} {how} in {place}"
        for place, content in haystacks.items()
        for value, written in wanted.items()
        for how, needle in written
        if _stands(content, needle, digits=value.isdigit())
    ]


def _written(value: str) -> Iterator[tuple[str, bytes]]:
    for unit in _UNITS:
        try:
            raw = value.encode(unit)
        except UnicodeEncodeError:
            continue
        yield unit, raw
        yield f"hexadecimal of {unit}", raw.hex().encode()
    raw = value.encode()
    yield "as JSON escapes", orjson.dumps(value)[1:-1]
    yield "as \\u escapes", "".join(f"\\u{ord(each):04x}" for each in value).encode()
    yield "as repr of bytes", repr(raw)[2:-1].encode()
    yield "in a URL", quote(value, safe="").encode()
    for offset in range(3):
        encoded = b64encode(b"\0" * offset + raw)
        start, end = -(-offset * 8 // 6), len(raw) * 8 // 6 + offset
        if end - start > 2 * _SHORTEST:
            yield "base64", encoded[start:end]


def _hashed(value: str) -> Iterator[tuple[str, bytes]]:
    raw = value.encode()
    for name in ("md5", "sha1", "sha256", "sha512"):
        yield from _digest(name, hashlib.new(name, raw).digest())
    yield from _digest("keccak", keccak(raw))


def _digest(name: str, digest: bytes) -> Iterator[tuple[str, bytes]]:
    yield name, digest
    yield f"{name} in hexadecimal", digest.hex().encode()
    yield f"{name} in base64", b64encode(digest).rstrip(b"=")


def _stands(content: bytes, needle: bytes, *, digits: bool) -> bool:
    if needle not in content:
        return False
    if not digits or not needle.isdigit():
        return True
    alone = rb"(?<![0-9A-Za-z])" + re.escape(needle) + rb"(?![0-9A-Za-z])"
    return re.search(alone, content) is not None
