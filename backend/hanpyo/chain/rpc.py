"""A typed JSON-RPC 2.0 client for one Ethereum node.

Every answer is checked against its request (its id, a result or an error) before it is used; every
failure is a typed error. Reading and re-sending the same signed bytes are safe to repeat, so
`eth_`, `net_` and `web3_` methods are tried again a bounded number of times when the wire failed;
methods that drive a development node are not.
"""

import itertools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

import orjson

from hanpyo.chain.errors import MalformedAnswer, NodeBusy, TransportError, WrongChain
from hanpyo.chain.node_errors import BlockUnknown, NodeError, TooManyRequests, node_error
from hanpyo.chain.quantities import (
    read_data,
    read_hash,
    read_object,
    read_quantity,
    to_data,
    to_quantity,
)
from hanpyo.chain.transport import HttpTransport
from hanpyo.closable import Closable

BATCH_CALLS: Final = 100
BATCH_BYTES: Final = 1 << 20  # anvil refuses bodies of more than 2 MB
REPEATABLE: Final = ("eth_", "net_", "web3_")
"""How the names of methods start that may be asked again."""
_LONGEST_PAUSE: Final = 30.0

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Retries:
    """How often a repeatable request is tried, and the pause before each repetition in seconds.

    The pause doubles from `first_pause`; a pause the node asked for goes before it, up to 30 s.
    """

    tries: int = 4
    first_pause: float = 0.25
    sleep: Callable[[float], None] = time.sleep

    def pauses(self) -> Iterator[float]:
        """The pauses between tries, in order."""
        for number in range(self.tries - 1):
            yield min(self.first_pause * 2**number, _LONGEST_PAUSE)


@dataclass(frozen=True, slots=True)
class Call:
    """One request of a batch: a method name and its positional parameters."""

    method: str
    params: tuple[object, ...] = ()


