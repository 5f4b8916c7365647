"""Leases: work that one process at a time may do, taken over when its holder is gone.

A holder renews well before the end. `fence` rises with each new holder; whoever writes on behalf of
a lease checks it in the same transaction (`require`), so that a process that slept through its
lease changes nothing. Time is the database server's wall clock as the processes see it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hanpyo.db.database import Database
from hanpyo.db.models.chain import Lease
from hanpyo.errors import HanpyoError


class LeaseLost(HanpyoError):
    """Another process took the work over; nothing was changed."""

    code: ClassVar[str] = "lease_lost"
    retryable: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Held:
    """A lease as its holder knows it."""

    name: str
    holder: str
    fence: int

    def require(self, session: Session) -> None:
        """Raise `LeaseLost` unless the lease is still this one; locks it until the commit."""
        fence = session.scalar(select(Lease.fence).where(Lease.name == self.name).with_for_update())
        if fence != self.fence:
            raise LeaseLost(f"the lease {self.name} has another holder")


class Leases:
    """Takes, renews and releases leases for one process, `holder`."""

    def __init__(
        self,
        database: Database,
        holder: str,
        *,
        seconds: int = 30,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._holder = holder
        self._seconds = seconds
        self._clock = clock

    @property
    def renewal(self) -> float:
        """Seconds for which what `take` gave needs no renewal."""
        return self._seconds / 3

    def take(self, name: str) -> Held | None:
        """Take the lease, or renew it once a third of its time is gone; None if another holds it.

        Most calls find that there is nothing to write, and write nothing.
        """
        with self._database.read() as session:
            lease = session.get(Lease, name)
        left = lease.expires_at - int(self._clock()) if lease else 0
        if lease and lease.holder != self._holder and left > 0:
            return None
        if lease and lease.holder == self._holder and left > self._seconds * 2 // 3:
            return Held(name, self._holder, lease.fence)
        try:
            return self._database.transact(lambda session: self._take(session, name))
        except IntegrityError:  # another process made the row at the same moment
            return None

    def release(self, held: Held) -> None:
        """Let others have it at once; harmless when it is lost."""

        def work(session: Session) -> None:
            lease = session.get(Lease, held.name, with_for_update=True)
            if lease is not None and lease.fence == held.fence:
                lease.expires_at = 0

        self._database.transact(work)

    def _take(self, session: Session, name: str) -> Held | None:
        now = int(self._clock())
        lease = session.get(Lease, name, with_for_update=True)
        if lease is None:
            lease = Lease(name=name, holder=self._holder, fence=1, expires_at=0)
            session.add(lease)
        elif lease.holder != self._holder and lease.expires_at > now:
            return None
        elif lease.holder != self._holder or lease.expires_at <= now:
            lease.fence += 1
            lease.holder = self._holder
        lease.expires_at = now + self._seconds
        session.flush()
        return Held(name, self._holder, lease.fence)
