import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest

from hanpyo.chain.errors import (
    AnswerTooLarge,
    ChainError,
    InvalidNodeUrl,
    MalformedAnswer,
    NodeBusy,
    NodeRefused,
    NodeTimeout,
    NodeUnavailable,
    NodeUnreachable,
    WrongChain,
)
from hanpyo.chain.node_errors import BlockUnknown, ExecutionReverted, NodeError, NonceTooLow
from hanpyo.chain.rpc import BATCH_CALLS, Call, Retries, Rpc
from tests.unit.chain.fake_node import FakeNode, Reply, refusal, result

ONCE = Retries(tries=1)
BAD_REPLIES = [
    (Reply(b"<html>maintenance</html>"), MalformedAnswer),
    (Reply(b""), MalformedAnswer),
    (Reply(b'{"jsonrpc":"2.0","id":1,"resu'), MalformedAnswer),
    (Reply(b"[" * 900), MalformedAnswer),
    (Reply(b'{"jsonrpc":"2.0","id":NaN,"result":1}'), MalformedAnswer),
    (Reply(b'{"jsonrpc":"2.0","id":1,"result":"0x1"}', announced=500), MalformedAnswer),
    (Reply(b"x" * 2_000), AnswerTooLarge),
    (Reply(b"slow down", status=429, headers={"Retry-After": "7"}), NodeBusy),
    (Reply(b"", status=500), NodeUnavailable),
    (Reply(b"", status=502), NodeUnavailable),
    (Reply(b"", status=401), NodeRefused),
    (Reply(b"", status=302, headers={"Location": "http://169.254.169.254/"}), NodeRefused),
    (Reply(drop=True), NodeUnreachable),
]
BAD_ANSWERS: list[Callable[[dict[str, Any]], object]] = [
    lambda request: {**result(request, "0x1"), "id": request["id"] + 1},
    lambda request: {**result(request, "0x1"), "id": str(request["id"])},
    lambda request: {**result(request, "0x1"), "id": True},
    lambda request: {"jsonrpc": "2.0", "id": request["id"]},
    lambda request: {"jsonrpc": "2.0", "id": request["id"], "error": "no"},
    lambda request: {"jsonrpc": "2.0", "id": request["id"], "error": {"code": "x", "message": 1}},
    lambda request: {**refusal(request, -32000, "no", "0xzz")},
    lambda request: [result(request, "0x1")],
    lambda request: "0x1",
    lambda request: None,
    lambda request: result(request, None),
    lambda request: result(request, 1),
]


@pytest.mark.parametrize(("reply", "kind"), BAD_REPLIES)
def test_every_failure_of_the_wire_has_its_type(reply: Reply, kind: type[ChainError]) -> None:
    with (
        FakeNode(lambda request: reply) as node,
        Rpc(node.url, max_answer=1_000, retries=ONCE) as rpc,
        pytest.raises(kind),
    ):
        rpc.chain_id()


@pytest.mark.parametrize("answer", BAD_ANSWERS)
def test_an_answer_to_something_else_is_refused(
    answer: Callable[[dict[str, Any]], object],
) -> None:
    with (
        FakeNode(answer) as node,
        Rpc(node.url, retries=ONCE) as rpc,
        pytest.raises(MalformedAnswer),
    ):
        rpc.chain_id()


def test_nobody_listening_is_unreachable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with (
            Rpc(f"http://127.0.0.1:{taken.getsockname()[1]}", retries=ONCE) as rpc,
            pytest.raises(NodeUnreachable),
        ):
            rpc.chain_id()


def test_a_broken_tls_handshake_is_unreachable() -> None:
    with FakeNode(lambda request: result(request, "0x1")) as node:
        url = node.url.replace("http://", "https://")
        with Rpc(url, retries=ONCE) as rpc, pytest.raises(NodeUnreachable, match="SSLError"):
            rpc.chain_id()


def test_silence_is_a_timeout() -> None:
    release = threading.Event()

    def stall(request: object) -> Reply:
        release.wait()
        return Reply(drop=True)

    with FakeNode(stall) as node, Rpc(node.url, timeout=0.05, retries=ONCE) as rpc:
        with pytest.raises(NodeTimeout):
            rpc.chain_id()
        release.set()


def test_a_failing_wire_is_tried_again_with_growing_pauses() -> None:
    pauses: list[float] = []
    replies = iter([Reply(status=500), Reply(drop=True), Reply(b"?")])

    def answer(request: dict[str, Any]) -> object:
        return next(replies, None) or result(request, "0x2a")

    retries = Retries(tries=4, first_pause=1.0, sleep=pauses.append)
    with FakeNode(answer) as node, Rpc(node.url, retries=retries) as rpc:
        assert rpc.chain_id() == 42
    assert pauses == [1.0, 2.0, 4.0]


def test_a_busy_node_is_given_the_pause_it_asks_for() -> None:
    pauses: list[float] = []
    replies = iter([Reply(status=429, headers={"Retry-After": "9"}), Reply(status=429)])

    def answer(request: dict[str, Any]) -> object:
        return next(replies, None) or result(request, "0x2a")

    retries = Retries(tries=3, first_pause=1.0, sleep=pauses.append)
    with FakeNode(answer) as node, Rpc(node.url, retries=retries) as rpc:
        assert rpc.chain_id() == 42
    assert pauses == [9.0, 2.0]


def test_what_changes_a_node_is_never_repeated() -> None:
    with FakeNode(lambda request: Reply(status=500)) as node, Rpc(node.url) as rpc:
        with pytest.raises(NodeUnavailable):
            rpc.call("anvil_mine", "0x1")
        assert len(node.seen) == 1


