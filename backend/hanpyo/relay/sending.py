"""The task that sends one account's batches: plan, simulate, sign and keep, broadcast, follow.

Nothing is signed after an election's close, above the caps on money, or while the account is
paused. What was signed is followed until it is final, whatever becomes of it; a ballot goes into
another transaction only when the first can never execute any more.
"""

from collections.abc import Sequence
from typing import Final

import structlog
from sqlalchemy.orm import Session

from hanpyo.chain.contracts import revert_reasons
from hanpyo.chain.errors import ChainError, TransportError
from hanpyo.chain.fees import FeeCeilingReached
from hanpyo.chain.journal import JournalOfAnother
from hanpyo.chain.node_errors import (
    ExecutionReverted,
    GasLimitRefused,
    InsufficientFunds,
    NodeError,
    UnknownNodeError,
)
from hanpyo.chain.quantities import to_data, to_quantity
from hanpyo.chain.rpc import Call
from hanpyo.chain.sender import Sender
from hanpyo.chain.tickets import ChainReset, NonceTaken, TransactionRequest
from hanpyo.db.leases import Held
from hanpyo.elections.catalogue import Catalogue
from hanpyo.failpoints import failpoint
from hanpyo.relay import queue, watching
from hanpyo.relay.accounts import SendingAccount
from hanpyo.relay.batches import ListSigner, call_data
from hanpyo.relay.journal import BATCH_LABEL
from hanpyo.relay.planner import Caps, Pending, gas_bound, in_turns, plan, tally_gas
from hanpyo.relay.purse import Purse
from hanpyo.relay.queue import Planned
from hanpyo.runtime import Runtime

_IN_FLIGHT: Final = 32
"""Transactions of one account that may be unmined: nodes keep 64 of an account at most."""
_LONGEST_WAIT: Final = 60
_PAUSING: Final = (
    FeeCeilingReached,
    InsufficientFunds,
    UnknownNodeError,
    NonceTaken,
    ChainReset,
    JournalOfAnother,
)
_log = structlog.get_logger(__name__)


