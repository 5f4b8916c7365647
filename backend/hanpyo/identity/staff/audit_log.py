"""The audit log: what was done, by whom, to what, in a chain of hashes that shows any change.

An entry's hash is the keccak-256 of its canonical JSON (keys sorted, no spaces), in which stand the
chain's name, its place in it and the hash before it; the first follows 32 zero bytes. The newest
hash is published on chain with each election, so that not even whoever holds the database can
rewrite what came before. The log is for ever and holds no personal data: ids and words only.
"""

import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Self

import orjson
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from hanpyo.db.models.audit_log import INSTALLATION, AuditEntry, AuditHead
from hanpyo.errors import HanpyoError
from hanpyo.protocol.hashing import keccak

Detail = str | int | bool | None
FORMAT: Final = "hanpyo-audit-log-1"
BEGINNING: Final = bytes(32)
_ACTION: Final = re.compile(r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*")
_KEY: Final = re.compile(r"[a-z][A-Za-z]{0,49}")
# A word or a reference like `staff:<id>`; hexadecimal; a random id; a whole number. Neither a
# name in Korean, nor a mail address, a date or a telephone number is any of these.
_PLAIN: Final = re.compile(
    r"[A-Za-z][A-Za-z0-9_]*([.:/-][A-Za-z0-9_]+)*|0x[0-9a-f]*|[0-9a-f]{32}|0|[1-9][0-9]{0,77}"
)
_LONGEST: Final = 200


class LogBroken(HanpyoError):
    """An audit log of which an entry was altered, removed, added or moved."""

    code: ClassVar[str] = "audit_log_broken"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it is shown and exported."""

    chain: str
    seq: int
    at: int
    actor: str
    action: str
    subject: str
    details: Mapping[str, Detail]
    previous: bytes
    hash: bytes

    @classmethod
    def of(cls, row: AuditEntry) -> Self:
        """The entry in a row; raises `LogBroken` for details that no `record` wrote."""
        try:
            details = orjson.loads(row.details)
        except orjson.JSONDecodeError:
            raise LogBroken(f"entry {row.seq} was altered") from None
        return cls(
            row.chain,
            row.seq,
            row.at,
            row.actor,
            row.action,
            row.subject,
            details,
            row.previous,
            row.hash,
        )

    def computed_hash(self) -> bytes:
        """The hash that the entry's content has."""
        content = {
            "format": FORMAT,
            "chain": self.chain,
            "seq": self.seq,
            "at": self.at,
            "actor": self.actor,
            "action": self.action,
            "subject": self.subject,
            "details": dict(self.details),
            "previous": "0x" + self.previous.hex(),
        }
        return keccak(_canonical(content))


def record(  # noqa: PLR0917  who, what, to what: read in this order
    session: Session,
    organisation_id: str | None,
    actor: str,
    action: str,
    subject: str,
    details: Mapping[str, Detail] | None = None,
    *,
    at: int | None = None,
) -> Entry:
    """Add an entry in the caller's transaction: it stands when what it tells of stands.

    `actor` and `subject` are like `staff:<id>`, `action` like `roll.imported`; None as organisation
    is the installation. Holds the chain's end locked until the commit: call it last. Raises
    `ValueError` for what might be personal data.
    """
    details = details or {}
    _require_plain(actor, action, subject, details)
    chain = organisation_id or INSTALLATION
    end = _lock_end(session, chain)
    now = int(time.time()) if at is None else at
    draft = Entry(chain, end.seq + 1, now, actor, action, subject, details, end.hash, b"")
    end.seq, end.hash = draft.seq, draft.computed_hash()
    row = AuditEntry(
        chain=chain,
        seq=draft.seq,
        at=now,
        actor=actor,
        action=action,
        subject=subject,
        details=_canonical(dict(details)).decode(),
        previous=draft.previous,
        hash=end.hash,
    )
    session.add(row)
    session.flush()
    return Entry.of(row)


def head(session: Session, organisation_id: str | None) -> bytes:
    """The newest hash of a chain, 32 zero bytes before its first entry."""
    end = session.get(AuditHead, organisation_id or INSTALLATION)
    return BEGINNING if end is None else end.hash


def read(
    session: Session, organisation_id: str | None, *, after: int = 0, limit: int = 100
) -> tuple[Entry, ...]:
    """Entries of a chain that follow number `after`, oldest first."""
    rows = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.chain == (organisation_id or INSTALLATION), AuditEntry.seq > after)
        .order_by(AuditEntry.seq)
        .limit(limit)
    )
    return tuple(map(Entry.of, rows))


def verify(entries: Iterable[Entry], *, newest: bytes | None = None) -> int:
    """How many entries there are from a chain's first on; raises `LogBroken` at the first fault.

    `newest`, where it is known, is the hash of the last one, which shows entries cut off the end.
    """
    chain, count, previous = None, 0, BEGINNING
    for count, entry in enumerate(entries, 1):
        chain = entry.chain if chain is None else chain
        if entry.chain != chain or entry.seq != count or entry.previous != previous:
            raise LogBroken(f"entry {count} does not follow the one before it")
        if entry.computed_hash() != entry.hash:
            raise LogBroken(f"entry {count} was altered")
        previous = entry.hash
    if newest is not None and previous != newest:
        raise LogBroken(f"entries after {count} are missing")
    return count


def check_anchor(entries: Sequence[Entry], anchor: bytes) -> int:
    """The number of the entry that an election's `log` names; raises `LogBroken` where none is it.

    Entries must be verified; together that proves all up to the anchor unchanged since it was
    published. 32 zero bytes name the empty beginning, number 0.
    """
    if anchor == BEGINNING:
        return 0
    for entry in entries:
        if entry.hash == anchor:
            return entry.seq
    raise LogBroken("the log does not lead to the hash that was published with the election")


def _lock_end(session: Session, chain: str) -> AuditHead:
    dialect = session.get_bind().dialect.name
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    session.execute(
        insert(AuditHead).values(chain=chain, seq=0, hash=BEGINNING).on_conflict_do_nothing()
    )
    return session.get_one(AuditHead, chain, with_for_update=True, populate_existing=True)


def _require_plain(actor: str, action: str, subject: str, details: Mapping[str, Detail]) -> None:
    texts = [actor, subject, *(value for value in details.values() if isinstance(value, str))]
    plain = all(len(text) <= _LONGEST and _PLAIN.fullmatch(text) for text in texts)
    if not plain or not _ACTION.fullmatch(action) or not all(map(_KEY.fullmatch, details)):
        raise ValueError("an audit entry holds ids, words and numbers only")


def _canonical(value: Mapping[str, Any]) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
