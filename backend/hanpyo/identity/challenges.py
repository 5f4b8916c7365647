"""Challenges in the database: stored with what goes out, tries counted first, right once.

For a member and for anybody else the same rows are written; only a member's message is sent.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from hanpyo.config import IdentitySection
from hanpyo.db.database import Database
from hanpyo.db.models import Challenge
from hanpyo.db.vault import Vault
from hanpyo.identity.codes import read_digits, token_digest
from hanpyo.identity.errors import ProofRefused
from hanpyo.identity.members import Members, Rules
from hanpyo.identity.methods import Answering, Asking, Proof, Started
from hanpyo.identity.notices.outbox import Outgoing, queue
from hanpyo.identity.sessions import Opened, open_session, raise_session

_PURPOSE = "sign_in"


@dataclass(frozen=True, slots=True)
class Taken:
    """A challenge that may be answered now, its try counted."""

    id: str
    rules: Rules
    method: str
    member_id: str | None
    session_id: str | None
    state: bytes = field(repr=False)
    digest: bytes | None = field(repr=False)
    subject: str | None
    expires_at: int


class Challenges:
    """Stores challenges and settles answers."""

    def __init__(self, database: Database, vault: Vault, settings: IdentitySection) -> None:
        self._database = database
        self._vault = vault
        self._settings = settings
        self._members = Members(database, vault)

    def store(self, asking: Asking, method: str, started: Started, session_id: str | None) -> None:
        """Keep a challenge, and queue what goes out with it."""
        self._database.transact(
            lambda session: self._store(session, asking, method, started, session_id)
        )

    def take(
        self, challenge_id: str, session_id: str | None, browser: str | None, now: int
    ) -> Taken:
        """Count a try of a challenge that may still be answered; raises `ProofRefused`."""
        counted = (
            update(Challenge)
            .where(
                Challenge.id == challenge_id,
                Challenge.purpose == _PURPOSE,
                Challenge.tries_left > 0,
                Challenge.used_at.is_(None),
                Challenge.expires_at > now,
            )
            .values(tries_left=Challenge.tries_left - 1)
            .returning(Challenge)
        )
        row = self._database.transact(lambda session: session.scalars(counted).one_or_none())
        if row is None or row.session_id != session_id:
            raise ProofRefused
        if row.browser is not None and not (
            browser is not None and hmac.compare_digest(row.browser, token_digest(browser))
        ):
            raise ProofRefused
        rules = self._members.rules(row.election_id)
        state = self._vault.open(row.sealed or b"", _context(challenge_id))
        return Taken(
            row.id,
            rules,
            row.method,
            row.member_id,
            row.session_id,
            state,
            row.digest,
            row.subject,
            row.expires_at,
        )

    def answering(self, taken: Taken, answer: Mapping[str, Any], now: int) -> Answering:
        """What a method is asked to judge."""
        typed = self._hash(taken.id, read_digits(str(answer.get("code", ""))))
        right = taken.digest is not None and hmac.compare_digest(typed, taken.digest)
        # Nobody is looked up as well, so that it takes as long.
        member = self._members.get(taken.rules.election_id, taken.member_id or "")
        return Answering(
            taken.id, taken.rules, member, taken.state, answer, right, now, taken.expires_at
        )

    def finish(self, taken: Taken, proof: Proof, now: int) -> Opened:
        """Use the challenge up and open or raise a session; raises `ProofRefused` if it was."""
        used = (
            update(Challenge)
            .where(Challenge.id == taken.id, Challenge.used_at.is_(None))
            .values(used_at=now, sealed=None, digest=None)
            .returning(Challenge.id)
        )

        def work(session: Session) -> Opened:
            if session.execute(used).one_or_none() is None:
                raise ProofRefused
            if taken.session_id is not None:
                return raise_session(session, taken.session_id, proof, now)
            seconds = self._settings.session_minutes * 60
            return open_session(session, taken.rules.election_id, proof, now, seconds)

        return self._database.transact(work)

    def _store(
        self,
        session: Session,
        asking: Asking,
        method: str,
        started: Started,
        session_id: str | None,
    ) -> None:
        sending, challenge_id = started.sending, asking.challenge_id
        session.add(
            Challenge(
                id=challenge_id,
                election_id=asking.rules.election_id,
                member_id=started.member_id,
                session_id=session_id,
                method=method,
                purpose=_PURPOSE,
                digest=self._hash(challenge_id, sending.code) if sending else None,
                subject=started.subject,
                sealed=self._vault.seal(started.state, _context(challenge_id)),
                browser=token_digest(started.browser) if started.browser else None,
                tries_left=self._settings.tries,
                created_at=asking.now,
                expires_at=asking.expires_at,
            )
        )
        if sending is not None:
            outgoing = Outgoing(
                election_id=asking.rules.election_id,
                template="code",
                parameters={
                    "title": asking.rules.title,
                    "code": sending.code,
                    "minutes": str(self._settings.code_minutes),
                },
                now=asking.now,
                expires_at=asking.expires_at,
                member_id=started.member_id,
            )
            contact = (sending.channel, sending.recipient)
            queue(session, self._vault, outgoing, contact, void=started.member_id is None)

    def _hash(self, challenge_id: str, code: str) -> bytes:
        return self._vault.lookup("code", f"{challenge_id}\0{code}")


def _context(challenge_id: str) -> str:
    return f"challenge:{challenge_id}"
