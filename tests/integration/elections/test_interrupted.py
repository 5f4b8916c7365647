"""Publishing and closing killed at every step: one election on chain, and the right result."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count
from typing import NoReturn

import pytest
from sqlalchemy import delete

from hanpyo.chain.contracts import ElectionContract
from hanpyo.chain.decoding import decode_log
from hanpyo.chain.election_events import Frozen, RollPublished, TextPublished
from hanpyo.chain.events import read_logs
from hanpyo.chain.keys import LocalKey
from hanpyo.chain.node_errors import NodeError
from hanpyo.chain.rpc import Call, Rpc
from hanpyo.db.database import Database
from hanpyo.db.models import Election, ElectionState, Lease
from hanpyo.elections import trusteeship
from hanpyo.elections.catalogue import PublishedElection
from hanpyo.elections.closing import Closer
from hanpyo.elections.publishing import Publisher
from hanpyo.relay.accounts import SendingAccount
from hanpyo.runtime import Runtime
from tests.service.databases import KINDS
from tests.service.life import Life
from tests.service.scene import Scene, scene

LEASE = 31
YES, NO = bytes([1]), bytes([2])
GENERATIONS = count(1)
Done = Callable[[Database], bool]


class PowerCut(BaseException):
    """Nothing catches it, as nothing catches SIGKILL."""


class Fragile(Rpc):
    """A node's client that fails for good before or after one of its calls."""

    def __init__(self, url: str, passages: int) -> None:
        super().__init__(url)
        self.left = passages

    def call(self, method: str, *params: object) -> object:
        self._pass()
        answer = super().call(method, *params)
        self._pass()
        return answer

    def batch(self, calls: Sequence[Call]) -> list[object | NodeError]:
        self._pass()
        answers = super().batch(calls)
        self._pass()
        return answers

    def _pass(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise PowerCut


@pytest.fixture(scope="module", params=KINDS)
def stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    with scene(request.param, tmp_path_factory.mktemp("interrupted")) as running:
        yield running


def created(stage: Scene) -> list[bytes]:
    """The addresses of all contracts that the factory has made."""
    rpc, address = stage.node.rpc, stage.factory.address
    logs = read_logs(rpc, address, 0, rpc.block_number())
    return [log.topics[1][12:] for log in logs]


def published(stage: Scene, row: Election) -> list[str]:
    """The kinds of events of the election, in order."""
    if row.address is None or not stage.node.rpc.code("0x" + row.address.hex()):
        return []
    contract = ElectionContract(stage.node.rpc, row.address)
    logs = read_logs(stage.node.rpc, contract.address, 0, stage.node.rpc.block_number())
    length = contract.manifest.choices_length
    return [type(decode_log(log, length)).__name__ for log in logs]


ONCE_EACH = [TextPublished.__name__, RollPublished.__name__, Frozen.__name__]


def runtime_of(stage: Scene, passages: int, database: Database | None = None) -> Runtime:
    """A process of its own, started when the leases of the last have ended."""
    old, ahead = stage.runtime, next(GENERATIONS) * LEASE
    return Runtime(
        old.settings,
        database or old.database,
        old.vault,
        Fragile(stage.node.url, passages),
        clock=lambda: old.clock() + ahead,
    )


def account_of(runtime: Runtime, stage: Scene) -> SendingAccount:
    return SendingAccount(runtime, LocalKey(stage.node.accounts[2]))


def test_power_cuts_between_any_two_calls(stage: Scene) -> None:
    life = Life(stage)
    election_id = life.draft()
    life.request(election_id)
    draw = random.Random(1)
    before, cuts = created(stage), 0
    while life.row(election_id).state == ElectionState.PUBLISHING:
        assert cuts < 200
        runtime = runtime_of(stage, draw.randrange(1, 45))
        publisher = Publisher(runtime, account_of(runtime, stage))
        held = runtime.leases.take(publisher.name)
        assert held is not None
        try:
            for _ in range(8):
                publisher.step(held)
        except PowerCut:
            cuts += 1
        finally:
            runtime.rpc.close()
    row = life.row(election_id)
    assert cuts > 3
    assert row.state == ElectionState.PUBLISHED
    assert created(stage) == [*before, row.address]
    assert published(stage, row) == ONCE_EACH


def test_kill_9_between_any_two_calls(stage: Scene) -> None:
    life = Life(stage)
    election_id = life.draft()
    life.request(election_id)
    draw = random.Random(3)
    before, kills = created(stage), 0
    done = has_left(ElectionState.PUBLISHING, election_id)
    while kills < 400:
        ended = in_a_process(partial(_publish, stage, draw.randrange(1, 60), done))
        if ended == 0:
            break
        assert ended == -signal.SIGKILL
        kills += 1
    row = life.row(election_id)
    assert kills > 3
    assert row.state == ElectionState.PUBLISHED
    assert created(stage) == [*before, row.address]
    assert published(stage, row) == ONCE_EACH


@pytest.mark.parametrize("depth", [1, 3])
def test_a_reorganisation_takes_back_what_was_published(stage: Scene, depth: int) -> None:
    life = Life(stage)
    end_leases(stage)
    election_id = life.draft()
    life.request(election_id)
    runtime = runtime_of(stage, 10_000)
    task = Publisher(runtime, account_of(runtime, stage))
    row = life.row(election_id)
    while published(stage, row) != ONCE_EACH:
        step(runtime, task)
        row = life.row(election_id)
    stage.controls.reorganise(depth)
    assert published(stage, row) == ONCE_EACH[: 3 - depth]
    runtime.rpc.close()
    restarted = runtime_of(stage, 10_000)
    task = Publisher(restarted, account_of(restarted, stage))
    while life.row(election_id).state == ElectionState.PUBLISHING:
        step(restarted, task)
    restarted.rpc.close()
    assert published(stage, life.row(election_id)) == ONCE_EACH


def step(runtime: Runtime, task: Publisher | Closer) -> None:
    held = runtime.leases.take(task.name)
    assert held is not None
    if not task.step(held):
        time.sleep(0.01)


def test_closing_killed_between_any_two_calls(stage: Scene) -> None:
    life = Life(stage)
    end_leases(stage)
    election_id = life.draft(members=[(1, 0)] * 8)
    election = life.publish(election_id)
    times = election.manifest.timetable
    life.advance_to(times.opens_at)
    life.cast(election, *((voter, YES, 0) for voter in range(6)))
    life.cast(election, (0, NO, 1), (1, None, 1), (6, NO, 2))
    life.advance_to(times.opening_at)
    stage.runtime.database.transact(
        lambda session: trusteeship.hand_in_key(session, election_id, life.trustee.secret)
    )
    draw, kills = random.Random(4), 0
    counted = has_left(ElectionState.PUBLISHED, election_id)
    for done in (key_is_out(stage, election), counted):
        while not done(stage.runtime.database):
            assert kills < 400
            ended = in_a_process(partial(_close, stage, draw.randrange(1, 120), done))
            kills += ended == -signal.SIGKILL
        life.advance_to(times.certify_at)
    assert kills > 3
    assert life.contract(election).result(0).heads == (0, 4, 2, 0)
    assert life.passes_audit(election)


def end_leases(stage: Scene) -> None:
    """What killed processes held is free again."""
    stage.runtime.database.transact(lambda session: session.execute(delete(Lease)))


def key_is_out(stage: Scene, election: PublishedElection) -> Done:
    def done(database: Database) -> bool:
        with Rpc(stage.node.url) as rpc:
            return ElectionContract(rpc, election.address).secret() != 0

    return done


def has_left(state: ElectionState, election_id: str) -> Done:
    def done(database: Database) -> bool:
        with database.read() as session:
            return session.get_one(Election, election_id).state != state

    return done


def in_a_process(work: Callable[[], None]) -> int:
    """Do the work in a process that may kill itself; how it ended."""
    next(GENERATIONS)
    child = os.fork()
    if child == 0:
        _and_end(work)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def _and_end(work: Callable[[], None]) -> NoReturn:
    try:
        work()
        os._exit(0)
    except PowerCut:
        os.kill(os.getpid(), signal.SIGKILL)
    finally:
        os._exit(1)


def _publish(stage: Scene, passages: int, done: Done) -> None:
    database = Database(stage.runtime.settings.database)
    runtime = runtime_of(stage, passages, database)
    _work(runtime, Publisher(runtime, account_of(runtime, stage)), done)


def _close(stage: Scene, passages: int, done: Done) -> None:
    runtime = runtime_of(stage, passages, Database(stage.runtime.settings.database))
    _work(runtime, Closer(runtime, account_of(runtime, stage), voters_a_step=2), done)


def _work(runtime: Runtime, task: Publisher | Closer, done: Done) -> None:
    while not done(runtime.database):
        held = runtime.leases.take(task.name)
        if held is not None and not task.step(held):
            time.sleep(0.01)
