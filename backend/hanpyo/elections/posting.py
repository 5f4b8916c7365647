"""Transactions that tasks send without waiting: found again by their labels, across crashes.

A task reads how many transactions of the account are mined, then what is done on the chain, and
sends what is not done unless it is still under way. In that order nothing is sent twice: what is
mined has had its effect when the state is read. Waiting would keep the account from sending
ballots.
"""

import re
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import ClassVar, Final, Protocol

from eth_typing import ChecksumAddress

from hanpyo.chain.receipts import Receipt
from hanpyo.chain.sender import Sender
from hanpyo.chain.tickets import Ticket, TransactionRequest
from hanpyo.errors import HanpyoError

TRIES: Final = 5
"""How often something that has no effect is paid for."""
_LABEL: Final = re.compile(r"(?:create|text|roll|freeze|cancel|close) ([0-9a-f]{32})(?: [0-9]+)?")
_PATIENCE: Final = 5.0
"""Seconds between looks after what is under way; whoever sends ballots looks more often."""


class SentInVain(HanpyoError):
    """Transactions are mined and change nothing; sending more of them would only cost money."""

    code: ClassVar[str] = "sent_in_vain"


class Account(Protocol):
    """The account that acts for the service: `relay.accounts.SendingAccount`."""

    @property
    def address(self) -> ChecksumAddress:
        """The account, whoever sends for it now."""

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


def election_named(label: str) -> str | None:
    """The election that a label is about; None where no task of an election's life gave it."""
    found = _LABEL.fullmatch(label)
    return None if found is None else found[1]


@dataclass(frozen=True, slots=True)
class Post:
    """An account's sender, and how many of its transactions were mined before a look at the chain.

    It is what `elections.lifecycle` takes for a sender, under `label`, and it does not wait.
    """

    sender: Sender
    mined: int
    label: str = ""

    def labelled(self, label: str) -> "Post":
        """The same under another label, which names one thing to be done for all time."""
        return replace(self, label=label)

    def is_under_way(self) -> bool:
        """Whether something under the label was signed and is not known to be mined."""
        return any(ticket.nonce >= self.mined for ticket in self.tickets)

    @property
    def tickets(self) -> list[Ticket]:
        """Everything ever signed under the label, oldest first."""
        return self.sender.find(self.label)

    def once(self, build: Callable[[], TransactionRequest]) -> bool:
        """Send the request unless it is under way; whether it was sent now.

        One that failed is sent anew, and the estimate then says whether it still cannot be. Raises
        what `Sender.send` raises, and `SentInVain` after some tries.
        """
        if self.is_under_way():
            return False
        if len(self.tickets) >= TRIES:
            raise SentInVain(f"{self.label} was sent {TRIES} times and had no effect")
        self.send(build())
        return True

    def send(self, request: TransactionRequest) -> Ticket:
        """See `Sender.send`."""
        return self.sender.send(replace(request, label=self.label))

    def wait_all(self, tickets: Sequence[Ticket]) -> list[Receipt]:
        """Nothing: whoever looks next sees what became of them."""
        del tickets
        return []

    def transact(self, request: TransactionRequest) -> None:
        """The same as `send`."""
        self.send(request)


class Nudge:
    """Looks now and then after what is under way, so that a standstill is treated."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._last = monotonic()

    def look(self, post: Post) -> None:
        """Let the sender heal what is under way, when it is time for that again."""
        if self._monotonic() - self._last < _PATIENCE:
            return
        self._last = self._monotonic()
        post.sender.look([ticket for ticket in post.tickets if ticket.nonce >= post.mined])
