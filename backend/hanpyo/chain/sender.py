"""The one ordered sender of an account: from request to confirmed receipt, whatever the node does.

A transaction is signed and journaled before it is broadcast, and goes out again as the same bytes
after a restart of this process or of the node. A nonce that was ever signed is only ever replaced,
by the same transaction at higher fees (or an empty one, when no node can take it), and whichever of
its hashes is mined is the outcome. After journaling `send` does not fail: everything that can still
happen is told by `wait`, and waiting again is always safe.
"""

import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from eth_account.signers.local import LocalAccount
from eth_typing import ChecksumAddress

from hanpyo.chain.broadcast import Broadcaster
from hanpyo.chain.confirmations import Confirmer
from hanpyo.chain.errors import ChainError, TransportError
from hanpyo.chain.fees import FeePolicy, fetch_market
from hanpyo.chain.healing import Healer
from hanpyo.chain.journal import Attempt, Journal, MemoryJournal, Owner
from hanpyo.chain.keys import Key
from hanpyo.chain.ledger import Ledger
from hanpyo.chain.node_errors import BlockUnknown, ExecutionReverted
from hanpyo.chain.quantities import read_quantity, to_data, to_quantity
from hanpyo.chain.receipts import Receipt
from hanpyo.chain.reverts import RevertReasons
from hanpyo.chain.rpc import Rpc
from hanpyo.chain.signing import EMPTY_LABEL, AttemptSigner
from hanpyo.chain.tickets import (
    GAS_CAP,
    ChainReset,
    GasCapExceeded,
    NonceTaken,
    RequestVoided,
    Ticket,
    TransactionRequest,
    TransactionReverted,
    Unconfirmed,
)
from hanpyo.chain.transactions import Transaction

