"""What has ended is deleted: sessions, invitations nobody used, counters of tries."""

from collections.abc import Callable
from typing import Final

from sqlalchemy import delete
from sqlalchemy.orm import Session

from hanpyo.db.database import Database
from hanpyo.db.leases import Held
from hanpyo.db.models import StaffInvitation
from hanpyo.identity.limits import Limits
from hanpyo.identity.staff import sessions

_EVERY: Final = 600.0


class Housekeeping:
    """The task that deletes what has ended."""

    name = "staff-housekeeping"
    pause = _EVERY

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    def step(self, held: Held) -> bool:
        """Delete all of it; never more waits."""
        Limits(self._database, self._clock).forget_ended()
        self._database.transact(lambda session: self._forget(session, held))
        return False

    def _forget(self, session: Session, held: Held) -> None:
        held.require(session)
        now = int(self._clock())
        sessions.forget_ended(session, now)
        session.execute(delete(StaffInvitation).where(StaffInvitation.expires_at <= now))
