"""The queue in the database: claiming ballots for batches, and giving them back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    and_,
    delete,
    exists,
    func,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import Session, aliased

from hanpyo.db.bulk import among
from hanpyo.db.models import (
    Act,
    Ballot,
    BallotState,
    Batch,
    BatchState,
    ChainHead,
    Election,
    VoterState,
)
from hanpyo.db.types import new_id
from hanpyo.relay.planner import Pending

_FREE: Final = and_(Ballot.state == BallotState.QUEUED, Ballot.batch_id.is_(None))
_UNDER_WAY: Final = (BatchState.PLANNED, BatchState.SENT, BatchState.MINED)
_COLUMNS: Final = (
    Ballot.id,
    Ballot.voter,
    Ballot.epoch,
    Ballot.revision,
    Ballot.kind,
    Ballot.form,
    Ballot.weight,
    Ballot.class_,
    Ballot.key,
    Ballot.body,
    Ballot.tries,
)
_LONGEST_CAUSE: Final = 200


@dataclass(frozen=True, slots=True)
class Waiting:
    """Free ballots of one election: how many, and since when the oldest waits."""

    election_id: str
    count: int
    oldest: int


@dataclass(frozen=True, slots=True)
class Planned:
    """A batch that holds its ballots and is not signed."""

    id: str
    election_id: str
    ballots: tuple[Pending, ...]


def is_idle(session: Session, account_id: int, now: int) -> bool:
    """Whether no ballot waits for a batch, and no batch of the account is under way."""
    waits = exists().where(_FREE, Ballot.not_before <= now)
    under_way = exists().where(Batch.account_id == account_id, Batch.state.in_(_UNDER_WAY))
    return not session.scalar(select(or_(waits, under_way)))


def waiting(session: Session, now: int) -> list[Waiting]:
    """Elections with free ballots whose voting is open on the chain, the oldest ballot first."""
    head = select(ChainHead.timestamp).where(ChainHead.id == 1).scalar_subquery()
    rows = session.execute(
        select(Ballot.election_id, func.count(), func.min(Ballot.received_at))
        .join(Election, Election.id == Ballot.election_id)
        .where(
            _FREE, Ballot.not_before <= now, Election.opens_at <= head, Election.closes_at > head
        )
        .group_by(Ballot.election_id)
        .order_by(func.min(Ballot.received_at))
    )
    return [Waiting(*row) for row in rows]


def claimable(session: Session, election_id: str, most: int, now: int) -> list[Pending]:
    """The oldest free ballots that the contract would record now, locked for this transaction.

    Left out are those that an act on the chain, or the voter's own later ballot, outranks, and
    those of another epoch than the voter's.
    """
    rows = session.execute(
        select(*_COLUMNS)
        .where(
            _FREE,
            Ballot.election_id == election_id,
            Ballot.not_before <= now,
            ~_outranked_on_chain(),
            ~_outranked_in_queue(),
            Ballot.epoch == _minimum_epoch(),
        )
        .order_by(Ballot.id)
        .limit(most)
        .with_for_update(of=Ballot, skip_locked=True)
    )
    return [_pending(tuple(row)) for row in rows]


def _pending(row: tuple[Any, ...]) -> Pending:
    values: tuple[Any, ...] = (*row[:-1], row[-1] > 0)  # with tries: it has failed with others
    return Pending(*values)


def hold(
    session: Session,
    account_id: int,
    batches: Sequence[tuple[str, tuple[Pending, ...]]],
    now: int,
) -> list[Planned]:
    """Batches (election and ballots) that hold their ballots from now on."""
    planned = [Planned(new_id(), election_id, ballots) for election_id, ballots in batches]
    session.add_all(
        Batch(
            id=each.id,
            election_id=each.election_id,
            account_id=account_id,
            form=each.ballots[0].form,
            ballots=len(each.ballots),
            state=BatchState.PLANNED,
            created_at=now,
        )
        for each in planned
    )
    session.flush()
    for each in planned:
        session.execute(
            update(Ballot)
            .where(among(session, Ballot.id, [ballot.id for ballot in each.ballots]), _FREE)
            .values(batch_id=each.id)
            .execution_options(synchronize_session=False)
        )
    return planned


def split(session: Session, batch: Planned, account_id: int, now: int) -> list[Planned]:
    """Two planned batches with the halves of this one, which is given up."""
    give_up(session, [batch.id])
    middle = len(batch.ballots) // 2
    halves = [
        (batch.election_id, part) for part in (batch.ballots[:middle], batch.ballots[middle:])
    ]
    return hold(session, account_id, halves, now)


def give_up(session: Session, batch_ids: Sequence[str]) -> None:
    """Free the ballots of batches that were never signed, and forget the batches."""
    unsigned = and_(Batch.id.in_(batch_ids), Batch.state == BatchState.PLANNED)
    held = select(Batch.id).where(unsigned)
    session.execute(
        update(Ballot)
        .where(Ballot.batch_id.in_(held), Ballot.state == BallotState.QUEUED)
        .values(batch_id=None)
    )
    session.execute(update(Ballot).where(Ballot.batch_id.in_(held)).values(batch_id=None))
    session.execute(delete(Batch).where(unsigned))


def give_up_unsigned(session: Session, account_id: int) -> None:
    """Free what an earlier holder of the account planned and never signed."""
    planned = session.scalars(
        select(Batch.id).where(Batch.account_id == account_id, Batch.state == BatchState.PLANNED)
    ).all()
    if planned:
        give_up(session, planned)


def put_off(session: Session, ballot_id: int, cause: str, until: int) -> None:
    """Try a ballot again later, alone."""
    session.execute(
        update(Ballot)
        .where(Ballot.id == ballot_id)
        .values(
            tries=Ballot.tries + 1, cause=cause[:_LONGEST_CAUSE], not_before=until, batch_id=None
        )
    )


def _outranked_on_chain() -> ColumnElement[bool]:
    return exists().where(
        Act.election_id == Ballot.election_id,
        Act.voter == Ballot.voter,
        tuple_(Act.epoch, Act.revision) >= tuple_(Ballot.epoch, Ballot.revision),
    )


def _outranked_in_queue() -> ColumnElement[bool]:
    later = aliased(Ballot)
    return exists().where(
        later.election_id == Ballot.election_id,
        later.voter == Ballot.voter,
        later.state.in_((BallotState.QUEUED, BallotState.SENT, BallotState.RECORDED)),
        or_(
            later.epoch > Ballot.epoch,
            and_(later.epoch == Ballot.epoch, later.revision > Ballot.revision),
        ),
    )


def _minimum_epoch() -> ColumnElement[int]:
    known = (
        select(VoterState.minimum_epoch)
        .where(VoterState.election_id == Ballot.election_id, VoterState.voter == Ballot.voter)
        .scalar_subquery()
    )
    return func.coalesce(known, 0)
