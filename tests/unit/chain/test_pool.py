"""A pool over nodes that misbehave, each in its own way; over real sockets."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from hanpyo.chain.errors import AnswerTooLarge, NodeUnreachable, TransportError
from hanpyo.chain.node_errors import ExecutionReverted, NonceTooLow
from hanpyo.chain.pool import NodePool, NoUsableNode
from hanpyo.chain.pooled_node import ChainIdentity
from hanpyo.chain.rpc import Call, Retries
from tests.unit.chain.fake_node import FakeNode, Reply, methods, refusal, result

GENESIS = "0x" + "11" * 32
NOW = 1_800_000_000
ONCE = Retries(tries=1)


class Node(FakeNode):
    """Answers every examination well; `meddle` may answer anything else instead."""

    def __init__(self, name: str = "0x1") -> None:
        super().__init__(self._serve)
        self.name = name
        self.chain_id = "0x7"
        self.genesis = GENESIS
        self.head = 100
        self.head_time = NOW
        self.meddle: Callable[[dict[str, Any]], object] = lambda request: None

    @property
    def asked(self) -> list[str]:
        """What callers asked, without the examinations."""
        return [
            name
            for request in self.seen
            for name in methods(request)
            if name not in ("eth_chainId", "eth_getBlockByNumber")
        ]

    def _serve(self, request: Any) -> object:
        if isinstance(request, list):
            answers = [self._one(entry) for entry in request]
            stopped = next((a for a in answers if isinstance(a, Reply)), None)
            return stopped or list(reversed(answers))
        return self._one(request)

    def _one(self, request: dict[str, Any]) -> object:
        meddled = self.meddle(request)
        if meddled is not None:
            return meddled
        match request["method"]:
            case "eth_chainId":
                return result(request, self.chain_id)
            case "eth_getBlockByNumber" if request["params"][0] == "0x0":
                return result(request, {"hash": self.genesis})
            case "eth_getBlockByNumber":
                block = {"number": hex(self.head), "timestamp": hex(self.head_time)}
                return result(request, block)
            case _:
                return result(request, self.name)


class Time:
    """Seconds that pass only when told; sleeping passes them."""

    def __init__(self) -> None:
        self.now = 0.0

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def pool(*nodes: FakeNode, time: Time | None = None, **options: Any) -> NodePool:
    moving = time or Time()
    given: dict[str, Any] = {
        "retries": Retries(tries=4, first_pause=0.25, sleep=moving.sleep),
        "clock": lambda: NOW + moving.now,
        "monotonic": moving.clock,
    }
    return NodePool([node.url for node in nodes], **given | options)


def fails_with(reply: Reply) -> Callable[[dict[str, Any]], object]:
    return lambda request: reply if request["method"] == "eth_blockNumber" else None


FAILURES = [
    Reply(drop=True),
    Reply(status=500),
    Reply(status=429, headers={"Retry-After": "30"}),
    Reply(status=401),
    Reply(b"<html>maintenance</html>"),
    Reply(b'{"jsonrpc":"2.0","id":1,"resu'),
    Reply(b'{"jsonrpc":"2.0","id":1,"result":"0x1"}', announced=500),
    Reply(b'{"jsonrpc":"2.0","id":987654,"result":"0x9"}'),
    Reply(b'{"jsonrpc":"2.0","id":1,"result":null}'),
    Reply(b"[]"),
    Reply(b"null"),
    Reply(b"x" * 5_000),
]


@pytest.mark.parametrize("reply", FAILURES)
def test_another_node_answers_when_one_does_not(reply: Reply) -> None:
    with Node("0xa") as bad, Node("0xb") as good, pool(bad, good, max_answer=4_000) as rpc:
        bad.meddle = fails_with(reply)
        assert rpc.block_number() == 0xB
        assert bad.asked == ["eth_blockNumber"]


def test_the_first_node_serves_as_long_as_it_can() -> None:
    with Node("0xa") as first, Node("0xb") as second, pool(first, second) as rpc:
        assert [rpc.block_number() for _ in range(5)] == [0xA] * 5
        assert rpc.results([Call("eth_gasPrice"), Call("eth_blockNumber")]) == ["0xa", "0xa"]
        assert second.asked == []


def test_silence_is_a_failure_too() -> None:
    release = threading.Event()

    def stall(request: dict[str, Any]) -> object:
        if request["method"] == "eth_blockNumber":
            release.wait()
        return None

    with Node("0xa") as slow, Node("0xb") as good, pool(slow, good, timeout=0.2) as rpc:
        slow.meddle = stall
        assert rpc.block_number() == 0xB
        release.set()


def test_a_node_that_died_comes_back_after_its_back_off() -> None:
    time = Time()
    with Node("0xa") as first, Node("0xb") as second, pool(first, second, time=time) as rpc:
        first.meddle = fails_with(Reply(status=503))
        assert rpc.block_number() == 0xB
        first.meddle = lambda request: None
        assert rpc.block_number() == 0xB
        time.now += 0.6
        assert rpc.block_number() == 0xA


def test_the_back_off_of_a_dead_node_doubles() -> None:
    time = Time()
    with Node("0xa") as dead, Node("0xb") as good, pool(dead, good, time=time) as rpc:
        dead.meddle = lambda request: Reply(status=500)
        tries = []
        for seconds in (0, 0.4, 0.2, 0.9, 0.2, 1.9, 0.2, 1_000, 7, 2):
            time.now += seconds
            assert rpc.block_number() == 0xB
            tries.append(len(dead.seen))
        assert tries == [1, 1, 2, 2, 3, 3, 4, 5, 5, 6]


def test_a_busy_node_is_left_alone_as_long_as_it_asks_and_is_not_called_dead() -> None:
    time = Time()
    with Node("0xa") as busy, Node("0xb") as good, pool(busy, good, time=time) as rpc:
        busy.meddle = fails_with(Reply(status=429, headers={"Retry-After": "7"}))
        assert rpc.block_number() == 0xB
        assert rpc.states()[0].fault == "asks for fewer requests"
        time.now += 6.5
        assert rpc.block_number() == 0xB
        busy.meddle = lambda request: None
        time.now += 1
        assert rpc.block_number() == 0xA


def test_a_rate_limit_inside_a_batch_is_a_busy_node() -> None:
    def limited(request: dict[str, Any]) -> object:
        wanted = request["method"] == "eth_gasPrice"
        return refusal(request, -32005, "rate limit exceeded") if wanted else None

    with Node("0xa") as busy, Node("0xb") as good, pool(busy, good) as rpc:
        busy.meddle = limited
        assert rpc.batch([Call("eth_blockNumber"), Call("eth_gasPrice")]) == ["0xb", "0xb"]


def test_a_refusal_is_an_answer_and_is_not_asked_elsewhere() -> None:
    with Node() as first, Node() as second, pool(first, second) as rpc:
        first.meddle = lambda request: (
            refusal(request, 3, "execution reverted", "0x12")
            if request["method"] == "eth_call"
            else None
        )
        with pytest.raises(ExecutionReverted):
            rpc.call_contract("0x" + "00" * 20, b"")
        assert second.asked == []
        assert rpc.states()[0].fault is None


@pytest.mark.parametrize("field", ["chain_id", "genesis"])
def test_a_node_of_another_chain_is_never_asked(field: str) -> None:
    with Node("0xa") as foreign, Node("0xb") as good:
        setattr(foreign, field, "0x" + "22" * 32 if field == "genesis" else "0x8")
        known = ChainIdentity(7, bytes.fromhex(GENESIS[2:]))
        with pool(foreign, good, expected=lambda: known) as rpc:
            assert rpc.block_number() == 0xB
            assert foreign.asked == []
            assert rpc.states()[0].fault == "serves another chain"


def test_without_a_known_chain_the_first_node_that_answers_decides() -> None:
    with Node("0xa") as first, Node("0xb") as foreign, pool(first, foreign) as rpc:
        foreign.chain_id = "0x8"
        first.meddle = lambda request: None
        assert rpc.block_number() == 0xA
        first.meddle = lambda request: Reply(drop=True)
        with pytest.raises(TransportError):
            rpc.block_number()
        assert foreign.asked == []


def test_a_node_that_came_back_with_another_chain_is_found_out() -> None:
    time = Time()
    with Node("0xa") as node, pool(node, time=time) as rpc:
        assert rpc.block_number() == 0xA
        node.meddle = fails_with(Reply(drop=True))
        with pytest.raises(NodeUnreachable):
            rpc.block_number()
        node.meddle, node.genesis = (lambda request: None), "0x" + "33" * 32
        time.now += 60
        with pytest.raises(NoUsableNode, match="serves another chain"):
            rpc.block_number()


def test_a_stale_head_stands_back_until_it_catches_up() -> None:
    time = Time()
    with (
        Node("0xa") as stale,
        Node("0xb") as fresh,
        pool(stale, fresh, time=time, stale_after=60) as rpc,
    ):
        stale.head_time = NOW - 61
        assert rpc.block_number() == 0xB
        assert rpc.states()[0].fault == "is behind"
        stale.head_time = NOW
        time.now += 11
        assert rpc.block_number() == 0xA


def test_a_node_some_blocks_behind_stands_back() -> None:
    with Node("0xa") as behind, Node("0xb") as good, pool(behind, good) as rpc:
        behind.head = 96
        assert rpc.block_number() == 0xB
    with Node("0xa") as level, Node("0xb") as good, pool(level, good) as rpc:
        level.head = 97
        assert rpc.block_number() == 0xA


def test_one_node_that_claims_to_be_far_ahead_shuts_nobody_out() -> None:
    with Node("0xa") as first, Node("0xb") as second, Node("0xc") as boaster:
        boaster.head = 10**9
        with pool(first, second, boaster) as rpc:
            assert rpc.block_number() == 0xA


def test_a_chain_that_stands_still_as_a_whole_is_still_read() -> None:
    with Node("0xa") as first, Node("0xb") as second, pool(first, second) as rpc:
        first.head_time = second.head_time = NOW - 10_000
        assert rpc.block_number() == 0xA


def test_a_signed_transaction_goes_to_another_node_as_the_same_bytes() -> None:
    with Node() as first, Node() as second, pool(first, second) as rpc:
        first.meddle = lambda request: (
            Reply(drop=True) if request["method"] == "eth_sendRawTransaction" else None
        )
        second.meddle = lambda request: (
            refusal(request, -32000, "nonce too low")
            if request["method"] == "eth_sendRawTransaction"
            else None
        )
        (outcome,) = rpc.send_raw([b"\x02\x03"])
        assert isinstance(outcome, NonceTooLow)
        sent = [entry for node in (first, second) for batch in node.seen for entry in batch]
        raw = [e["params"] for e in sent if e["method"] == "eth_sendRawTransaction"]
        assert raw == [["0x0203"], ["0x0203"]]


def test_what_drives_a_node_is_never_asked_twice() -> None:
    with Node() as first, Node() as second, pool(first, second) as rpc:
        first.meddle = lambda request: (
            Reply(drop=True) if request["method"] == "anvil_mine" else None
        )
        with pytest.raises(NodeUnreachable):
            rpc.call("anvil_mine", "0x1")
        assert second.asked == []


def test_in_a_steady_stretch_all_answers_are_one_nodes() -> None:
    time = Time()
    with Node("0xa") as first, Node("0xb") as second, pool(first, second, time=time) as rpc:
        first.meddle = fails_with(Reply(status=500))
        assert rpc.block_number() == 0xB
        first.meddle = lambda request: None
        with rpc.steady():
            time.now += 60
            with rpc.steady():
                assert rpc.block_number() == 0xB
            assert rpc.block_number() == 0xB
        assert rpc.block_number() == 0xA


def test_a_steady_stretch_ends_when_its_node_fails() -> None:
    with Node("0xa") as first, Node("0xb") as second, pool(first, second, retries=ONCE) as rpc:
        with rpc.steady():
            assert rpc.block_number() == 0xA
            first.meddle = lambda request: Reply(drop=True)
            with pytest.raises(NodeUnreachable):
                rpc.block_number()
        assert rpc.block_number() == 0xB


def test_when_every_node_says_the_answer_is_too_large_it_is() -> None:
    with Node() as first, Node() as second, pool(first, second, max_answer=4_000) as rpc:
        for node in (first, second):
            node.meddle = lambda request: (
                Reply(b"x" * 5_000) if request["method"] == "eth_getLogs" else None
            )
        with pytest.raises(AnswerTooLarge):
            rpc.call("eth_getLogs", {})
        assert (first.asked, second.asked) == (["eth_getLogs"], ["eth_getLogs"])
        assert rpc.states()[0].fault is None


def test_all_down_is_told_with_each_nodes_name_and_nothing_of_its_key() -> None:
    urls = [f"http://127.0.0.1:1/v3/topsecret{n}" for n in range(2)]
    with NodePool(urls, retries=ONCE) as rpc, pytest.raises(NoUsableNode) as caught:
        rpc.block_number()
    assert str(caught.value).count("http://127.0.0.1:1 does not answer") == 2
    assert "topsecret" not in str(caught.value) + repr(rpc)


def test_many_threads_share_a_pool() -> None:
    found: list[int] = []
    with Node("0xa") as first, Node("0xb") as second, pool(first, second) as rpc:
        threads = [
            threading.Thread(target=lambda: found.append(rpc.block_number())) for _ in range(20)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == [0xA] * 20
