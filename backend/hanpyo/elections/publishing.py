"""Bringing an election on chain: draw the roll, create, publish, freeze; or call it off.

    DRAFT --request--> PUBLISHING --frozen, for good--> PUBLISHED
                           |--refused for good--> FAILED
    any of the three --cancelled on chain--> CANCELLED   (a draft at once: `drafts.cancel`)

What a crash may interrupt stands in the database or on the chain: the manifest and the nonce, and
with them the contract's address, are committed before the first transaction; what comes next is
read from the contract. So there is one contract for an election, whatever happens. At a cap on
money a publication waits; calling an election off does not.
"""

from collections.abc import Callable
from typing import ClassVar, Final

import structlog
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hanpyo.chain.contracts import ElectionContract, FactoryContract, Progress
from hanpyo.chain.headers import fetch_header
from hanpyo.chain.sender import Sender
from hanpyo.chain.tickets import TransactionRequest, TransactionReverted
from hanpyo.db.leases import Held
from hanpyo.db.models import Election, ElectionState
from hanpyo.elections.chain_facts import chain_facts
from hanpyo.elections.drafts import locked
from hanpyo.elections.fixing import Ground, fix
from hanpyo.elections.lifecycle import ROLL_PART
from hanpyo.elections.posting import Account, Nudge, Post, SentInVain
from hanpyo.errors import HanpyoError
from hanpyo.identity.staff import audit_log
from hanpyo.protocol.manifest import Manifest
from hanpyo.protocol.manifest import decode as decode_manifest
from hanpyo.protocol.phases import Phase
from hanpyo.protocol.roll import ENTRY_BYTES
from hanpyo.protocol.types import Address
from hanpyo.relay.spending import may_spend
from hanpyo.runtime import Runtime

ACTOR: Final = "service:publishing"
_REORG: Final = 64
"""Blocks that may be replaced by fewer ones between drawing the roll and creating the contract."""
_PENDING: Final = (ElectionState.PUBLISHING, ElectionState.PUBLISHED, ElectionState.FAILED)
_log = structlog.get_logger(__name__)


class TooLate(HanpyoError):
    """The voting would have to start before the election is frozen."""

    code: ClassVar[str] = "published_too_late"


