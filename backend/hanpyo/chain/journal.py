"""What a sender has signed, kept before anything is broadcast.

An attempt in the journal may mine at any time, so its nonce is never used for anything but a
replacement. A journal belongs to one account on one chain and refuses any other; a file journal is
locked by the sender that holds it.
"""

import fcntl
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final, Protocol

import orjson
from eth_typing import ChecksumAddress

from hanpyo.chain.errors import ChainError
from hanpyo.chain.fees import Fees
from hanpyo.closable import Closable

_OWNER_ONLY: Final = 0o600


class JournalError(ChainError):
    """A journal cannot be used; the message says why."""

    code: ClassVar[str] = "journal_error"


class JournalLocked(JournalError):
    """Another sender holds this journal: one account has one sender."""

    code: ClassVar[str] = "journal_locked"


class JournalDamaged(JournalError):
    """A line of the journal that is not the last cannot be read."""

    code: ClassVar[str] = "journal_damaged"


class JournalOfAnother(JournalError):
    """The journal belongs to another account or chain, or the chain began anew."""

    code: ClassVar[str] = "journal_of_another"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One signed transaction: the request's label, and everything needed to send it again."""

    label: str
    nonce: int
    gas: int
    fees: Fees
    hash: bytes
    raw: bytes


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose journal it is: an account on the chain with this id and genesis block."""

    address: ChecksumAddress
    chain_id: int
    genesis: bytes


class Journal(Protocol):
    """Where a sender keeps its attempts."""

    def open(self, owner: Owner) -> Sequence[Attempt]:
        """The attempts kept so far, oldest first; raises `JournalOfAnother`."""

    def record(self, attempts: Sequence[Attempt]) -> None:
        """Keep `attempts`; they are durable when this returns."""


class MemoryJournal:
    """A journal that lasts as long as the process, for chains that do too."""

    def __init__(self) -> None:
        self._attempts: list[Attempt] = []
        self._owner: Owner | None = None

    def open(self, owner: Owner) -> Sequence[Attempt]:
        """See `Journal.open`."""
        self._owner = self._owner or owner
        _require_owner(self._owner, owner)
        return tuple(self._attempts)

    def record(self, attempts: Sequence[Attempt]) -> None:
        """See `Journal.record`."""
        self._attempts += attempts


class FileJournal(Closable):
    """An append-only file of JSON lines, flushed to disk before `record` returns.

    A last line cut short by a crash was never broadcast and is dropped.
    """

    def __init__(self, path: Path) -> None:
        """Open or create the file and lock it; raises `JournalLocked`, `JournalError`."""
        self._path = path
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, _OWNER_ONLY)
        except OSError as error:
            raise JournalError(f"the journal {path} cannot be opened: {error.strerror}") from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._file)
            raise JournalLocked(f"another sender holds the journal {path}") from error

    def close(self) -> None:
        """Release the file and its lock."""
        os.close(self._file)

    def open(self, owner: Owner) -> Sequence[Attempt]:
        """See `Journal.open`; also raises `JournalDamaged`."""
        content = self._path.read_bytes()
        whole = content.rfind(b"\n") + 1
        os.ftruncate(self._file, whole)
        lines = content[:whole].splitlines()
        if not lines:
            self._append([_owner_line(owner)])
            return ()
        try:
            kept = _read_owner(lines[0])
            attempts = tuple(_read_attempt(line) for line in lines[1:])
        except (ValueError, KeyError, TypeError) as error:
            raise JournalDamaged(f"the journal {self._path} cannot be read") from error
        _require_owner(kept, owner)
        return attempts

    def record(self, attempts: Sequence[Attempt]) -> None:
        """See `Journal.record`; raises `JournalError` when the disk refuses."""
        self._append([_attempt_line(attempt) for attempt in attempts])

    def _append(self, lines: Sequence[bytes]) -> None:
        content = b"".join(line + b"\n" for line in lines)
        before = os.fstat(self._file).st_size
        try:
            while content:
                content = content[os.write(self._file, content) :]
            os.fsync(self._file)
        except OSError as error:
            with suppress(OSError):
                os.ftruncate(self._file, before)
            message = f"the journal {self._path} cannot be written: {error.strerror}"
            raise JournalError(message) from error


def _require_owner(kept: Owner, owner: Owner) -> None:
    if kept.address != owner.address or kept.chain_id != owner.chain_id:
        raise JournalOfAnother(
            f"the journal belongs to {kept.address} on chain {kept.chain_id}, "
            f"not to {owner.address} on chain {owner.chain_id}"
        )
    if kept.genesis != owner.genesis:
        raise JournalOfAnother(
            f"chain {kept.chain_id} began anew since the journal was written: keep the journal as "
            "evidence and start another"
        )


def _owner_line(owner: Owner) -> bytes:
    return orjson.dumps(
        {
            "address": owner.address,
            "chain_id": str(owner.chain_id),
            "genesis": owner.genesis.hex(),
        }
    )


def _read_owner(line: bytes) -> Owner:
    entry = orjson.loads(line)
    return Owner(entry["address"], int(entry["chain_id"]), bytes.fromhex(entry["genesis"]))


def _attempt_line(attempt: Attempt) -> bytes:
    return orjson.dumps(
        {
            "label": attempt.label,
            "nonce": attempt.nonce,
            "gas": attempt.gas,
            "max_fee": str(attempt.fees.max_fee),
            "tip": str(attempt.fees.tip),
            "hash": attempt.hash.hex(),
            "raw": attempt.raw.hex(),
        }
    )


def _read_attempt(line: bytes) -> Attempt:
    entry = orjson.loads(line)
    return Attempt(
        label=entry["label"],
        nonce=entry["nonce"],
        gas=entry["gas"],
        fees=Fees(int(entry["max_fee"]), int(entry["tip"])),
        hash=bytes.fromhex(entry["hash"]),
        raw=bytes.fromhex(entry["raw"]),
    )
