"""What anybody may ask of the read model: turnout, tally, the log, a voter number's acts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from hanpyo.db.models import (
    Act,
    Election,
    LogEntry,
    Skip,
    TallyCell,
    TurnoutCell,
    TurnoutHour,
    VoterState,
)
from hanpyo.elections.catalogue import PublishedElection
from hanpyo.indexer.cursors import FOLLOWED
from hanpyo.protocol.types import BallotKind, Channel, SkipReason

Place = tuple[int, int]
"""Block number and log index: the order of the log."""
START: Final[Place] = (-1, -1)


@dataclass(frozen=True, slots=True)
class Part:
    """Heads and weight of one channel and group."""

    channel: int
    group: int
    heads: int
    weight: int


@dataclass(frozen=True, slots=True)
class Hour:
    """Heads and weight whose first act fell into the hour that begins then."""

    hour: int
    heads: int
    weight: int


@dataclass(frozen=True, slots=True)
class Cell:
    """What one option got in one channel and group; option 0 is blank, the last one invalid."""

    item: int
    option: int
    channel: int
    group: int
    heads: int
    weight: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of an election's log."""

    kind: str
    block: int
    index: int
    transaction: bytes
    timestamp: int
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Extent:
    """How many events a log has, where the newest stands, and the hash of its block."""

    events: int
    newest: Place
    block: bytes


def published(session: Session, after: tuple[int, str] | None, limit: int) -> Sequence[Election]:
    """Elections on the chain, the newest first, after this (creation time, id)."""
    query = select(Election).where(
        Election.state.in_(FOLLOWED), Election.created_block.is_not(None)
    )
    if after is not None:
        time, election = after
        query = query.where(
            or_(
                Election.created_at < time,
                and_(Election.created_at == time, Election.id > election),
            )
        )
    return session.scalars(
        query.order_by(Election.created_at.desc(), Election.id).limit(limit)
    ).all()


def turnout(session: Session, election: str) -> list[Part]:
    """Voters with a live ballot by channel and group."""
    query = (
        select(TurnoutCell)
        .where(TurnoutCell.election_id == election)
        .order_by(TurnoutCell.channel, TurnoutCell.group)
    )
    return [Part(row.channel, row.group, row.heads, row.weight) for row in session.scalars(query)]


def turnout_by_hour(session: Session, election: str) -> list[Hour]:
    """The same voters by the hour of their first act."""
    query = (
        select(TurnoutHour).where(TurnoutHour.election_id == election).order_by(TurnoutHour.hour)
    )
    return [Hour(row.hour, row.heads, row.weight) for row in session.scalars(query)]


def tally(session: Session, election: PublishedElection) -> list[Cell]:
    """What the known choices of live ballots add up to."""
    groups = len(election.manifest.groups)
    query = (
        select(TallyCell)
        .where(TallyCell.election_id == election.id)
        .order_by(TallyCell.item, TallyCell.option, TallyCell.stratum)
    )
    return [
        Cell(row.item, row.option, *divmod(row.stratum, groups), row.heads, row.weight)
        for row in session.scalars(query)
    ]


def events(session: Session, election: str, after: Place, limit: int) -> list[Entry]:
    """The log of an election behind a place, in chain order."""
    found: list[Entry] = []
    for model, entry in _LOGS:
        query = (
            select(model)
            .where(model.election_id == election, _behind(model, after))
            .order_by(model.block_number, model.log_index)
            .limit(limit)
        )
        found += [entry(row) for row in session.scalars(query)]
    return sorted(found, key=place_of)[:limit]


def newest_events(session: Session, election: str, before: Place | None, limit: int) -> list[Entry]:
    """The log of an election before a place, or all of it, the newest first."""
    found: list[Entry] = []
    for model, entry in _LOGS:
        query = select(model).where(model.election_id == election)
        if before is not None:
            query = query.where(_before(model, before))
        order = model.block_number.desc(), model.log_index.desc()
        found += [entry(row) for row in session.scalars(query.order_by(*order).limit(limit))]
    return sorted(found, key=place_of, reverse=True)[:limit]


