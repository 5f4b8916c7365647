"""Pools over real nodes: a proxy in front of one fails, lags or lies while transactions go out."""

from collections.abc import Iterator

import pytest

from hanpyo.chain.node import EmbeddedNode
from hanpyo.chain.pool import NodePool, NoUsableNode
from hanpyo.chain.pooled_node import ChainIdentity
from hanpyo.chain.rpc import Retries
from hanpyo.chain.sender import Pace, Sender
from hanpyo.chain.tickets import TransactionRequest
from tests.unit.chain.fake_node import Proxy, Reply, methods

QUICK = Retries(tries=3, first_pause=0.02)


@pytest.fixture(scope="module")
def chain() -> Iterator[EmbeddedNode]:
    with EmbeddedNode() as running:
        yield running


@pytest.fixture
def proxy(chain: EmbeddedNode) -> Iterator[Proxy]:
    with Proxy(chain.url) as running:
        yield running


def payment(label: str) -> TransactionRequest:
    return TransactionRequest("0x000000000000000000000000000000000000bEEF", value=1, label=label)  # type: ignore[arg-type]


def test_transactions_go_on_while_the_first_node_dies(chain: EmbeddedNode, proxy: Proxy) -> None:
    with NodePool([proxy.url, chain.url], retries=QUICK) as rpc:
        sender = Sender(rpc, chain.accounts[0], chain.chain_id, pace=Pace(poll=0.02))
        before = chain.rpc.nonce(sender.address)
        sender.transact(payment("before"))
        proxy.before = lambda request: Reply(drop=True)
        receipts = [sender.transact(payment(f"after {n}")) for n in range(3)]
        assert all(receipt.succeeded for receipt in receipts)
        assert chain.rpc.nonce(sender.address) == before + 4


def test_a_transaction_whose_answer_was_lost_is_sent_once(
    chain: EmbeddedNode, proxy: Proxy
) -> None:
    proxy.after = lambda request, answer: (
        Reply(drop=True) if request["method"] == "eth_sendRawTransaction" else answer
    )
    with NodePool([proxy.url, chain.url], retries=QUICK) as rpc:
        sender = Sender(rpc, chain.accounts[1], chain.chain_id, pace=Pace(poll=0.02))
        assert sender.transact(payment("once")).succeeded
        assert chain.rpc.nonce(sender.address) == 1


def test_only_nodes_of_the_expected_chain_are_used(chain: EmbeddedNode) -> None:
    known = ChainIdentity(chain.chain_id, chain.rpc.block_hash(0))
    with (
        EmbeddedNode() as other,
        NodePool([other.url, chain.url], expected=lambda: known, retries=QUICK) as rpc,
    ):
        assert rpc.chain_id() == chain.chain_id
    with (
        EmbeddedNode() as other,
        NodePool([other.url], expected=lambda: known, retries=QUICK) as rpc,
        pytest.raises(NoUsableNode, match="another chain"),
    ):
        rpc.chain_id()


def test_a_node_that_hides_the_newest_blocks_is_not_asked(
    chain: EmbeddedNode, proxy: Proxy
) -> None:
    early = chain.rpc.call("eth_getBlockByNumber", "0x0", False)
    chain.controls.mine(10)

    def stale(request: dict[str, object], answer: dict[str, object]) -> dict[str, object]:
        params = request.get("params")
        latest = isinstance(params, list) and params[:1] == ["latest"]
        return answer | {"result": early} if latest else answer

    proxy.after = stale
    with NodePool([proxy.url, chain.url], retries=QUICK) as rpc:
        assert rpc.block_number() == chain.rpc.block_number()
        assert all(name != "eth_blockNumber" for r in proxy_seen(proxy) for name in r)


def proxy_seen(proxy: Proxy) -> list[list[str]]:
    return [methods(request) for request in proxy.seen]
