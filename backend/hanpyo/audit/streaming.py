"""An evidence file written while its election is read, so that memory stays small.

What grows with the ballots, logs and transactions, comes and goes in portions. The file says what
`save_bundle` says, in another order.
"""

import gzip
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import BinaryIO, Final, TypeVar

import orjson

from hanpyo.audit.bundle import (
    encode_code,
    encode_head,
    encode_headers,
    encode_log,
    encode_proofs,
    encode_transactions,
)
from hanpyo.audit.live import Reader
from hanpyo.audit.traces import Traces
from hanpyo.chain.errors import ChainMoved
from hanpyo.chain.events import Ranges
from hanpyo.chain.headers import fetch_header
from hanpyo.chain.node_errors import BlockUnknown
from hanpyo.chain.rpc import Rpc
from hanpyo.protocol.types import Address

_RANGES: Final = Ranges(first=16, most=1_024)
"""Few blocks at once: a node's answer is in memory as a whole."""
_LOGS: Final = 1_000
_TRANSACTIONS: Final = 16
_PACKING: Final = 6
_TRIES: Final = 3
_T = TypeVar("_T")


def stream_bundle(rpc: Rpc, election: Address, from_block: int, out: BinaryIO) -> None:
    """Write all evidence on the election at the newest block to an empty file that can be cut.

    `from_block` is not later than the election's creation. Raises `UnknownElection`, and what the
    node's failures raise; what is in `out` is then of no use.
    """
    for _ in range(_TRIES - 1):
        try:
            return _write(rpc, election, from_block, out)
        except (BlockUnknown, ChainMoved):
            out.seek(0)
            out.truncate()
    return _write(rpc, election, from_block, out)


def _write(rpc: Rpc, election: Address, from_block: int, out: BinaryIO) -> None:
    reader = Reader(rpc, election, fetch_header(rpc, rpc.block_number()), from_block)
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=_PACKING, mtime=0) as packed:
        packed.writelines(_json(reader))


def _json(reader: Reader) -> Iterator[bytes]:
    """The evidence, its logs first: they tell what else is wanted."""
    manifest = reader.manifest()
    traces = Traces(manifest.choices_length)
    client = str(reader.rpc.call("web3_clientVersion"))
    head = encode_head(reader.rpc.chain_id(), client, reader.election, reader.header)
    yield b"{" + _inside(head) + b',"logs":['
    yield from _joined(_logs(reader, traces))
    yield b'],"transactions":{'
    yield from _joined(_transactions(reader, traces))
    code, names = reader.code()
    proofs, nodes = encode_proofs(reader.proofs(manifest, traces, names))
    headers = encode_headers(reader.headers(traces.blocks))
    rest = {"proofs": proofs, "nodes": nodes, "code": encode_code(code), "headers": headers}
    yield b"}," + _inside(rest) + b"}"


def _logs(reader: Reader, traces: Traces) -> Iterator[object]:
    for logs in _portions(reader.each_log(_RANGES), _LOGS):
        traces.note(logs)
        yield [encode_log(log) for log in logs]


def _transactions(reader: Reader, traces: Traces) -> Iterator[object]:
    for names in _portions(traces.transactions, _TRANSACTIONS):
        yield encode_transactions(reader.transactions(names))


def _joined(parts: Iterable[object]) -> Iterator[bytes]:
    """Parts of one JSON array or object, as its inside."""
    between = b""
    for part in parts:
        if inside := _inside(part):
            yield between + inside
            between = b","


def _portions(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    rest = iter(items)
    while portion := list(islice(rest, size)):
        yield portion


def _inside(value: object) -> bytes:
    return orjson.dumps(value)[1:-1]
