"""Reading a contract's logs over a range of blocks, in order, from nodes that may fail or lie.

The range asked for shrinks when the node refuses it and grows while it answers. Every answer is
checked: numbered blocks only, the end block unchanged by the read, no log twice, out of order, out
of range, of another contract or withdrawn. What silence proves is the caller's choice (`Check`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address

from hanpyo.chain.errors import (
    AnswerTooLarge,
    ChainMoved,
    LogsInconsistent,
    MalformedAnswer,
    NodeTimeout,
    NodeUnavailable,
)
from hanpyo.chain.headers import Header, fetch_header, fetch_headers
from hanpyo.chain.node_errors import RangeRefused, UnknownNodeError
from hanpyo.chain.quantities import read_list, read_object, to_data, to_quantity
from hanpyo.chain.receipts import Log, fetch_receipts
from hanpyo.chain.rpc import Rpc

# What a node or a proxy in front of it may answer when a query asks for too much.
_TOO_MUCH: Final = (
    AnswerTooLarge,
    RangeRefused,
    UnknownNodeError,
    NodeTimeout,
    NodeUnavailable,
    MalformedAnswer,
)

_PATIENCE: Final = 32  # answers until a refused range is tried again
_PLENTY: Final = 4_000  # logs that are worth a query; more only keep whoever writes them waiting

TopicFilter = Sequence[bytes | Sequence[bytes] | None]


class Check(Enum):
    """What the reader compares the node's logs with."""

    END_BLOCK = "end block"
    """The hash of each range's last block, before and after: finds reorganisations."""
    BLOOM = "bloom"
    """Also every header's bloom; a block whose bloom allows logs but that shows none is settled
    by its receipts: finds silently empty answers."""
    RECEIPTS = "receipts"
    """Also the receipts of every block whose bloom allows logs, proven by the receipts root:
    finds any log left out, added or altered, given honest headers."""


@dataclass(frozen=True, slots=True)
class Ranges:
    """How many blocks to ask for at once: at first, and at most."""

    first: int = 1_000
    most: int = 10_000

    def __post_init__(self) -> None:
        if not 1 <= self.first <= self.most:
            raise ValueError("ranges need 1 <= first <= most")


@dataclass(frozen=True, slots=True)
class LogRange:
    """The logs of blocks `first` to `last`; `hash` is the hash of the last.

    `headers` are those of all the blocks; `Check.END_BLOCK` reads none.
    """

    first: int
    last: int
    hash: bytes
    logs: list[Log]
    headers: Sequence[Header] = ()


def read_logs(
    rpc: Rpc,
    address: ChecksumAddress,
    from_block: int,
    to_block: int,
    topics: TopicFilter = (),
    *,
    check: Check = Check.END_BLOCK,
    ranges: Ranges | None = None,
) -> Iterator[Log]:
    """The logs of `address` in blocks `from_block` to `to_block` inclusive, in chain order.

    `topics` filters by position as in eth_getLogs: None or () is anything, a sequence any of.
    Raises `LogsInconsistent` or `ChainMoved` (start again from a block still known), and what a
    range of one block still raises.
    """
    found = read_ranges(rpc, address, from_block, to_block, topics, check=check, ranges=ranges)
    for each in found:
        yield from each.logs


def read_ranges(
    rpc: Rpc,
    address: ChecksumAddress,
    from_block: int,
    to_block: int,
    topics: TopicFilter = (),
    *,
    check: Check = Check.END_BLOCK,
    ranges: Ranges | None = None,
    parent: bytes | None = None,
) -> Iterator[LogRange]:
    """The same logs a range at a time, empty ranges too.

    `parent` is the hash that the block before `from_block` has for the caller: with it every range
    must follow the one before, else `ChainMoved`.
    """
    query = _Query(rpc, to_checksum_address(address), topics, check)
    span = _Span(ranges or Ranges())
    start = from_block
    while start <= to_block:
        end = min(start + span.blocks - 1, to_block)
        try:
            found = query.read(start, end, parent)
        except _TOO_MUCH:
            if end == start:
                raise
            span.refused(end - start + 1)
            continue
        yield found
        parent = None if parent is None else found.hash
        start = end + 1
        span.answered(len(found.logs))


