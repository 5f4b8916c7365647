"""The accounts that send, each lent out to one process at a time, with one ordered sender.

Whoever needs an account borrows it: the relay's own task, and tasks that send for other reasons.
Within a process they share the sender, between processes they take turns by the lease
`account:<address>`. Its fence rises by one whenever it is taken anew, so a greater step says that
another process may have signed in between: then the sender is made anew, from the journal.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import RLock
from typing import Final

from eth_typing import ChecksumAddress
from sqlalchemy.orm import Session

from hanpyo.chain.contracts import revert_reasons
from hanpyo.chain.fees import FeePolicy
from hanpyo.chain.journal import Attempt, JournalError
from hanpyo.chain.keys import Key
from hanpyo.chain.sender import Pace, Sender
from hanpyo.db.leases import Held
from hanpyo.db.models import Installation
from hanpyo.errors import Unavailable
from hanpyo.relay.journal import DatabaseJournal
from hanpyo.runtime import Runtime

_TREATMENTS: Final = 4  # of a standstill, within the time of a promise
_SHORTEST_STANDSTILL: Final = 5.0


class SendingAccount:
    """One account of the relay. Safe to share between threads."""

    def __init__(
        self,
        runtime: Runtime,
        key: Key,
        on_record: Callable[[Session, Sequence[Attempt]], None] = lambda *_: None,
        *,
        pace: Pace | None = None,
    ) -> None:
        self._runtime = runtime
        self._key = key
        self._pace = pace or _pace(runtime)
        self._lock = RLock()
        self._on_record = on_record
        self._borrowers = 0
        self._held: Held | None = None
        self._journal: DatabaseJournal | None = None
        self._sender: Sender | None = None

    @property
    def address(self) -> ChecksumAddress:
        """The account, whoever sends for it now."""
        return self._key.address

    @property
    def lease(self) -> str:
        """The name of its lease."""
        return f"account:{self.address.lower()}"

    @property
    def id(self) -> int:
        """The account's row; raises `JournalError` before it was ever borrowed."""
        if self._journal is None:
            raise JournalError("the account was never borrowed")
        return self._journal.account

    @contextmanager
    def lend(self) -> Iterator[Sender | None]:
        """Its one sender while the context is open; None while another process sends for it.

        Raises `JournalError` where the account belongs to another chain, and what `Sender` raises.
        """
        sender = self._borrow()
        try:
            yield sender
        finally:
            if sender is not None:
                self._give_back()

    def _borrow(self) -> Sender | None:
        with self._lock:
            held = self._runtime.leases.take(self.lease)
            if held is None:
                return None
            self._borrowers += 1
            try:
                return self._sender_of(held)
            except BaseException:
                self._give_back()
                raise

    def _give_back(self) -> None:
        with self._lock:
            self._borrowers -= 1
            if self._borrowers == 0 and self._held is not None:
                self._runtime.leases.release(self._held)

    def _sender_of(self, held: Held) -> Sender:
        alone = self._held is not None and held.fence <= self._held.fence + 1
        self._held = held
        if self._sender is None or self._journal is None or not alone:
            self._sender = None
            self._journal = DatabaseJournal(
                self._runtime.database, held, self._on_record, self._runtime.clock
            )
            self._sender = self._make_sender(self._journal)
        self._journal.held = held
        if self._sender.lost_nonce:  # whoever met it was told; the next goes on from the chain's
            self._sender.reconcile()
        return self._sender

    def _make_sender(self, journal: DatabaseJournal) -> Sender:
        relay = self._runtime.settings.relay
        return Sender(
            self._runtime.rpc,
            self._key,
            self._chain_id(),
            journal=journal,
            fees=FeePolicy(relay.fee_ceiling, relay.tip_ceiling),
            pace=self._pace,
            reasons=revert_reasons(),
        )

    def _chain_id(self) -> int:
        with self._runtime.database.read() as session:
            installation = session.get(Installation, 1)
        if installation is None:
            raise Unavailable("the chain of this installation is not set up yet")
        return installation.chain_id


def _pace(runtime: Runtime) -> Pace:
    """A standstill is treated well before promises run out."""
    settings = runtime.settings
    stuck_after = max(_SHORTEST_STANDSTILL, settings.relay.include_within / _TREATMENTS)
    return Pace(poll=settings.chain.poll, stuck_after=stuck_after)
