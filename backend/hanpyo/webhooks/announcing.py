"""What there is to tell of an election since it was told last; told once each.

It is derived from the read model, so that nothing is lost while no worker runs, and written in the
transaction that marks it as told.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hanpyo.db.models import (
    ChainHead,
    Cursor,
    Election,
    Progress,
    Rewind,
    Webhook,
    WebhookDelivery,
    WebhookMark,
)
from hanpyo.db.types import new_id


@dataclass(frozen=True, slots=True)
class Announcement:
    """One thing to tell."""

    event: str
    data: dict[str, Any]


def news(
    progress: Progress,
    mark: WebhookMark,
    *,
    is_closed: bool,
    rewind: Rewind | None,
    now: int,
    turnout_every: int,
) -> Iterator[Announcement]:
    """What is new since `mark`, which is moved on; in the order in which things happen."""
    if rewind is not None and rewind.id > mark.last_rewind:
        mark.last_rewind = rewind.id
        yield Announcement(
            "reorganised", {"fromBlock": rewind.from_number, "toBlock": rewind.to_number}
        )
    if _turned(mark, "frozen", progress.frozen_block is not None):
        yield Announcement("election.frozen", {"block": progress.frozen_block})
    turnout = (progress.live, progress.live_weight)
    due = now >= mark.turnout_at + turnout_every
    if turnout != (mark.live, mark.live_weight) and (due or is_closed):
        mark.live, mark.live_weight = turnout
        mark.turnout_at = now
        yield Announcement("turnout", {"heads": progress.live, "weight": str(progress.live_weight)})
    if _turned(mark, "closed", is_closed):
        yield Announcement("election.closed", {})
    if _turned(mark, "key_released", progress.key_block is not None):
        lost = progress.secrecy_lost
        yield Announcement("key.released", {"block": progress.key_block, "secrecyLost": lost})
    if _turned(mark, "certified", progress.certified_block is not None):
        yield Announcement("certified", {"block": progress.certified_block})


def announce(session: Session, *, now: int, turnout_every: int) -> int:
    """Write a message for each new thing and each address that wants it; how many."""
    head = session.get(ChainHead, 1)
    if head is None:
        return 0
    written = 0
    for election, progress, block in session.execute(_changed()).all():
        mark = session.get(WebhookMark, election.id)
        if mark is None:
            mark = _new_mark(election.id)
            session.add(mark)
        found = news(
            progress,
            mark,
            is_closed=election.closes_at is not None and head.timestamp >= election.closes_at,
            rewind=_last_rewind(session, election.id),
            now=now,
            turnout_every=turnout_every,
        )
        for each in list(found):
            written += _write(session, election, block, each, now)
    return written


def _changed() -> Any:
    return (
        select(Election, Progress, Cursor.number)
        .join(Progress, Progress.election_id == Election.id)
        .join(Cursor, Cursor.election_id == Election.id)
        .where(
            select(func.count())
            .select_from(Webhook)
            .where(
                Webhook.organisation_id == Election.organisation_id, Webhook.disabled_at.is_(None)
            )
            .scalar_subquery()
            > 0
        )
    )


def _write(session: Session, election: Election, block: int, found: Announcement, now: int) -> int:
    wanting = session.scalars(
        select(Webhook).where(
            Webhook.organisation_id == election.organisation_id, Webhook.disabled_at.is_(None)
        )
    ).all()
    wanting = [each for each in wanting if found.event in each.events.split()]
    for webhook in wanting:
        identifier = new_id()
        body = {
            "id": identifier,
            "type": found.event,
            "timestamp": now,
            "election": {"id": election.id, "title": election.title},
            "block": block,
            "data": found.data,
        }
        session.add(
            WebhookDelivery(
                id=identifier,
                webhook_id=webhook.id,
                election_id=election.id,
                event=found.event,
                body=orjson.dumps(body).decode(),
                created_at=now,
                next_try_at=now,
            )
        )
        session.flush()
    return len(wanting)


def _last_rewind(session: Session, election: str) -> Rewind | None:
    return session.scalar(
        select(Rewind).where(Rewind.election_id == election).order_by(Rewind.id.desc()).limit(1)
    )


def _turned(mark: WebhookMark, name: str, holds: bool) -> bool:
    """Whether the thing happened since the mark; the mark follows it back as well."""
    before = getattr(mark, name)
    setattr(mark, name, holds)
    return holds and not before


def _new_mark(election: str) -> WebhookMark:
    return WebhookMark(
        election_id=election,
        frozen=False,
        closed=False,
        key_released=False,
        certified=False,
        last_rewind=0,
        turnout_at=0,
        live=0,
        live_weight=0,
    )
