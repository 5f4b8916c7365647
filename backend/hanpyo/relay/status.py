"""What became of a ballot, and how the relay is doing: for voters, the public, and the operator.

Nothing here tells a choice, a key or a voter's name.
"""

from dataclasses import dataclass

from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hanpyo.db.database import Database
from hanpyo.db.models import Act, Ballot, BallotState, ChainHead, RelayAccount
from hanpyo.elections.catalogue import Catalogue
from hanpyo.protocol.types import Digest
from hanpyo.relay.errors import UnknownBallot
from hanpyo.relay.promise import promised_by


@dataclass(frozen=True, slots=True)
class BallotStatus:
    """One ballot between promise and record; the last four are None while it is not there."""

    digest: bytes
    election_id: str
    state: BallotState
    cause: str | None
    received_at: int
    include_by: int
    promise: bytes
    relay: ChecksumAddress
    """Who made the promise; its signature says so, whatever key signs now."""
    evidence: str | None
    settled_at: int | None
    block_number: int | None
    block_time: int | None
    transaction: bytes | None


@dataclass(frozen=True, slots=True)
class RelayFacts:
    """What anyone may know of the relay's work for one election; ages in seconds."""

    relay: str
    margin: int
    include_within: int
    waiting: int
    oldest_age: int | None
    next_include_by: int | None


@dataclass(frozen=True, slots=True)
class Health:
    """What readiness looks at. `overdue` counts ballots past their promise and not on chain."""

    waiting: int
    oldest_age: int | None
    overdue: int
    too_late: int
    accounts: int
    paused: tuple[str, ...]
    """Why accounts sign nothing, without their keys."""

    @property
    def sending(self) -> bool:
        """Whether some account sends."""
        return len(self.paused) < self.accounts


def ballot_status(database: Database, catalogue: Catalogue, digest: bytes) -> BallotStatus:
    """Where the ballot with this digest stands; raises `UnknownBallot`."""
    with database.read() as session:
        ballot = session.scalar(select(Ballot).where(Ballot.digest == digest))
        if ballot is None:
            raise UnknownBallot("the relay has no ballot with this receipt")
        act = session.scalar(select(Act).where(Act.digest == digest))
    domain = catalogue.get(ballot.election_id).domain
    signer = promised_by(domain, Digest(ballot.digest), ballot.include_by, ballot.promise)
    return BallotStatus(
        ballot.digest,
        ballot.election_id,
        BallotState(ballot.state),
        ballot.cause,
        ballot.received_at,
        ballot.include_by,
        ballot.promise,
        to_checksum_address(signer),
        ballot.evidence,
        ballot.settled_at,
        act.block_number if act else None,
        act.timestamp if act else None,
        act.transaction_hash if act else None,
    )


def relay_facts(
    database: Database, election_id: str, relay: str, *, margin: int, include_within: int, now: int
) -> RelayFacts:
    """The public facts of one election's queue."""
    with database.read() as session:
        waiting, oldest, next_by = session.execute(
            select(func.count(), func.min(Ballot.received_at), func.min(Ballot.include_by)).where(
                Ballot.election_id == election_id,
                Ballot.state.in_((BallotState.QUEUED, BallotState.SENT)),
            )
        ).one()
    return RelayFacts(relay, margin, include_within, waiting, _age(oldest, now), next_by)


def relay_health(database: Database, now: int) -> Health:
    """How the relay is doing, for readiness and metrics."""
    with database.read() as session:
        waiting, oldest = session.execute(
            select(func.count(), func.min(Ballot.received_at)).where(
                Ballot.state.in_((BallotState.QUEUED, BallotState.SENT))
            )
        ).one()
        paused = session.scalars(select(RelayAccount.paused)).all()
        return Health(
            waiting,
            _age(oldest, now),
            _overdue(session),
            _count(session, BallotState.TOO_LATE),
            len(paused),
            tuple(reason for reason in paused if reason is not None),
        )


def _overdue(session: Session) -> int:
    head = session.scalar(select(ChainHead.timestamp).where(ChainHead.id == 1))
    if head is None:
        return 0
    return (
        session.scalar(
            select(func.count()).where(
                Ballot.state.in_((BallotState.QUEUED, BallotState.SENT)), Ballot.include_by < head
            )
        )
        or 0
    )


def _count(session: Session, state: BallotState) -> int:
    return session.scalar(select(func.count()).where(Ballot.state == state)) or 0


def _age(since: int | None, now: int) -> int | None:
    return None if since is None else max(0, now - since)
