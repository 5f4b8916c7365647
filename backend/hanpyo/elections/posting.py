"""Transactions that a task sends once each, across crashes: found again by their labels.

A task looks at the chain for what is done, and asks here for what is not. What was signed before a
crash is waited for, never signed anew; what a node refused for good is.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Final, Protocol

import structlog
from eth_typing import ChecksumAddress

from hanpyo.chain.receipts import Receipt
from hanpyo.chain.sender import Sender
from hanpyo.chain.tickets import (
    RequestVoided,
    TransactionRequest,
    TransactionReverted,
    Unconfirmed,
)

WAIT_SECONDS: Final = 20.0
"""How long a step waits for a transaction: below the time a lease is held."""
_log = structlog.get_logger(__name__)


class Account(Protocol):
    """The account that acts for the service. `address` is known whoever sends for it now."""

    @property
    def address(self) -> ChecksumAddress:
        """The account."""

    def lend(self) -> AbstractContextManager[Sender | None]:
        """Its one sender while the context is open; None while another process sends for it."""


class Given:
    """An account whose sender is at hand in this process."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @property
    def address(self) -> ChecksumAddress:
        """See `Account`."""
        return self._sender.address

    def lend(self) -> AbstractContextManager[Sender | None]:
        """See `Account`."""
        return nullcontext(self._sender)


def post(sender: Sender, label: str, build: Callable[[], TransactionRequest]) -> Receipt | None:
    """The receipt of the transaction with this label, sent unless it was; None while it is pending.

    `label` names one thing to be done for all time. One that failed is sent anew, and the estimate
    then says whether it still cannot be. Raises what `Sender.send` and `Sender.wait` raise, but
    `Unconfirmed`.
    """
    tickets = sender.find(label)
    try:
        if tickets:
            return sender.wait(tickets[-1])
    except Unconfirmed:
        return None
    except (RequestVoided, TransactionReverted) as error:
        _log.warning("transaction_failed", label=label, code=error.code)
    ticket = sender.send(replace(build(), label=label))
    try:
        return sender.wait(ticket)
    except Unconfirmed:
        return None
