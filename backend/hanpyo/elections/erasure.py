"""Forgetting an election's people: what is left tells nobody who was behind a voter number.

Gone are sealed persons, blinds, lookups, wallets, rows of the file, waiting previews, and whatever
other parts of the service keep about members (`Eraser`, all of them named in `elections.erasers`).
Left are ids, voter numbers, weights and classes, which the chain has as well: an audit needs
nothing more. Copies in backups are the operator's to delete; see docs/operate.md.
"""

from collections.abc import Sequence
from typing import ClassVar, Final, Protocol

from sqlalchemy import delete, text, update
from sqlalchemy.orm import Session

from hanpyo.db.models import Election, ElectionState, Member, MemberLookup, RollPreview
from hanpyo.elections.catalogue import UnknownElection
from hanpyo.errors import Conflict

_ENDED: Final = (ElectionState.CERTIFIED, ElectionState.CANCELLED)


class NotErasable(Conflict):
    """The election has not ended: its members are still needed."""

    code: ClassVar[str] = "not_erasable"


class Eraser(Protocol):
    """Deletes what one part of the service knows about an election's members."""

    def __call__(self, session: Session, election_id: str) -> None:
        """In the transaction of the erasure; harmless when done again."""


def erase(
    session: Session,
    election_id: str,
    now: int,
    *,
    erasers: Sequence[Eraser],
    force: bool = False,
) -> bool:
    """Erase the people of an election; False when that was done before.

    `erasers` is `elections.erasers.ERASERS`. `force` lets an operator erase before the election is
    certified or cancelled, which ends every member's access. The caller logs it. Raises
    `NotErasable`, `UnknownElection`.
    """
    election = session.get(Election, election_id, with_for_update=True, populate_existing=True)
    if election is None:
        raise UnknownElection("there is no such election")
    if election.erased_at is not None:
        return False
    if election.state not in _ENDED and not force:
        raise NotErasable("personal data is erased once the election is certified or cancelled")
    if session.get_bind().dialect.name == "sqlite":
        # SQLite leaves deleted bytes in its file unless it is told to overwrite them.
        session.execute(text("PRAGMA secure_delete=ON"))
    for eraser in (*erasers, _erase_roll):
        eraser(session, election_id)
    session.execute(update(Member).where(Member.election_id == election_id).values(erased_at=now))
    election.erased_at = now
    return True


def _erase_roll(session: Session, election_id: str) -> None:
    session.execute(delete(MemberLookup).where(MemberLookup.election_id == election_id))
    session.execute(delete(RollPreview).where(RollPreview.election_id == election_id))
    session.execute(
        update(Member)
        .where(Member.election_id == election_id)
        .values(sealed=None, sealed_blind=None, wallet=None, line=0)
    )
