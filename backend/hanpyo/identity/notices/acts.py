"""Tells members of the acts that the record holds in their name, as the index learns of them.

Up to the final block each act is looked at once; above it, blocks may still be replaced, so acts
there are looked at again and told by their digest at most once. A void row on the channel `none`
marks an act as told, also where no contact is on file.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from hanpyo.db.database import Database
from hanpyo.db.leases import Held
from hanpyo.db.models import Act, ChainHead, Cursor, Election, Member, Notice, NoticeCursor
from hanpyo.db.vault import Vault
from hanpyo.identity.members import known_of
from hanpyo.identity.notices.outbox import Outgoing, queue, tell
from hanpyo.protocol.types import BallotKind

_AT_ONCE: Final = 200
_TOLD_AFTER_CLOSE: Final = 7 * 86_400
_TOLD_WITHIN: Final = 86_400
_MARK: Final = ("none", "")


@dataclass
class ActNotices:
    """The task that writes notices of acts."""

    database: Database
    vault: Vault
    clock: Callable[[], float]
    name: str = "act_notices"
    pause: float = 1.0

    def step(self, held: Held) -> bool:
        """Look at the next acts of each election; True when some election has more."""
        oldest = int(self.clock()) - _TOLD_AFTER_CLOSE
        wanted = select(Election.id).where(
            Election.created_block.is_not(None),
            Election.closes_at > oldest,
            Election.erased_at.is_(None),
        )
        with self.database.read() as session:
            elections = session.scalars(wanted).all()
        more = [self._follow(held, each) for each in elections]
        return any(more)

    def _follow(self, held: Held, election_id: str) -> bool:
        return self.database.transact(lambda session: self._tell(session, held, election_id))

    def _tell(self, session: Session, held: Held, election_id: str) -> bool:
        held.require(session)
        head, read = session.get(ChainHead, 1), session.get(Cursor, election_id)
        if head is None or read is None:
            return False
        cursor = session.get(NoticeCursor, election_id)
        if cursor is None:
            cursor = NoticeCursor(election_id=election_id, block_number=-1)
            session.add(cursor)
        acts = self._next(session, election_id, cursor.block_number)
        for act in acts:
            self._notice(session, act)
        more = len(acts) == _AT_ONCE
        # The last block of a full page may hold more acts.
        whole = acts[-1].block_number - 1 if more else read.number
        cursor.block_number = max(cursor.block_number, min(whole, read.number, head.final_number))
        return more

    def _next(self, session: Session, election_id: str, after: int) -> list[Act]:
        told = select(Notice.id).where(Notice.about == Act.digest, Notice.channel == "none")
        wanted = (
            select(Act)
            .where(Act.election_id == election_id, Act.block_number > after, ~told.exists())
            .order_by(Act.block_number, Act.log_index)
            .limit(_AT_ONCE)
        )
        # One digest may stand twice in a page only if the chain recorded it twice, which it cannot.
        return list(session.scalars(wanted))

    def _notice(self, session: Session, act: Act) -> None:
        now = int(self.clock())
        row = session.scalar(
            select(Member).where(Member.election_id == act.election_id, Member.voter == act.voter)
        )
        known = known_of(row, self.vault) if row is not None else None
        election = session.get_one(Election, act.election_id)
        withdrawn = act.kind == BallotKind.WITHDRAWAL
        outgoing = Outgoing(
            election_id=act.election_id,
            template="ballot_withdrawn" if withdrawn else "ballot_cast",
            parameters={"title": election.title, "voter": str(act.voter)},
            now=now,
            expires_at=now + _TOLD_WITHIN,
            member_id=known.id if known else None,
            about=act.digest,
        )
        queue(session, self.vault, outgoing, _MARK, void=True)
        if known is not None:
            tell(session, self.vault, known, outgoing)
