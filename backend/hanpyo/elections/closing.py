"""After the barrier: settle, release a key that was handed in, open, void, certify.

Everything is read from the chain before each step and harmless to do twice, so that a crash costs
at most the fee of a call that finds nothing to do. Anyone else may do the same meanwhile. An
election is done once its end can no longer be taken back: certified, cancelled, or undetermined.
No cap on money holds it up, since results must come; what is spent beyond one is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from hanpyo.chain.contracts import ElectionContract
from hanpyo.chain.headers import fetch_header
from hanpyo.chain.sender import Sender
from hanpyo.db.leases import Held
from hanpyo.db.models import Election, ElectionState
from hanpyo.elections.chain_facts import chain_facts
from hanpyo.elections.drafts import locked
from hanpyo.elections.lifecycle import open_all, settle_all, unopened
from hanpyo.elections.posting import TRIES, Account, Nudge, Post, SentInVain
from hanpyo.elections.record import ElectionRecord
from hanpyo.elections.record_keeper import RecordKeeper
from hanpyo.errors import HanpyoError
from hanpyo.identity.staff import audit_log
from hanpyo.protocol.phases import Phase
from hanpyo.protocol.types import Secrecy
from hanpyo.relay.spending import may_spend
from hanpyo.runtime import Runtime

ACTOR: Final = "service:closing"
VOTERS_A_STEP: Final = 1_000
_AT_ONCE: Final = 50
"""Elections looked at in one step."""
_ENDS: Final = {
    Phase.CERTIFIED: ElectionState.CERTIFIED,
    Phase.CANCELLED: ElectionState.CANCELLED,
    Phase.UNDETERMINED: ElectionState.CERTIFIED,
}
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Tries:
    """Where an election stood at the last try, what was sent until then, and how often in vain."""

    mark: tuple[int, int, int, bool]
    sent: int
    tries: int


class Closer:
    """The task. One election is brought one step further a step, elections taking turns."""

    name = "closing"
    pause = 2.0

    def __init__(
        self, runtime: Runtime, account: Account, *, voters_a_step: int = VOTERS_A_STEP
    ) -> None:
        """`account` pays; any account may do all of this."""
        self._runtime = runtime
        self._account = account
        self._most = voters_a_step
        self._keeper = RecordKeeper()
        self._nudge = Nudge()
        self._tries: dict[str, _Tries] = {}
        self._beyond: set[str] = set()
        self._last = ""

    def step(self, held: Held) -> bool:
        """See `Task.step`."""
        now = fetch_header(self._runtime.rpc, "latest").timestamp
        due = self._due(now)
        if not due:
            return False
        with self._account.lend() as sender:
            return sender is not None and self._first_that_moves(held, due, now, sender)

    def _due(self, now: int) -> Sequence[Election]:
        query = (
            select(Election)
            .where(Election.state == ElectionState.PUBLISHED, Election.closes_at <= now)
            .order_by(Election.id <= self._last, Election.id)
            .limit(_AT_ONCE)
        )
        with self._runtime.database.read() as session:
            return session.scalars(query).all()

    def _first_that_moves(
        self, held: Held, due: Sequence[Election], now: int, sender: Sender
    ) -> bool:
        """Whether one election was brought further; one that fails keeps none from its turn."""
        for election in due:
            self._last = election.id
            try:
                if self._advance(held, election, now, sender):
                    return True
            except HanpyoError as error:
                _log.warning("closing_failed", election=election.id, code=error.code)
        return False

    def _advance(self, held: Held, election: Election, now: int, sender: Sender) -> bool:
        rpc = self._runtime.rpc
        contract = ElectionContract(rpc, election.address or b"")
        with rpc.steady():
            post = Post(sender, rpc.nonce(sender.address), f"close {election.id}")
            phase = contract.phase()
            if phase in _ENDS:
                return self._end(held, election, contract, phase)
            if now < contract.manifest.timetable.barrier_at:
                return False
            if post.is_under_way():
                self._nudge.look(post)
                return False
            record = self._keeper.read(contract).record
        if record.later.keys() - record.settled:
            self._before_sending(election, record, post)
            settle_all(post, contract, record, most=self._most)
            return True
        return phase is Phase.OPENING and self._count(election, contract, record, now, post)

    def _count(
        self,
        election: Election,
        contract: ElectionContract,
        record: ElectionRecord,
        now: int,
        post: Post,
    ) -> bool:
        """Release, open, certify: whatever comes next and may be done."""
        manifest = contract.manifest
        if manifest.secrecy is Secrecy.SEALED:
            if record.secret is None:
                return self._release(election, contract, record, post)
            if unopened(record):
                self._before_sending(election, record, post)
                open_all(post, contract, record, most=self._most)
                return True
        if now < manifest.timetable.certify_at:
            return False
        self._before_sending(election, record, post)
        post.send(contract.certify())
        return True

    def _release(
        self, election: Election, contract: ElectionContract, record: ElectionRecord, post: Post
    ) -> bool:
        """Send the secret that somebody handed in, if anybody did."""
        secret = election.trustee_secret
        if secret is None:
            return False
        self._before_sending(election, record, post)
        post.send(contract.release_key(int.from_bytes(secret, "big")))
        return True

    def _before_sending(self, election: Election, record: ElectionRecord, post: Post) -> None:
        """Tell where a cap is passed; raises `SentInVain`."""
        self._require_effect(election, record, post)
        self._tell_cap(election)

    def _require_effect(self, election: Election, record: ElectionRecord, post: Post) -> None:
        """Raise `SentInVain` when what was sent the last times has changed nothing."""
        mark = (len(record.settled), len(record.opened), len(record.voided), record.secret is None)
        sent = len(post.tickets)
        last = self._tries.get(election.id)
        if last is None or last.mark != mark:
            last = _Tries(mark, sent, 0)
        tries = last.tries + (sent > last.sent)
        self._tries[election.id] = _Tries(mark, sent, tries)
        if tries >= TRIES:
            raise SentInVain("closing the election has no effect: look at the account's calls")

    def _tell_cap(self, election: Election) -> None:
        """Log, once for each election, that it costs more than it may."""
        relay, now = self._runtime.settings.relay, self._runtime.now()
        with self._runtime.database.read() as session:
            within = may_spend(session, relay, election.id, now)
        if not within and election.id not in self._beyond:
            _log.warning("closing_beyond_cap", election=election.id)
            self._beyond.add(election.id)

    def _end(
        self, held: Held, election: Election, contract: ElectionContract, phase: Phase
    ) -> bool:
        if not self._is_final(contract, phase):
            return False

        def work(session: Session) -> None:
            held.require(session)
            row = locked(session, election.id)
            row.state, row.changed_at = _ENDS[phase], self._runtime.now()
            action, subject = f"election.{phase.name.lower()}", f"election:{row.id}"
            audit_log.record(session, row.organisation_id, ACTOR, action, subject)

        self._runtime.database.transact(work)
        self._keeper.forget(contract)
        self._tries.pop(election.id, None)
        self._beyond.discard(election.id)
        return True

    def _is_final(self, contract: ElectionContract, phase: Phase) -> bool:
        """Whether the end cannot be taken back by a reorganisation any more."""
        facts = chain_facts(self._runtime.database)
        if phase is Phase.CERTIFIED:
            certified_at = self._keeper.read(contract).certified_at
            return certified_at is not None and facts.is_final(certified_at)
        if facts.embedded or phase is Phase.CANCELLED:
            return True
        final = fetch_header(self._runtime.rpc, facts.final_number)
        return final.timestamp > contract.manifest.timetable.key_deadline