_MARGIN_NUMERATOR: Final = 5  # an estimate gets a quarter more: the state may move
_MARGIN_DENOMINATOR: Final = 4


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between looks at the chain, until a standstill is treated, and until giving up.

    A standstill is treated by sending the same bytes again, then by raising fees. `patience`
    counts from the last progress.
    """

    poll: float = 1.0
    stuck_after: float = 60.0
    patience: float = 600.0
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


class Sender:
    """Sends for one account, in order. Safe to share between threads."""

    def __init__(
        self,
        rpc: Rpc,
        account: LocalAccount | Key,
        chain_id: int,
        *,
        journal: Journal | None = None,
        fees: FeePolicy | None = None,
        confirmations: int = 1,
        pace: Pace | None = None,
        reasons: RevertReasons | None = None,
    ) -> None:
        """Opens the journal (None keeps it in memory) and sends again whatever it holds open.

        `confirmations` 1 takes the newest block. Raises `WrongChain`, `JournalError`.
        """
        rpc.require_chain(chain_id)
        self._rpc = rpc
        self._signer = AttemptSigner(account, chain_id)
        self._policy = fees or FeePolicy()
        self._pace = pace or Pace()
        self._reasons = reasons or RevertReasons()
        self._genesis = rpc.block_hash(0)
        owner = Owner(self._signer.address, chain_id, self._genesis)
        self._ledger = Ledger(journal or MemoryJournal(), owner)
        self._confirmer = Confirmer(rpc, self._signer.address, self._ledger, confirmations)
        self._broadcaster = Broadcaster(rpc)
        self._healer = Healer(rpc, self._signer, self._ledger, self._broadcaster, self._policy)
        self._lock = threading.RLock()
        self._taken: int | None = None
        self._next = 0
        self._glance = _Watch(self._pace)
        self.reconcile()

    @property
    def address(self) -> ChecksumAddress:
        """The sending account."""
        return self._signer.address

    def send(self, request: TransactionRequest) -> Ticket:
        """Sign, journal and broadcast one request; see `send_many`."""
        return self.send_many([request])[0]

    def send_many(self, requests: Sequence[TransactionRequest]) -> list[Ticket]:
        """Sign, journal and broadcast `requests` in order, without waiting for any.

        Nothing was signed when this raises: `NonceTaken`, `FeeCeilingReached`, `GasCapExceeded`,
        `SizeCapExceeded`, `TransactionReverted` (found by estimating), `ChainReset`, `NodeError`,
        `TransportError`, `JournalError`.
        """
        gas = [self._gas(request) for request in requests]
        with self._lock:
            self._require_same_chain()
            self._require_own_nonces()
            fees = self._policy.offer(fetch_market(self._rpc))
            attempts = [
                self._signer.sign(self._next + place, request, gas[place], fees)
                for place, request in enumerate(requests)
            ]
            self._ledger.add(attempts)
            self._next += len(attempts)
            self._broadcaster.broadcast(attempts)
        return [Ticket(attempt.nonce, attempt.label) for attempt in attempts]

    def wait(self, ticket: Ticket) -> Receipt:
        """The confirmed receipt of `ticket`; raises as `wait_each`."""
        return next(self.wait_each([ticket]))

    def wait_all(self, tickets: Sequence[Ticket]) -> list[Receipt]:
        """The confirmed receipts of `tickets` in order; raises as `wait_each`."""
        return list(self.wait_each(tickets))

    def transact(self, request: TransactionRequest) -> Receipt:
        """Send `request` and wait for it; raises as `send_many` and `wait_each`."""
        return self.wait(self.send(request))

    def wait_each(self, tickets: Sequence[Ticket]) -> Iterator[Receipt]:
        """The confirmed receipt of each ticket in order, as they come, healing standstills.

        Raises at its ticket's turn `TransactionReverted` or `RequestVoided`; at once `NonceTaken`,
        `ChainReset`, `FeeCeilingReached`, `InsufficientFunds`, a refusal of unknown wording, or
        `Unconfirmed` when nothing moved for the whole patience. Waiting again is safe.
        """
        settled: dict[int, Receipt] = {}
        watch = _Watch(self._pace)
        for ticket in tickets:
            while ticket.nonce not in settled:
                missing = tuple(t.nonce for t in tickets if t.nonce not in settled)
                found = self._look(missing, watch)
                settled.update(found)
                if ticket.nonce in found:
                    break
                if watch.exhausted():
                    raise Unconfirmed(missing)
                self._pace.sleep(self._pace.poll)
            yield self._outcome(ticket, settled[ticket.nonce])

    def look(self, tickets: Sequence[Ticket], mined: Collection[int] = ()) -> dict[int, Receipt]:
        """The receipts by nonce of those `tickets` that are confirmed now, without waiting.

        Heals standstills as `wait_each` does when it is called again and again. `mined` are nonces
        that were confirmed at an earlier look: one that no longer is goes out again at once.
        Raises as `wait_each`, but neither `Unconfirmed` nor for what a transaction did.
        """
        nonces = sorted({ticket.nonce for ticket in tickets})
        return self._look(nonces, self._glance, frozenset(mined)) if nonces else {}

    def newest(self, ticket: Ticket) -> Attempt:
        """The attempt last signed for a ticket."""
        with self._lock:
            return self._ledger.newest(ticket.nonce)

    def find(self, label: str) -> list[Ticket]:
        """The tickets of every request ever journaled under `label`, oldest first."""
        with self._lock:
            return [Ticket(nonce, label) for nonce in self._ledger.labelled(label)]

    @property
    def lost_nonce(self) -> bool:
        """Whether another took a nonce, so that nothing is sent until `reconcile`."""
        return self._taken is not None

    def reconcile(self) -> None:
        """Take the nonce from the chain again and go on, after `NonceTaken` was looked into."""
        with self._lock:
            pending = self._rpc.nonce(self.address, "pending")
            self._next = max(pending, self._ledger.next())
            self._taken = None
            self._healer.send_again(self._rpc.nonce(self.address))

    def _require_own_nonces(self) -> None:
        count = self._rpc.nonce(self.address)
        if self._taken is None and count > self._next:
            self._taken = count - 1
        if self._taken is not None:
            raise NonceTaken(self._taken)

    def _require_same_chain(self) -> None:
        if self._rpc.block_hash(0) != self._genesis:
            raise ChainReset(
                "the chain began anew while transactions were open: keep the journal as evidence "
                "and start again"
            )

    def _gas(self, request: TransactionRequest) -> int:
        if request.gas is not None:
            return request.gas
        call = {
            "from": self.address,
            "to": request.to,
            "data": to_data(request.data),
            "value": to_quantity(request.value),
        }
        try:
            result = self._rpc.call("eth_estimateGas", call)
        except ExecutionReverted as error:
            reason = self._reasons.describe(error.data) if error.data else error.text
            raise TransactionReverted(request.label, reason, error.data) from error
        estimate = read_quantity(result, "eth_estimateGas")
        if estimate > GAS_CAP:
            raise GasCapExceeded(estimate)
        return min(estimate * _MARGIN_NUMERATOR // _MARGIN_DENOMINATOR, GAS_CAP)

    def _look(
        self, nonces: Sequence[int], watch: "_Watch", mined: frozenset[int] = frozenset()
    ) -> dict[int, Receipt]:
        """What is confirmed now; heals when nothing moves, something fell out, the node was lost.

        That what was `mined` before still is counts as no progress.
        """
        try:
            with self._lock:
                sighting = self._confirmer.look(nonces)
                if sighting.taken:
                    self._taken = min(sighting.taken)
                    raise NonceTaken(self._taken)
                watch.see(sighting.count, len(sighting.confirmed.keys() - mined))
                if sighting.confirmed.keys() >= set(nonces):
                    return dict(sighting.confirmed)
                still = watch.stands_still()
                fell_out = not sighting.confirmed.keys() >= mined
                if still or fell_out or watch.node_was_lost or self._broadcaster.doubtful:
                    self._require_same_chain()
                    watch.node_was_lost = False
                    raise_lowest = still and watch.treatments > 1
                    self._healer.heal(sighting.count, raise_lowest=raise_lowest)
        except (TransportError, BlockUnknown):  # the second of a node that is between two blocks
            watch.node_was_lost = True
            return {}
        return dict(sighting.confirmed)

    def _outcome(self, ticket: Ticket, receipt: Receipt) -> Receipt:
        attempts = self._ledger.all(ticket.nonce)
        winner = next(a for a in attempts if a.hash == receipt.transaction_hash)
        if winner.label == EMPTY_LABEL:
            raise RequestVoided(ticket.label) from self._healer.cause(ticket.nonce)
        if not receipt.succeeded:
            reason, data = self._why(winner, receipt)
            raise TransactionReverted(ticket.label, reason, data, receipt)
        return receipt

    def _why(self, attempt: Attempt, receipt: Receipt) -> tuple[str, bytes | None]:
        """The reason of a revert, found by calling again on the state after the block."""
        if receipt.gas_used >= attempt.gas:
            return f"it ran out of its {attempt.gas} gas", None
        transaction = Transaction.decode(attempt.raw)
        call = {
            "from": self.address,
            "to": transaction.to,
            "data": to_data(transaction.data),
            "value": to_quantity(transaction.value),
            "gas": to_quantity(attempt.gas),
        }
        for block in (to_quantity(receipt.block_number), "latest"):
            try:
                self._rpc.call("eth_call", call, block)
            except ExecutionReverted as error:
                return self._reasons.describe(error.data), error.data
            except BlockUnknown:
                continue
            except ChainError as error:
                return f"the reason cannot be found: {error}", None
        return "the same call would succeed now", None


class _Watch:
    """Notices progress, standstills and the end of patience."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._moved = self._treated = pace.clock()
        self._count = -1
        self.treatments = 0
        self.node_was_lost = False

    def see(self, count: int, confirmed: int) -> None:
        """Note a look at the chain; `count` is the account's nonce."""
        if count != self._count or confirmed:
            self._count = count
            self._moved = self._treated = self._pace.clock()
            self.treatments = 0

    def stands_still(self) -> bool:
        """Whether to treat a standstill now."""
        now = self._pace.clock()
        if now - self._treated < self._pace.stuck_after:
            return False
        self._treated = now
        self.treatments += 1
        return True

    def exhausted(self) -> bool:
        """Whether patience is at its end."""
        return self._pace.clock() - self._moved >= self._pace.patience
