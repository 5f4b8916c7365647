"""What became of an election's messages: numbers by channel, and whom none of them reached.

Members are masked; voter numbers are left out, so that no list joins a person with a number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hanpyo.db.models import Member, Notice
from hanpyo.db.vault import Vault
from hanpyo.elections.masking import masked
from hanpyo.elections.members_store import person_of

INVITING: Final = ("invitation", "reminder")


@dataclass(frozen=True, slots=True)
class Count:
    """Messages of one kind over one channel in one state."""

    template: str
    channel: str
    state: str
    messages: int


@dataclass(frozen=True, slots=True)
class Failure:
    """A message that was given up, or that keeps failing; `person` is masked."""

    channel: str
    template: str
    reason: str
    final: bool
    line: int
    person: Mapping[str, str] = field(repr=False)


def counts(session: Session, election_id: str) -> Sequence[Count]:
    """Invitations and reminders by channel and state."""
    rows = session.execute(
        select(Notice.template, Notice.channel, Notice.state, func.count())
        .where(Notice.election_id == election_id, Notice.template.in_(INVITING))
        .group_by(Notice.template, Notice.channel, Notice.state)
        .order_by(Notice.template, Notice.channel, Notice.state)
    )
    return [Count(*row) for row in rows]


def failures(session: Session, vault: Vault, election_id: str, limit: int) -> Sequence[Failure]:
    """Invitations and reminders that did not arrive, in the order of the roll's file."""
    rows = session.execute(
        select(Notice, Member)
        .join(Member, Member.id == Notice.member_id)
        .where(
            Notice.election_id == election_id,
            Notice.template.in_(INVITING),
            Notice.fault.is_not(None),
        )
        .order_by(Member.line, Notice.channel)
        .limit(limit)
    )
    return [
        Failure(
            notice.channel,
            notice.template,
            notice.fault or "",
            notice.state != "waiting",
            member.line,
            masked(person_of(vault, member)),
        )
        for notice, member in rows
    ]