def test_a_refusal_is_not_tried_again() -> None:
    with (
        FakeNode(lambda request: refusal(request, -32000, "nonce too low")) as node,
        Rpc(node.url) as rpc,
    ):
        with pytest.raises(NonceTooLow):
            rpc.call("eth_sendRawTransaction", "0x")
        assert len(node.seen) == 1


def test_revert_data_comes_with_the_error() -> None:
    with (
        FakeNode(lambda request: refusal(request, 3, "execution reverted", "0x1234")) as node,
        Rpc(node.url) as rpc,
        pytest.raises(ExecutionReverted) as caught,
    ):
        rpc.call_contract("0x" + "00" * 20, b"")
    assert caught.value.data == b"\x12\x34"


def test_a_batch_answered_out_of_order_is_put_in_order() -> None:
    def answer(requests: list[dict[str, Any]]) -> object:
        return [result(request, request["params"][0]) for request in reversed(requests)]

    with FakeNode(answer) as node, Rpc(node.url) as rpc:
        assert rpc.batch([Call("eth_echo", (n,)) for n in range(5)]) == [0, 1, 2, 3, 4]


def test_batches_hold_at_most_a_hundred_calls_and_a_mebibyte() -> None:
    def answer(requests: list[dict[str, Any]]) -> object:
        return [result(request, None) for request in requests]

    with FakeNode(answer) as node, Rpc(node.url) as rpc:
        rpc.batch([Call("eth_echo")] * 250)
        assert [len(request) for request in node.seen] == [BATCH_CALLS, BATCH_CALLS, 50]
        node.seen.clear()
        rpc.batch([Call("eth_echo", ("x" * 600_000,))] * 3)
        assert [len(request) for request in node.seen] == [1, 1, 1]


def test_one_refusal_in_a_batch_leaves_the_others() -> None:
    def answer(requests: list[dict[str, Any]]) -> object:
        return [result(requests[0], "0x1"), refusal(requests[1], -32000, "nonce too low")]

    with FakeNode(answer) as node, Rpc(node.url) as rpc:
        first, second = rpc.batch([Call("eth_a"), Call("eth_b")])
        assert first == "0x1"
        assert isinstance(second, NonceTooLow)
        with pytest.raises(NonceTooLow):
            rpc.results([Call("eth_a"), Call("eth_b")])


def _missing(requests: list[dict[str, Any]]) -> object:
    return [result(requests[0], None)]


def _twice(requests: list[dict[str, Any]]) -> object:
    return [result(requests[0], None)] * 2


def _foreign(requests: list[dict[str, Any]]) -> object:
    return [result(requests[0], None), {**result(requests[1], None), "id": 10**6}]


def _text(requests: list[dict[str, Any]]) -> object:
    return "no batches here"


@pytest.mark.parametrize("answer", [_missing, _twice, _foreign, _text])
def test_a_batch_must_be_answered_one_to_one(answer: Callable[[Any], object]) -> None:
    with (
        FakeNode(answer) as node,
        Rpc(node.url, retries=ONCE) as rpc,
        pytest.raises(MalformedAnswer),
    ):
        rpc.batch([Call("eth_a"), Call("eth_b")])


def test_a_batch_refused_as_a_whole_raises_the_refusal() -> None:
    body = orjson.dumps({"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "no"}})
    with (
        FakeNode(lambda request: Reply(body)) as node,
        Rpc(node.url) as rpc,
        pytest.raises(NodeError),
    ):
        rpc.batch([Call("eth_a")])


def test_another_chain_is_refused() -> None:
    with (
        FakeNode(lambda request: result(request, "0x5")) as node,
        Rpc(node.url) as rpc,
        pytest.raises(WrongChain, match="chain id 5, but chain id 7"),
    ):
        rpc.require_chain(7)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "127.0.0.1:8545",
        "ws://127.0.0.1:8545",
        "file:///etc/passwd",
        "ftp://host/",
        "http://",
        "http://name:secret@host/",
        "http://host:port/",
        "http://host:99999/",
    ],
)
def test_only_plain_http_and_https_urls_are_taken(url: str) -> None:
    with pytest.raises(InvalidNodeUrl):
        Rpc(url)


def test_a_key_in_the_url_is_never_shown() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v3/topsecret?key=topsecret"
        with Rpc(url, retries=ONCE) as rpc:
            with pytest.raises(NodeUnreachable) as caught:
                rpc.chain_id()
            assert "topsecret" not in repr(rpc) + repr(caught.value)


def test_headers_go_with_each_request() -> None:
    with (
        FakeNode(lambda request: result(request, "0x1")) as node,
        Rpc(node.url, headers={"Authorization": "Bearer x"}) as rpc,
    ):
        assert rpc.chain_id() == 1
        assert node.headers[0]["Authorization"] == "Bearer x"


def test_a_block_hash_is_the_nodes_word_for_it() -> None:
    def answer(request: dict[str, Any]) -> object:
        known = request["params"][0] == "0x1"
        return result(request, {"hash": "0x" + "ab" * 32} if known else None)

    with FakeNode(answer) as node, Rpc(node.url) as rpc:
        assert rpc.block_hash(1) == b"\xab" * 32
        with pytest.raises(BlockUnknown):
            rpc.block_hash(2)


@pytest.fixture
def echo() -> Iterator[FakeNode]:
    with FakeNode(lambda request: result(request, request["params"][0])) as node:
        yield node


def test_one_client_serves_many_threads(echo: FakeNode) -> None:
    answers: dict[int, object] = {}
    with Rpc(echo.url) as rpc:

        def ask(number: int) -> None:
            answers[number] = rpc.call("eth_echo", number)

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert answers == {number: number for number in range(20)}
