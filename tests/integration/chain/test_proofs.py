import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from eth_hash.auto import keccak
from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address

from hanpyo.chain.errors import ChainMoved, InvalidProof, LogsInconsistent, UntrustworthyAnswer
from hanpyo.chain.headers import Header, fetch_header, fetch_headers
from hanpyo.chain.node import EmbeddedNode
from hanpyo.chain.node_errors import BlockUnknown
from hanpyo.chain.proofs import ABSENT, AccountState, fetch_state
from hanpyo.chain.receipts import fetch_receipts, read_consensus_logs
from hanpyo.chain.rpc import Rpc
from hanpyo.chain.sender import Sender
from hanpyo.chain.tickets import TransactionRequest
from hanpyo.chain.transactions import fetch_transactions
from hanpyo.chain.tries import ordered_proof, read_ordered_proof
from tests.integration.chain.beacon import word
from tests.unit.chain.fake_node import Proxy


@pytest.fixture
def full_block(node: EmbeddedNode, beacon: ChecksumAddress) -> int:
    """The number of a block with 20 transactions to the beacon, the last one reverted."""
    sender = Sender(node.rpc, node.accounts[0], node.chain_id)
    node.controls.set_automine(False)
    requests = [TransactionRequest(beacon, word(n % 3) + bytes([n]), gas=90_000) for n in range(19)]
    sender.send_many([*requests, TransactionRequest(beacon, gas=90_000)])
    node.controls.mine()
    node.controls.set_automine(True)
    return node.rpc.block_number()


def test_every_header_links_to_its_parent(node: EmbeddedNode, full_block: int) -> None:
    node.controls.mine(4)
    headers = fetch_headers(node.rpc, 0, full_block + 4)
    assert [header.number for header in headers] == list(range(full_block + 5))
    assert fetch_header(node.rpc, headers[3].hash) == headers[3]
    assert fetch_header(node.rpc, "latest") == headers[-1]


def test_a_block_that_is_not_there_is_told(node: EmbeddedNode) -> None:
    with pytest.raises(BlockUnknown):
        fetch_header(node.rpc, 10**6)
    with pytest.raises(BlockUnknown):
        fetch_header(node.rpc, b"\x11" * 32)


def test_receipts_are_proven_by_the_header(node: EmbeddedNode, full_block: int) -> None:
    receipts = fetch_receipts(node.rpc, fetch_header(node.rpc, full_block))
    assert [receipt.succeeded for receipt in receipts] == [True] * 19 + [False]
    assert [log.log_index for receipt in receipts for log in receipt.logs] == list(range(19))


def test_transactions_are_proven_by_the_header(node: EmbeddedNode, full_block: int) -> None:
    header = fetch_header(node.rpc, full_block)
    transactions = fetch_transactions(node.rpc, header)
    receipts = fetch_receipts(node.rpc, header)
    assert [t.hash for t in transactions] == [r.transaction_hash for r in receipts]
    assert transactions[5].data == word(2) + b"\x05"


def test_one_receipt_is_proven_without_the_others(
    node: EmbeddedNode, beacon: ChecksumAddress, full_block: int
) -> None:
    header = fetch_header(node.rpc, full_block)
    encoded = [receipt.encoded for receipt in fetch_receipts(node.rpc, header)]
    proof = ordered_proof(encoded, 7)
    receipt = read_ordered_proof(header.receipts_root, 7, proof)
    assert read_consensus_logs(receipt) == [(beacon, (word(1),), b"\x07")]
    with pytest.raises(InvalidProof):
        read_ordered_proof(header.receipts_root, 8, proof)


def test_state_is_proven_by_the_newest_header(
    node: EmbeddedNode, beacon: ChecksumAddress, full_block: int
) -> None:
    header = fetch_header(node.rpc, full_block)
    proof = fetch_state(node.rpc, header, beacon, [0, 1, 2, 3])
    account, values = proof.verify(header.state_root)
    assert values == {0: 7, 1: 6, 2: 6, 3: 0}
    assert account.code_hash == keccak(node.rpc.code(beacon))
    assert (account.nonce, account.balance) == (1, 0)


def test_an_account_that_is_not_there_is_proven_absent(node: EmbeddedNode) -> None:
    header = fetch_header(node.rpc, "latest")
    nobody = to_checksum_address(b"\x99" * 20)
    account, values = fetch_state(node.rpc, header, nobody, [5]).verify(header.state_root)
    assert account == ABSENT == AccountState(0, 0, account.storage_root, account.code_hash)
    assert values == {5: 0}


