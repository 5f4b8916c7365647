"""Which elections are followed, and how far each was read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hanpyo.chain.errors import ChainMoved
from hanpyo.db.models import Cursor, Election, ElectionState, Progress
from hanpyo.indexer.pinning import Pin
from hanpyo.protocol.types import Address, Digest

FOLLOWED: Final = (ElectionState.PUBLISHED, ElectionState.CERTIFIED, ElectionState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Position:
    """How far an election was read."""

    election_id: str
    number: int
    hash: bytes
    pinned: Pin


def unfollowed(session: Session) -> Sequence[tuple[str, int]]:
    """Elections on the chain that nobody follows yet, each with the block it was created after."""
    query = (
        select(Election.id, Election.created_block)
        .outerjoin(Cursor, Cursor.election_id == Election.id)
        .where(
            Election.state.in_(FOLLOWED),
            Election.created_block.is_not(None),
            Cursor.election_id.is_(None),
        )
        .order_by(Election.created_block)
    )
    return [(election, block or 0) for election, block in session.execute(query)]


def positions(session: Session) -> list[Position]:
    """Every followed election, the one farthest behind first."""
    rows = session.scalars(select(Cursor).order_by(Cursor.number, Cursor.election_id))
    return [
        Position(
            row.election_id,
            row.number,
            row.hash,
            Pin(Digest(row.code_hash), Address(row.implementation)),
        )
        for row in rows
    ]


def follow(session: Session, election: str, number: int, known: bytes, pinned: Pin) -> None:
    """Begin to follow an election behind this block."""
    session.add(
        Cursor(
            election_id=election,
            number=number,
            hash=known,
            code_hash=pinned.code_hash,
            implementation=pinned.implementation,
        )
    )
    session.flush()
    if session.get(Progress, election) is None:
        session.add(Progress(election_id=election))


def move(session: Session, election: str, start: int, end: tuple[int, bytes]) -> None:
    """The election, read up to block `start`, was read up to the block `end` (number, hash).

    Raises `ChainMoved` where somebody else moved it meanwhile.
    """
    number, known = end
    here = (Cursor.election_id == election) & (Cursor.number == start)
    done = session.execute(update(Cursor).where(here).values(number=number, hash=known))
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise ChainMoved("the election's cursor was moved while its logs were read")


def move_all(
    session: Session, number: int, known: bytes, *, below: int, but: Sequence[str]
) -> None:
    """Every election read up to block `below` has nothing more up to this block, `but` these."""
    session.execute(
        update(Cursor)
        .where(Cursor.number == below, Cursor.election_id.not_in(but))
        .values(number=number, hash=known)
    )
