"""Looks up what became of nonces: confirmed under any of their hashes, open, or taken by others."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from eth_typing import ChecksumAddress

from hanpyo.chain.ledger import Ledger
from hanpyo.chain.quantities import read_hash, read_object, read_quantity, to_data, to_quantity
from hanpyo.chain.receipts import Receipt
from hanpyo.chain.rpc import Call, Rpc

# One node behind a balancer may lag: a nonce that is used with no receipt of ours counts as taken
# only when seen so this many times in a row.
_ABSENCES: Final = 3


@dataclass(frozen=True, slots=True)
class Sighting:
    """One look at the chain: the account's nonce, receipts confirmed, and nonces lost to others."""

    count: int
    confirmed: Mapping[int, Receipt]
    taken: Collection[int]


class Confirmer:
    """Decides when an attempt is an outcome: mined, deep enough, in the canonical chain."""

    def __init__(
        self, rpc: Rpc, address: ChecksumAddress, ledger: Ledger, confirmations: int
    ) -> None:
        """`confirmations` 1 takes the newest block."""
        if confirmations < 1:
            raise ValueError(f"confirmations are at least 1, got {confirmations}")
        self._rpc = rpc
        self._address = address
        self._ledger = ledger
        self._confirmations = confirmations
        self._absences: dict[int, int] = {}

    def look(self, nonces: Collection[int]) -> Sighting:
        """Where `nonces` stand now. A receipt that a reorganisation took back is not confirmed."""
        head, count = self._position()
        used = [nonce for nonce in nonces if nonce < count]
        mined = self._receipts(used)
        deep = {
            nonce: receipt
            for nonce, receipt in mined.items()
            if receipt.block_number + self._confirmations - 1 <= head
        }
        canonical = self._canonical({receipt.block_number for receipt in deep.values()})
        confirmed = {
            nonce: receipt
            for nonce, receipt in deep.items()
            if canonical.get(receipt.block_number) == receipt.block_hash
        }
        return Sighting(count, confirmed, self._taken(used, mined))

    def _position(self) -> tuple[int, int]:
        head, count = self._rpc.results(
            [
                Call("eth_blockNumber"),
                Call("eth_getTransactionCount", (self._address, "latest")),
            ]
        )
        return (
            read_quantity(head, "eth_blockNumber"),
            read_quantity(count, "eth_getTransactionCount"),
        )

    def _receipts(self, nonces: Collection[int]) -> dict[int, Receipt]:
        tries = [(nonce, attempt.hash) for nonce in nonces for attempt in self._ledger.all(nonce)]
        calls = [Call("eth_getTransactionReceipt", (to_data(found),)) for _, found in tries]
        return {
            nonce: Receipt.from_rpc(read_object(answer, "receipt"))
            for (nonce, _), answer in zip(tries, self._rpc.results(calls), strict=True)
            if answer is not None
        }

    def _canonical(self, numbers: Collection[int]) -> dict[int, bytes]:
        calls = [Call("eth_getBlockByNumber", (to_quantity(n), False)) for n in numbers]
        return {
            number: read_hash(read_object(block, "block").get("hash"), "hash")
            for number, block in zip(numbers, self._rpc.results(calls), strict=True)
            if block is not None
        }

    def _taken(self, used: Collection[int], mined: Mapping[int, Receipt]) -> list[int]:
        absent = [nonce for nonce in used if nonce not in mined]
        self._absences = {nonce: self._absences.get(nonce, 0) + 1 for nonce in absent}
        return [nonce for nonce, times in self._absences.items() if times >= _ABSENCES]
