"""Which promises have ended otherwise than by the ballot's own act, judged on final blocks alone.

A skip counts only in a transaction of our own: anyone can have a ballot skipped by sending it with
a false credential.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Result, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from hanpyo.db.models import (
    Act,
    Attempt,
    Ballot,
    BallotState,
    Batch,
    BatchState,
    Cursor,
    Election,
    LogEntry,
    Skip,
)
from hanpyo.elections.catalogue import Catalogue
from hanpyo.protocol.types import Channel, KeyType, SkipReason
from hanpyo.relay.evidence import Finding
from hanpyo.relay.finality import Final as FinalBlock
from hanpyo.relay.submission import WIDE

_MOST: Final = 1_000
_OWED: Final = (BallotState.QUEUED, BallotState.SENT)
_ONLINE: Final = (Channel.ONLINE, Channel.ONLINE_ASSEMBLY)


@dataclass(frozen=True, slots=True)
class Ending:
    """A ballot's next state, with the cause and the place on the chain that says so."""

    ballot_id: int
    election_id: str
    digest: bytes
    include_by: int
    before: BallotState
    state: BallotState
    cause: str
    block_number: int | None = None
    block_time: int | None = None
    transaction: bytes | None = None

    def finding(self, final: FinalBlock) -> Finding:
        """What the evidence says; without a place of its own, the final block by which it is so."""
        return Finding(
            self.state,
            final.number if self.block_number is None else self.block_number,
            final.timestamp if self.block_time is None else self.block_time,
            self.transaction,
        )


def find_endings(session: Session, catalogue: Catalogue, final: FinalBlock) -> list[Ending]:
    """The endings known by this final block, at most a thousand at a time."""
    found: dict[int, Ending] = {}
    for ending in (
        *_outranked(session, final),
        *_rebound(session, final),
        *_skipped(session, catalogue, final),
        *_late(session, final),
    ):
        found.setdefault(ending.ballot_id, ending)
    return list(found.values())


def _outranked(session: Session, final: FinalBlock) -> Iterator[Ending]:
    """An act of the same voter, of equal or higher order, is final."""
    rows = session.execute(
        select(Ballot, Act)
        .join(Act, and_(Act.election_id == Ballot.election_id, Act.voter == Ballot.voter))
        .where(
            Ballot.state.in_(_OWED),
            Act.block_number <= final.number,
            Act.digest != Ballot.digest,
            _at_least(),
            ~_is_recorded(),
        )
        .order_by(Ballot.id)
        .limit(_MOST)
    )
    for ballot, act in rows:
        by_desk = act.channel not in _ONLINE
        state = BallotState.OUTDATED if by_desk else BallotState.SUPERSEDED
        cause = "a desk act outdates it" if by_desk else "a later act of the voter is recorded"
        yield _ending(ballot, state, cause, (act.block_number, act.timestamp, act.transaction_hash))


def _rebound(session: Session, final: FinalBlock) -> Iterator[Ending]:
    """A rebind is final that makes the ballot's key the former one. Each raises the epoch by 1."""
    rebinds = (
        select(
            LogEntry.election_id,
            LogEntry.voter,
            func.count().label("epoch"),
            func.max(LogEntry.block_number).label("block"),
            func.max(LogEntry.timestamp).label("time"),
        )
        .where(LogEntry.kind == "VoterRebound", LogEntry.block_number <= final.number)
        .group_by(LogEntry.election_id, LogEntry.voter)
        .subquery()
    )
    rows = session.execute(
        select(Ballot, rebinds.c.block, rebinds.c.time)
        .join(
            rebinds,
            and_(
                rebinds.c.election_id == Ballot.election_id,
                rebinds.c.voter == Ballot.voter,
                rebinds.c.epoch > Ballot.epoch,
            ),
        )
        .where(Ballot.state.in_(_OWED))
        .limit(_MOST)
    )
    for ballot, block, time in rows:
        yield _ending(
            ballot, BallotState.OUTDATED, "the voter was bound to a new key", (block, time, None)
        )


