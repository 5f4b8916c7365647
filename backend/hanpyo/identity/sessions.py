"""Sessions of members: a bearer token, the factors shown, the level that they reach.

The token is renewed whenever a factor is added, so that one which leaked before is worth nothing
after. A session belongs to one member of one election and reaches no further.
"""

from dataclasses import dataclass, field, replace

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hanpyo.db.database import Database
from hanpyo.db.models import MemberSession
from hanpyo.identity.codes import new_session_token, token_digest
from hanpyo.identity.errors import LevelTooLow, ProofRefused, SessionMissing
from hanpyo.identity.factors import Factor, Level, added, dump_factors, level_of, load_factors
from hanpyo.identity.members import Known, Members, Rules
from hanpyo.identity.methods import Proof


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A member's session, as a request finds it."""

    session_id: str
    rules: Rules
    member: Known
    factors: tuple[Factor, ...]
    expires_at: int

    @property
    def level(self) -> Level:
        """What the factors reach."""
        return level_of(self.factors)

    @property
    def enough(self) -> bool:
        """Whether that is what the election asks for."""
        return self.level >= self.rules.level

    def with_factors(self, factors: tuple[Factor, ...]) -> "SignedIn":
        """The same member with other factors."""
        return replace(self, factors=factors)

    def require_level(self) -> None:
        """Raise `LevelTooLow` unless the election's level is reached."""
        if not self.enough:
            raise LevelTooLow


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that was just opened or raised, with its new token."""

    token: str = field(repr=False)
    session_id: str
    election_id: str
    member_id: str
    factors: tuple[Factor, ...]
    expires_at: int


class Sessions:
    """Finds sessions by their token."""

    def __init__(self, database: Database, members: Members) -> None:
        self._database = database
        self._members = members

    def of(self, token: str | None, now: int) -> SignedIn:
        """The session of a bearer token; raises `SessionMissing`."""
        if not token:
            raise SessionMissing
        wanted = select(MemberSession).where(
            MemberSession.token == token_digest(token), MemberSession.expires_at > now
        )
        with self._database.read() as session:
            row = session.scalar(wanted)
        if row is None:
            raise SessionMissing
        member = self._members.get(row.election_id, row.member_id)
        if member is None:
            raise SessionMissing
        rules = self._members.rules(row.election_id)
        return SignedIn(row.id, rules, member, load_factors(row.factors), row.expires_at)

    def end(self, signed_in: SignedIn) -> None:
        """End a session."""
        gone = delete(MemberSession).where(MemberSession.id == signed_in.session_id)
        self._database.transact(lambda session: session.execute(gone))


def open_session(
    session: Session, election_id: str, proof: Proof, now: int, seconds: int
) -> Opened:
    """A new session for a first proof; level and factors as the proof gives them."""
    row = MemberSession(
        token=b"",
        election_id=election_id,
        member_id=proof.member_id,
        level=0,
        factors="[]",
        created_at=now,
        expires_at=now + seconds,
    )
    opened = _renew(row, proof.factors)
    session.add(row)
    session.flush()
    return _with_id(opened, row)


def raise_session(session: Session, session_id: str, proof: Proof, now: int) -> Opened:
    """The session with the proof's factors added; raises `ProofRefused` for another member's."""
    row = session.get(MemberSession, session_id, with_for_update=True)
    if row is None or row.expires_at <= now or row.member_id != proof.member_id:
        raise ProofRefused
    return _with_id(_renew(row, added(load_factors(row.factors), proof.factors)), row)


def _renew(row: MemberSession, factors: tuple[Factor, ...]) -> tuple[str, tuple[Factor, ...]]:
    token = new_session_token()
    row.token = token_digest(token)
    row.factors = dump_factors(factors)
    row.level = level_of(factors)
    return token, factors


def _with_id(renewed: tuple[str, tuple[Factor, ...]], row: MemberSession) -> Opened:
    token, factors = renewed
    return Opened(token, row.id, row.election_id, row.member_id, factors, row.expires_at)