class Rpc(Closable):
    """A node behind an http or https URL; one object may serve several threads."""

    def __init__(
        self,
        url: str,
        *,
        timeout: float = 30.0,
        max_answer: int = 64 << 20,
        headers: Mapping[str, str] | None = None,
        retries: Retries | None = None,
    ) -> None:
        """`timeout` in seconds for one exchange, `max_answer` in bytes. Connects on first use."""
        self.url = url
        self._transport = HttpTransport(
            url, timeout=timeout, max_answer=max_answer, headers=headers
        )
        self._retries = retries or Retries()
        self._ids = itertools.count(1)

    def __repr__(self) -> str:
        return f"Rpc({self.name})"

    @property
    def name(self) -> str:
        """Scheme, host and port of the node: all of its URL that is fit to be shown."""
        return self._transport.name

    def close(self) -> None:
        """Close idle connections; the client stays usable."""
        self._transport.close()

    def steady(self) -> AbstractContextManager[None]:
        """While it is open, this thread's answers come from one node, so that they fit together."""
        return nullcontext()

    def call(self, method: str, *params: object) -> object:
        """The result of one request; raises `NodeError` or `TransportError`."""
        return self._repeating((method,), partial(self._once, method, params))

    def batch(self, calls: Sequence[Call]) -> list[object | NodeError]:
        """The outcome of each call in order: its result, or the node's refusal as a value.

        Calls go out in requests of at most 100 calls and 1 MiB. A failure of the wire raises.
        """
        outcomes: list[object | NodeError] = []
        for group in _groups(calls):
            methods = tuple(call.method for call in group)
            outcomes += self._repeating(methods, partial(self._once_batch, group))
        return outcomes

    def results(self, calls: Sequence[Call]) -> list[object]:
        """The result of each call in order; the first refusal raises."""
        outcomes = self.batch(calls)
        for outcome in outcomes:
            if isinstance(outcome, NodeError):
                raise outcome
        return outcomes

    def send_raw(self, transactions: Sequence[bytes]) -> list[bytes | NodeError]:
        """Broadcast signed transactions in order; each outcome is its hash or the refusal."""
        calls = [Call("eth_sendRawTransaction", (to_data(raw),)) for raw in transactions]
        return [
            outcome
            if isinstance(outcome, NodeError)
            else read_hash(outcome, "eth_sendRawTransaction")
            for outcome in self.batch(calls)
        ]

    def chain_id(self) -> int:
        """The chain id the node signs for."""
        return read_quantity(self.call("eth_chainId"), "eth_chainId")

    def require_chain(self, expected: int) -> None:
        """Raise `WrongChain` unless the node serves chain id `expected`."""
        actual = self.chain_id()
        if actual != expected:
            raise WrongChain(expected, actual)

    def block_number(self) -> int:
        """The number of the newest block."""
        return read_quantity(self.call("eth_blockNumber"), "eth_blockNumber")

    def block_hash(self, number: int) -> bytes:
        """The hash that the node tells for block `number`; raises `BlockUnknown`."""
        block = self.call("eth_getBlockByNumber", to_quantity(number), False)
        if block is None:
            raise BlockUnknown(0, f"no block {number}")
        return read_hash(read_object(block, "block").get("hash"), "hash")

    def balance(self, address: str, block: str = "latest") -> int:
        """The balance of `address` in wei."""
        return read_quantity(self.call("eth_getBalance", address, block), "eth_getBalance")

    def nonce(self, address: str, block: str = "latest") -> int:
        """How many transactions `address` has sent, up to `block`."""
        result = self.call("eth_getTransactionCount", address, block)
        return read_quantity(result, "eth_getTransactionCount")

    def code(self, address: str, block: str = "latest") -> bytes:
        """The code at `address`, empty where there is none."""
        return read_data(self.call("eth_getCode", address, block), "eth_getCode")

    def call_contract(self, to: str, data: bytes, block: str = "latest") -> bytes:
        """What a read-only call of `to` with `data` returns; raises `ExecutionReverted`."""
        result = self.call("eth_call", {"to": to, "data": to_data(data)}, block)
        return read_data(result, "eth_call")

    def _once(self, method: str, params: Sequence[object]) -> object:
        number = next(self._ids)
        answer = self._post(_request(number, method, params))
        outcome = _outcome(read_object(answer, "the answer"), number)
        if isinstance(outcome, NodeError):
            raise outcome
        return outcome

    def _once_batch(self, calls: Sequence[Call]) -> list[object | NodeError]:
        numbers = [next(self._ids) for _ in calls]
        requests = [
            _request(number, call.method, call.params)
            for number, call in zip(numbers, calls, strict=True)
        ]
        answer = self._post(requests)
        if isinstance(answer, dict):
            raise _error(answer)
        if not isinstance(answer, list):
            raise MalformedAnswer("the answer to a batch is neither an array nor an error")
        entries: dict[object, Mapping[str, object]] = {}
        for item in answer:
            entry = read_object(item, "an entry of the batch answer")
            entries[entry.get("id")] = entry
        if len(answer) != len(calls) or set(entries) != set(numbers):
            raise MalformedAnswer("the answer to a batch does not answer each request once")
        return [_outcome(entries[number], number) for number in numbers]

    def _post(self, request: object) -> object:
        body = self._transport.post(orjson.dumps(request))
        try:
            answer: object = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise MalformedAnswer(f"{self.name} answered with something else than JSON") from error
        return answer

    def _repeating(self, methods: Sequence[str], action: Callable[[], _T]) -> _T:
        repeatable = all(method.startswith(REPEATABLE) for method in methods)
        for pause in self._retries.pauses() if repeatable else ():
            try:
                return action()
            except (TransportError, TooManyRequests) as error:
                asked = error.retry_after if isinstance(error, NodeBusy) else None
                self._retries.sleep(min(asked or pause, _LONGEST_PAUSE))
        return action()


def _request(number: int, method: str, params: Sequence[object]) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": list(params)}


def _outcome(answer: Mapping[str, object], number: int) -> object | NodeError:
    if "error" in answer and answer["error"] is not None:
        return _error(answer)
    if answer.get("id") != number or isinstance(answer.get("id"), bool):
        raise MalformedAnswer("the answer carries the id of another request")
    if "result" not in answer:
        raise MalformedAnswer("the answer has neither a result nor an error")
    return answer["result"]


def _error(answer: Mapping[str, object]) -> NodeError:
    error = read_object(answer.get("error"), "error")
    code = error.get("code")
    text = error.get("message")
    if not isinstance(code, int) or not isinstance(text, str):
        raise MalformedAnswer("the error of the answer has no code or no message")
    data = error.get("data")
    if not isinstance(data, str) or not data.startswith("0x"):
        return node_error(code, text)
    return node_error(code, text, read_data(data, "error.data"))


def _groups(calls: Sequence[Call]) -> Iterator[list[Call]]:
    group: list[Call] = []
    size = 0
    for call in calls:
        weight = len(orjson.dumps(call.params))
        if group and (len(group) == BATCH_CALLS or size + weight > BATCH_BYTES):
            yield group
            group, size = [], 0
        group.append(call)
        size += weight
    if group:
        yield group
