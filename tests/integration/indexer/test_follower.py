"""Following a real chain: reorganisations, lagging and lying nodes, faults of one election."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update

from hanpyo.chain.rpc import Retries, Rpc
from hanpyo.db.leases import LeaseLost
from hanpyo.db.models import Block, Cursor, Election, Rewind
from hanpyo.protocol.types import Secrecy
from tests.integration.indexer.following import Following
from tests.service.scene import NO, YES, Scene
from tests.unit.chain.fake_node import Proxy

ONCE = Retries(tries=1)


def test_ballots_are_followed_and_rebuilt_alike(following: Following) -> None:
    following.cast(YES, range(5))
    following.follow()
    following.cast(NO, range(3), revision=1)
    following.follow()
    progress = following.progress()
    assert (progress.live, progress.touched, progress.batches) == (5, 3, 1)
    followed = following.rows()
    assert following.rebuilt() == followed


@pytest.mark.parametrize("depth", [1, 2, 5, 12])
def test_a_reorganisation_is_followed_exactly(following: Following, depth: int) -> None:
    following.cast(YES, range(4))
    following.follow()
    following.scene.controls.mine(max(0, depth - 2))
    following.cast(NO, range(6), revision=1)
    following.follow()
    assert following.progress().touched == 6
    following.reorganise(depth)
    following.follow()
    assert following.progress().touched == 0
    followed = following.rows()
    assert following.rebuilt() == followed
    head = following.head()
    assert head.hash == following.scene.node.rpc.block_hash(head.number)
    with following.database.read() as session:
        last = session.scalars(select(Rewind).order_by(Rewind.id.desc())).first()
    assert last is not None
    assert (last.election_id, last.from_number - last.to_number) == (following.election.id, depth)


def test_two_reorganisations_in_a_row_and_one_unseen(following: Following) -> None:
    following.cast(YES, range(4))
    following.follow()
    following.reorganise(1)
    following.cast(NO, range(3))
    following.reorganise(2)
    following.follow()
    following.reorganise(3)
    following.follow()
    assert following.progress().live == 0
    following.cast(YES, [7, 8])
    following.follow()
    followed = following.rows()
    assert following.progress().live == 2
    assert following.rebuilt() == followed


def test_a_ballot_mined_again_elsewhere_is_there_once(following: Following) -> None:
    following.cast(YES, range(4))
    following.follow()
    following.reorganise(1)
    following.cast(YES, range(4))
    following.follow()
    assert following.progress().live == 4
    assert len(following.rows()["act"]) == 4


def test_a_reorganisation_while_logs_are_read_changes_nothing_wrongly(
    following: Following,
) -> None:
    following.cast(YES, range(4))
    node = following.scene.node
    left = [2]

    def meddle(request: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        if request["method"] == "eth_getLogs" and left[0]:
            left[0] -= 1
            following.reorganise(1)
        return answer

    with Proxy(node.url) as proxy, Rpc(proxy.url) as rpc:
        proxy.after = meddle
        following.through(rpc)
        for _ in range(5):
            following.follow()
    assert following.progress().live == 0
    followed = following.rows()
    following.through(node.rpc)
    assert following.rebuilt() == followed


def test_a_lagging_node_is_no_reorganisation(following: Following) -> None:
    following.cast(YES, range(4))
    following.follow()
    before, head = following.rows(), following.head()
    node = following.scene.node
    behind = hex(head.number - 3)

    def lag(request: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        if request["method"] == "eth_getBlockByNumber" and request["params"][0] == "latest":
            shown = node.rpc.call("eth_getBlockByNumber", behind, False)
            return answer | {"result": shown}
        return answer

    with Proxy(node.url) as proxy, Rpc(proxy.url) as rpc:
        proxy.after = lag
        following.through(rpc)
        following.follow()
    assert following.rows() == before
    assert following.head().number == head.number


LIES: dict[str, Callable[[list[Any]], list[Any]]] = {
    "nothing": lambda logs: [],
    "the first left out": lambda logs: logs[1:],
    "the last left out": lambda logs: logs[:-1],
    "one left out": lambda logs: [*logs[:2], *logs[3:]],
    "twice": lambda logs: [*logs, *logs],
    "one twice": lambda logs: [*logs[:1], *logs],
    "out of order": lambda logs: logs[::-1],
    "withdrawn": lambda logs: [each | {"removed": True} for each in logs],
    "of an impostor": lambda logs: [each | {"address": "0x" + "99" * 20} for each in logs],
    "of another block": lambda logs: [each | {"blockHash": "0x" + "99" * 32} for each in logs],
    "of another batch": lambda logs: [
        each
        | ({"topics": [each["topics"][0], "0x" + "00" * 31 + "09"]} if n + 1 == len(logs) else {})
        for n, each in enumerate(logs)
    ],
}


@pytest.mark.parametrize("lie", LIES)
def test_logs_that_lie_hold_the_election_up_and_nothing_else(
    following: Following, lie: str
) -> None:
    following.cast(YES, range(4))
    node = following.scene.node
    before = following.rows()
    with Proxy(node.url) as proxy, Rpc(proxy.url) as rpc:
        proxy.after = lambda request, answer: (
            answer | {"result": LIES[lie](answer["result"])}
            if request["method"] == "eth_getLogs"
            else answer
        )
        following.through(rpc)
        following.follow()
    assert following.rows() == before
    following.through(node.rpc)
    following.follow()
    assert following.progress().live == 4


def test_an_election_is_caught_up_through_final_blocks(following: Following) -> None:
    following.cast(YES, range(4))
    following.scene.controls.mine(100)
    following.follow()
    following.cast(NO, range(2), revision=1)
    following.follow()
    followed = following.rows()
    assert following.head().final_number > 0
    assert following.rebuilt() == followed
    assert following.progress().live == 4


def test_a_node_that_hides_what_is_final_is_not_believed(following: Following) -> None:
    following.cast(YES, range(4))
    following.scene.controls.mine(100)
    node = following.scene.node
    with Proxy(node.url) as proxy, Rpc(proxy.url) as rpc:
        proxy.after = lambda request, answer: (
            answer | {"result": []} if request["method"] == "eth_getLogs" else answer
        )
        following.through(rpc)
        following.follow()
    following.through(node.rpc)
    following.follow()
    assert following.progress().live == 4


def test_final_blocks_without_events_are_forgotten(following: Following) -> None:
    following.cast(YES, range(4))
    following.follow()
    following.scene.controls.mine(100)
    following.follow()
    final = following.head().final_number
    with following.database.read() as session:
        kept = session.scalars(select(Block).where(Block.number < final)).all()
        assert kept
        assert all(row.eventful for row in kept)


def test_what_stands_at_the_address_must_be_the_election(following: Following) -> None:
    controls = following.scene.node.rpc
    following.cast(YES, range(2))
    following.follow()
    before = following.rows()
    code = controls.code(following.election.address)
    fresh = Following(following.scene, following.election)
    controls.call("anvil_setCode", following.election.address, "0x" + (code[:-1] + b"\1").hex())
    following.scene.controls.mine()
    fresh.follow()
    controls.call("anvil_setCode", following.election.address, "0x" + code.hex())
    assert fresh.rows() == before
    with following.database.read() as session:
        cursor = session.get_one(Cursor, following.election.id)
        assert cursor.number < following.head().number
    fresh.follow()
    with following.database.read() as session:
        cursor = session.get_one(Cursor, following.election.id)
        assert cursor.number == following.head().number


def test_whoever_lost_the_lease_writes_nothing(following: Following) -> None:
    held = following.held
    other = following.scene.runtime.leases
    other.release(held)
    following.scene.controls.mine()
    following.follower.step(following.held)
    following.scene.controls.mine()
    with pytest.raises(LeaseLost):
        following.follower.step(held)


def test_a_draft_is_not_followed(following: Following, shared: Scene) -> None:
    other = shared.publish(3, Secrecy.OPEN)

    def work(session: Any) -> None:
        session.execute(update(Election).where(Election.id == other.id).values(state="publishing"))

    shared.runtime.database.transact(work)
    following.follow()
    with following.database.read() as session:
        assert session.get(Cursor, other.id) is None
