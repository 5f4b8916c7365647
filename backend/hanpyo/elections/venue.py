"""Where an election is held: a node, who sends, and how time passes there."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Protocol, TypeVar

from hanpyo.chain.controls import Controls
from hanpyo.chain.headers import fetch_header
from hanpyo.chain.receipts import Receipt
from hanpyo.chain.rpc import Rpc
from hanpyo.chain.sender import Sender
from hanpyo.chain.tickets import (
    SIZE_CAP,
    GasCapExceeded,
    SizeCapExceeded,
    Ticket,
    TransactionRequest,
    TransactionReverted,
)
from hanpyo.elections.progress import Advance
from hanpyo.errors import HanpyoError

ENVELOPE_BYTES: Final = 2_048
"""Room for everything in a transaction but the long argument."""
_NUDGE_SECONDS: Final = 15
_STALL_SECONDS: Final = 600

_T = TypeVar("_T")


class ChainStalled(HanpyoError):
    """The chain's time does not move on."""

    code: ClassVar[str] = "chain_stalled"
    retryable: ClassVar[bool] = True


class ChainClock(Protocol):
    """The chain's time, in seconds since 1970."""

    def now(self) -> int:
        """The timestamp of the newest block."""

    def wait_until(self, timestamp: int) -> None:
        """Return once the newest block's timestamp is at least this."""


@dataclass(frozen=True, slots=True)
class EmbeddedClock:
    """The time of an embedded chain, which its operator moves at will."""

    controls: Controls

    def now(self) -> int:
        """See `ChainClock.now`."""
        return self.controls.now()

    def wait_until(self, timestamp: int) -> None:
        """Mine a block at this time, unless the chain is past it."""
        if self.controls.now() < timestamp:
            self.controls.advance_to(timestamp)


@dataclass(frozen=True, slots=True)
class RealClock:
    """The time of a chain that nobody moves. A chain that mines on demand is nudged to a block."""

    rpc: Rpc
    sender: Sender
    wall: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    poll: float = 1.0

    def now(self) -> int:
        """See `ChainClock.now`."""
        return fetch_header(self.rpc, self.rpc.block_number()).timestamp

    def wait_until(self, timestamp: int) -> None:
        """Wait in real time; raises `ChainStalled` long after the wall clock says it is due."""
        nudged = False
        while self.now() < timestamp:
            late = self.wall() - timestamp
            if late > _STALL_SECONDS:
                raise ChainStalled(
                    f"the newest block is older than {timestamp} although that time has passed: "
                    "the node does not follow its chain"
                )
            if late > _NUDGE_SECONDS and not nudged:
                self.sender.transact(TransactionRequest(to=self.sender.address, label="nudge"))
                nudged = True
            self.sleep(self.poll)


@dataclass(frozen=True, slots=True)
class Venue:
    """A node, the organiser's sender, and the relay's, which may be the same."""

    rpc: Rpc
    organiser: Sender
    relay: Sender
    clock: ChainClock


class Outbox(Protocol):
    """Whoever takes transactions to be sent: a `Sender`, or one that does not wait for them."""

    def send(self, request: TransactionRequest) -> Ticket:
        """Sign, keep and broadcast."""

    def wait_all(self, tickets: Sequence[Ticket]) -> list[Receipt]:
        """The receipts of what has been mined, as far as this waits for it."""

    def transact(self, request: TransactionRequest) -> object:
        """Send, and wait as `wait_all` does."""


def send_in_parts(
    sender: Outbox,
    items: Sequence[_T],
    build: Callable[[Sequence[_T]], TransactionRequest],
    *,
    most: int,
    advance: Advance = lambda _: None,
) -> list[Receipt]:
    """Send `items` in order, at most so many a transaction, and wait for all of them.

    A transaction above the caps on gas or size is split in two; one item above them raises.
    """
    tickets: list[Ticket] = []
    pending = [items[at : at + most] for at in range(0, len(items), most)]
    while pending:
        part = pending.pop(0)
        try:
            tickets.append(sender.send(build(part)))
        except (GasCapExceeded, SizeCapExceeded, TransactionReverted) as error:
            if len(part) == 1 or not _is_too_large(error):
                raise
            middle = len(part) // 2
            pending[:0] = [part[:middle], part[middle:]]
        else:
            advance(len(part))
    return sender.wait_all(tickets)


def _is_too_large(error: HanpyoError) -> bool:
    """A contract that ran out of gas reverts without a word; all its own reasons have one."""
    return not isinstance(error, TransactionReverted) or not error.data


def fitting(item_bytes: int, most: int) -> int:
    """How many items of this size one transaction takes, at least 1 and at most `most`."""
    return max(1, min(most, (SIZE_CAP - ENVELOPE_BYTES) // item_bytes))