def extent(session: Session, election: str) -> Extent:
    """How far the log of an election reaches."""
    many, newest, block = 0, START, b""
    for model, _ in _LOGS:
        own = model.election_id == election
        many += session.scalar(select(func.count()).select_from(model).where(own)) or 0
        query = select(model.block_number, model.log_index, model.block_hash).where(own)
        order = model.block_number.desc(), model.log_index.desc()
        last = session.execute(query.order_by(*order).limit(1)).first()
        if last is not None and (last[0], last[1]) > newest:
            newest, block = (last[0], last[1]), last[2]
    return Extent(many, newest, block)


def acts_of(session: Session, election: str, voter: int) -> list[Entry]:
    """Every recorded act of a voter number in chain order."""
    query = (
        select(Act)
        .where(Act.election_id == election, Act.voter == voter)
        .order_by(Act.block_number, Act.log_index)
    )
    return [_act(row) for row in session.scalars(query)]


def live_act(session: Session, election: str, voter: int) -> Place | None:
    """Where the act of a voter number stands that counts, if one does."""
    query = counting(Act.block_number, Act.log_index).where(
        Act.election_id == election, Act.voter == voter
    )
    found = session.execute(query).first()
    return None if found is None else (found[0], found[1])


def counting(*columns: InstrumentedAttribute[Any]) -> Select[Any]:
    """A query of these columns of `Act` and `VoterState`, over the acts that count."""
    is_live = and_(
        VoterState.live_block == Act.block_number, VoterState.live_index == Act.log_index
    )
    same = and_(VoterState.election_id == Act.election_id, VoterState.voter == Act.voter)
    return (
        select(*columns)
        .select_from(Act)
        .outerjoin(VoterState, same)
        .where(or_(VoterState.voter.is_(None), is_live))
    )


def place_of(entry: Entry) -> Place:
    """Where an entry stands."""
    return entry.block, entry.index


def _behind(model: type[Act | Skip | LogEntry], after: Place) -> ColumnElement[bool]:
    block, index = after
    return or_(
        model.block_number > block,
        and_(model.block_number == block, model.log_index > index),
    )


def _before(model: type[Act | Skip | LogEntry], place: Place) -> ColumnElement[bool]:
    block, index = place
    return or_(
        model.block_number < block,
        and_(model.block_number == block, model.log_index < index),
    )


def _act(row: Act) -> Entry:
    withdrawn = row.kind != BallotKind.BALLOT
    told = {
        "voter": row.voter,
        "epoch": row.epoch,
        "revision": row.revision,
        "channel": Channel(row.channel).name.lower(),
        "class": row.class_,
        "weight": str(row.weight),
        "key": _hex(row.key),
        "content": _hex(row.content),
        "payload": None if row.payload is None else _hex(row.payload),
        "digest": _hex(row.digest),
    }
    return _entry("BallotWithdrawn" if withdrawn else "BallotRecorded", row, told)


def _skip(row: Skip) -> Entry:
    reason = SkipReason(row.reason).name.lower()
    return _entry(
        "BallotSkipped",
        row,
        {"claimedVoter": row.voter, "digest": _hex(row.digest), "reason": reason},
    )


def _logged(row: LogEntry) -> Entry:
    return _entry(row.kind, row, orjson.loads(row.payload))


def _entry(kind: str, row: Act | Skip | LogEntry, told: dict[str, Any]) -> Entry:
    return Entry(kind, row.block_number, row.log_index, row.transaction_hash, row.timestamp, told)


def _hex(data: bytes) -> str:
    return "0x" + data.hex()


_LOGS: Final[tuple[tuple[type[Any], Callable[[Any], Entry]], ...]] = (
    (Act, _act),
    (Skip, _skip),
    (LogEntry, _logged),
)