def _skipped(session: Session, catalogue: Catalogue, final: FinalBlock) -> Iterator[Ending]:
    """The contract skipped the ballot in our own transaction, for good."""
    rows: Result[*tuple[Any, ...]] = session.execute(
        select(Ballot, Skip, Cursor.number, Batch.block_number)
        .join(Batch, Batch.id == Ballot.batch_id)
        .join(Cursor, Cursor.election_id == Ballot.election_id, isouter=True)
        .join(
            Skip,
            and_(
                Skip.election_id == Ballot.election_id,
                Skip.digest == Ballot.digest,
                Skip.block_number <= final.number,
                exists().where(
                    Attempt.account_id == Batch.account_id,
                    Attempt.nonce == Batch.nonce,
                    Attempt.hash == Skip.transaction_hash,
                ),
            ),
            isouter=True,
        )
        .where(Ballot.state == BallotState.SENT, Batch.state == BatchState.DONE)
        .limit(_MOST)
    )
    for ballot, skip, read_to, mined_in in rows:
        if skip is not None:
            yield _of_skip(ballot, skip, catalogue)
        elif read_to is not None and mined_in is not None and read_to >= mined_in:
            yield _ending(ballot, BallotState.QUEUED, "its transaction left no trace of it")


def _of_skip(ballot: Ballot, skip: Skip, catalogue: Catalogue) -> Ending:
    reason = SkipReason(skip.reason)
    times = catalogue.get(ballot.election_id).manifest.timetable
    said = f"skipped: {reason.name.lower()}"
    place = (skip.block_number, skip.timestamp, skip.transaction_hash)
    by_wallet = ballot.form == WIDE and ballot.key[0] == KeyType.ADDRESS
    if reason is SkipReason.NOT_OPEN and skip.timestamp >= times.closes_at:
        return _ending(ballot, BallotState.TOO_LATE, said, place)
    if reason is SkipReason.SIGNATURE and by_wallet:
        return _ending(ballot, BallotState.REFUSED_BY_WALLET, said, place)
    if reason in (SkipReason.NOT_OPEN, SkipReason.EPOCH, SkipReason.SUPERSEDED):
        # The state that made it so is on the record, or was taken back: then it may go again.
        return _ending(ballot, BallotState.QUEUED, said, place)
    return _ending(ballot, BallotState.REFUSED, said, place)


def _late(session: Session, final: FinalBlock) -> Iterator[Ending]:
    """Voting is over on a final block that the index has read, and the ballot is not on record."""
    rows = session.scalars(
        select(Ballot)
        .join(Election, Election.id == Ballot.election_id)
        .join(Cursor, Cursor.election_id == Ballot.election_id)
        .where(
            Ballot.state.in_(_OWED),
            Election.closes_at <= final.timestamp,
            Cursor.number >= final.number,
            ~_is_recorded(),
        )
        .limit(_MOST)
    )
    for ballot in rows:
        yield _ending(ballot, BallotState.TOO_LATE, "voting closed before it was recorded")


def _at_least() -> ColumnElement[bool]:
    return or_(
        Act.epoch > Ballot.epoch,
        and_(Act.epoch == Ballot.epoch, Act.revision >= Ballot.revision),
    )


def _is_recorded() -> ColumnElement[bool]:
    own = aliased(Act)
    return exists().where(own.digest == Ballot.digest)


def _ending(
    ballot: Ballot,
    state: BallotState,
    cause: str,
    place: tuple[int, int, bytes | None] = (0, 0, None),
) -> Ending:
    number, time, transaction = place
    return Ending(
        ballot.id,
        ballot.election_id,
        ballot.digest,
        ballot.include_by,
        BallotState(ballot.state),
        state,
        cause,
        number or None,
        time or None,
        transaction,
    )
