"""The task that compares the queue with the record: the record is right.

A ballot is recorded when the canonical chain holds its act, final when that block is, and back in
the queue when a reorganisation took it and no transaction of ours can bring it again. What ends a
promise otherwise is decided on final blocks and told with signed evidence.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.orm import Session

from hanpyo.chain.keys import Key
from hanpyo.db.leases import Held
from hanpyo.db.models import (
    Act,
    Ballot,
    BallotState,
    Batch,
    BatchState,
    ChainHead,
    Cursor,
    Rewind,
)
from hanpyo.elections.catalogue import Catalogue
from hanpyo.failpoints import failpoint
from hanpyo.relay.endings import Ending, find_endings
from hanpyo.relay.evidence import sign_evidence
from hanpyo.relay.finality import Final as FinalBlock
from hanpyo.relay.finality import final_block
from hanpyo.relay.states import FINAL, OPEN, QUEUED, RECORDED, SENT, move
from hanpyo.runtime import Runtime

_LONGEST_CAUSE: Final = 200
_WHOLE_SECONDS: Final = 60.0
"""How often all that is recorded is looked up again, whatever the record says of itself."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Record:
    """What tells whether the record has changed, and in which way."""

    head: bytes | None
    final: int | None
    read_to: int
    rewinds: int
    failed: int

    def only_grew(self, before: "_Record") -> bool:
        """Whether nothing that was recorded `before` can have been taken back."""
        return self.rewinds == before.rewinds and self.read_to >= before.read_to


class Reconciling:
    """Keeps every ballot's state true; a `tasks.Task`."""

    name: Final = "relay:reconcile"

    def __init__(
        self,
        runtime: Runtime,
        catalogue: Catalogue,
        key: Key,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`key` signs evidence: the one that signed the promises."""
        self._runtime = runtime
        self._catalogue = catalogue
        self._key = key
        self._monotonic = monotonic
        self._compared: _Record | None = None
        self._compared_whole = float("-inf")
        self._judged: int | None = None

    @property
    def pause(self) -> float:
        """See `Task.pause`."""
        return self._runtime.settings.chain.poll

    def step(self, held: Held) -> bool:
        """Compare what is new on the record; True when endings may be left for the next step."""
        if not self._owes():
            return False
        self._compare(held)
        final = final_block(self._runtime)
        if final is None or final.number == self._judged:
            return False
        endings = self._runtime.database.transact(
            lambda session: find_endings(session, self._catalogue, final)
        )
        for ending in endings:
            failpoint("before_end")
            self._end(held, ending, final)
        self._judged = None if endings else final.number
        return bool(endings)

    def _owes(self) -> bool:
        """Whether any ballot is not settled; nothing else moves."""
        with self._runtime.database.read() as session:
            return bool(session.scalar(select(exists().where(Ballot.state.in_(OPEN)))))

    def _compare(self, held: Held) -> None:
        """Follow the record where it has changed since the last look."""
        with self._runtime.database.read() as session:
            record = _record(session)
        before, began = self._compared, self._monotonic()
        if record == before:
            return
        is_due = began - self._compared_whole >= _WHOLE_SECONDS
        whole = before is None or is_due or not record.only_grew(before)
        failpoint("before_reconcile")
        self._runtime.database.transact(
            lambda session: self._follow_record(session, held, None if whole else before)
        )
        failpoint("after_reconcile")
        self._compared = record
        if whole:
            self._compared_whole = began

    def _follow_record(self, session: Session, held: Held, before: _Record | None) -> None:
        """Move ballots as the record says; `before` is given where it has only grown since."""
        held.require(session)
        head = session.get(ChainHead, 1)
        if head is None:
            return
        now = self._runtime.now()
        _move(session, (QUEUED, SENT), RECORDED, exists().where(_own_act()), cause=None)
        if before is None or before.final != head.final_number:
            final = exists().where(_own_act(), Act.block_number <= head.final_number)
            _move(session, (RECORDED,), FINAL, final, settled_at=now)
        if before is None:
            self._take_back(session)
        self._free_failed(session, now)

    def _take_back(self, session: Session) -> None:
        """What a reorganisation took off the record, and is not final."""
        gone = ~exists().where(_own_act())
        alive = exists().where(
            Batch.id == Ballot.batch_id, Batch.state.in_((BatchState.SENT, BatchState.MINED))
        )
        cause = "the chain was reorganised"
        back = _move(session, (RECORDED,), SENT, gone & alive, cause=cause)
        back += _move(session, (RECORDED,), QUEUED, gone & ~alive, cause=cause, batch_id=None)
        if back:
            _log.warning("ballots_taken_back", ballots=back)

    def _free_failed(self, session: Session, now: int) -> None:
        failed = session.execute(
            select(Batch.id, Batch.cause)
            .where(Batch.state == BatchState.FAILED)
            .where(exists().where(Ballot.batch_id == Batch.id, Ballot.state == SENT))
        ).all()
        for batch in failed:
            freed = _move(
                session,
                (SENT,),
                QUEUED,
                (Ballot.batch_id == batch.id) & ~exists().where(_own_act()),
                cause=(batch.cause or "")[:_LONGEST_CAUSE],
                batch_id=None,
                tries=Ballot.tries + 1,
                not_before=now,
            )
            _log.warning("batch_failed", batch=batch.id, ballots=freed, cause=batch.cause)

    def _end(self, held: Held, ending: Ending, final: FinalBlock) -> None:
        election = self._catalogue.get(ending.election_id)
        values: dict[str, object]
        if ending.state is QUEUED:
            later = self._runtime.now() + 1
            values = {"batch_id": None, "tries": Ballot.tries + 1, "not_before": later}
        else:
            evidence = sign_evidence(
                self._key,
                election.domain,
                ending.digest,
                ending.include_by,
                ending.finding(final),
            )
            values = {"evidence": evidence, "settled_at": self._runtime.now()}

        def work(session: Session) -> None:
            held.require(session)
            session.execute(
                update(Ballot)
                .where(Ballot.id == ending.ballot_id, Ballot.state == ending.before)
                .values(state=move(ending.before, ending.state), cause=ending.cause, **values)
            )

        self._runtime.database.transact(work)
        if ending.state is BallotState.TOO_LATE:
            _log.error("promise_broken", election=ending.election_id, cause=ending.cause)


def _record(session: Session) -> _Record:
    head = session.get(ChainHead, 1)
    return _Record(
        head.hash if head else None,
        head.final_number if head else None,
        session.scalar(select(func.sum(Cursor.number))) or 0,
        session.scalar(select(func.max(Rewind.id))) or 0,
        session.scalar(select(func.count()).where(Batch.state == BatchState.FAILED)) or 0,
    )


def _move(
    session: Session,
    before: Sequence[BallotState],
    after: BallotState,
    condition: ColumnElement[bool],
    **values: object,
) -> int:
    """Move the ballots that meet a condition; how many."""
    for state in before:
        move(state, after)
    done = session.execute(
        update(Ballot)
        .where(Ballot.state.in_(before), condition)
        .values(state=after, **values)
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]  # an update has one


def _own_act() -> ColumnElement[bool]:
    """The digest alone finds it: the election is in what was signed."""
    return Act.digest == Ballot.digest
