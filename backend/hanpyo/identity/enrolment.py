"""Enrolling a passkey in a session, to sign in with later or to vote with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from hanpyo.config import IdentitySection
from hanpyo.db.database import Database
from hanpyo.db.models import Challenge
from hanpyo.db.types import new_id
from hanpyo.db.vault import Vault
from hanpyo.identity.errors import MethodUnknown, ProofRefused
from hanpyo.identity.methods.passkey import Enrolled, Passkeys
from hanpyo.identity.sessions import SignedIn

_PURPOSE = "enrol"


@dataclass(frozen=True, slots=True)
class Enrolling:
    """What the page hands to the browser."""

    challenge_id: str
    expires_at: int
    options: Mapping[str, Any] = field(repr=False)


class Enrolment:
    """Enrols passkeys of members that have reached their election's level."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        passkeys: Passkeys,
        settings: IdentitySection,
        clock: Callable[[], float],
    ) -> None:
        self._database = database
        self._vault = vault
        self._passkeys = passkeys
        self._settings = settings
        self._clock = clock

    def begin(self, signed_in: SignedIn) -> Enrolling:
        """Options for the browser; raises `LevelTooLow`, `MethodUnknown`."""
        signed_in.require_level()
        if not signed_in.rules.takes(self._passkeys.name):
            raise MethodUnknown
        options, challenge = self._passkeys.begin_enrolment(signed_in.member)
        now, challenge_id = int(self._clock()), new_id()
        expires_at = now + self._settings.code_minutes * 60
        row = Challenge(
            id=challenge_id,
            election_id=signed_in.member.election_id,
            member_id=signed_in.member.id,
            session_id=signed_in.session_id,
            method=self._passkeys.name,
            purpose=_PURPOSE,
            sealed=self._vault.seal(challenge, _context(challenge_id)),
            tries_left=1,
            created_at=now,
            expires_at=expires_at,
        )
        self._database.transact(lambda session: session.add(row))
        return Enrolling(challenge_id, expires_at, options)

    def finish(self, signed_in: SignedIn, challenge_id: str, credential: Any) -> Enrolled:
        """Keep the passkey; raises `ProofRefused`."""
        signed_in.require_level()
        now = int(self._clock())
        used = (
            update(Challenge)
            .where(
                Challenge.id == challenge_id,
                Challenge.purpose == _PURPOSE,
                Challenge.session_id == signed_in.session_id,
                Challenge.used_at.is_(None),
                Challenge.expires_at > now,
            )
            .values(used_at=now, tries_left=0)
            .returning(Challenge.sealed)
        )

        sealed = self._database.transact(lambda session: session.scalars(used).one_or_none())
        if sealed is None:
            raise ProofRefused
        answer = (credential, self._vault.open(sealed, _context(challenge_id)))

        def work(session: Session) -> Enrolled:
            return self._passkeys.enrol(session, signed_in.member, signed_in.factors, answer, now)

        return self._database.transact(work)


def _context(challenge_id: str) -> str:
    return f"challenge:{challenge_id}"
