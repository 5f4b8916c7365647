"""Whoever sends a transaction and waits for it: a `Sender`, or a wallet with the same two words."""

from typing import Protocol

from eth_typing import ChecksumAddress

from hanpyo.chain.receipts import Receipt
from hanpyo.chain.tickets import TransactionRequest


class Transactor(Protocol):
    """An account that acts one transaction at a time."""

    @property
    def address(self) -> ChecksumAddress:
        """The sending account."""

    def transact(self, request: TransactionRequest) -> Receipt:
        """Send and wait; raises when the contract refuses."""