class _Span:
    """How many `blocks` to ask for: half after a refusal, twice as many after an answer.

    Where a node that counts logs would refuse every other query, the span settles between what it
    answered and what it refused, and tries more again after a while.
    """

    def __init__(self, limits: Ranges) -> None:
        self.blocks = limits.first
        self._most = limits.most
        self._answered = 0
        self._refused: int | None = None
        self._left = 0

    def refused(self, blocks: int) -> None:
        """The node refused so many blocks."""
        if self._answered >= blocks:
            self._answered = 0
        self._refused, self._left = blocks, _PATIENCE
        self.blocks = self._answered or max(1, blocks // 2)

    def answered(self, logs: int) -> None:
        """The node answered with so many logs."""
        self._answered = self.blocks
        self._left -= 1
        if logs > _PLENTY:
            return
        if self._refused is None or self._left < 0:
            self._refused = None
            self.blocks = min(2 * self.blocks, self._most)
        else:
            self.blocks = (self.blocks + self._refused) // 2


def read_linked_logs(
    rpc: Rpc, address: ChecksumAddress, headers: Sequence[Header], check: Check = Check.BLOOM
) -> list[Log]:
    """The logs of `address` in the blocks of these verified headers, which follow each other.

    Where no header's bloom allows the address the node is not asked. Raises as `read_logs`.
    """
    query = _Query(rpc, to_checksum_address(address), (), check)
    held = bytes.fromhex(query.address[2:])
    if not any(header.may_hold(held) for header in headers):
        return []
    try:
        return query.read_linked(headers)
    except _TOO_MUCH:
        half = len(headers) // 2
        if not half:
            raise
        parts = (headers[:half], headers[half:])
        return [log for part in parts for log in read_linked_logs(rpc, address, part, check)]


@dataclass(frozen=True, slots=True)
class _Query:
    rpc: Rpc
    address: ChecksumAddress
    topics: TopicFilter
    check: Check

    def read(self, start: int, end: int, parent: bytes | None = None) -> LogRange:
        """The checked logs of one range.

        Headers come after the logs, which a node refuses sooner. Every log is held against the hash
        of its own block, and every silent block against its bloom, so that the order is no matter.
        """
        if self.check is Check.END_BLOCK:
            return self._read_end(start, end, parent)
        logs = self._fetch(start, end)
        headers = fetch_headers(self.rpc, start, end)
        if parent is not None:
            self._check_parent(headers[0], parent)
        self._check_blocks(logs, headers)
        return LogRange(start, end, headers[-1].hash, logs, headers)

    def read_linked(self, headers: Sequence[Header]) -> list[Log]:
        """The checked logs of the blocks with these headers."""
        logs = self._fetch_within(headers[0].number, headers[-1].number, headers[-1].hash)
        self._check_blocks(logs, headers)
        return logs

    def _read_end(self, start: int, end: int, parent: bytes | None) -> LogRange:
        end_hash = self.rpc.block_hash(end)
        if parent is not None:
            self._check_parent(fetch_header(self.rpc, start), parent)
        return LogRange(start, end, end_hash, self._fetch_within(start, end, end_hash))

    def _fetch_within(self, start: int, end: int, end_hash: bytes) -> list[Log]:
        """The logs, while the last block had this hash."""
        logs = self._fetch(start, end)
        if self.rpc.block_hash(end) != end_hash:
            raise ChainMoved(f"block {end} changed while its logs were read")
        if any(log.block_hash != end_hash for log in logs if log.block_number == end):
            raise ChainMoved(f"logs of block {end} come from another block")
        return logs

    def _fetch(self, start: int, end: int) -> list[Log]:
        found = self.rpc.call("eth_getLogs", self._parameters(start, end))
        logs = [Log.from_rpc(read_object(log, "log")) for log in read_list(found, "eth_getLogs")]
        self._check_shape(logs, start, end)
        return logs

    @staticmethod
    def _check_parent(header: Header, parent: bytes) -> None:
        if header.parent_hash != parent:
            raise ChainMoved(f"block {header.number} does not follow the block read before it")

    def _parameters(self, start: int, end: int) -> dict[str, object]:
        return {
            "address": self.address,
            "fromBlock": to_quantity(start),
            "toBlock": to_quantity(end),
            "topics": [_topic(topic) for topic in self.topics],
        }

    def _check_shape(self, logs: Sequence[Log], start: int, end: int) -> None:
        previous = (start - 1, -1)
        for log in logs:
            position = log.position
            if position <= previous:
                raise LogsInconsistent(f"log {position} stands twice or out of order")
            if log.block_number > end:
                raise LogsInconsistent(f"log {position} lies outside blocks {start} to {end}")
            if not self._wanted(log):
                raise LogsInconsistent(f"log {position} is not what was asked for")
            previous = position

    def _check_blocks(self, logs: Sequence[Log], headers: Sequence[Header]) -> None:
        by_block: dict[int, list[Log]] = {}
        for log in logs:
            by_block.setdefault(log.block_number, []).append(log)
        for header in headers:
            here = by_block.get(header.number, [])
            if any(log.block_hash != header.hash for log in here):
                raise ChainMoved(f"logs of block {header.number} come from another block")
            self._check_completeness(header, here)

    def _check_completeness(self, header: Header, here: list[Log]) -> None:
        expected = header.may_hold(bytes.fromhex(self.address[2:])) and all(
            self._possible(header, topic) for topic in self.topics
        )
        if here and not expected:
            raise LogsInconsistent(f"block {header.number} shows a log its bloom rules out")
        if not expected or (here and self.check is Check.BLOOM):
            return
        receipts = fetch_receipts(self.rpc, header)
        proven = [log for receipt in receipts for log in receipt.logs if self._wanted(log)]
        if proven != here:
            raise LogsInconsistent(
                f"block {header.number} holds {len(proven)} logs that match, the node showed "
                f"{len(here)} or others"
            )

    def _wanted(self, log: Log) -> bool:
        if log.address != self.address or len(log.topics) < len(self.topics):
            return False
        return not self.topics or all(
            not _choices(topic) or value in _choices(topic)
            for topic, value in zip(self.topics, log.topics, strict=False)
        )

    @staticmethod
    def _possible(header: Header, topic: bytes | Sequence[bytes] | None) -> bool:
        choices = _choices(topic)
        return not choices or any(header.may_hold(choice) for choice in choices)


def _choices(topic: bytes | Sequence[bytes] | None) -> Sequence[bytes]:
    if topic is None:
        return ()
    return (topic,) if isinstance(topic, bytes) else topic


def _topic(topic: bytes | Sequence[bytes] | None) -> object:
    if topic is None or isinstance(topic, bytes):
        return None if topic is None else to_data(topic)
    return [to_data(choice) for choice in topic]