def test_state_is_still_proven_after_a_restart(
    node: EmbeddedNode, beacon: ChecksumAddress, full_block: int
) -> None:
    node.restart()
    header = fetch_header(node.rpc, full_block)
    _, values = fetch_state(node.rpc, header, beacon, [0]).verify(header.state_root)
    assert values == {0: 7}


def test_a_pruning_node_says_that_it_lacks_old_state(
    node: EmbeddedNode, beacon: ChecksumAddress, full_block: int
) -> None:
    with pytest.raises(BlockUnknown):
        fetch_state(node.rpc, fetch_header(node.rpc, full_block - 1), beacon)


def test_a_proof_altered_or_moved_is_refused(
    node: EmbeddedNode, beacon: ChecksumAddress, full_block: int
) -> None:
    header = fetch_header(node.rpc, full_block)
    proof = fetch_state(node.rpc, header, beacon, [0])
    altered = dataclasses.replace(
        proof, slots=(dataclasses.replace(proof.slots[0], nodes=proof.slots[0].nodes[:-1]),)
    )
    with pytest.raises(UntrustworthyAnswer):
        altered.verify(header.state_root)
    with pytest.raises(UntrustworthyAnswer):
        proof.verify(fetch_header(node.rpc, full_block - 1).state_root)


def read_everything(rpc: Rpc, header: Header, beacon: ChecksumAddress) -> None:
    fetch_receipts(rpc, header)
    fetch_transactions(rpc, header)
    fetch_state(rpc, header, beacon, [0])


def test_a_proof_of_the_state_after_the_block_is_asked_for_again(
    node: EmbeddedNode, beacon: ChecksumAddress, full_block: int
) -> None:
    stale: list[dict[str, object]] = [
        {"accountProof": [], "storageProof": []},
        {"accountProof": []},
    ]
    with Proxy(node.url) as proxy, Rpc(proxy.url) as rpc:
        header = fetch_header(rpc, full_block)
        proxy.after = lambda request, answer: (
            answer | {"result": answer["result"] | stale.pop()} if stale else answer
        )
        _, values = fetch_state(rpc, header, beacon, [0]).verify(header.state_root)
    assert values == {0: 7}
    assert not stale


LIES: list[tuple[str, Callable[[Any], Any]]] = [
    ("eth_getBlockReceipts", lambda found: found[:-1]),
    ("eth_getBlockReceipts", lambda found: [*found[1:], found[0]]),
    ("eth_getBlockReceipts", lambda found: [found[0] | {"status": "0x0"}, *found[1:]]),
    ("eth_getBlockReceipts", lambda found: [found[0] | {"logs": []}, *found[1:]]),
    ("eth_getBlockReceipts", lambda found: [found[0] | {"transactionIndex": "0x1"}, *found[1:]]),
    ("eth_getBlockReceipts", lambda found: [found[0] | {"blockHash": "0x" + "1" * 64}, *found[1:]]),
    (
        "eth_getBlockReceipts",
        lambda found: [found[0] | {"transactionHash": "0x" + "1" * 64}, *found[1:]],
    ),
    ("eth_getBlockByHash", lambda found: found | {"transactions": found["transactions"][:-1]}),
    ("eth_getBlockByHash", lambda found: found | {"transactions": found["transactions"][::-1]}),
    ("eth_getProof", lambda found: found | {"accountProof": found["accountProof"][1:]}),
    ("eth_getProof", lambda found: found | {"storageProof": []}),
]


@pytest.mark.parametrize(("method", "lie"), LIES)
def test_a_lie_about_a_block_is_found(
    node: EmbeddedNode,
    beacon: ChecksumAddress,
    full_block: int,
    method: str,
    lie: Callable[[Any], Any],
) -> None:
    with Proxy(node.url) as proxy, Rpc(proxy.url) as rpc:
        header = fetch_header(rpc, full_block)
        proxy.after = lambda request, answer: (
            answer | {"result": lie(answer["result"])} if request["method"] == method else answer
        )
        with pytest.raises((InvalidProof, LogsInconsistent)):
            read_everything(rpc, header, beacon)


def test_another_block_than_the_one_asked_for_is_refused(node: EmbeddedNode) -> None:
    node.controls.mine(3)
    other = node.rpc.call("eth_getBlockByNumber", "0x2", False)
    with Proxy(node.url) as proxy, Rpc(proxy.url) as rpc:
        proxy.after = lambda request, answer: answer | {"result": other}
        with pytest.raises(ChainMoved, match="block 1 was asked for, block 2 was answered"):
            fetch_header(rpc, 1)
        with pytest.raises(ChainMoved):
            fetch_header(rpc, b"\x11" * 32)
        with pytest.raises(ChainMoved):
            fetch_headers(rpc, 1, 3)
