"""The task that sends one account's batches: plan, simulate, sign and keep, broadcast, follow.

Nothing is signed after an election's close, above the caps on money, or while the account is
paused. What was signed is followed until it is final, whatever becomes of it; a ballot goes into
another transaction only when the first can never execute any more.

A node takes as long to simulate a batch as to mine it, and answers nothing meanwhile. So three
threads of a step work ahead of each other: the first plans, the second simulates, the third signs,
broadcasts and follows. What they have in hand together is bounded, and enough for the next blocks.
"""

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from hanpyo.ahead import ahead
from hanpyo.chain.errors import ChainError
from hanpyo.chain.fees import FeeCeilingReached
from hanpyo.chain.journal import JournalOfAnother
from hanpyo.chain.node_errors import InsufficientFunds, UnknownNodeError
from hanpyo.chain.sender import Sender
from hanpyo.chain.tickets import ChainReset, NonceTaken
from hanpyo.db.leases import Held
from hanpyo.elections.catalogue import Catalogue
from hanpyo.failpoints import failpoint
from hanpyo.relay import queue, watching
from hanpyo.relay.accounts import SendingAccount
from hanpyo.relay.batches import ListSigner
from hanpyo.relay.planner import Caps, in_turns, plan
from hanpyo.relay.purse import Purse
from hanpyo.relay.queue import Planned
from hanpyo.relay.simulating import Simulating, Tried
from hanpyo.runtime import Runtime

_IN_FLIGHT: Final = 32
"""Transactions of one account, planned or signed, that are not mined: nodes keep 64 at most."""
_STEP_SECONDS: Final = 2.0
"""How long a step goes on planning."""
_AT_ONCE: Final = 4
"""Batches that are simulated, then signed, together."""
_BLOCK_POLL: Final = 0.05
"""Seconds between looks for the block that makes room."""
_PAUSING: Final = (
    FeeCeilingReached,
    InsufficientFunds,
    UnknownNodeError,
    NonceTaken,
    ChainReset,
    JournalOfAnother,
)


@dataclass(slots=True)
class _InHand:
    """What an account has in hand. Each count is changed by one thread, and read by two."""

    under_way: int
    block: int | None = None
    """The newest block when it was looked up what is under way, as far as known."""
    planned: int = 0
    """Batches planned in this step, in all."""
    tried: int = 0
    """Those of them that are signed, or put off."""
    more: bool = False
    """Whether ballots wait for another plan."""

    @property
    def room(self) -> int:
        """How many more batches may be planned."""
        return _IN_FLIGHT - self.under_way - (self.planned - self.tried)


class Sending:
    """Sends ballots from one account; a `tasks.Task`."""

    def __init__(
        self,
        runtime: Runtime,
        catalogue: Catalogue,
        account: SendingAccount,
        registrars: ListSigner | None = None,
        *,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._runtime = runtime
        self._database = runtime.database
        self._catalogue = catalogue
        self._account = account
        self._simulating = Simulating(runtime, catalogue, account, registrars)
        self._purse = Purse(runtime, account)
        self._sleep = sleep
        self._monotonic = monotonic

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
        if self._is_idle():
            return False
        try:
            with self._account.lend() as sender:
                if sender is None:
                    return False
                self._free_unsigned()
                in_hand = _InHand(self._follow(sender))
                if not self._purse.may_sign(sender):
                    return False
                return self._send(sender, in_hand) if in_hand.room > 0 else self._await_block()
        except _PAUSING as error:
            self._purse.pause(error)
            return False

    def _is_idle(self) -> bool:
        """One look at the database, so that an account with nothing to send is not borrowed."""
        if self._purse.is_due:
            return False
        with self._database.read() as session:
            return queue.is_idle(session, self._account.id, self._runtime.now())

    def _send(self, sender: Sender, in_hand: _InHand) -> bool:
        try:
            with closing(ahead(self._tried(ahead(self._windows(in_hand))))) as passed:
                for tried in passed:
                    self._sign(sender, tried, in_hand)
        except ChainError:
            self._free_unsigned()
            raise
        return in_hand.more

    def _windows(self, in_hand: _InHand) -> Iterator[list[Planned]]:
        """Plans, as long as there is room and time for them."""
        began = self._monotonic()
        while in_hand.room > 0 and self._monotonic() - began < _STEP_SECONDS:
            planned, in_hand.more = self._plan(in_hand.room)
            if planned:
                in_hand.planned += len(planned)
                failpoint("after_plan")
                yield planned
            if not in_hand.more:
                return

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

    def _tried(self, windows: Generator[list[Planned], None, None]) -> Iterator[Tried]:
        """The batches a few at a time, simulated when they are asked for."""
        with closing(windows):
            for planned in windows:
                for first in range(0, len(planned), _AT_ONCE):
                    yield self._simulating.run(planned[first : first + _AT_ONCE])

    def _sign(self, sender: Sender, tried: Tried, in_hand: _InHand) -> None:
        """Sign, keep and broadcast; follows after a block, simulates again what waited too long."""
        asked, newest = tried.asked, self._runtime.rpc.block_number()
        if newest != (in_hand.block or newest):
            in_hand.under_way = self._follow(sender)
        in_hand.block = newest
        if tried.is_stale(newest):
            tried = self._simulating.run(tried.batches)
        if tried.requests:
            sender.send_many(tried.requests)
            failpoint("after_broadcast")
            self._purse.resumed()
        in_hand.under_way += len(tried.requests)
        in_hand.tried += asked

    def _follow(self, sender: Sender) -> int:
        return watching.follow(self._runtime, self._account, sender)

    def _await_block(self) -> bool:
        """Whether a block comes within a poll: what it mines makes room."""
        number = self._runtime.rpc.block_number()
        for _ in range(max(1, round(self.pause / _BLOCK_POLL))):
            self._sleep(_BLOCK_POLL)
            if self._runtime.rpc.block_number() != number:
                return True
        return False

    def _free_unsigned(self) -> None:
        """Free what was planned, by this process or an earlier holder, and never signed."""
        self._database.transact(lambda session: queue.give_up_unsigned(session, self._account.id))
