"""Several nodes of one chain behind the interface of one.

The first usable node in the order given serves everything; another takes over when it fails, asks
for fewer requests, serves another chain, or shows an old head, and gives back when it is well. A
node that fails is left alone for a time that doubles. What went out and came back without an answer
goes to the next node as the same bytes: reading twice and sending the same signed transaction twice
are harmless.

A head is judged against the other nodes only: a chain that stands still as a whole is still read,
and whoever takes ballots looks at the age of its head.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Final, TypeVar

import structlog

from hanpyo.chain.errors import (
    AnswerTooLarge,
    ChainError,
    MalformedAnswer,
    NodeBusy,
    NodeRefused,
    TransportError,
)
from hanpyo.chain.node_errors import NodeError, TooManyRequests
from hanpyo.chain.pooled_node import ChainIdentity, PooledNode
from hanpyo.chain.rpc import REPEATABLE, Call, Retries, Rpc

_PROBE_SECONDS: Final = 5.0
_LAG: Final = 3
"""Blocks that a node may be behind the middle of all."""
_SEND: Final = "eth_sendRawTransaction"
_NEVER_NULL: Final = frozenset(
    {
        "eth_blockNumber",
        "eth_call",
        "eth_chainId",
        "eth_estimateGas",
        "eth_feeHistory",
        "eth_getBalance",
        "eth_getCode",
        "eth_getLogs",
        "eth_getTransactionCount",
        _SEND,
    }
)
_ONCE: Final = Retries(tries=1)
_ELSEWHERE: Final = (TransportError, NodeRefused, AnswerTooLarge, TooManyRequests)
_log = structlog.get_logger(__name__)

_T = TypeVar("_T")


class NoUsableNode(TransportError):
    """Every node is down, asks to be left alone, or serves another chain."""

    code: ClassVar[str] = "no_usable_node"


@dataclass(frozen=True, slots=True)
class NodeState:
    """A node as the pool sees it; `fault` is None for one that may be used."""

    name: str
    fault: str | None
    head: int | None


class NodePool(Rpc):
    """Nodes in the order they are preferred. Safe to share between threads."""

    def __init__(
        self,
        urls: Sequence[str],
        *,
        expected: Callable[[], ChainIdentity | None] = lambda: None,
        stale_after: float = 60.0,
        examine_every: float = 10.0,
        timeout: float = 30.0,
        max_answer: int = 64 << 20,
        headers: Mapping[str, str] | None = None,
        retries: Retries | None = None,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`expected` tells the chain that a node must serve, asked once before first use.

        Where it tells none, the first node that answers decides. `stale_after` in seconds is the
        age of a head from which on a node stands back behind those with newer ones. `timeout`,
        `max_answer`, `headers` and `retries` as for `Rpc`. Raises `InvalidNodeUrl`.
        """
        super().__init__(
            urls[0], timeout=timeout, max_answer=max_answer, headers=headers, retries=retries
        )
        self._nodes = [
            PooledNode(
                Rpc(url, timeout=timeout, max_answer=max_answer, headers=headers, retries=_ONCE),
                Rpc(url, timeout=min(timeout, _PROBE_SECONDS), headers=headers, retries=_ONCE),
                monotonic,
            )
            for url in urls
        ]
        self._expected = expected
        self._identity: ChainIdentity | None = None
        self._stale_after = stale_after
        self._examine_every = examine_every
        self._clock = clock
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._steady = threading.local()

    @property
    def name(self) -> str:
        """The names of all nodes."""
        return ", ".join(node.rpc.name for node in self._nodes)

    def close(self) -> None:
        """Close idle connections; the pool stays usable."""
        super().close()
        for node in self._nodes:
            node.close()

    def states(self) -> tuple[NodeState, ...]:
        """How each node stands, in order, as of the last look at it."""
        usable = self._usable()
        return tuple(
            NodeState(
                node.rpc.name,
                None if node in usable else self._fault(node),
                node.head.number if node.head else None,
            )
            for node in self._nodes
        )

    @contextmanager
    def steady(self) -> Iterator[None]:
        """See `Rpc.steady`; a failure of that node raises, so that the whole is done again."""
        outer = getattr(self._steady, "node", None)
        self._steady.node = outer or self._first()
        try:
            yield
        finally:
            self._steady.node = outer

    def call(self, method: str, *params: object) -> object:
        """See `Rpc.call`; raises `NoUsableNode` too."""
        return self._anywhere((method,), lambda rpc: _not_null(method, rpc.call(method, *params)))

    def batch(self, calls: Sequence[Call]) -> list[object | NodeError]:
        """See `Rpc.batch`; all answers are one node's."""

        def ask(rpc: Rpc) -> list[object | NodeError]:
            outcomes = rpc.batch(calls)
            for call, outcome in zip(calls, outcomes, strict=True):
                if isinstance(outcome, TooManyRequests):
                    raise outcome
                _not_null(call.method, outcome)
            return outcomes

        return self._anywhere([call.method for call in calls], ask) if calls else []

    def _anywhere(self, methods: Sequence[str], ask: Callable[[Rpc], _T]) -> _T:
        if not all(method.startswith(REPEATABLE) for method in methods):
            return self._ask(self._first(), ask)
        held: PooledNode | None = getattr(self._steady, "node", None)
        if _SEND in methods:
            held = None
        failure: ChainError | None = None
        for pause in (*self._retries.pauses(), None):
            for node in (held,) if held else self._candidates():
                try:
                    return self._ask(node, ask)
                except _ELSEWHERE as error:
                    failure = error
            if pause is None or failure is None or isinstance(failure, AnswerTooLarge):
                break
            self._retries.sleep(pause)
        raise failure or self._nobody()

    def _ask(self, node: PooledNode, ask: Callable[[Rpc], _T]) -> _T:
        try:
            answer = ask(node.rpc)
        except (NodeBusy, TooManyRequests) as error:
            node.is_busy(error.retry_after if isinstance(error, NodeBusy) else None)
            raise
        except (TransportError, NodeRefused) as error:
            node.failed()
            _log.warning("node_failed", node=node.rpc.name, code=error.code, times=node.failures)
            raise
        except ChainError:
            node.answered()
            raise
        node.answered()
        return answer

    def _first(self) -> PooledNode:
        for node in self._candidates():
            return node
        raise self._nobody()

    def _candidates(self) -> list[PooledNode]:
        """The nodes to ask, best first; looks at each first when that is due.

        One thread looks; the others go on with what is known, unless that is nothing.
        """
        if self._lock.acquire(blocking=not self._usable()):
            try:
                for node in filter(self._is_due, self._nodes):
                    self._examine(node)
            finally:
                self._lock.release()
        return self._usable()

    def _usable(self) -> list[PooledNode]:
        same = [node for node in self._nodes if self._serves(node)]
        heads = sorted((node.head.number for node in same if node.head), reverse=True)
        if not heads:
            return same
        middle = heads[(len(heads) - 1) // 2]
        level = [n for n in same if n.head and n.head.number >= middle - _LAG]
        newest = self._clock() - self._stale_after
        return [n for n in level if n.head and n.head.timestamp >= newest] or level

    def _serves(self, node: PooledNode) -> bool:
        known = self._identity is not None and node.identity == self._identity
        return known and node.is_available()

    def _is_due(self, node: PooledNode) -> bool:
        if not node.is_available():
            return False
        if node.identity is None or node.examined_at is None:
            return True
        alone = len(self._nodes) == 1 and node.identity == self._identity
        return not alone and self._monotonic() - node.examined_at >= self._examine_every

    def _examine(self, node: PooledNode) -> None:
        if self._identity is None:
            self._identity = self._expected()
        try:
            node.examine()
        except (NodeBusy, TooManyRequests) as error:
            node.is_busy(error.retry_after if isinstance(error, NodeBusy) else None)
            return
        except ChainError as error:
            node.failed()
            _log.warning("node_failed", node=node.rpc.name, code=error.code, times=node.failures)
            return
        self._identity = self._identity or node.identity
        if node.identity != self._identity:
            _log.error("node_serves_another_chain", node=node.rpc.name)

    def _fault(self, node: PooledNode) -> str:
        if node.identity is not None and node.identity != self._identity:
            return "serves another chain"
        if not node.is_available():
            return "does not answer" if node.failures else "asks for fewer requests"
        return "not asked yet" if node.identity is None else "is behind"

    def _nobody(self) -> NoUsableNode:
        said = "; ".join(
            f"{state.name} {state.fault or 'failed just now'}" for state in self.states()
        )
        return NoUsableNode(f"no node of the chain can be used: {said}")


def _not_null(method: str, answer: _T) -> _T:
    if answer is None and method in _NEVER_NULL:
        raise MalformedAnswer(f"{method} was answered with null")
    return answer
