"""The task that sends signed rebinds, before any ballot of the new key, from the first account.

A rebind is done when a final block holds it. One that can no longer be recorded is failed: its
time is over, or the contract refuses it.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hanpyo.chain.contracts import ElectionContract
from hanpyo.chain.sender import Sender
from hanpyo.chain.tickets import TransactionReverted
from hanpyo.db.leases import Held
from hanpyo.db.models import ChainHead, LogEntry, Rebind
from hanpyo.elections.catalogue import Catalogue
from hanpyo.identity.rebinds import note_done, note_failed, note_sent
from hanpyo.relay.accounts import SendingAccount
from hanpyo.relay.outlays import REBIND_LABEL
from hanpyo.runtime import Runtime

_MOST: Final = 50
_COUNTING: Final = ("signed", "sent")
_log = structlog.get_logger(__name__)


class Rebinding:
    """Sends rebinds; a `tasks.Task`."""

    name: Final = "relay:rebind"

    def __init__(self, runtime: Runtime, catalogue: Catalogue, account: SendingAccount) -> None:
        self._runtime = runtime
        self._database = runtime.database
        self._catalogue = catalogue
        self._account = account

    @property
    def pause(self) -> float:
        """See `Task.pause`."""
        return self._runtime.settings.chain.poll

    def step(self, held: Held) -> bool:
        """Note what is final, then send what is signed; True when more waits."""
        if not self._orders():
            return False
        self._database.transact(lambda session: self._finish(session, held))
        orders = self._orders()
        if not orders:
            return False
        with self._account.lend() as sender:
            if sender is None:
                return False
            for order in orders[:_MOST]:
                self._bring(held, sender, order)
        return len(orders) > _MOST

    def _orders(self) -> Sequence[Rebind]:
        """What is signed and not done, oldest first."""
        wanted = select(Rebind).where(Rebind.state.in_(_COUNTING)).order_by(Rebind.created_at)
        with self._database.read() as session:
            return session.scalars(wanted).all()

    def _finish(self, session: Session, held: Held) -> None:
        held.require(session)
        head = session.get(ChainHead, 1)
        if head is None:
            return
        now = self._runtime.now()
        for order in session.scalars(select(Rebind).where(Rebind.state.in_(_COUNTING))):
            if _recorded(session, order, head.final_number):
                note_done(session, order.id, now)
            elif head.timestamp >= order.until and not _recorded(session, order, head.number):
                note_failed(session, order.id, "too_late", now)
                _log.error("rebind_too_late", election=order.election_id)

    def _bring(self, held: Held, sender: Sender, order: Rebind) -> None:
        """Send an order that was not sent, and keep one moving that was."""
        label = REBIND_LABEL + order.id
        tickets = sender.find(label)
        if tickets:
            sender.look(tickets)
            self._note_sent(held, order, sender.newest(tickets[-1]).hash)
            return
        election = self._catalogue.get(order.election_id)
        request = ElectionContract(self._runtime.rpc, election.address).rebind(
            order.voter, order.epoch, order.signatures or b""
        )
        now = self._runtime.now()
        try:
            ticket = sender.send(replace(request, label=label))
        except TransactionReverted:
            self._database.transact(
                lambda session: note_failed(session, order.id, "refused_by_contract", now)
            )
            return
        self._note_sent(held, order, sender.newest(ticket).hash)

    def _note_sent(self, held: Held, order: Rebind, transaction: bytes) -> None:
        if order.transaction_hash == transaction:
            return
        now = self._runtime.now()

        def work(session: Session) -> None:
            held.require(session)
            note_sent(session, order.id, transaction, now)

        self._database.transact(work)


def _recorded(session: Session, order: Rebind, by_block: int) -> bool:
    """Whether the chain holds the order up to a block: each rebind raises the epoch by one."""
    count = session.scalar(
        select(func.count()).where(
            LogEntry.election_id == order.election_id,
            LogEntry.voter == order.voter,
            LogEntry.kind == "VoterRebound",
            LogEntry.block_number <= by_block,
        )
    )
    return (count or 0) >= order.epoch
