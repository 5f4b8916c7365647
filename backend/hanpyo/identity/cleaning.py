"""Deletes what has ended: challenges, sessions, limits. What was proven stays with the binding."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete
from sqlalchemy.orm import Session

from hanpyo.db.database import Database
from hanpyo.db.leases import Held
from hanpyo.db.models import Challenge, MemberSession, Notice
from hanpyo.identity.limits import Limits

_KEPT_CHALLENGES: Final = 3_600
_KEPT_VOID_NOTICES: Final = 86_400


@dataclass
class Cleaning:
    """The task that deletes."""

    database: Database
    clock: Callable[[], float]
    name: str = "identity_cleaning"
    pause: float = 300.0

    def step(self, held: Held) -> bool:
        """Delete once."""
        now = int(self.clock())

        def work(session: Session) -> None:
            held.require(session)
            ended = now - _KEPT_CHALLENGES
            session.execute(delete(Challenge).where(Challenge.expires_at < ended))
            session.execute(delete(MemberSession).where(MemberSession.expires_at < now))
            # Marks of acts that were told have something they are about, and stay.
            void = (Notice.state == "void", Notice.about.is_(None))
            oldest = now - _KEPT_VOID_NOTICES
            session.execute(delete(Notice).where(*void, Notice.created_at < oldest))

        self.database.transact(work)
        Limits(self.database, self.clock).forget_ended()
        return False
