"""Trying batches on the newest state before anything is paid for them.

A batch that would revert is halved until its bad ballots are alone; those are put off with the
cause, the others go. What was found holds for the state it was asked on: `Tried.is_stale` says when
the chain has gone too far from it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import structlog
from eth_typing import ChecksumAddress
from sqlalchemy.orm import Session

from hanpyo.chain.contracts import revert_reasons
from hanpyo.chain.node_errors import ExecutionReverted, GasLimitRefused, NodeError
from hanpyo.chain.quantities import to_data, to_quantity
from hanpyo.chain.rpc import Call
from hanpyo.chain.tickets import TransactionRequest
from hanpyo.elections.catalogue import Catalogue
from hanpyo.relay import queue
from hanpyo.relay.accounts import SendingAccount
from hanpyo.relay.batches import ListSigner, call_data
from hanpyo.relay.journal import BATCH_LABEL
from hanpyo.relay.planner import Pending, gas_bound, tally_gas
from hanpyo.relay.queue import Planned
from hanpyo.runtime import Runtime

_LONGEST_WAIT: Final = 60
_MOST_BLOCKS: Final = 2
"""How many blocks may come between a simulation and the signature."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Tried:
    """Batches that pass on the state after block `number` or later, and what to send for them.

    `asked` batches were tried for it; those that passed may be parts of them.
    """

    number: int
    asked: int
    batches: Sequence[Planned]
    requests: Sequence[TransactionRequest]

    def is_stale(self, newest: int) -> bool:
        """Whether the state may have changed too much by the newest block."""
        return newest > self.number + _MOST_BLOCKS


class Simulating:
    """Tries batches as one account would send them. Safe to share between threads."""

    def __init__(
        self,
        runtime: Runtime,
        catalogue: Catalogue,
        account: SendingAccount,
        registrars: ListSigner | None = None,
    ) -> None:
        self._runtime = runtime
        self._catalogue = catalogue
        self._account = account
        self._registrars = registrars

    def run(self, planned: Sequence[Planned]) -> Tried:
        """Those that pass, cut down where they would not; raises `NodeError`, `TransportError`."""
        number, asked = self._runtime.rpc.block_number(), len(planned)
        passed: list[tuple[Planned, TransactionRequest]] = []
        while planned:
            requests = [self._request(batch) for batch in planned]
            smaller: list[Planned] = []
            for batch, request, fault in zip(planned, requests, self._ask(requests), strict=True):
                if fault is None:
                    passed.append((batch, request))
                else:
                    smaller += self._cut_down(batch, fault)
            planned = smaller
        return Tried(
            number, asked, [batch for batch, _ in passed], [request for _, request in passed]
        )

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

    def _ask(self, requests: Sequence[TransactionRequest]) -> list[NodeError | None]:
        """Why the node would let each revert; None where it would not."""
        calls = [
            Call("eth_call", (_call(self._account.address, each), "latest")) for each in requests
        ]
        faults: list[NodeError | None] = []
        for outcome in self._runtime.rpc.batch(calls):
            if not isinstance(outcome, NodeError):
                faults.append(None)
            elif isinstance(outcome, (ExecutionReverted, GasLimitRefused)):
                faults.append(outcome)
            else:
                raise outcome
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

        halves = self._runtime.database.transact(work)
        if not halves:
            _log.warning("ballot_put_off", election=batch.election_id, code=fault.code)
        return halves


def _call(sender: ChecksumAddress, request: TransactionRequest) -> dict[str, object]:
    return {
        "from": sender,
        "to": request.to,
        "data": to_data(request.data),
        "gas": to_quantity(request.gas or 0),
    }


def _wait(ballot: Pending) -> int:
    return _LONGEST_WAIT if ballot.alone else 1


def _said(fault: NodeError) -> str:
    """The contract's reason in words; what a node wrote itself may hold anything."""
    if fault.data:
        return revert_reasons().describe(fault.data)
    return "".join(each for each in fault.text if each.isprintable())
