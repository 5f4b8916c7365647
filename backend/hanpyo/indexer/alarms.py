"""Alarms that stop the follower until an operator has looked and released it."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from hanpyo.db.models import IndexAlarm

BELOW_FINAL = "reorganised_below_final"
"""A block that was final is no longer on the chain."""
OTHER_CHAIN = "other_chain"
"""The node's first block is not the one of this installation: its chain was reset or is another."""


def standing_alarm(session: Session) -> IndexAlarm | None:
    """The alarm that nobody has released yet."""
    return session.scalar(
        select(IndexAlarm).where(IndexAlarm.released_at.is_(None)).order_by(IndexAlarm.id).limit(1)
    )


def raise_alarm(
    session: Session, kind: str, *, number: int, known: bytes, found: bytes | None, now: int
) -> None:
    """Note the alarm, once while it stands."""
    if standing_alarm(session) is None:
        session.add(IndexAlarm(kind=kind, number=number, known=known, found=found, raised_at=now))


def release_alarms(session: Session, now: int) -> Sequence[IndexAlarm]:
    """Let the follower go on past every standing alarm; which those were."""
    standing = session.scalars(select(IndexAlarm).where(IndexAlarm.released_at.is_(None))).all()
    for alarm in standing:
        alarm.released_at = now
    return standing


def released_alarms(session: Session) -> Sequence[IndexAlarm]:
    """Alarms that were released and not acted on yet."""
    return session.scalars(
        select(IndexAlarm).where(
            IndexAlarm.released_at.is_not(None), IndexAlarm.settled_at.is_(None)
        )
    ).all()
