"""Limits: every try counts once, whoever makes it and wherever."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from hanpyo.db.database import Database
from hanpyo.db.models import RateCounter
from hanpyo.errors import TooMany
from hanpyo.identity.limits import Limits, client_bucket
from tests.service.clocks import Clock


def test_tries_beyond_the_limit_are_refused_until_the_window_ends(
    database: Database, clock: Clock
) -> None:
    limits = Limits(database, clock)
    for _ in range(3):
        limits.hit("door", 3, 60)
    clock.forward(20)
    with pytest.raises(TooMany) as refusal:
        limits.hit("door", 3, 60)
    assert refusal.value.retry_after == 40
    limits.hit("another door", 3, 60)
    clock.forward(40)
    limits.hit("door", 3, 60)


def test_parallel_tries_all_count(database: Database, clock: Clock) -> None:
    def attempt(_: int) -> bool:
        try:
            Limits(database, clock).hit("door", 5, 60)
        except TooMany:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(40))) == 5


def test_a_cleared_bucket_starts_anew(database: Database, clock: Clock) -> None:
    limits = Limits(database, clock)
    limits.hit("door", 1, 60)
    limits.clear("door")
    limits.hit("door", 1, 60)


def test_ended_windows_are_forgotten(database: Database, clock: Clock) -> None:
    limits = Limits(database, clock)
    limits.hit("short", 1, 10)
    limits.hit("long", 1, 100)
    clock.forward(10)
    limits.forget_ended()
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(RateCounter)) == 1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("not an address", None, True),
    ],
)
def test_clients_are_told_apart_by_network(one: str, other: str | None, same: bool) -> None:
    assert (client_bucket(one) == client_bucket(other)) is same
    assert "192.0.2" not in client_bucket(one)
