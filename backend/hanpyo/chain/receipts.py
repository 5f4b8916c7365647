"""Receipts and logs of a block, as a node tells them and as the receipts root proves them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple, Self

from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address

from hanpyo.chain.encoding import (
    Decoded,
    Encodable,
    InvalidEncoding,
    as_bytes,
    as_list,
    decode_list,
    encode,
)
from hanpyo.chain.errors import LogsInconsistent, MalformedAnswer
from hanpyo.chain.headers import Header
from hanpyo.chain.node_errors import BlockUnknown
from hanpyo.chain.quantities import (
    ADDRESS_SIZE,
    HASH_SIZE,
    read_address,
    read_data,
    read_hash,
    read_list,
    read_object,
    read_quantity,
    to_data,
)
from hanpyo.chain.rpc import Rpc
from hanpyo.chain.tries import ordered_root
from hanpyo.protocol.tuples import new_tuple

_DEPOSIT: Final = 0x7E  # OP-stack deposit transactions carry two fields more
_RECEIPT_FIELDS: Final = 4  # status, cumulative gas, bloom, logs
_LOGS: Final = 3
_LOG_FIELDS: Final = 3
_LAST_TYPE_PREFIX: Final = 0x7F  # EIP-2718: a larger first byte begins an untyped receipt

_checksum = lru_cache(maxsize=1024)(to_checksum_address)
# A thousand logs have a handful of places and of first topics; other topics are a voter's own.
_USUAL: Final = 2  # an election's event, and a voter's number
_known_event = lru_cache(maxsize=4096)(read_hash)
_known_index = lru_cache(maxsize=65_536)(read_quantity)


@lru_cache(maxsize=4096)
def _known_place(
    address: object, number: object, block: object, transaction: object, index: object
) -> tuple[ChecksumAddress, int, bytes, bytes, int]:
    """The part of a log that all logs of one transaction and contract have."""
    return (
        read_address(address, "address"),
        read_quantity(number, "blockNumber"),
        read_hash(block, "blockHash"),
        read_hash(transaction, "transactionHash"),
        read_quantity(index, "transactionIndex"),
    )


class Log(NamedTuple):
    """One event: who emitted it, what it says, and where in the chain it stands.

    A tuple for the time that it takes to make one, like `Terms`.
    """

    address: ChecksumAddress
    topics: tuple[bytes, ...]
    data: bytes
    block_number: int
    block_hash: bytes
    transaction_hash: bytes
    transaction_index: int
    log_index: int

    @classmethod
    def from_rpc(cls, log: Mapping[str, object]) -> Self:
        """The log in a node's log object; raises `LogsInconsistent` for a withdrawn one."""
        if log.get("removed"):
            raise LogsInconsistent("the node answered with a log that a reorganisation removed")
        topics = read_list(log.get("topics"), "topics")
        try:
            address, number, block, transaction, index = _known_place(
                log["address"],
                log["blockNumber"],
                log["blockHash"],
                log["transactionHash"],
                log["transactionIndex"],
            )
            read: tuple[bytes, ...]
            if len(topics) == _USUAL:
                voter = read_data(topics[1], "topics", HASH_SIZE)
                read = (_known_event(topics[0], "topics"), voter)
            else:
                read = tuple([read_hash(topic, "topics") for topic in topics])
            data, place = read_data(log["data"], "data"), _known_index(log["logIndex"], "logIndex")
        except TypeError:
            raise MalformedAnswer("a log has an array or object for a word") from None
        except KeyError as missing:
            raise MalformedAnswer(f"a log has no {missing}") from None
        return new_tuple(cls, (address, read, data, number, block, transaction, index, place))

    @property
    def position(self) -> tuple[int, int]:
        """Block number and index in the block: the order of events."""
        return self.block_number, self.log_index

    @property
    def consensus(self) -> list[Encodable]:
        """The part that the receipts root covers."""
        return [bytes.fromhex(self.address[2:]), list(self.topics), self.data]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one transaction. `contract` is the address it created, if any."""

    transaction_hash: bytes
    transaction_index: int
    block_number: int
    block_hash: bytes
    succeeded: bool
    gas_used: int
    contract: ChecksumAddress | None
    logs: tuple[Log, ...]
    gas_price: int | None
    """Wei per gas that was paid, as the node tells it; not part of what the root proves."""
    told: Mapping[str, object] = field(repr=False, compare=False)
    """The node's receipt object."""

    @classmethod
    def from_rpc(cls, receipt: Mapping[str, object]) -> Self:
        """The receipt in a node's receipt object."""
        created = receipt.get("contractAddress")
        price = receipt.get("effectiveGasPrice")
        logs = tuple(
            Log.from_rpc(read_object(log, "log")) for log in read_list(receipt.get("logs"), "logs")
        )
        return cls(
            transaction_hash=read_hash(receipt.get("transactionHash"), "transactionHash"),
            transaction_index=read_quantity(receipt.get("transactionIndex"), "transactionIndex"),
            block_number=read_quantity(receipt.get("blockNumber"), "blockNumber"),
            block_hash=read_hash(receipt.get("blockHash"), "blockHash"),
            succeeded=read_quantity(receipt.get("status"), "status") == 1,
            gas_used=read_quantity(receipt.get("gasUsed"), "gasUsed"),
            contract=None
            if created is None
            else _checksum(read_data(created, "contractAddress", ADDRESS_SIZE)),
            logs=logs,
            gas_price=None if price is None else read_quantity(price, "effectiveGasPrice"),
            told=receipt,
        )

    @property
    def encoded(self) -> bytes:
        """What the receipts root proves; made anew each time. Raises `MalformedAnswer`."""
        return _encode(self.told, self.logs)


