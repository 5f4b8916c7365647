"""What a registrar tells members by itself: queued with what it tells of, sent until it is taken.

A message goes to every contact on file, and again to those alone that did not take it: whoever has
got hold of a member's mail cannot count on the telephone staying silent. `about` makes a thing told
once, whatever is repeated; a crash between sending and noting it may send a message twice, and
never loses one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hanpyo.db.leases import Held
from hanpyo.db.models.registrar import RegistrarElection, RegistrarNotice
from hanpyo.db.vault import VaultError
from hanpyo.identity.notices.channels import SendFailed
from hanpyo.identity.notices.templates import Text
from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.types import Address
from hanpyo.registrar.contacts import Contacts
from hanpyo.registrar.ledger import Ledger
from hanpyo.registrar.sending import Outlet
from hanpyo.registrar.words import notice

_AT_ONCE: Final = 20
_TRIES: Final = 12
_FIRST_WAIT: Final = 30
_LONGEST_WAIT: Final = 3_600
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one try: contacts that took the message now, by family; its end, if any."""

    taken: tuple[str, ...] = ()
    state: str | None = None


@dataclass(frozen=True, slots=True)
class News:
    """Something that happened to a voter; `about` tells it from everything else."""

    voter: int
    kind: str
    about: bytes
    at: int


def bound(voter: int, epoch: int, at: int) -> News:
    """A key was bound for a voter's epoch."""
    return News(voter, "bound", b"bound" + _place(voter, epoch), at)


def rebound(voter: int, epoch: int, at: int) -> News:
    """A voter's move to an epoch was signed, or is on the chain: told once, whichever is first."""
    return News(voter, "rebound", b"rebound" + _place(voter, epoch), at)


def refused(voter: int, epoch: int, key: bytes, at: int) -> News:
    """Another key was to be bound."""
    return News(voter, "refused", b"refused" + _place(voter, epoch) + key, at)


def _place(voter: int, epoch: int) -> bytes:
    return voter.to_bytes(4, "big") + epoch.to_bytes(2, "big")


@dataclass(frozen=True)
class Notices:
    """The outbox of one registrar."""

    ledger: Ledger
    contacts: Contacts

    def tell(self, election: Address, news: News) -> None:
        """Queue one message, where the voter can be reached and was not told yet."""
        with self.ledger.database.read() as session:
            if not self.contacts.reachable(session, election, [news.voter]):
                return
        try:
            self.ledger.database.transact(lambda session: self.add(session, election, [news]))
        except IntegrityError:
            _log.info("notice_told_already", kind=news.kind)

    def add(self, session: Session, election: Address, news: Iterable[News]) -> None:
        """Queue messages in the caller's transaction; the watcher alone adds many."""
        wanted = {keccak(election + each.about): each for each in news}
        reachable = self.contacts.reachable(session, election, (n.voter for n in wanted.values()))
        told = self._told(session, list(wanted))
        for about, each in wanted.items():
            if each.voter in reachable and about not in told:
                session.add(self._row(election, about, each))

    def due(self) -> list[RegistrarNotice]:
        """Messages to be sent now, the oldest first."""
        query = (
            select(RegistrarNotice)
            .where(
                RegistrarNotice.registrar == self.ledger.registrar,
                RegistrarNotice.state == "waiting",
                RegistrarNotice.next_at <= self.ledger.now(),
            )
            .order_by(RegistrarNotice.next_at)
            .limit(_AT_ONCE)
        )
        with self.ledger.database.read() as session:
            return list(session.scalars(query))

    def title(self, election: Address) -> str:
        """The election's title."""
        place = {"registrar": self.ledger.registrar, "election": election}
        with self.ledger.database.read() as session:
            row = session.get(RegistrarElection, place)
            return "" if row is None else row.title

    def settle(self, held: Held, notice_id: str, outcome: Outcome) -> None:
        """Note what became of a message; without a state it is tried again later, a few times."""
        now = self.ledger.now()

        def work(session: Session) -> None:
            held.require(session)
            row = session.get_one(RegistrarNotice, notice_id)
            row.tries += 1
            row.next_at = now + min(_FIRST_WAIT << (row.tries - 1), _LONGEST_WAIT)
            row.taken = " ".join((*row.taken.split(), *outcome.taken))
            given_up = "sent" if row.taken else "failed"
            row.state = outcome.state or (given_up if row.tries >= _TRIES else "waiting")
            row.sent_at = now if outcome.taken else row.sent_at

        self.ledger.database.transact(work)

    def _told(self, session: Session, abouts: Sequence[bytes]) -> set[bytes]:
        told: set[bytes] = set()
        for at in range(0, len(abouts), 400):
            query = select(RegistrarNotice.about).where(
                RegistrarNotice.registrar == self.ledger.registrar,
                RegistrarNotice.about.in_(abouts[at : at + 400]),
            )
            told.update(session.scalars(query))
        return told

    def _row(self, election: Address, about: bytes, news: News) -> RegistrarNotice:
        return RegistrarNotice(
            registrar=self.ledger.registrar,
            election=election,
            voter=news.voter,
            kind=news.kind,
            about=about,
            state="waiting",
            next_at=self.ledger.now(),
            taken="",
            created_at=news.at,
            sent_at=None,
        )


@dataclass(frozen=True)
class NoticeSender:
    """The task that sends what is due."""

    notices: Notices
    outlet: Outlet
    registrar_name: str
    pause: float = 1.0

    @property
    def name(self) -> str:
        """See `tasks.Task`."""
        return f"registrar-notices:{self.notices.ledger.registrar.hex()}"

    def step(self, held: Held) -> bool:
        """See `tasks.Task`."""
        due = self.notices.due()
        for row in due:
            self.notices.settle(held, row.id, self._send(row))
        return len(due) == _AT_ONCE

    def _send(self, row: RegistrarNotice) -> Outcome:
        """Hand the message to the contacts that have not taken it."""
        election = Address(row.election)
        try:
            contact = self.notices.contacts.get(election, row.voter)
        except VaultError as error:
            _log.error("notice_without_contact", code=error.code)
            return Outcome()
        if contact is None:
            return Outcome(state="unknown")
        title = self.notices.title(election)
        message = notice(row.kind, self.registrar_name, title, row.voter, row.created_at)
        reached = [pair for pair in contact.known if pair[0] in self.outlet.families]
        left = [pair for pair in reached if pair[0] not in row.taken.split()]
        taken = tuple(family for family, to in left if self._takes(family, to, message, row.id))
        is_whole = bool(reached) and len(taken) == len(left)
        return Outcome(taken, "sent" if is_whole else None)

    def _takes(self, family: str, to: str, message: Text, reference: str) -> bool:
        try:
            self.outlet.send(family, to, message, reference)
        except SendFailed as error:
            _log.warning("notice_not_sent", family=family, code=error.reason)
            return False
        return True
