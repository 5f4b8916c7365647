"""The audit log as a file, one JSON object a line, and its check without the database.

A reader needs this file and an election's published text: the text's `log` is the hash of the
newest entry when the election was published, so every entry up to it is as it was then.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import orjson
from sqlalchemy.orm import Session

from hanpyo.db.database import Database
from hanpyo.identity.staff.audit_log import Entry, LogBroken, check_anchor, read, verify

MEDIA_TYPE: Final = "application/x-ndjson"
_PAGE: Final = 1_000
_FIELDS: Final = frozenset(
    ("chain", "seq", "at", "actor", "action", "subject", "details", "previous", "hash")
)
_HASH_BYTES: Final = 32


def entries(session: Session, organisation_id: str | None) -> Iterator[Entry]:
    """Every entry of a chain, oldest first, read in pages."""
    after = 0
    while page := read(session, organisation_id, after=after, limit=_PAGE):
        yield from page
        after = page[-1].seq


def export(database: Database, organisation_id: str | None) -> Iterator[bytes]:
    """The lines of the file; entries added meanwhile may or may not be in it."""
    after = 0
    while True:
        with database.read() as session:
            page = read(session, organisation_id, after=after, limit=_PAGE)
        if not page:
            return
        yield b"".join(map(dump, page))
        after = page[-1].seq


def dump(entry: Entry) -> bytes:
    """An entry's line."""
    return orjson.dumps(shown(entry), option=orjson.OPT_APPEND_NEWLINE)


def shown(entry: Entry) -> dict[str, Any]:
    """An entry as an object of JSON."""
    return {
        "chain": entry.chain,
        "seq": entry.seq,
        "at": entry.at,
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "details": dict(entry.details),
        "previous": "0x" + entry.previous.hex(),
        "hash": "0x" + entry.hash.hex(),
    }


def load(file: bytes) -> tuple[Entry, ...]:
    """The entries of a file; raises `LogBroken` for what is none."""
    return tuple(map(_entry, file.splitlines()))


def check_file(file: bytes, anchors: Iterable[bytes]) -> int:
    """How many entries a file holds, all in order, with each anchor among them; `LogBroken`."""
    found = load(file)
    return check(found, anchors)


def check(found: Sequence[Entry], anchors: Iterable[bytes], newest: bytes | None = None) -> int:
    """How many entries there are, all in order, with each anchor among them; `LogBroken`."""
    count = verify(found, newest=newest)
    for anchor in anchors:
        check_anchor(found, anchor)
    return count


def anchor_of(text: str | bytes) -> bytes | None:
    """The hash in an election's published text, None where it names none; raises `LogBroken`."""
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise LogBroken("the election's text is not JSON") from None
    if not isinstance(found, dict) or found.get("log") is None:
        return None
    return _bytes(found["log"])


def _entry(line: bytes) -> Entry:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        raise LogBroken("a line of the log file is no JSON") from None
    if not isinstance(value, dict) or set(value) != _FIELDS:
        raise LogBroken("a line of the log file is no entry")
    if not isinstance(value["details"], dict):
        raise LogBroken("an entry's details are no object")
    hashes = {name: _bytes(value[name]) for name in ("previous", "hash")}
    return Entry(**(value | hashes))


def _bytes(value: object) -> bytes:
    try:
        found = bytes.fromhex(str(value).removeprefix("0x"))
    except ValueError:
        found = b""
    if not isinstance(value, str) or len(found) != _HASH_BYTES:
        raise LogBroken("a hash of the log is not 32 bytes in hexadecimal")
    return found
