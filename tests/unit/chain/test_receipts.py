from typing import Any

import pytest

from hanpyo.chain.encoding import InvalidEncoding, encode
from hanpyo.chain.errors import LogsInconsistent, MalformedAnswer
from hanpyo.chain.headers import Header
from hanpyo.chain.node_errors import BlockUnknown
from hanpyo.chain.receipts import Log, Receipt, fetch_receipts, read_consensus_logs
from hanpyo.chain.rpc import Rpc
from tests.unit.chain.fake_node import FakeNode, result
from tests.unit.chain.test_headers import GENESIS

ADDRESS = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
LOG: dict[str, Any] = {
    "address": ADDRESS.lower(),
    "topics": ["0x" + "01" * 32, "0x" + "02" * 32],
    "data": "0x1234",
    "blockNumber": "0x5",
    "blockHash": "0x" + "aa" * 32,
    "transactionHash": "0x" + "bb" * 32,
    "transactionIndex": "0x1",
    "logIndex": "0x3",
    "removed": False,
}
RECEIPT: dict[str, Any] = {
    "type": "0x2",
    "status": "0x1",
    "cumulativeGasUsed": "0x5208",
    "gasUsed": "0x5208",
    "logs": [LOG],
    "logsBloom": "0x" + "00" * 256,
    "transactionHash": "0x" + "bb" * 32,
    "transactionIndex": "0x1",
    "blockNumber": "0x5",
    "blockHash": "0x" + "aa" * 32,
    "contractAddress": None,
}


def test_a_log_is_read_whole() -> None:
    log = Log.from_rpc(LOG)
    assert log.address == ADDRESS
    assert log.topics == (b"\x01" * 32, b"\x02" * 32)
    assert log.data == b"\x12\x34"
    assert log.position == (5, 3)


def test_a_withdrawn_log_is_refused() -> None:
    with pytest.raises(LogsInconsistent, match="removed"):
        Log.from_rpc(LOG | {"removed": True})


@pytest.mark.parametrize("name", sorted(set(LOG) - {"removed"}))
def test_a_log_without_a_field_names_it(name: str) -> None:
    with pytest.raises(MalformedAnswer, match=name):
        Log.from_rpc({key: value for key, value in LOG.items() if key != name})


@pytest.mark.parametrize("kind", ["0x0", "0x1", "0x2", "0x4"])
def test_an_encoded_receipt_gives_its_logs_back(kind: str) -> None:
    receipt = Receipt.from_rpc(RECEIPT | {"type": kind})
    assert read_consensus_logs(receipt.encoded) == [
        (ADDRESS, (b"\x01" * 32, b"\x02" * 32), b"\x12\x34")
    ]


def test_a_deposit_receipt_carries_its_two_fields() -> None:
    plain = Receipt.from_rpc(RECEIPT | {"type": "0x7e"})
    deposit = Receipt.from_rpc(
        RECEIPT | {"type": "0x7e", "depositNonce": "0x9", "depositReceiptVersion": "0x1"}
    )
    assert deposit.encoded[-2:] == b"\x09\x01"
    assert len(deposit.encoded) == len(plain.encoded) + 2


def test_a_failed_transaction_is_told_apart() -> None:
    assert Receipt.from_rpc(RECEIPT).succeeded
    assert not Receipt.from_rpc(RECEIPT | {"status": "0x0"}).succeeded


def test_a_created_contract_is_told() -> None:
    assert Receipt.from_rpc(RECEIPT | {"contractAddress": ADDRESS.lower()}).contract == ADDRESS


def test_a_node_without_the_block_has_no_receipts() -> None:
    header = Header.from_rpc(GENESIS)
    with (
        FakeNode(lambda request: result(request, None)) as node,
        Rpc(node.url) as rpc,
        pytest.raises(BlockUnknown),
    ):
        fetch_receipts(rpc, header)


@pytest.mark.parametrize(
    "encoded",
    [
        b"",
        b"\x02",
        b"\x02\xc0",
        encode([b"", b"", b""]),
        encode([b"", b"", b"", b"logs"]),
        encode([b"", b"", b"", [[b"\x01" * 20, []]]]),
        encode([b"", b"", b"", [[b"\x01" * 20, b"", b""]]]),
        encode([b"", b"", b"", [[b"\x01" * 19, [], b""]]]),
    ],
)
def test_bytes_that_are_no_receipt_are_refused(encoded: bytes) -> None:
    with pytest.raises(InvalidEncoding):
        read_consensus_logs(encoded)
