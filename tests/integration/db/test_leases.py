"""Leases: one holder, taken over at the end, fenced."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from hanpyo.db.database import Database
from hanpyo.db.leases import LeaseLost, Leases


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_one_process_holds_a_lease(database: Database, clock: Clock) -> None:
    first, second = (Leases(database, name, clock=clock) for name in ("first", "second"))
    held = first.take("work")
    assert held is not None
    assert first.take("work") == held
    assert second.take("work") is None
    assert second.take("other") is not None


def test_a_lease_that_ended_is_taken_over_and_its_holder_fenced_off(
    database: Database, clock: Clock
) -> None:
    first, second = (Leases(database, name, clock=clock) for name in ("first", "second"))
    slept = first.take("work")
    clock.now += 31
    taken = second.take("work")
    assert slept is not None
    assert taken is not None
    with database.write() as session:
        taken.require(session)
    with pytest.raises(LeaseLost), database.write() as session:
        slept.require(session)


def test_a_lease_that_is_asked_for_again_and_again_is_kept(
    database: Database, clock: Clock
) -> None:
    first, second = (Leases(database, name, clock=clock) for name in ("first", "second"))
    held = first.take("work")
    for _ in range(20):
        clock.now += 9
        assert first.take("work") == held
        assert second.take("work") is None


def test_a_released_lease_is_free_at_once(database: Database, clock: Clock) -> None:
    first, second = (Leases(database, name, clock=clock) for name in ("first", "second"))
    held = first.take("work")
    assert held is not None
    first.release(held)
    taken = second.take("work")
    assert taken is not None
    first.release(held)
    assert first.take("work") is None


def test_many_who_want_it_at_once_give_one_holder(database: Database, clock: Clock) -> None:
    def take(number: int) -> bool:
        return Leases(database, f"process {number}", clock=clock).take("work") is not None

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(8))) == 1
