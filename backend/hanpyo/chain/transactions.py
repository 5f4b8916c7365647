"""Transactions as the bytes that were signed, proven by a block's transactions root.

A node's JSON is encoded again (types 0 to 4) and must hash to the transaction's hash, so that the
calldata an auditor reads is the calldata that the chain executed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Self

from eth_hash.auto import keccak
from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address

from hanpyo.chain.encoding import (
    Encodable,
    InvalidEncoding,
    as_bytes,
    as_integer,
    decode_list,
    encode,
)
from hanpyo.chain.errors import InvalidProof, UntrustworthyAnswer
from hanpyo.chain.headers import Header
from hanpyo.chain.node_errors import BlockUnknown
from hanpyo.chain.quantities import (
    ADDRESS_SIZE,
    read_data,
    read_hash,
    read_list,
    read_object,
    read_quantity,
    to_data,
)
from hanpyo.chain.rpc import Rpc
from hanpyo.chain.tries import ordered_root

LEGACY, ACCESS_LIST, DYNAMIC_FEE, BLOB, SET_CODE = range(5)
_FIRST_UNTYPED: Final = 0xC0  # EIP-2718: a first byte of at least this begins an RLP list


class UnknownTransactionType(UntrustworthyAnswer):
    """A transaction of a type that this version cannot encode."""

    code: ClassVar[str] = "unknown_transaction_type"


@dataclass(frozen=True, slots=True)
class Transaction:
    """A signed transaction: its bytes, and of what they say, the part an audit reads.

    `to` is None when it creates a contract; `value` is in wei.
    """

    encoded: bytes
    hash: bytes
    to: ChecksumAddress | None
    value: int
    data: bytes

    @classmethod
    def decode(cls, encoded: bytes) -> Self:
        """The transaction with these bytes; raises `InvalidEncoding`, `UnknownTransactionType`."""
        kind = encoded[0] if encoded and encoded[0] < _FIRST_UNTYPED else LEGACY
        if kind not in _TO:
            raise UnknownTransactionType(f"a transaction has the unknown type {kind}")
        fields = decode_list(encoded[1:] if kind else encoded)
        place = _TO[kind]
        if len(fields) != _LENGTH[kind]:
            raise InvalidEncoding(f"a transaction of type {kind} has {len(fields)} fields")
        to = as_bytes(fields[place])
        if len(to) not in (0, ADDRESS_SIZE):
            raise InvalidEncoding("a transaction's recipient is not an address")
        return cls(
            encoded=encoded,
            hash=keccak(encoded),
            to=to_checksum_address(to) if to else None,
            value=as_integer(fields[place + 1]),
            data=as_bytes(fields[place + 2]),
        )

    @classmethod
    def from_rpc(cls, transaction: Mapping[str, object]) -> Self:
        """The transaction in a node's object; raises `InvalidProof` unless its hash is right."""
        found = cls.decode(encode_transaction(transaction))
        claimed = read_hash(transaction.get("hash"), "hash")
        if found.hash != claimed:
            raise InvalidProof(f"transaction 0x{claimed.hex()} does not hash to that")
        return found


def fetch_transactions(rpc: Rpc, header: Header) -> list[Transaction]:
    """All transactions of a block, proven complete and exact by the header's transactions root.

    Raises `InvalidProof`, `UnknownTransactionType`, `BlockUnknown`.
    """
    found = rpc.call("eth_getBlockByHash", to_data(header.hash), True)
    if found is None:
        raise BlockUnknown(0, f"no block {header.number}")
    listed = read_list(read_object(found, "block").get("transactions"), "transactions")
    transactions = [Transaction.from_rpc(read_object(item, "transaction")) for item in listed]
    if ordered_root([item.encoded for item in transactions]) != header.transactions_root:
        raise InvalidProof(
            f"the transactions of block {header.number} do not hash to its transactions root"
        )
    return transactions


def encode_transaction(transaction: Mapping[str, object]) -> bytes:
    """The signed bytes of a transaction in a node's JSON form."""
    kind = read_quantity(transaction.get("type", "0x0"), "type")
    names = _FIELDS.get(kind)
    if names is None:
        raise UnknownTransactionType(f"a transaction has the unknown type {kind}")
    fields = [_READERS.get(name, read_quantity)(transaction.get(name), name) for name in names]
    encoded = encode(fields)
    return bytes([kind]) + encoded if kind else encoded


def _read_to(value: object, name: str) -> Encodable:
    return b"" if value is None else read_data(value, name, ADDRESS_SIZE)


def _read_access_list(value: object, name: str) -> Encodable:
    entries = [read_object(entry, name) for entry in read_list(value, name)]
    return [
        [
            read_data(entry.get("address"), name, ADDRESS_SIZE),
            [read_hash(key, name) for key in read_list(entry.get("storageKeys"), name)],
        ]
        for entry in entries
    ]


def _read_authorizations(value: object, name: str) -> Encodable:
    entries = [read_object(entry, name) for entry in read_list(value, name)]
    return [
        [
            read_quantity(entry.get("chainId"), "chainId"),
            read_data(entry.get("address"), "address", ADDRESS_SIZE),
            read_quantity(entry.get("nonce"), "nonce"),
            read_quantity(entry.get("yParity", entry.get("v")), "yParity"),
            read_quantity(entry.get("r"), "r"),
            read_quantity(entry.get("s"), "s"),
        ]
        for entry in entries
    ]


def _read_hashes(value: object, name: str) -> Encodable:
    return [read_hash(item, name) for item in read_list(value, name)]


_READERS: Final[Mapping[str, Callable[[object, str], Encodable]]] = {
    "to": _read_to,
    "input": read_data,
    "accessList": _read_access_list,
    "authorizationList": _read_authorizations,
    "blobVersionedHashes": _read_hashes,
}
_CALL: Final = ("to", "value", "input")
_SIGNATURE: Final = ("r", "s")
_FEES: Final = ("chainId", "nonce", "maxPriorityFeePerGas", "maxFeePerGas", "gas", *_CALL)
# The fields of each transaction type in the order signed (EIP-155, 2930, 1559, 4844, 7702).
_FIELDS: Final[Mapping[int, Sequence[str]]] = {
    LEGACY: ("nonce", "gasPrice", "gas", *_CALL, "v", *_SIGNATURE),
    ACCESS_LIST: ("chainId", "nonce", "gasPrice", "gas", *_CALL, "accessList", "v", *_SIGNATURE),
    DYNAMIC_FEE: (*_FEES, "accessList", "v", *_SIGNATURE),
    BLOB: (*_FEES, "accessList", "maxFeePerBlobGas", "blobVersionedHashes", "v", *_SIGNATURE),
    SET_CODE: (*_FEES, "accessList", "authorizationList", "v", *_SIGNATURE),
}
_TO: Final = {kind: names.index("to") for kind, names in _FIELDS.items()}
_LENGTH: Final = {kind: len(names) for kind, names in _FIELDS.items()}