def fetch_receipts(rpc: Rpc, header: Header) -> list[Receipt]:
    """All receipts of a block, proven complete and exact by the header's receipts root.

    Raises `LogsInconsistent` when they do not hash to that root, `BlockUnknown` when absent.
    """
    found = rpc.call("eth_getBlockReceipts", to_data(header.hash))
    if found is None:
        raise BlockUnknown(0, f"no receipts of block {header.number}")
    receipts = [
        Receipt.from_rpc(read_object(receipt, "receipt"))
        for receipt in read_list(found, "eth_getBlockReceipts")
    ]
    if ordered_root([receipt.encoded for receipt in receipts]) != header.receipts_root:
        raise LogsInconsistent(
            f"the receipts of block {header.number} do not hash to its receipts root"
        )
    _check_places(receipts, header)
    return receipts


def _check_places(receipts: Sequence[Receipt], header: Header) -> None:
    """The root fixes contents and order; see that the places told with them agree."""
    logs = 0
    for position, receipt in enumerate(receipts):
        places = [(receipt.block_hash, receipt.transaction_index)]
        places += [(log.block_hash, log.transaction_index) for log in receipt.logs]
        indices = [log.log_index for log in receipt.logs]
        hashes = {log.transaction_hash for log in receipt.logs} - {receipt.transaction_hash}
        expected = list(range(logs, logs + len(indices)))
        if set(places) != {(header.hash, position)} or indices != expected or hashes:
            raise LogsInconsistent(
                f"receipt {position} of block {header.number} tells a wrong place for itself"
            )
        logs += len(indices)


def read_consensus_logs(encoded: bytes) -> list[tuple[ChecksumAddress, tuple[bytes, ...], bytes]]:
    """(address, topics, data) of each log in an encoded receipt; raises `InvalidEncoding`."""
    body = encoded[1:] if encoded and encoded[0] <= _LAST_TYPE_PREFIX else encoded
    fields = decode_list(body)
    if len(fields) < _RECEIPT_FIELDS:
        raise InvalidEncoding("a proven receipt has too few fields")
    return [_consensus_log(as_list(log)) for log in as_list(fields[_LOGS])]


def _consensus_log(log: list[Decoded]) -> tuple[ChecksumAddress, tuple[bytes, ...], bytes]:
    if len(log) != _LOG_FIELDS:
        raise InvalidEncoding("a log of a proven receipt has not three fields")
    emitter, topics, data = log
    address = as_bytes(emitter)
    if len(address) != ADDRESS_SIZE:
        raise InvalidEncoding("a log of a proven receipt has no address")
    return (
        _checksum(address),
        tuple(as_bytes(topic) for topic in as_list(topics)),
        as_bytes(data),
    )


def _encode(receipt: Mapping[str, object], logs: tuple[Log, ...]) -> bytes:
    kind = read_quantity(receipt.get("type", "0x0"), "type")
    fields: list[Encodable] = [
        read_quantity(receipt.get("status"), "status"),
        read_quantity(receipt.get("cumulativeGasUsed"), "cumulativeGasUsed"),
        read_data(receipt.get("logsBloom"), "logsBloom"),
        [log.consensus for log in logs],
    ]
    if kind == _DEPOSIT:
        later = ("depositNonce", "depositReceiptVersion")
        fields += [read_quantity(receipt[name], name) for name in later if receipt.get(name)]
    encoded = encode(fields)
    return bytes([kind]) + encoded if kind else encoded
