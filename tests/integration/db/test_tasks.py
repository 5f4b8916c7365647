"""Background tasks: one holder at a time, failures survived, an end within one step."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from hanpyo.db.database import Database
from hanpyo.db.leases import Held, LeaseLost, Leases
from hanpyo.errors import Unavailable
from hanpyo.tasks import TaskRunner, pause_after

SOON = 20.0


class CountedLeases(Leases):
    """Leases that count how often they are asked for."""

    taken = 0

    def take(self, name: str) -> Held | None:
        self.taken += 1
        return super().take(name)


class Work:
    """A task whose step is a function."""

    name = "work"
    pause = 0.01

    def __init__(self, step: Callable[[], bool]) -> None:
        self._step = step

    def step(self, held: Held) -> bool:
        assert held.name == "work"
        return self._step()


@contextmanager
def running(leases: Leases, step: Callable[[], bool], **options: Any) -> Iterator[TaskRunner]:
    """A runner of this step, which ends whatever the test finds."""
    runner = TaskRunner(leases, [Work(step)], **options)
    runner.start()
    try:
        yield runner
    finally:
        runner.stop()


def test_steps_follow_each_other_while_there_is_work(database: Database) -> None:
    done, finished = [], threading.Event()

    def step() -> bool:
        done.append(1)
        if len(done) == 3:
            finished.set()
        return len(done) < 3

    with running(Leases(database, "me"), step) as runner:
        assert finished.wait(SOON)
        assert runner.stop()


def test_a_failing_step_is_tried_again(database: Database) -> None:
    tries, healed = [], threading.Event()

    def step() -> bool:
        tries.append(1)
        if len(tries) == 1:
            raise Unavailable("not now")
        healed.set()
        return False

    with running(Leases(database, "me"), step) as runner:
        assert healed.wait(SOON)
        assert runner.stop()


def test_the_database_is_asked_for_a_lease_once_in_many_steps_and_after_a_failure(
    database: Database,
) -> None:
    steps, lost = [], threading.Event()
    leases = CountedLeases(database, "me")

    def step() -> bool:
        steps.append(leases.taken)
        if len(steps) == 50:
            raise LeaseLost("another has it")
        if len(steps) == 60:
            lost.set()
        return len(steps) < 60

    with running(leases, step, pause=lambda _: 0.01) as runner:
        assert lost.wait(SOON)
        assert runner.stop()
    assert steps[:60] == [1] * 50 + [2] * 10


def test_a_lease_is_renewed_in_good_time(database: Database) -> None:
    renewed = threading.Event()
    leases = CountedLeases(database, "me", seconds=0)

    def step() -> bool:
        if leases.taken >= 3:
            renewed.set()
        return False

    with running(leases, step) as runner:
        assert renewed.wait(SOON)
        assert runner.stop()


def test_another_process_takes_over_after_the_end(database: Database) -> None:
    here, there = threading.Event(), threading.Event()

    def mark(event: threading.Event) -> Callable[[], bool]:
        def step() -> bool:
            event.set()
            return False

        return step

    with running(Leases(database, "first"), mark(here)) as first:
        assert here.wait(SOON)
        with running(Leases(database, "second"), mark(there)) as second:
            assert not there.wait(0.2)
            assert first.stop()
            assert there.wait(SOON)
            assert second.stop()


def test_what_keeps_failing_in_one_process_is_done_by_another(database: Database) -> None:
    failed, there = threading.Event(), threading.Event()

    def broken() -> bool:
        failed.set()
        raise Unavailable("no way to the node from here")

    def sound() -> bool:
        there.set()
        return False

    with running(Leases(database, "first"), broken, pause=lambda _: 0.5) as first:
        assert failed.wait(SOON)
        with running(Leases(database, "second"), sound) as second:
            assert there.wait(SOON)  # sooner than a lease ends
            assert first.stop()
            assert second.stop()


def test_pauses_grow_from_a_second_to_ten() -> None:
    assert all(0.5 <= pause_after(1) <= 1 for _ in range(50))
    assert all(2 <= pause_after(3) <= 4 for _ in range(50))
    assert all(5 <= pause_after(failures) <= 10 for failures in (5, 50, 10**6))


@pytest.mark.parametrize("seconds", [0.05])
def test_a_step_that_does_not_end_is_told(database: Database, seconds: float) -> None:
    release, started = threading.Event(), threading.Event()

    def step() -> bool:
        started.set()
        return not release.wait(SOON)

    with running(Leases(database, "me"), step) as runner:
        assert started.wait(SOON)
        assert not runner.stop(seconds)
        release.set()
        assert runner.stop()
