"""What many requests a second ask of the database alike, read at most once a second each."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Final, Generic, TypeVar

from sqlalchemy import select

from hanpyo.db.database import Database
from hanpyo.db.models import ChainHead, Election, Spend
from hanpyo.relay.errors import HeadUnknown

_KEPT_SECONDS: Final = 1.0
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Head:
    """The newest block that the follower has seen; `seen_at` is the wall clock's."""

    number: int
    timestamp: int
    final_number: int
    seen_at: int


@dataclass(frozen=True, slots=True)
class Budget:
    """What an election's batches have cost, and may cost, in wei."""

    spent: int
    cap: int


class _Kept(Generic[_T]):
    """Values by key, read again when they are a second old. Safe to share between threads."""

    def __init__(self, read: Callable[[str], _T], monotonic: Callable[[], float]) -> None:
        self._read = read
        self._monotonic = monotonic
        self._values: dict[str, tuple[float, _T]] = {}
        self._lock = Lock()

    def get(self, key: str) -> _T:
        kept = self._values.get(key)
        if kept is not None and self._monotonic() - kept[0] < _KEPT_SECONDS:
            return kept[1]
        with self._lock:
            kept = self._values.get(key)
            if kept is not None and self._monotonic() - kept[0] < _KEPT_SECONDS:
                return kept[1]
            value = self._read(key)
            self._values[key] = (self._monotonic(), value)
            return value


class Readings:
    """The chain's head and elections' budgets, at most a second old."""

    def __init__(
        self,
        database: Database,
        *,
        default_cap: int,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._default_cap = default_cap
        self._heads = _Kept(lambda _: self._read_head(), monotonic)
        self._budgets = _Kept(self._read_budget, monotonic)

    def head(self) -> Head | None:
        """The newest block known; None before there is one."""
        return self._heads.get("")

    def fresh_head(self, now: int, stale_after: int) -> Head:
        """The newest block known; raises `HeadUnknown` where it was seen too long ago."""
        head = self.head()
        if head is None or now - head.seen_at > stale_after:
            raise HeadUnknown("the newest block of the chain is not known now; try again soon")
        return head

    def budget(self, election_id: str) -> Budget:
        """What the election has spent and may spend."""
        return self._budgets.get(election_id)

    def _read_head(self) -> Head | None:
        with self._database.read() as session:
            row = session.get(ChainHead, 1)
            if row is None:
                return None
            return Head(row.number, row.timestamp, row.final_number, row.seen_at)

    def _read_budget(self, election_id: str) -> Budget:
        with self._database.read() as session:
            spent = session.scalars(select(Spend.wei).where(Spend.election_id == election_id))
            cap = session.scalar(select(Election.spend_cap).where(Election.id == election_id))
            return Budget(sum(spent), self._default_cap if cap is None else cap)
