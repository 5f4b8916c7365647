"""Block headers that prove themselves: a header is its RLP encoding, and its hash is computed.

Covers Ethereum's header fields up to Osaka; a chain with other fields raises `HeaderMismatch`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from itertools import pairwise
from operator import or_
from typing import Final, Self

from hanpyo.chain.encoding import as_bytes, decode_list, encode
from hanpyo.chain.errors import ChainMoved, HeaderMismatch
from hanpyo.chain.node_errors import BlockUnknown
from hanpyo.chain.quantities import (
    read_data,
    read_hash,
    read_object,
    read_quantity,
    to_data,
    to_quantity,
)
from hanpyo.chain.rpc import Call, Rpc
from hanpyo.protocol.hashing import keccak

# Field names in the order of the encoding, with whether the value is an integer.
_FIELDS: Final = (
    ("parentHash", False),
    ("sha3Uncles", False),
    ("miner", False),
    ("stateRoot", False),
    ("transactionsRoot", False),
    ("receiptsRoot", False),
    ("logsBloom", False),
    ("difficulty", True),
    ("number", True),
    ("gasLimit", True),
    ("gasUsed", True),
    ("timestamp", True),
    ("extraData", False),
    ("mixHash", False),
    ("nonce", False),
)
# Added by later forks, always in this order, each present only when all before it are.
_LATER_FIELDS: Final = (
    ("baseFeePerGas", True),
    ("withdrawalsRoot", False),
    ("blobGasUsed", True),
    ("excessBlobGas", True),
    ("parentBeaconBlockRoot", False),
    ("requestsHash", False),
)
_PARENT, _STATE, _TRANSACTIONS, _RECEIPTS, _BLOOM = 0, 3, 4, 5, 6
_NUMBER, _GAS_USED, _TIMESTAMP = 8, 10, 11
_SIZES: Final = {_PARENT: 32, _STATE: 32, _TRANSACTIONS: 32, _RECEIPTS: 32, _BLOOM: 256}


@dataclass(frozen=True, slots=True)
class Header:
    """A block header. `encoded` is its RLP; everything else follows from it, the hash included.

    `timestamp` is in seconds since 1970; roots and hashes are 32 bytes, `logs_bloom` 256.
    """

    encoded: bytes
    hash: bytes
    number: int
    timestamp: int
    gas_used: int
    parent_hash: bytes
    state_root: bytes
    transactions_root: bytes
    receipts_root: bytes
    logs_bloom: bytes

    @classmethod
    def decode(cls, encoded: bytes) -> Self:
        """The header with this encoding; raises `HeaderMismatch`, `InvalidEncoding`."""
        return cls._of([as_bytes(field) for field in decode_list(encoded)], encoded)

    @classmethod
    def _of(cls, fields: Sequence[bytes], encoded: bytes) -> Self:
        most = len(_FIELDS) + len(_LATER_FIELDS)
        if not len(_FIELDS) <= len(fields) <= most:
            raise HeaderMismatch("the block header has a number of fields that no known fork has")
        if any(len(fields[position]) != size for position, size in _SIZES.items()):
            raise HeaderMismatch("a root, hash or bloom of the block header has the wrong size")
        return cls(
            encoded=encoded,
            hash=keccak(encoded),
            number=int.from_bytes(fields[_NUMBER]),
            timestamp=int.from_bytes(fields[_TIMESTAMP]),
            gas_used=int.from_bytes(fields[_GAS_USED]),
            parent_hash=fields[_PARENT],
            state_root=fields[_STATE],
            transactions_root=fields[_TRANSACTIONS],
            receipts_root=fields[_RECEIPTS],
            logs_bloom=fields[_BLOOM],
        )

    @classmethod
    def from_rpc(cls, block: Mapping[str, object]) -> Self:
        """The header in a node's block object; raises `HeaderMismatch` unless its hash is right."""
        later = [field for field in _LATER_FIELDS if block.get(field[0]) is not None]
        fields = [_field(block, name, number) for name, number in (*_FIELDS, *later)]
        header = cls._of(fields, encode(fields))
        claimed = read_hash(block.get("hash"), "hash")
        if header.hash != claimed:
            raise HeaderMismatch(
                f"block {header.number} is said to be 0x{claimed.hex()} but its header hashes to "
                f"0x{header.hash.hex()}: the node is wrong or the chain has other header fields"
            )
        return header

    def may_hold(self, entry: bytes) -> bool:
        """Whether the bloom allows a log with this address or topic; False is certain."""
        bits = _bloom_bits(entry)
        return int.from_bytes(self.logs_bloom) & bits == bits


def fetch_header(rpc: Rpc, block: int | bytes | str) -> Header:
    """The verified header of a block given by number, hash or tag ("latest", "finalized").

    Raises `BlockUnknown`, `HeaderMismatch`, or `ChainMoved` when another block is answered.
    """
    if isinstance(block, bytes):
        found = rpc.call("eth_getBlockByHash", to_data(block), False)
    else:
        named = to_quantity(block) if isinstance(block, int) else block
        found = rpc.call("eth_getBlockByNumber", named, False)
    header = _read(found, block)
    if isinstance(block, bytes) and header.hash != block:
        raise ChainMoved(f"block 0x{block.hex()} was asked for, 0x{header.hash.hex()} answered")
    return header


def fetch_headers(rpc: Rpc, first: int, last: int) -> list[Header]:
    """The verified headers of blocks `first` to `last`, each the parent of the next.

    Raises as `fetch_header`; `ChainMoved` when they do not link.
    """
    numbers = range(first, last + 1)
    calls = [Call("eth_getBlockByNumber", (to_quantity(n), False)) for n in numbers]
    found = rpc.results(calls)
    headers = [_read(block, number) for number, block in zip(numbers, found, strict=True)]
    for parent, child in pairwise(headers):
        if child.parent_hash != parent.hash:
            raise ChainMoved(f"block {child.number} does not follow block {parent.number}")
    return headers


def _read(found: object, block: int | bytes | str) -> Header:
    if found is None:
        shown = f"0x{block.hex()}" if isinstance(block, bytes) else block
        raise BlockUnknown(0, f"no block {shown}")
    header = Header.from_rpc(read_object(found, "block"))
    if isinstance(block, int) and header.number != block:
        raise ChainMoved(f"block {block} was asked for, block {header.number} was answered")
    return header


def _field(block: Mapping[str, object], name: str, number: bool) -> bytes:
    value = block.get(name)
    if not number:
        return read_data(value, name)
    quantity = read_quantity(value, name)
    return quantity.to_bytes((quantity.bit_length() + 7) // 8)


@lru_cache(maxsize=1_024)
def _bloom_bits(entry: bytes) -> int:
    """The three bits that an entry sets in a bloom (Yellow Paper, section 4.3.1)."""
    digest = keccak(entry)
    return reduce(or_, (1 << (int.from_bytes(digest[at : at + 2]) & 2047) for at in (0, 2, 4)))
