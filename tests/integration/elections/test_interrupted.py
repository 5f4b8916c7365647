"""Publishing that is killed at every step gives exactly one election on chain."""

import os
import random
import signal
import time
from collections.abc import Iterator, Sequence
from itertools import count
from typing import NoReturn

import pytest
from sqlalchemy import select

from hanpyo.chain.contracts import ElectionContract
from hanpyo.chain.decoding import decode_log
from hanpyo.chain.election_events import Frozen, RollPublished, TextPublished
from hanpyo.chain.events import read_logs
from hanpyo.chain.keys import LocalKey
from hanpyo.chain.node_errors import NodeError
from hanpyo.chain.rpc import Call, Rpc
from hanpyo.db.database import Database
from hanpyo.db.models import Election, ElectionState
from hanpyo.elections.publishing import Publisher
from hanpyo.relay.accounts import SendingAccount
from hanpyo.runtime import Runtime
from tests.service.databases import KINDS
from tests.service.life import Life
from tests.service.scene import Scene, scene

LEASE = 31
GENERATIONS = count(1)


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
    assert row.address is not None
    contract = ElectionContract(stage.node.rpc, row.address)
    logs = read_logs(stage.node.rpc, contract.address, 0, stage.node.rpc.block_number())
    length = contract.manifest.choices_length
    return [type(decode_log(log, length)).__name__ for log in logs]


ONCE_EACH = [TextPublished.__name__, RollPublished.__name__, Frozen.__name__]


def process(
    stage: Scene, passages: int, database: Database | None = None
) -> tuple[Runtime, Publisher, Fragile]:
    """The task as it starts in a process of its own, when the leases of the last have ended."""
    old = stage.runtime
    node = Fragile(stage.node.url, passages)
    ahead = next(GENERATIONS) * LEASE
    runtime = Runtime(
        old.settings,
        database or old.database,
        old.vault,
        node,
        clock=lambda: stage.runtime.clock() + ahead,
    )
    account = SendingAccount(runtime, LocalKey(stage.node.accounts[2]))
    return runtime, Publisher(runtime, account), node


def test_power_cuts_between_any_two_calls(stage: Scene) -> None:
    life = Life(stage)
    election_id = life.draft()
    life.request(election_id)
    draw = random.Random(1)
    before, cuts = created(stage), 0
    while life.row(election_id).state == ElectionState.PUBLISHING:
        assert cuts < 200
        runtime, publisher, node = process(stage, draw.randrange(1, 45))
        held = runtime.leases.take(publisher.name)
        assert held is not None
        try:
            for _ in range(8):
                publisher.step(held)
        except PowerCut:
            cuts += 1
        finally:
            node.close()
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
    while kills < 100:
        ended = publish_in_a_process(stage, draw.randrange(1, 60))
        if ended == 0:
            break
        assert ended == -signal.SIGKILL
        kills += 1
    row = life.row(election_id)
    assert kills > 3
    assert row.state == ElectionState.PUBLISHED
    assert created(stage) == [*before, row.address]
    assert published(stage, row) == ONCE_EACH


def publish_in_a_process(stage: Scene, passages: int) -> int:
    """Publish in a process that kills itself at one of its calls; how it ended."""
    next(GENERATIONS)
    child = os.fork()
    if child == 0:
        _publish(stage, passages)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def _publish(stage: Scene, passages: int) -> NoReturn:
    try:
        database = Database(stage.runtime.settings.database)
        runtime, publisher, _ = process(stage, passages, database)
        while waits(database):
            held = runtime.leases.take(publisher.name)
            if held is not None and not publisher.step(held):
                time.sleep(0.01)
        os._exit(0)
    except PowerCut:
        os.kill(os.getpid(), signal.SIGKILL)
    finally:
        os._exit(1)


def waits(database: Database) -> bool:
    """Whether an election is being published."""
    wanted = select(Election.id).where(Election.state == ElectionState.PUBLISHING)
    with database.read() as session:
        return session.scalars(wanted).first() is not None
