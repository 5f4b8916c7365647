from collections.abc import Callable
from typing import Any

import pytest
from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address

from hanpyo.chain.errors import ChainError, ChainMoved, LogsInconsistent, NodeUnreachable
from hanpyo.chain.events import Check, Ranges, TopicFilter, read_logs
from hanpyo.chain.node import EmbeddedNode
from hanpyo.chain.node_errors import MethodUnsupported, RangeRefused
from hanpyo.chain.receipts import Log
from hanpyo.chain.rpc import Retries, Rpc
from hanpyo.chain.sender import Sender
from hanpyo.chain.tickets import TransactionRequest
from tests.integration.chain.beacon import word
from tests.unit.chain.fake_node import Proxy, Reply, methods, refusal

LOGS = 12
ONCE = Retries(tries=1)


@pytest.fixture
def filled(node: EmbeddedNode, beacon: ChecksumAddress) -> ChecksumAddress:
    """The beacon after 12 logs: topics 0, 1, 2 in turn, two a block, quiet blocks between."""
    sender = Sender(node.rpc, node.accounts[0], node.chain_id)
    node.controls.set_automine(False)
    for n in range(0, LOGS, 2):
        sender.send_many(
            [TransactionRequest(beacon, word(k % 3) + bytes([k]), gas=90_000) for k in (n, n + 1)]
        )
        node.controls.mine(3)
    return beacon


def payloads(logs: list[Log]) -> list[int]:
    return [log.data[0] for log in logs]


@pytest.mark.parametrize("check", Check)
@pytest.mark.parametrize("ranges", [Ranges(1, 1), Ranges(1, 4), Ranges(1_000, 1_000)])
def test_every_log_comes_once_and_in_order(
    node: EmbeddedNode, filled: ChecksumAddress, check: Check, ranges: Ranges
) -> None:
    newest = node.rpc.block_number()
    logs = list(read_logs(node.rpc, filled, 0, newest, check=check, ranges=ranges))
    assert payloads(logs) == list(range(LOGS))


@pytest.mark.parametrize("check", Check)
@pytest.mark.parametrize(
    ("topics", "expected"),
    [
        ((), list(range(LOGS))),
        ([None], list(range(LOGS))),
        ([[]], list(range(LOGS))),
        ([word(1)], [1, 4, 7, 10]),
        ([[word(1), word(2)]], [1, 2, 4, 5, 7, 8, 10, 11]),
        ([word(9)], []),
        ([None, word(1)], []),
    ],
)
def test_topics_filter(
    node: EmbeddedNode,
    filled: ChecksumAddress,
    check: Check,
    topics: TopicFilter,
    expected: list[int],
) -> None:
    newest = node.rpc.block_number()
    assert payloads(list(read_logs(node.rpc, filled, 0, newest, topics, check=check))) == expected


def test_an_empty_range_and_a_silent_contract_give_nothing(
    node: EmbeddedNode, filled: ChecksumAddress
) -> None:
    newest = node.rpc.block_number()
    stranger = to_checksum_address(b"\x99" * 20)
    assert list(read_logs(node.rpc, filled, 5, 4)) == []
    assert list(read_logs(node.rpc, stranger, 0, newest, check=Check.RECEIPTS)) == []


def test_the_range_shrinks_when_refused_and_grows_again(
    node: EmbeddedNode, filled: ChecksumAddress
) -> None:
    spans: list[int] = []

    def limit(request: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        if request["method"] != "eth_getLogs":
            return answer
        query = request["params"][0]
        spans.append(int(query["toBlock"], 16) - int(query["fromBlock"], 16) + 1)
        if spans[-1] > 4:
            return refusal(request, -32005, "query returned more than 10000 results")
        return answer

    with Proxy(node.url) as proxy, Rpc(proxy.url) as rpc:
        proxy.after = limit
        logs = list(read_logs(rpc, filled, 0, 15, ranges=Ranges(16, 64)))
    assert spans == [16, 8, 4, 6, 4, 5, 4, 4]
    assert payloads(logs) == payloads(list(read_logs(node.rpc, filled, 0, 15)))


def test_each_header_is_read_once_however_often_the_range_is_refused(
    node: EmbeddedNode, filled: ChecksumAddress
) -> None:
    asked: list[str] = []

    def limit(request: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        if request["method"] == "eth_getBlockByNumber":
            asked.append(request["params"][0])
        elif len(answer["result"]) > 4:
            return refusal(request, -32005, "query returned more than 10000 results")
        return answer

    with Proxy(node.url) as proxy, Rpc(proxy.url) as rpc:
        proxy.after = limit
        logs = list(read_logs(rpc, filled, 0, 15, check=Check.BLOOM))
    assert payloads(logs) == payloads(list(read_logs(node.rpc, filled, 0, 15)))
    assert asked == [hex(number) for number in range(16)]


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(status=504), ChainError),
        (Reply(b"<html>"), ChainError),
        (Reply(b"x" * 20_000), ChainError),
        (Reply(drop=True), NodeUnreachable),
    ],
)
def test_a_range_of_one_block_that_still_fails_raises(
    node: EmbeddedNode, filled: ChecksumAddress, reply: Reply, kind: type[ChainError]
) -> None:
    with Proxy(node.url) as proxy, Rpc(proxy.url, retries=ONCE, max_answer=10_000) as rpc:
        proxy.before = lambda request: reply if methods(request) == ["eth_getLogs"] else None
        with pytest.raises(kind):
            list(read_logs(rpc, filled, 0, 15))