class Publisher:
    """The task. One move of one election a step, elections taking turns."""

    name = "publishing"

    def __init__(self, runtime: Runtime, account: Account) -> None:
        """`account` is the organiser of every election that this service publishes."""
        self.pause = runtime.settings.chain.poll
        self._runtime = runtime
        self._account = account
        self._nudge = Nudge()
        self._capped: set[str] = set()
        self._last = ""

    def step(self, held: Held) -> bool:
        """See `Task.step`."""
        election = self._next()
        if election is None:
            return False
        self._last = election.id
        if election.manifest is None:
            self._prepare(held, election)
            return True
        with self._account.lend() as sender:
            if sender is None:
                return False
            try:
                return self._move(held, election, sender)
            except (TooLate, TransactionReverted, SentInVain) as error:
                self._fail(held, election.id, error)
                return True

    def _next(self) -> Election | None:
        wanted = or_(Election.state == ElectionState.PUBLISHING, Election.cancelling.is_(True))
        query = select(Election).where(Election.state.in_(_PENDING), wanted)
        query = query.order_by(Election.id <= self._last, Election.id).limit(1)
        with self._runtime.database.read() as session:
            return session.scalars(query).first()

    def _prepare(self, held: Held, election: Election) -> None:
        if election.cancelling:
            self._end(held, election.id, ElectionState.CANCELLED, "election.cancelled")
            return
        ground = self._ground()

        def work(session: Session) -> None:
            held.require(session)
            row = locked(session, election.id)
            if row.manifest is None:
                settings, vault = self._runtime.settings, self._runtime.vault
                fix(session, row, ground, settings, vault)

        try:
            self._runtime.database.transact(work)
        except HanpyoError as error:
            if error.retryable:
                raise
            self._fail(held, election.id, error)

    def _ground(self) -> Ground:
        """Everything that needs a node, asked before the transaction."""
        facts = chain_facts(self._runtime.database)
        factory = FactoryContract(self._runtime.rpc, facts.factory)
        _ = factory.implementation
        newest = fetch_header(self._runtime.rpc, "latest")
        organiser = Address(bytes.fromhex(self._account.address[2:]))
        start = max(0, newest.number - _REORG)
        return Ground(factory, organiser, facts.chain_id, newest.timestamp, start)

    def _move(self, held: Held, election: Election, sender: Sender) -> bool:
        """The next thing to be done; whether more may be done at once."""
        rpc = self._runtime.rpc
        with rpc.steady():
            post = Post(sender, rpc.nonce(sender.address))
            contract = ElectionContract(rpc, election.address or b"")
            exists = bool(rpc.code(contract.address))
            if election.cancelling:
                return self._call_off(held, election, contract if exists else None, post)
            if not exists:
                return self._create(election, post, timely=True)
            progress, _ = contract.progress()
        if progress.frozen_at_block:
            return self._finish(held, election, contract, progress.frozen_at_block)
        return self._publish(election, contract, progress, post)

    def _may_spend(self, election: Election) -> bool:
        """Whether the caps on money let the publication go on; it waits for them otherwise."""
        relay, now = self._runtime.settings.relay, self._runtime.now()
        with self._runtime.database.read() as session:
            if may_spend(session, relay, election.id, now):
                self._capped.discard(election.id)
                return True
        if election.id not in self._capped:
            _log.warning("publishing_waits_at_cap", election=election.id)
        self._capped.add(election.id)
        return False

    def _publish(
        self, election: Election, contract: ElectionContract, progress: Progress, post: Post
    ) -> bool:
        manifest, done = _manifest(election), progress.roll_published
        if not progress.text_published:
            text = election.text or ""
            return self._once(
                election, post, f"text {election.id}", lambda: contract.publish_text(text)
            )
        if done < manifest.roll.size:
            part = (election.roll or b"")[done * ENTRY_BYTES :][: ROLL_PART * ENTRY_BYTES]
            label = f"roll {election.id} {done}"
            return self._once(election, post, label, lambda: contract.publish_roll(done, part))
        label = f"freeze {election.id}"
        return self._once(election, post, label, lambda: self._freeze(contract, manifest))

    def _freeze(self, contract: ElectionContract, manifest: Manifest) -> TransactionRequest:
        self._require_time(manifest)
        return contract.freeze()

    def _create(self, election: Election, post: Post, *, timely: bool) -> bool:
        manifest, nonce = _manifest(election), int(election.nonce or 0)
        factory = FactoryContract(self._runtime.rpc, chain_facts(self._runtime.database).factory)

        def build() -> TransactionRequest:
            if timely:
                self._require_time(manifest)
            return factory.create(manifest, nonce)

        return self._once(election, post, _creation(election), build, capped=timely)

    def _call_off(
        self, held: Held, election: Election, contract: ElectionContract | None, post: Post
    ) -> bool:
        """Cancel on chain whatever is there, or may still come to be there."""
        if contract is None:
            if post.labelled(_creation(election)).tickets:
                return self._create(election, post, timely=False)
            self._end(held, election.id, ElectionState.CANCELLED, "election.cancelled")
            return True
        phase = contract.phase()
        if phase in (Phase.DRAFT, Phase.FROZEN):
            label = f"cancel {election.id}"
            return self._once(election, post, label, contract.cancel, capped=False)
        if phase is Phase.CANCELLED:
            self._end(held, election.id, ElectionState.CANCELLED, "election.cancelled")
        else:
            self._end(held, election.id, ElectionState.PUBLISHED, "election.cancelled_too_late")
        return True

    def _once(
        self,
        election: Election,
        post: Post,
        label: str,
        build: Callable[[], TransactionRequest],
        *,
        capped: bool = True,
    ) -> bool:
        """Send what this label names unless it is under way; whether it was sent now."""
        named = post.labelled(label)
        if named.is_under_way():
            self._nudge.look(named)
            return False
        return (not capped or self._may_spend(election)) and named.once(build)

    def _finish(
        self, held: Held, election: Election, contract: ElectionContract, frozen_at: int
    ) -> bool:
        if not chain_facts(self._runtime.database).is_final(frozen_at):
            return False
        known = contract.manifest_hash
        self._end(held, election.id, ElectionState.PUBLISHED, "election.published", known)
        return True

    def _require_time(self, manifest: Manifest) -> None:
        now = fetch_header(self._runtime.rpc, "latest").timestamp
        if now >= manifest.timetable.opens_at:
            raise TooLate("the voting was to start before the election could be frozen")

    def _fail(self, held: Held, election_id: str, error: HanpyoError) -> None:
        _log.error("publishing_failed", election=election_id, code=error.code)

        def change(row: Election) -> None:
            row.state, row.fault, row.cancelling = ElectionState.FAILED, str(error), False

        self._change(held, election_id, change, "election.publishing_failed", code=error.code)

    def _end(
        self,
        held: Held,
        election_id: str,
        state: ElectionState,
        action: str,
        manifest_hash: bytes | None = None,
    ) -> None:
        def change(row: Election) -> None:
            row.state, row.cancelling = state, False
            row.manifest_hash = manifest_hash or row.manifest_hash

        self._change(held, election_id, change, action)

    def _change(
        self,
        held: Held,
        election_id: str,
        change: Callable[[Election], None],
        action: str,
        **details: str,
    ) -> None:
        def work(session: Session) -> None:
            held.require(session)
            row = locked(session, election_id)
            change(row)
            row.changed_at = self._runtime.now()
            address = "0x" + (row.address or b"").hex()
            subject = f"election:{row.id}"
            given = {"address": address} | details
            audit_log.record(session, row.organisation_id, ACTOR, action, subject, given)

        self._runtime.database.transact(work)


def _manifest(election: Election) -> Manifest:
    return decode_manifest(election.manifest or b"")


def _creation(election: Election) -> str:
    return f"create {election.id}"
