"""Workers that race, sleep, or have a wrong clock; databases that go away; full disks; SIGTERM."""

import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from tests import fault_table
from tests.service.crowd import Crowd
from tests.service.databases import crash_postgresql, start_postgresql
from tests.service.deployment import Deployment, deployment
from tests.service.kept import Account, check

pytestmark = pytest.mark.xdist_group("processes")
VOTERS = 8
DRAIN = 30.0
FULL = 4_096
"""Bytes beyond which no file grows on a full disk: less than anything takes."""


def crowd_of(running: Deployment) -> Crowd:
    election = running.publish(VOTERS)
    running.wait_open(election)
    return running.crowd(election)


@contextmanager
def voting(crowd: Crowd, seed: int) -> Iterator[None]:
    """People vote and change their minds meanwhile."""
    posting = crowd.keep_voting(random.Random(seed), range(VOTERS))
    try:
        yield
    finally:
        posting.stop()


def test_two_workers_race_and_either_dies(
    running: Deployment, kept: Callable[..., Account]
) -> None:
    crowd = crowd_of(running)
    running.start_web()
    running.start_worker()
    with voting(crowd, 1):
        for _ in range(2):
            time.sleep(0.5)
            running.kill(running.sender())
            running.start_worker()
    assert crowd.vote(range(VOTERS)) == VOTERS
    kept("two workers and webs, one killed", crowd)


def test_a_holder_that_sleeps_beyond_its_lease_changes_nothing_when_it_wakes(
    running: Deployment, kept: Callable[..., Account]
) -> None:
    crowd, dice = crowd_of(running), random.Random(2)
    running.start_worker()
    with voting(crowd, 2):
        for _ in range(3):
            time.sleep(dice.random())
            asleep = running.sender()
            asleep.signal(signal.SIGSTOP)
            running.lease_time_passes(asleep.pid)
            running.wait(lambda a=asleep: running.sender() is not a, "the other sends")  # type: ignore[misc]
            time.sleep(0.3)
            asleep.signal(signal.SIGCONT)
    assert crowd.vote(range(VOTERS)) == VOTERS
    kept("SIGSTOP beyond the lease", crowd)


@pytest.mark.parametrize("wrong", [600.0, -600.0], ids=["ahead", "behind"])
def test_a_clock_that_is_wrong_by_ten_minutes(
    running: Deployment, kept: Callable[..., Account], wrong: float
) -> None:
    crowd = crowd_of(running)
    with voting(crowd, 3):
        running.start_worker(clock=wrong, sound=True)
        running.start_web(clock=wrong)
        time.sleep(1.5)
    assert crowd.vote(range(VOTERS)) == VOTERS
    kept(f"clock of a web and a worker {wrong / 60:+.0f} min", crowd)


def test_sigterm_under_load_drains_in_time(
    running: Deployment, kept: Callable[..., Account]
) -> None:
    crowd = crowd_of(running)
    with voting(crowd, 4), voting(crowd, 5):
        for family, start in (
            (running.webs, running.start_web),
            (running.workers, running.start_worker),
        ):
            (old,) = family
            start()
            time.sleep(0.3)
            began = time.monotonic()
            old.signal(signal.SIGTERM)
            assert old.wait_end(DRAIN) == 0
            assert time.monotonic() - began < DRAIN
            family.remove(old)
            assert "Traceback" not in old.logged()
    kept("SIGTERM under load", crowd)


def test_the_database_crashes_and_comes_back(
    running: Deployment, kept: Callable[..., Account]
) -> None:
    crowd = crowd_of(running)
    with voting(crowd, 6):
        for _ in range(2):
            time.sleep(0.5)
            crash_postgresql()
            time.sleep(0.3)
            start_postgresql()
            assert crowd.vote(range(2)) == 2
    kept("PostgreSQL crashes", crowd)


@pytest.mark.parametrize("table", ["ballot", "lease"])
def test_locks_that_are_held_for_long(
    running: Deployment, kept: Callable[..., Account], table: str
) -> None:
    crowd = crowd_of(running)
    with voting(crowd, 7):
        time.sleep(0.3)
        with running.database.engine.begin() as connection:
            connection.execute(text(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))
            time.sleep(1.0)
    assert crowd.vote(range(VOTERS)) == VOTERS
    kept("PostgreSQL: locks held", crowd)


def test_connections_that_are_cut_again_and_again(
    running: Deployment, kept: Callable[..., Account]
) -> None:
    crowd, stop = crowd_of(running), threading.Event()
    cut = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )

    def cutting() -> None:
        while not stop.wait(0.2):
            with running.database.engine.connect() as connection:
                connection.execute(cut)

    thread = threading.Thread(target=cutting)
    with voting(crowd, 8):
        thread.start()
        time.sleep(1.5)
        stop.set()
        thread.join()
    assert crowd.vote(range(VOTERS)) == VOTERS
    kept("PostgreSQL: connections cut", crowd)


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Deployment, Path]]:
    """The same on SQLite, as on a single machine."""
    folder = tmp_path_factory.mktemp("sqlite")
    with deployment("sqlite", folder, webs=1, workers=1) as running:
        yield running, folder


def test_a_full_disk_refuses_and_keeps_what_it_has(
    embedded: tuple[Deployment, Path], request: pytest.FixtureRequest
) -> None:
    running, folder = embedded
    crowd = crowd_of(running)
    (sound,) = running.webs
    assert crowd.vote(range(3)) == 3
    running.kill(sound)
    full = running.start_web(largest_file=FULL)
    refused = crowd.sign(3)
    assert crowd.post(refused, seconds=1.5) == 503
    assert (
        running.http.get(f"{running.urls()[0]}/v1/ballots/0x{refused.digest.hex()}").status_code
        == 404
    )
    running.kill(full)
    running.start_web()
    assert crowd.post(refused) == 202
    assert crowd.vote(range(VOTERS)) == VOTERS
    running.settle(crowd.election)
    fault_table.note(
        request.node, "SQLite: disk full for a web", check(running, crowd, folder).require()
    )


def test_a_full_disk_stops_a_worker_and_loses_nothing(
    embedded: tuple[Deployment, Path], request: pytest.FixtureRequest
) -> None:
    running, folder = embedded
    running.make_whole()
    crowd = crowd_of(running)
    (sound,) = running.workers
    running.kill(sound)
    full = running.start_worker(largest_file=FULL)
    assert crowd.vote(range(VOTERS)) == VOTERS
    running.wait(lambda: "database_unavailable" in full.logged(), "the worker is refused")
    assert running.owed(crowd.election) == VOTERS
    running.kill(full)
    running.start_worker()
    running.settle(crowd.election)
    fault_table.note(
        request.node, "SQLite: disk full for a worker", check(running, crowd, folder).require()
    )


def test_a_power_cut_of_everything_on_one_machine(
    embedded: tuple[Deployment, Path], request: pytest.FixtureRequest
) -> None:
    running, folder = embedded
    running.make_whole()
    crowd = crowd_of(running)
    with voting(crowd, 9):
        for _ in range(2):
            time.sleep(0.6)
            for child in (*running.webs, *running.workers):
                running.kill(child)
            running.make_whole()
    running.settle(crowd.election)
    fault_table.note(
        request.node, "SQLite: kill -9 of all", check(running, crowd, folder).require()
    )
