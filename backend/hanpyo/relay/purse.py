"""Whether an account may sign now: its balance, the caps on money, and what an operator must see.

A pause has a reason that readiness shows. Pauses that the chain or a payment can end are looked at
again and again; an account on a chain that began anew stays paused.
"""

import time
from collections.abc import Callable
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from hanpyo.chain.errors import ChainError
from hanpyo.chain.journal import JournalOfAnother
from hanpyo.chain.sender import Sender
from hanpyo.chain.tickets import ChainReset
from hanpyo.db.models import RelayAccount
from hanpyo.relay.accounts import SendingAccount
from hanpyo.relay.spending import may_spend
from hanpyo.runtime import Runtime

_LOOK_SECONDS: Final = 5.0
LOW_BALANCE: Final = "low_balance"
_FOR_GOOD: Final = (ChainReset.code, JournalOfAnother.code)
_log = structlog.get_logger(__name__)


class Purse:
    """The money side of one account."""

    def __init__(
        self,
        runtime: Runtime,
        account: SendingAccount,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._runtime = runtime
        self._database = runtime.database
        self._account = account
        self._monotonic = monotonic
        self._looked = float("-inf")
        self._paused: str | None = None

    @property
    def is_due(self) -> bool:
        """Whether it is time to look at the balance: now and then, and always while paused."""
        return self._monotonic() - self._looked >= _LOOK_SECONDS or self._paused is not None

    def may_sign(self, sender: Sender) -> bool:
        """Whether the account may sign; notes its balance from time to time."""
        if self.is_due:
            self._looked = self._monotonic()
            self._look(sender)
        return self._paused is None

    def pause(self, error: ChainError) -> None:
        """Sign nothing until the cause is gone; told once."""
        self._note(error.code)

    def resumed(self) -> None:
        """Something was signed: what held the account up is over."""
        self._note(None)

    def election_may_spend(self, session: Session, election_id: str) -> bool:
        """Whether one more batch stays within what the election and the day may cost.

        What is under way counts with the most it may cost.
        """
        relay = self._runtime.settings.relay
        return may_spend(session, relay, election_id, self._runtime.now())

    def _look(self, sender: Sender) -> None:
        balance = self._runtime.rpc.balance(sender.address)
        reason = self._standing_reason()
        if balance < self._runtime.settings.relay.reserve:
            reason = LOW_BALANCE
        elif reason not in _FOR_GOOD:
            reason = None
        self._note(reason, balance)

    def _standing_reason(self) -> str | None:
        with self._database.read() as session:
            return session.scalar(
                select(RelayAccount.paused).where(RelayAccount.id == self._account.id)
            )

    def _note(self, reason: str | None, balance: int | None = None) -> None:
        if reason is not None and reason != self._paused:
            _log.error("relay_paused", reason=reason)
        if reason == self._paused and balance is None:
            return
        self._paused = reason
        now = self._runtime.now()
        address = bytes.fromhex(self._account.address[2:])

        def work(session: Session) -> None:
            row = session.scalar(select(RelayAccount).where(RelayAccount.address == address))
            if row is None:
                return
            row.paused = reason
            if balance is not None:
                row.balance, row.checked_at = balance, now

        self._database.transact(work)
