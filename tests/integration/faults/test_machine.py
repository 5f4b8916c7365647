"""What happens to a machine left to itself: a full disk, a killed node, a worker nobody mourns.

PostgreSQL is on a disk of its own that can be filled up, the node writes its chain to a file now
and then, and leases end by the clock alone.
"""

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from hanpyo.chain.node import EmbeddedNode
from hanpyo.db.models import Act, Lease
from tests.service.crowd import Crowd
from tests.service.deployment import HISTORY, Deployment, deployment
from tests.service.kept import Account
from tests.service.small_disk import SmallDisk

pytestmark = pytest.mark.xdist_group("machine")
VOTERS = 8
LEASE = 3
SAVED_EVERY = 2
CONFIRMATIONS = 36
"""More blocks than come between two writes of the chain to its file."""
MOST_KILLS = 8
"""A node may save at the last moment; one of so many kills comes before that."""


@pytest.fixture(scope="module")
def disk() -> SmallDisk:
    return SmallDisk()


@pytest.fixture(scope="module")
def installation(disk: SmallDisk, folder: Path) -> Iterator[Deployment]:
    settings: dict[str, Any] = {
        "HANPYO_CHAIN__CONFIRMATIONS": str(CONFIRMATIONS),
        "HANPYO_WORKER__LEASE": str(LEASE),
    }
    chain = EmbeddedNode(_saved(folder), state_interval=SAVED_EVERY, history=HISTORY)
    with deployment("postgresql", folder, workers=0, chain=chain, place=disk, **settings) as made:
        yield made


def crowd_of(running: Deployment) -> Crowd:
    election = running.publish(VOTERS)
    running.wait_open(election)
    return running.crowd(election)


def test_a_disk_that_fills_up_refuses_ballots_and_loses_none(
    running: Deployment, kept: Callable[..., Account], disk: SmallDisk
) -> None:
    crowd = crowd_of(running)
    assert crowd.vote(range(3)) == 3
    posted, status = crowd.sign(3), 202
    while status == 202:  # until the room that the database had set aside is used up
        disk.fill()
        posted = crowd.sign(3)
        status = crowd.post(posted, seconds=1.5)
    assert status == 503, crowd.refused
    assert "No space left on device" in disk.logged()
    disk.clear()
    disk.start()
    assert crowd.post(posted) == 202
    assert crowd.vote(range(VOTERS)) == VOTERS
    kept("PostgreSQL: disk full", crowd)


def test_a_node_killed_under_load_goes_on_from_what_it_had_saved(
    running: Deployment, kept: Callable[..., Account], folder: Path
) -> None:
    crowd = crowd_of(running)
    posting = crowd.keep_voting(random.Random(1), range(VOTERS))
    try:
        taken_back = [_kill_with_the_newest_ballot(running, crowd, folder) for _ in range(2)]
        while not any(taken_back) and len(taken_back) < MOST_KILLS:
            taken_back.append(_kill_with_the_newest_ballot(running, crowd, folder))
    finally:
        posting.stop()
    assert any(taken_back)
    assert crowd.vote(range(VOTERS)) == VOTERS
    account = kept("node: kill -9", crowd)
    assert account.rewinds


def test_a_killed_worker_is_succeeded_once_its_lease_has_run_out(
    running: Deployment, kept: Callable[..., Account]
) -> None:
    crowd = crowd_of(running)
    running.start_worker()
    assert crowd.vote(range(3)) == 3
    dead = running.sender()
    dead.kill()
    running.workers.remove(dead)
    sending = select(Lease.expires_at).where(Lease.name.like("relay:0x%"))
    with running.database.read() as session:
        expires = session.scalars(sending).one()
    assert time.time() < expires
    assert crowd.vote(range(VOTERS)) == VOTERS
    running.wait_recorded(crowd)
    assert time.time() >= expires
    kept("kill -9 of a worker, its lease waited for", crowd)


def _saved(folder: Path) -> Path:
    return folder / "chain.json"


def _kill_with_the_newest_ballot(running: Deployment, crowd: Crowd, folder: Path) -> bool:
    """Kill the node when a ballot came on the record since it last saved; whether it lost it."""
    now = time.time()
    running.wait(lambda: _saved(folder).stat().st_mtime > now, "the chain is saved")
    saved = running.node.rpc.block_number()
    running.wait(lambda: _newest_act(running, crowd) > saved, "a ballot is recorded")
    with running.beat.held():
        newest = _newest_act(running, crowd)
        running.kill_node()
        return newest > running.node.rpc.block_number()


def _newest_act(running: Deployment, crowd: Crowd) -> int:
    """The block of the newest act in the index."""
    wanted = select(func.max(Act.block_number)).where(Act.election_id == crowd.election.id)
    with running.database.read() as session:
        return session.scalar(wanted) or 0
