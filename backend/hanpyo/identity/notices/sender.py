"""Sends what waits in the outbox, one task a channel, so that a slow one holds up no other.

A try is noted with the time of the next before the message goes out: a crash repeats it later, not
at once. What expires first goes first: codes before invitations. Failures are kept by name.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hanpyo.db.database import Database
from hanpyo.db.leases import Held
from hanpyo.db.models import Notice
from hanpyo.db.vault import Vault, VaultError
from hanpyo.identity.notices.channels import Channel, SendFailed
from hanpyo.identity.notices.outbox import open_letter
from hanpyo.identity.notices.templates import render

MOST_TRIES: Final = 8
_AT_ONCE: Final = 20
_FIRST_PAUSE: Final = 15
_LONGEST_PAUSE: Final = 3_600
_log = structlog.get_logger(__name__)


@dataclass
class NoticeSender:
    """The task that sends the messages of one channel."""

    database: Database
    vault: Vault
    channel: Channel
    clock: Callable[[], float]
    pause: float = 1.0

    @property
    def name(self) -> str:
        """The lease's name."""
        return f"notices_{self.channel.name}"

    def step(self, held: Held) -> bool:
        """Send the next few; True when more may wait."""
        now = int(self.clock())
        claimed = self.database.transact(lambda session: self._claim(session, held, now))
        try:
            for notice in claimed:
                self._send(notice)
        finally:
            self.channel.rest()
        return len(claimed) == _AT_ONCE

    def _claim(self, session: Session, held: Held, now: int) -> list[Notice]:
        held.require(session)
        waiting = (Notice.channel == self.channel.name, Notice.state == "waiting")
        session.execute(
            update(Notice)
            .where(*waiting, Notice.expires_at <= now)
            .values(state="expired", sealed=None)
        )
        due = (
            select(Notice)
            .where(*waiting, Notice.next_at <= now)
            .order_by(Notice.expires_at, Notice.next_at)
            .limit(_AT_ONCE)
        )
        claimed = list(session.scalars(due))
        for notice in claimed:
            notice.next_at = now + min(_FIRST_PAUSE << notice.tries, _LONGEST_PAUSE)
            notice.tries += 1
        return claimed

    def _send(self, notice: Notice) -> None:
        try:
            letter = open_letter(self.vault, notice)
            text = render(notice.template, letter.parameters)
            self.channel.send(letter.recipient, text, notice.id)
        except SendFailed as error:
            self._note_failure(notice, error.reason, final=error.final)
        except (VaultError, KeyError):
            self._note_failure(notice, "unreadable", final=True)
        else:
            self._note(notice, state="sent", sealed=None, sent_at=int(self.clock()), fault=None)

    def _note_failure(self, notice: Notice, reason: str, *, final: bool) -> None:
        given_up = final or notice.tries >= MOST_TRIES
        _log.warning(
            "notice_not_sent",
            channel=self.channel.name,
            template=notice.template,
            reason=reason,
            tries=notice.tries,
            given_up=given_up,
        )
        if given_up:
            self._note(notice, state="failed", sealed=None, fault=reason)
        else:
            self._note(notice, fault=reason)

    def _note(self, notice: Notice, **values: object) -> None:
        change = update(Notice).where(Notice.id == notice.id).values(**values)
        self.database.transact(lambda session: session.execute(change))