def test_a_query_that_only_times_out_when_long_is_answered(
    node: EmbeddedNode, filled: ChecksumAddress
) -> None:
    def gateway(request: Any) -> Reply | None:
        if methods(request) != ["eth_getLogs"]:
            return None
        query = request["params"][0]
        long = int(query["toBlock"], 16) - int(query["fromBlock"], 16) > 2
        return Reply(status=504) if long else None

    with Proxy(node.url) as proxy, Rpc(proxy.url, retries=ONCE) as rpc:
        proxy.before = gateway
        assert payloads(list(read_logs(rpc, filled, 0, node.rpc.block_number()))) == list(
            range(LOGS)
        )


def _alter(change: dict[str, Any]) -> Callable[[list[Any]], list[Any]]:
    return lambda logs: [*logs[:3], logs[3] | change, *logs[4:]]


LIES: list[tuple[str, Check, Callable[[list[Any]], list[Any]]]] = [
    ("twice", Check.END_BLOCK, lambda logs: [logs[0], *logs]),
    ("out of order", Check.END_BLOCK, lambda logs: [logs[1], logs[0], *logs[2:]]),
    ("backwards", Check.END_BLOCK, lambda logs: logs[::-1]),
    ("removed", Check.END_BLOCK, _alter({"removed": True})),
    ("of an impostor", Check.END_BLOCK, _alter({"address": "0x" + "99" * 20})),
    (
        "outside the range",
        Check.END_BLOCK,
        lambda logs: [*logs, logs[-1] | {"blockNumber": "0x999"}],
    ),
    ("all left out", Check.BLOOM, lambda logs: []),
    ("a block left out", Check.BLOOM, lambda logs: logs[2:]),
    ("in a quiet block", Check.BLOOM, _alter({"blockNumber": "0x7", "logIndex": "0x9"})),
    ("one left out", Check.RECEIPTS, lambda logs: logs[1:]),
    ("the last left out", Check.RECEIPTS, lambda logs: logs[:-1]),
    ("altered data", Check.RECEIPTS, _alter({"data": "0xff"})),
    ("altered topic", Check.RECEIPTS, _alter({"topics": ["0x" + "00" * 31 + "02"]})),
    ("altered index", Check.RECEIPTS, _alter({"logIndex": "0x5"})),
    ("altered transaction", Check.RECEIPTS, _alter({"transactionHash": "0x" + "11" * 32})),
]


@pytest.mark.parametrize(("what", "check", "lie"), LIES, ids=[lie[0] for lie in LIES])
def test_logs_that_lie_are_found(
    node: EmbeddedNode,
    filled: ChecksumAddress,
    what: str,
    check: Check,
    lie: Callable[[list[Any]], list[Any]],
) -> None:
    newest = node.rpc.block_number()
    with Proxy(node.url) as proxy, Rpc(proxy.url) as rpc:
        proxy.after = lambda request, answer: (
            answer | {"result": lie(answer["result"])}
            if request["method"] == "eth_getLogs"
            else answer
        )
        with pytest.raises((LogsInconsistent, ChainMoved)):
            list(read_logs(rpc, filled, 0, newest, check=check))


def test_logs_of_another_block_of_the_same_number_are_found(
    node: EmbeddedNode, filled: ChecksumAddress
) -> None:
    newest = node.rpc.block_number()
    with Proxy(node.url) as proxy, Rpc(proxy.url) as rpc:
        proxy.after = lambda request, answer: (
            answer | {"result": _alter({"blockHash": "0x" + "11" * 32})(answer["result"])}
            if request["method"] == "eth_getLogs"
            else answer
        )
        with pytest.raises(ChainMoved):
            list(read_logs(rpc, filled, 0, newest, check=Check.BLOOM))
        with pytest.raises(ChainMoved):
            list(read_logs(rpc, filled, 0, 6))


def test_a_reorganisation_during_the_read_is_found(remembering_node: EmbeddedNode) -> None:
    node = remembering_node
    node.controls.mine(5)
    newest = node.rpc.block_number()
    anyone = node.accounts[0].address

    def reorganise(request: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        if request["method"] == "eth_getLogs":
            node.controls.reorganise(2)
        return answer

    with Proxy(node.url) as proxy, Rpc(proxy.url) as rpc:
        proxy.after = reorganise
        with pytest.raises(ChainMoved, match=f"block {newest} changed"):
            list(read_logs(rpc, anyone, 0, newest))


@pytest.mark.parametrize(
    ("text", "kind"),
    [("block range is too wide", RangeRefused), ("Method not found", MethodUnsupported)],
)
def test_a_refusal_that_stays_is_raised(
    node: EmbeddedNode, filled: ChecksumAddress, text: str, kind: type[ChainError]
) -> None:
    with Proxy(node.url) as proxy, Rpc(proxy.url) as rpc:
        proxy.after = lambda request, answer: (
            refusal(request, -32000, text) if request["method"] == "eth_getLogs" else answer
        )
        with pytest.raises(kind):
            list(read_logs(rpc, filled, 0, 15))


@pytest.mark.parametrize(("first", "most"), [(0, 1), (2, 1), (-1, 5)])
def test_ranges_that_cannot_be_are_not_built(first: int, most: int) -> None:
    with pytest.raises(ValueError, match="1 <= first <= most"):
        Ranges(first, most)