class Sending:
    """Sends ballots from one account; a `tasks.Task`."""

    def __init__(
        self,
        runtime: Runtime,
        catalogue: Catalogue,
        account: SendingAccount,
        registrars: ListSigner | None = None,
    ) -> None:
        self._runtime = runtime
        self._database = runtime.database
        self._catalogue = catalogue
        self._account = account
        self._registrars = registrars
        self._purse = Purse(runtime, account)

    @property
    def name(self) -> str:
        """See `Task.name`."""
        return f"relay:{self._account.address.lower()}"

    @property
    def pause(self) -> float:
        """See `Task.pause`."""
        return min(
            self._runtime.settings.chain.poll, self._runtime.settings.relay.batch_age or 0.05
        )

    def step(self, held: Held) -> bool:  # noqa: ARG002  the account has a lease of its own
        """Follow what is under way, then send what is due; True when more waits."""
        try:
            with self._account.lend() as sender:
                if sender is None:
                    return False
                self._database.transact(
                    lambda session: queue.give_up_unsigned(session, self._account.id)
                )
                open_batches = watching.follow(self._runtime, self._account, sender)
                if not self._purse.may_sign(sender):
                    return False
                return self._send(sender, open_batches)
        except _PAUSING as error:
            self._purse.pause(error)
            return False

    def _send(self, sender: Sender, open_batches: int) -> bool:
        room = _IN_FLIGHT - open_batches
        if room <= 0:
            return False
        planned, more = self._plan(room)
        if not planned:
            return False
        failpoint("after_plan")
        requests = self._requests(sender, planned)
        if requests:
            try:
                sender.send_many(requests)
            except ChainError:
                self._free(requests)
                raise
            failpoint("after_broadcast")
            self._purse.resumed()
        return more

    def _plan(self, room: int) -> tuple[list[Planned], bool]:
        """Batches that hold their ballots now, and whether others wait."""
        now = self._runtime.now()
        settings = self._runtime.settings.relay

        def work(session: Session) -> tuple[list[Planned], bool]:
            queues, more = {}, False
            for election in queue.waiting(session, now):
                full = election.count >= settings.batch_ballots
                if not full and now - election.oldest < settings.batch_age:
                    continue
                if not self._purse.election_may_spend(session, election.election_id):
                    continue
                most = min(settings.window, room * settings.batch_ballots)
                found = queue.claimable(session, election.election_id, most, now)
                more = more or len(found) == most
                form = self._catalogue.get(election.election_id).form
                queues[election.election_id] = plan(found, form, Caps(settings.batch_ballots))
            ordered = list(in_turns(queues))
            held = queue.hold(session, self._account.id, ordered[:room], now)
            return held, more or len(ordered) > room

        return self._database.transact(work)

    def _requests(self, sender: Sender, planned: list[Planned]) -> list[TransactionRequest]:
        """What to send, simulated; batches that would revert are cut down to their bad ballots."""
        passed: list[TransactionRequest] = []
        while planned:
            requests = [self._request(batch) for batch in planned]
            faults = self._simulate(sender, requests)
            pending: list[Planned] = []
            for batch, request, fault in zip(planned, requests, faults, strict=True):
                if fault is None:
                    passed.append(request)
                else:
                    pending += self._cut_down(batch, fault)
            planned = pending
        return passed

    def _request(self, batch: Planned) -> TransactionRequest:
        election = self._catalogue.get(batch.election_id)
        data = call_data(election, batch.ballots, self._registrars)
        return TransactionRequest(
            election.address,
            data,
            gas=gas_bound(batch.ballots, election.form)
            + tally_gas(batch.ballots, election.manifest),
            label=BATCH_LABEL + batch.id,
        )

    def _simulate(
        self, sender: Sender, requests: Sequence[TransactionRequest]
    ) -> list[NodeError | None]:
        calls = [
            Call(
                "eth_call",
                (
                    {
                        "from": sender.address,
                        "to": request.to,
                        "data": to_data(request.data),
                        "gas": to_quantity(request.gas or 0),
                    },
                    "latest",
                ),
            )
            for request in requests
        ]
        try:
            outcomes = self._runtime.rpc.batch(calls)
        except (TransportError, NodeError):
            self._free(requests)
            raise
        faults: list[NodeError | None] = []
        for outcome in outcomes:
            if isinstance(outcome, NodeError) and not isinstance(
                outcome, (ExecutionReverted, GasLimitRefused)
            ):
                self._free(requests)
                raise outcome
            faults.append(outcome if isinstance(outcome, NodeError) else None)
        return faults

    def _cut_down(self, batch: Planned, fault: NodeError) -> list[Planned]:
        """Halves of a batch that would revert; a single ballot is put off with its cause."""
        now = self._runtime.now()

        def work(session: Session) -> list[Planned]:
            if len(batch.ballots) > 1:
                return queue.split(session, batch, self._account.id, now)
            queue.give_up(session, [batch.id])
            ballot = batch.ballots[0]
            queue.put_off(session, ballot.id, f"simulation: {_said(fault)}", now + _wait(ballot))
            return []

        halves = self._database.transact(work)
        if not halves:
            _log.warning("ballot_put_off", election=batch.election_id, code=fault.code)
        return halves

    def _free(self, requests: Sequence[TransactionRequest]) -> None:
        ids = [request.label.removeprefix(BATCH_LABEL) for request in requests]
        self._database.transact(lambda session: queue.give_up(session, ids))


def _wait(ballot: Pending) -> int:
    return _LONGEST_WAIT if ballot.alone else 1


def _said(fault: NodeError) -> str:
    """The contract's reason in words; what a node wrote itself may hold anything."""
    if fault.data:
        return revert_reasons().describe(fault.data)
    return "".join(each for each in fault.text if each.isprintable())
