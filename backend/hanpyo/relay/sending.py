"""The task that sends one account's batches: plan, simulate, sign and keep, broadcast, follow.

Nothing is signed after an election's close, above the caps on money, or while the account is
paused. What was signed is followed until it is final, whatever becomes of it; a ballot goes into
another transaction only when the first can never execute any more.

A node takes as long to simulate a batch as to mine it, so the next batches are simulated while the
last are signed and broadcast, and what is under way is enough for the blocks to come.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
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
"""Transactions of one account that may be unmined: nodes keep 64 of an account at most."""
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
    ) -> None:
        self._runtime = runtime
        self._database = runtime.database
        self._catalogue = catalogue
        self._account = account
        self._simulating = Simulating(runtime, catalogue, account, registrars)
        self._purse = Purse(runtime, account)
        self._sleep = sleep

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
                self._free_unsigned()
                open_batches = watching.follow(self._runtime, self._account, sender)
                if not self._purse.may_sign(sender):
                    return False
                room = _IN_FLIGHT - open_batches
                return self._send(sender, room) if room > 0 else self._await_block()
        except _PAUSING as error:
            self._purse.pause(error)
            return False

    def _send(self, sender: Sender, room: int) -> bool:
        planned, more = self._plan(room)
        if not planned:
            return False
        failpoint("after_plan")
        try:
            with closing(ahead(self._tried(planned))) as passed:
                for tried in passed:
                    self._sign(sender, tried)
        except ChainError:
            self._free_unsigned()
            raise
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

    def _tried(self, planned: list[Planned]) -> Iterator[Tried]:
        """The batches a few at a time, each time simulated when the next is asked for."""
        for first in range(0, len(planned), _AT_ONCE):
            yield self._simulating.run(planned[first : first + _AT_ONCE])

    def _sign(self, sender: Sender, tried: Tried) -> None:
        """Sign, keep and broadcast; simulates again at once what has waited for too long."""
        if tried.is_stale(self._runtime.rpc.block_number()):
            tried = self._simulating.run(tried.batches)
        if tried.requests:
            sender.send_many(tried.requests)
            failpoint("after_broadcast")
            self._purse.resumed()

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
