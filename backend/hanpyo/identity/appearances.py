"""Two clerks' record that a member stood before them: what stands in for a second factor.

Two different clerks, within a day, for one rebind.
"""

from collections.abc import Callable
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from hanpyo.db.database import Database
from hanpyo.db.models import Appearance, Member
from hanpyo.errors import Conflict
from hanpyo.identity.errors import UnknownMember

VALID_SECONDS: Final = 86_400


class SameClerk(Conflict):
    """One clerk cannot confirm an appearance alone."""

    code = "same_clerk"

    def __init__(self) -> None:
        super().__init__("a second clerk has to confirm the appearance")


class Appearances:
    """Takes down appearances."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    def record(self, election_id: str, voter: int, clerk: str) -> bool:
        """A clerk saw the member with this voter number; True once a second clerk did too.

        Raises `UnknownMember`, `SameClerk` when the same clerk says so again.
        """
        now = int(self._clock())

        def work(session: Session) -> bool:
            # Locked, so that two clerks at one moment are two.
            member = session.scalar(
                select(Member)
                .where(Member.election_id == election_id, Member.voter == voter)
                .with_for_update()
            )
            if member is None:
                raise UnknownMember
            half = _open(session, member.id, now, confirmed=False)
            if half is None:
                session.add(
                    Appearance(
                        election_id=election_id,
                        member_id=member.id,
                        first_clerk=clerk,
                        first_at=now,
                    )
                )
                return False
            if half.first_clerk == clerk:
                raise SameClerk
            half.second_clerk, half.second_at = clerk, now
            return True

        return self._database.transact(work)


def use_appearance(session: Session, member_id: str, now: int) -> bool:
    """Use up a confirmed appearance of the member, if there is one."""
    found = _open(session, member_id, now, confirmed=True)
    if found is None:
        return False
    found.used_at = now
    return True


def _open(session: Session, member_id: str, now: int, *, confirmed: bool) -> Appearance | None:
    second = Appearance.second_at.is_not(None) if confirmed else Appearance.second_at.is_(None)
    wanted = (
        select(Appearance)
        .where(
            Appearance.member_id == member_id,
            Appearance.used_at.is_(None),
            Appearance.first_at > now - VALID_SECONDS,
            second,
        )
        .order_by(Appearance.first_at.desc())
        .limit(1)
        .with_for_update()
    )
    return session.scalar(wanted)
