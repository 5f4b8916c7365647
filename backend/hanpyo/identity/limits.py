"""Limits on tries, shared by every thread and process that uses the database.

A try is counted before it is judged, in a transaction of its own: parallel tries all count, and
what the caller rolls back later stays counted. A window starts with a bucket's first try.
"""

import hashlib
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address, ip_network
from typing import ClassVar, Final

from sqlalchemy import case, delete, literal
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from hanpyo.db.database import Database
from hanpyo.db.models.limits import RateCounter
from hanpyo.errors import TooMany

_IPV6_NETWORK_BITS: Final = 64
_ADDRESS_HEX: Final = 24


class TooManyTries(TooMany):
    """Tried too often; the tries beyond the limit were not looked at."""

    code: ClassVar[str] = "too_many_tries"


class Limits:
    """Counts tries in fixed windows; `clock` gives the wall clock in seconds."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    def hit(self, bucket: str, most: int, seconds: int) -> None:
        """Count a try of `bucket`; raises `TooManyTries` beyond `most` in `seconds`.

        `bucket` is at most 200 characters and holds no personal data in the clear.
        """
        now = int(self._clock())
        tries, ends_at = self._database.transact(
            lambda session: self._count(session, bucket, now, now + seconds)
        )
        if tries > most:
            raise TooManyTries("too many tries; wait before the next one", max(1, ends_at - now))

    def clear(self, bucket: str) -> None:
        """Forget the tries of `bucket`, as after a success."""
        self._database.transact(
            lambda session: session.execute(delete(RateCounter).where(RateCounter.bucket == bucket))
        )

    def forget_ended(self) -> None:
        """Delete windows that have ended."""
        now = int(self._clock())
        self._database.transact(
            lambda session: session.execute(delete(RateCounter).where(RateCounter.ends_at <= now))
        )

    def _count(self, session: Session, bucket: str, now: int, ends_at: int) -> tuple[int, int]:
        insert = sqlite.insert if self._database.is_sqlite else postgresql.insert
        ended = RateCounter.ends_at <= now
        counted = (
            insert(RateCounter)
            .values(bucket=bucket, tries=1, ends_at=ends_at)
            .on_conflict_do_update(
                index_elements=[RateCounter.bucket],
                set_={
                    "tries": case((ended, 1), else_=RateCounter.tries + 1),
                    "ends_at": case((ended, literal(ends_at)), else_=RateCounter.ends_at),
                },
            )
            .returning(RateCounter.tries, RateCounter.ends_at)
        )
        row = session.execute(counted).one()
        return row[0], row[1]


def client_bucket(address: str | None) -> str:
    """The bucket of a client: its IPv4 address, or the /64 of its IPv6 address; hashed.

    Addresses that are none share one bucket.
    """
    try:
        parsed = ip_address((address or "").partition("%")[0])
    except ValueError:
        return "client:unknown"
    if isinstance(parsed, IPv6Address):
        network = parsed.ipv4_mapped or ip_network((parsed, _IPV6_NETWORK_BITS), strict=False)
    else:
        network = parsed
    return "client:" + hashlib.sha256(str(network).encode()).hexdigest()[:_ADDRESS_HEX]
