"""JSON as it is accepted from outside: one meaning, bounded depth, nothing that breaks later.

Refused are duplicate keys, NaN and infinities, more than `MAX_DEPTH` levels, lone surrogates, a
byte order mark, control characters in strings, NUL in strings (PostgreSQL keeps none) and anything
after the document. Integers of any size stay integers.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Final

import orjson

from hanpyo.errors import HanpyoError

MAX_DEPTH: Final = 32
_STRINGS_AND_BRACKETS: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]')


class MalformedJson(HanpyoError):
    """The body is not JSON that has one meaning."""

    code: ClassVar[str] = "malformed_json"


def loads(body: bytes) -> Any:
    """The document in `body`; raises `MalformedJson`, which repeats nothing of the body."""
    if not body:
        raise MalformedJson("the body is empty")
    if _depth(body) > MAX_DEPTH:
        raise MalformedJson(f"the JSON is nested more than {MAX_DEPTH} levels deep")
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise MalformedJson(f"the body is not JSON: see {where}") from None
    try:
        document = json.loads(body, object_pairs_hook=_object)
    except ValueError:  # an integer of thousands of digits
        raise MalformedJson("a number is too long") from None
    if b"\\u0000" in body and any("\0" in text for text in _texts(document)):
        raise MalformedJson("a string holds the character NUL")
    return document


def _depth(body: bytes) -> int:
    opening = body.count(b"[") + body.count(b"{")
    if opening <= MAX_DEPTH:
        return opening  # as deep at most, and known at a tenth of the cost
    deepest = depth = 0
    for token in _STRINGS_AND_BRACKETS.findall(body):
        if token in (b"[", b"{"):
            depth += 1
            deepest = max(deepest, depth)
        elif token in (b"]", b"}"):
            depth -= 1
    return deepest


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MalformedJson("an object names a key twice")
    return found


def _texts(document: Any) -> Iterator[str]:
    """All keys and strings of a document."""
    if isinstance(document, str):
        yield document
    elif isinstance(document, list):
        for each in document:
            yield from _texts(each)
    elif isinstance(document, dict):
        yield from document
        for each in document.values():
            yield from _texts(each)
