"""What never stands in a log, whoever wrote the entry: secrets, and what tells a person.

It is the last net. Events and keys are chosen so that there is nothing to remove.
"""

import re
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, Final

REMOVED: Final = "[removed]"
_SECRET_NAMES: Final = re.compile(
    r"secret|passw|token|cookie|authori[sz]ation|signature|private|mnemonic|seed|otp|birth|phone"
    r"|mail|address_line|credential|api_?key|master_?key|salt|blind|csrf|person",
    re.IGNORECASE,
)
_ID: Final = (
    r"(?<![0-9A-Za-z])(?:0x[0-9a-fA-F]{40}|(?:0x)?(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})"
    r"|[0-9a-f]{16})(?![0-9A-Za-z]|[ .-]\d{3})"
)
"""What requests, rows, addresses and hashes are named by: a word of exactly such a length, and no
digits after it that would make a number of its end. Digits inside are nobody's."""
_PHONE: Final = (
    r"(?<!\d)(?:\+?82[ .-]?\(?0?\)?|0)(?:1[0-9]|2|[3-6][1-5]|70)[ .-]?\d{3,4}[ .-]?\d{4}(?!\d)"
)
_PERSON: Final = r"(?<!\d)\d{6}-?[1-8]\d{6}(?!\d)"
_IN_TEXT: Final[tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...]] = (
    (re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"), "[mail]"),
    (re.compile(f"({_ID})|{_PHONE}"), lambda found: found[1] or "[phone]"),
    (re.compile(f"({_ID})|{_PERSON}"), lambda found: found[1] or "[number]"),
    (re.compile(r"0x[0-9a-fA-F]{128,}"), "[bytes]"),
    (re.compile(r"(?<=://)[^/\s@]+:[^/\s@]+(?=@)"), "[login]"),
    (re.compile(r"(https?://[^\s?#\"']+)[?#][^\s\"']*"), r"\1"),
)
_LONGEST: Final = 2_000
_DEEPEST: Final = 6


def redact(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: the entry without what must not be seen."""
    for name, value in event.items():
        event[name] = REMOVED if _SECRET_NAMES.search(name) else clean(value)
    return event


def clean(value: Any, depth: int = 0) -> Any:
    """A value without what must not be seen."""
    if isinstance(value, str):
        return clean_text(value)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if depth > _DEEPEST or isinstance(value, (bytes, bytearray)):
        return REMOVED
    if isinstance(value, Mapping):
        return {
            str(name): REMOVED if _SECRET_NAMES.search(str(name)) else clean(each, depth + 1)
            for name, each in value.items()
        }
    if isinstance(value, (list, tuple, set, frozenset)):
        return [clean(each, depth + 1) for each in value]
    return clean_text(str(value))


def clean_text(text: str) -> str:
    """Text in one line, without mail addresses, phone numbers, signatures, logins and queries."""
    text = text[:_LONGEST]
    for pattern, instead in _IN_TEXT:
        text = pattern.sub(instead, text)
    return text.replace("\r", "\\r").replace("\n", "\\n")
