"""One node of a pool: whether it may be asked now, which chain it serves, how new its head is."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from hanpyo.chain.quantities import read_hash, read_object, read_quantity, to_quantity
from hanpyo.chain.rpc import Call, Rpc

_FIRST_BACK_OFF: Final = 0.5
_LONGEST_BACK_OFF: Final = 30.0
_BUSY_PAUSE: Final = 1.0
_LONGEST_BUSY: Final = 60.0


@dataclass(frozen=True, slots=True)
class ChainIdentity:
    """What makes a chain this chain: its id and its first block's hash."""

    chain_id: int
    genesis: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """A node's newest block: its number and its time in seconds since 1970."""

    number: int
    timestamp: int


class PooledNode:
    """A node with its circuit breaker. Its fields change under the pool's lock or by one store."""

    def __init__(
        self, rpc: Rpc, probe: Rpc, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """`rpc` serves callers, `probe` the short examinations."""
        self.rpc = rpc
        self.identity: ChainIdentity | None = None
        self.head: Head | None = None
        self.examined_at: float | None = None
        self._probe = probe
        self._monotonic = monotonic
        self._failures = 0
        self._not_before = 0.0

    @property
    def failures(self) -> int:
        """Failures since the last answer."""
        return self._failures

    def is_available(self) -> bool:
        """Whether no back-off and no pause that the node asked for is running."""
        return self._monotonic() >= self._not_before

    def answered(self) -> None:
        """Close the breaker: it gave an answer, if only a refusal."""
        self._failures = 0

    def failed(self) -> None:
        """Open the breaker, longer each time. Which chain it serves must be found out again."""
        self._failures += 1
        pause = min(_FIRST_BACK_OFF * 2 ** (self._failures - 1), _LONGEST_BACK_OFF)
        self._not_before = self._monotonic() + pause
        self.identity = None

    def is_busy(self, retry_after: float | None) -> None:
        """Leave it alone as long as it asked for; that is no failure."""
        pause = min(_BUSY_PAUSE if retry_after is None else retry_after, _LONGEST_BUSY)
        self._not_before = self._monotonic() + pause

    def examine(self) -> None:
        """Ask for chain id, first and newest block; raises `NodeError`, `TransportError`."""
        self.examined_at = self._monotonic()
        chain_id, first, newest = self._probe.results(
            [
                Call("eth_chainId"),
                Call("eth_getBlockByNumber", (to_quantity(0), False)),
                Call("eth_getBlockByNumber", ("latest", False)),
            ]
        )
        genesis = read_hash(read_object(first, "block 0").get("hash"), "hash")
        block = read_object(newest, "the newest block")
        self.head = Head(
            read_quantity(block.get("number"), "number"),
            read_quantity(block.get("timestamp"), "timestamp"),
        )
        self.identity = ChainIdentity(read_quantity(chain_id, "eth_chainId"), genesis)

    def close(self) -> None:
        """Close idle connections."""
        self.rpc.close()
        self._probe.close()
