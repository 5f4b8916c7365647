"""What only an operator may pass: a reorganisation below the final block, and another chain."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy.orm import Session

from hanpyo.chain.rpc import Rpc
from hanpyo.db.models import Installation
from hanpyo.indexer.alarms import BELOW_FINAL, OTHER_CHAIN, release_alarms
from hanpyo.protocol.types import Secrecy
from tests.integration.indexer.following import Following
from tests.service.scene import NO, YES, Scene
from tests.unit.chain.fake_node import Proxy


@pytest.fixture
def shallow(shared: Scene) -> Iterator[Following]:
    """A followed election on a chain whose blocks are final after three."""
    runtime = shared.runtime
    before = runtime.settings
    chain = before.chain.model_copy(update={"confirmations": 3})
    runtime.settings = before.model_copy(update={"chain": chain})
    found = Following(shared, shared.publish(20, Secrecy.OPEN))
    shared.controls.mine(15)
    found.follow()
    node = runtime.node
    yield found
    runtime.node = node
    release(found)
    found.follow()
    runtime.settings = before


def release(following: Following) -> None:
    following.database.transact(lambda session: release_alarms(session, 5))


def test_below_the_final_block_it_stops_until_released(shallow: Following) -> None:
    shallow.cast(YES, range(4))
    shallow.scene.controls.mine(5)
    shallow.follow()
    before, head = shallow.rows(), shallow.head()
    shallow.reorganise(7)
    shallow.follow()
    shallow.scene.controls.mine()
    shallow.follow()
    assert shallow.rows() == before
    assert shallow.head().number == head.number
    (alarm,) = [each for each in shallow.alarms() if each.settled_at is None]
    assert (alarm.kind, alarm.number) == (BELOW_FINAL, head.final_number)
    release(shallow)
    shallow.follow()
    assert shallow.progress().live == 0
    assert all(each.settled_at is not None for each in shallow.alarms())
    shallow.cast(NO, range(2))
    shallow.follow()
    followed = shallow.rows()
    assert shallow.progress().live == 2
    assert shallow.rebuilt() == followed


def test_when_nothing_known_is_left_all_is_read_again(shallow: Following) -> None:
    shallow.cast(YES, range(4))
    shallow.follow()

    def forget(session: Session) -> None:
        session.connection().exec_driver_sql("UPDATE block SET hash = parent_hash")

    shallow.database.transact(forget)
    shallow.scene.controls.mine(2)
    shallow.follow()
    assert [each.kind for each in shallow.alarms() if each.released_at is None] == [BELOW_FINAL]
    release(shallow)
    shallow.follow()
    assert shallow.progress().live == 4
    assert shallow.head().number == shallow.scene.node.rpc.block_number()


def test_another_chain_is_not_read(shallow: Following) -> None:
    head = shallow.head()

    def renamed(session: Session) -> bytes:
        row = session.get_one(Installation, 1)
        genesis, row.genesis = row.genesis, bytes(32)
        return genesis

    genesis = shallow.database.transact(renamed)
    again = Following(shallow.scene, shallow.election)
    shallow.scene.controls.mine()
    again.follow()
    assert again.head().number == head.number
    assert [each.kind for each in again.alarms() if each.released_at is None] == [OTHER_CHAIN]

    def back(session: Session) -> None:
        session.get_one(Installation, 1).genesis = genesis

    shallow.database.transact(back)
    release(again)
    again.follow()
    assert again.head().number == head.number + 1


def test_a_chain_that_began_anew_is_noticed(shallow: Following) -> None:
    node = shallow.scene.node

    def anew(request: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        if request["method"] != "eth_getBlockByNumber":
            return answer
        block, number = answer["result"], request["params"][0]
        if number == "latest":
            return answer | {"result": node.rpc.call("eth_getBlockByNumber", "0x5", False)}
        return (
            answer | {"result": block | {"hash": "0x" + "11" * 32}} if number == "0x0" else answer
        )

    with Proxy(node.url) as proxy, Rpc(proxy.url) as rpc:
        proxy.after = anew
        shallow.through(rpc)
        shallow.follow()
        shallow.follow()
    assert [each.kind for each in shallow.alarms() if each.released_at is None] == [OTHER_CHAIN]


def test_a_reorganisation_during_a_backfill_is_followed(shallow: Following) -> None:
    shallow.cast(YES, range(4))
    shallow.scene.controls.mine(10)
    node = shallow.scene.node
    left = [1]

    def meddle(request: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        if request["method"] == "eth_getLogs" and left[0]:
            left[0] = 0
            shallow.reorganise(2)
        return answer

    with Proxy(node.url) as proxy, Rpc(proxy.url) as rpc:
        proxy.after = meddle
        shallow.through(rpc)
        shallow.follow()
        shallow.follow()
    followed = shallow.rows()
    assert shallow.progress().live == 4
    shallow.through(node.rpc)
    assert shallow.rebuilt() == followed


def test_one_election_that_cannot_be_read_holds_up_no_other(shallow: Following) -> None:
    other = Following(shallow.scene, shallow.scene.publish(20, Secrecy.OPEN))
    shallow.follow()
    shallow.cast(YES, range(2))
    other.cast(YES, range(3))
    node = shallow.scene.node

    def lie(request: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        if request["method"] != "eth_getLogs":
            return answer
        mine = request["params"][0]["address"] == shallow.election.address
        return answer | {"result": answer["result"][1:]} if mine else answer

    with Proxy(node.url) as proxy, Rpc(proxy.url) as rpc:
        proxy.after = lie
        shallow.through(rpc)
        shallow.follow()
    assert (shallow.progress().live, other.progress().live) == (0, 3)
    shallow.through(node.rpc)
    shallow.follow()
    assert (shallow.progress().live, other.progress().live) == (2, 3)
