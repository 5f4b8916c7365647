"""The newest blocks as the database knows them, held against the node's.

A node that shows less of the same chain lags; only a block with another hash at a known height is a
reorganisation. One that reaches below the newest final block is never followed here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from hanpyo.chain.errors import ChainMoved
from hanpyo.chain.headers import Header, fetch_header, fetch_headers
from hanpyo.chain.rpc import Rpc
from hanpyo.db.models import Block, ChainHead

_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class Window:
    """The known blocks from the newest final one, `final`, up to `head`; empty at first."""

    hashes: Mapping[int, bytes] = field(default_factory=dict)
    final: int = 0

    @property
    def head(self) -> int:
        """The newest known block's number."""
        return max(self.hashes)


@dataclass(frozen=True, slots=True)
class Standstill:
    """Nothing new: the same head, or a node that `lags`."""

    lags: bool = False


@dataclass(frozen=True, slots=True)
class Extension:
    """The chain goes on with these blocks (the newest ones where many are new)."""

    headers: Sequence[Header]
    final: int


@dataclass(frozen=True, slots=True)
class Fork:
    """The chain left the known one after block `ancestor`."""

    ancestor: int


@dataclass(frozen=True, slots=True)
class FinalChanged:
    """The newest final block is another at the node."""

    number: int
    known: bytes
    found: bytes | None


Outlook = Standstill | Extension | Fork | FinalChanged


def load_window(session: Session) -> Window:
    """The window that the database knows."""
    head = session.get(ChainHead, 1)
    final = 0 if head is None else head.final_number
    query = select(Block.number, Block.hash).where(Block.number >= final)
    return Window({row.number: row.hash for row in session.execute(query)}, final)


def look(rpc: Rpc, window: Window, confirmations: int | None) -> Outlook:
    """What became of the chain since the window was written.

    `confirmations` None follows the node's `finalized`. Raises `ChainMoved` when it moves while
    being read.
    """
    head = fetch_header(rpc, "latest")
    if window.hashes and head.number <= window.head:
        known = window.hashes.get(head.number, head.hash)
        if known != head.hash:
            return _fork(rpc, window, head.number)
        return Standstill(lags=head.number < window.head)
    final = _final(rpc, head, confirmations)
    if not window.hashes:
        return Extension(_linked(rpc, final, head), final)
    final = max(final, window.final)
    if fetch_header(rpc, window.head).hash != window.hashes[window.head]:
        return _fork(rpc, window, window.head)
    headers = _linked(rpc, max(window.head + 1, final), head)
    if headers[0].number == window.head + 1:
        _follows(headers[0], window.hashes[window.head])
    return Extension(headers, final)


def deepest_known(rpc: Rpc, known: Sequence[tuple[int, bytes]]) -> int | None:
    """The highest of these (number, hash) that is still on the node's chain, if any is."""
    newest = rpc.block_number()
    falling = sorted((each for each in known if each[0] <= newest), reverse=True)
    for number, expected in falling:
        if rpc.block_hash(number) == expected:
            return number
    return None


def _fork(rpc: Rpc, window: Window, top: int) -> Outlook:
    headers = fetch_headers(rpc, window.final, top)
    for header in reversed(headers):
        if window.hashes.get(header.number) == header.hash:
            return Fork(header.number)
    return FinalChanged(window.final, window.hashes[window.final], headers[0].hash)


def _linked(rpc: Rpc, first: int, head: Header) -> list[Header]:
    """The headers from `first` up to `head`, which they lead to."""
    headers: list[Header] = []
    for start in range(first, head.number + 1, _AT_ONCE):
        part = fetch_headers(rpc, start, min(start + _AT_ONCE - 1, head.number))
        if headers:
            _follows(part[0], headers[-1].hash)
        headers += part
    if headers[-1].hash != head.hash:
        raise ChainMoved(f"block {head.number} changed while its ancestors were read")
    return headers


def _final(rpc: Rpc, head: Header, confirmations: int | None) -> int:
    if confirmations is not None:
        return max(0, head.number - confirmations)
    return min(fetch_header(rpc, "finalized").number, head.number)


def _follows(header: Header, parent: bytes) -> None:
    if header.parent_hash != parent:
        raise ChainMoved(f"block {header.number} does not follow the block known before it")
