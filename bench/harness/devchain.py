"""A development chain driven block by block: any sender, exact times, whole receipts."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from bench.harness.abi import Event, Interface
from hanpyo.chain.errors import ChainError
from hanpyo.chain.rpc import Rpc
from hanpyo.protocol.types import Address

GAS_LIMIT = 1 << 24
"""The most one transaction may use on public chains (EIP-7825)."""
_RICH = hex(10**30)


class Reverted(Exception):
    """A transaction or call that reverted; `error` is what it said."""

    def __init__(self, error: Event, data: bytes) -> None:
        self.error = error
        self.data = data
        super().__init__(f"{error.name}({dict(error.values)})")


@dataclass(frozen=True, slots=True)
class Log:
    """One log as it stands in a receipt."""

    address: bytes
    topics: list[bytes]
    data: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a mined transaction did."""

    hash: str
    succeeded: bool
    gas_used: int
    logs: tuple[Log, ...]
    created: Address


class Observer(Protocol):
    """Who is told of every transaction and call."""

    def transaction(self, hash_: str, data: bytes, *, succeeded: bool) -> None:
        """A transaction with this calldata was mined."""

    def call(self, request: dict[str, str]) -> None:
        """A call was made on the newest block."""


class DevChain:
    """An anvil node behind `rpc`. Each block is one second after the last unless `at` says more."""

    def __init__(self, rpc: Rpc, observer: Observer | None = None) -> None:
        self.rpc = rpc
        self._observer = observer
        self._funded: set[bytes] = set()
        rpc.call("anvil_autoImpersonateAccount", True)
        rpc.call("anvil_setBlockTimestampInterval", 1)

    @property
    def now(self) -> int:
        """The newest block's time."""
        block: Any = self.rpc.call("eth_getBlockByNumber", "latest", False)
        return int(block["timestamp"], 16)

    def at(self, time: int) -> None:
        """Let the next block have this time, which is later than the newest block's."""
        self.rpc.call("evm_setNextBlockTimestamp", time)

    def mine_at(self, time: int) -> None:
        """An empty block at `time`."""
        self.at(time)
        self.rpc.call("evm_mine")

    def fund(self, account: bytes) -> None:
        """Make sure that an account can pay for gas."""
        if account not in self._funded:
            self.rpc.call("anvil_setBalance", "0x" + account.hex(), _RICH)
            self._funded.add(account)

    def send(
        self,
        sender: bytes,
        to: bytes | None,
        data: bytes,
        *,
        gas: int = GAS_LIMIT,
        authorisations: Sequence[dict[str, str]] = (),
    ) -> Receipt:
        """Mine one transaction; it may have reverted."""
        self.fund(sender)
        request: dict[str, Any] = {
            "from": "0x" + sender.hex(),
            "data": "0x" + data.hex(),
            "gas": hex(gas),
        }
        if to is not None:
            request["to"] = "0x" + to.hex()
        if authorisations:
            request["authorizationList"] = list(authorisations)
        receipt = _receipt(self.rpc.call("eth_sendTransactionSync", request))
        if self._observer is not None:
            self._observer.transaction(receipt.hash, data, succeeded=receipt.succeeded)
        return receipt

    def deploy(self, sender: bytes, creation: bytes) -> Address:
        """Deploy code; raises `ChainError` when it reverts."""
        receipt = self.send(sender, None, creation)
        if not receipt.succeeded:
            raise ChainError("a contract could not be deployed")
        return receipt.created

    def call(
        self,
        to: bytes,
        data: bytes,
        interface: Interface,
        *,
        sender: bytes = bytes(20),
        gas: int = 1 << 26,
    ) -> bytes:
        """A read-only call on the state and at the time of the newest block."""
        request = {
            "from": "0x" + sender.hex(),
            "to": "0x" + to.hex(),
            "data": "0x" + data.hex(),
            "gas": hex(gas),
        }
        if self._observer is not None:
            self._observer.call(request)
        try:
            answer: Any = self.rpc.call("eth_call", request, "latest")
        except ChainError as error:
            said: bytes = getattr(error, "data", b"") or b""
            raise Reverted(interface.error(said), said) from error
        return bytes.fromhex(answer[2:])

    def store(self, contract: bytes, slot: bytes, value: bytes) -> None:
        """Write a storage word, which no transaction could."""
        where = ("0x" + contract.hex(), "0x" + slot.hex(), "0x" + value.hex())
        self.rpc.call("anvil_setStorageAt", *where)

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Forget on leaving whatever happens inside."""
        snapshot = self.rpc.call("evm_snapshot")
        try:
            yield
        finally:
            self.rpc.call("evm_revert", snapshot)
            self._funded.clear()


def _receipt(found: Any) -> Receipt:
    logs = tuple(
        Log(
            bytes.fromhex(log["address"][2:]),
            [bytes.fromhex(topic[2:]) for topic in log["topics"]],
            bytes.fromhex(log["data"][2:]),
        )
        for log in found["logs"]
    )
    created = bytes.fromhex((found.get("contractAddress") or "0x")[2:])
    return Receipt(
        found["transactionHash"],
        found["status"] == "0x1",
        int(found["gasUsed"], 16),
        logs,
        Address(created),
    )
