"""Signing in: personal codes at once, everything else by a challenge and its answer.

Whoever asks learns nothing of the roll: for a member and for anybody else the same rows are
written, the same answer is given, and what goes out goes out later, by a task. Tries are counted in
the database before an answer is judged. An answer that was right is right once. What strangers do
with a contact uses up nothing of a member who has shown a link or another factor already.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from sqlalchemy.orm import Session

from hanpyo.config import IdentitySection
from hanpyo.db.database import Database
from hanpyo.db.types import new_id
from hanpyo.db.vault import Vault
from hanpyo.errors import TooMany
from hanpyo.identity.challenges import Challenges
from hanpyo.identity.errors import MethodUnknown
from hanpyo.identity.limits import Limits
from hanpyo.identity.members import Members, Rules, rules_of
from hanpyo.identity.methods import Asking, Method
from hanpyo.identity.methods.letter_code import LETTER_CODE
from hanpyo.identity.methods.personal_link import PERSONAL_LINK
from hanpyo.identity.sessions import Opened, SignedIn, open_session

_MINUTE: Final = 60
_DAY: Final = 86_400
_SENT: Final = ((5, 15 * _MINUTE), (20, _DAY))
"""Codes to one contact: so many in so many seconds."""
_JUDGED: Final = ((20, 60 * _MINUTE), (60, _DAY))
"""Answers for one contact over all its challenges: 60 a day, of a million codes of six digits."""
_BIRTH_JUDGED: Final = ((5, 60 * _MINUTE), (10, _DAY))
"""A birth date has some 30,000 values that are likely."""
_CLIENT_STARTS: Final = ((120, 10 * _MINUTE),)
_CLIENT_ANSWERS: Final = ((300, 10 * _MINUTE),)
"""One address may be a whole building's."""
_PERSONAL: Final = {each.kind: each for each in (PERSONAL_LINK, LETTER_CODE)}
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """A challenge, for the page; `browser` is for a cookie of the browser that asked."""

    challenge_id: str
    method: str
    expires_at: int
    show: Mapping[str, Any]
    browser: str | None = field(repr=False)


class SignIn:
    """Lets members in to their elections."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        settings: IdentitySection,
        methods: Mapping[str, Method],
        clock: Callable[[], float],
    ) -> None:
        self._database = database
        self._settings = settings
        self._methods = methods
        self._clock = clock
        self._members = Members(database, vault)
        self._limits = Limits(database, clock)
        self._challenges = Challenges(database, vault, settings)

    def enter(self, election_id: str | None, method: str, typed: str, client: str) -> Opened:
        """Open a session with a personal link's token or a letter's code.

        A link is enough to find its election. Raises `ProofRefused`, `MistypedCode`,
        `MethodUnknown`, `UnknownElection`, `TooManyTries`.
        """
        self._count(f"enter:{client}", _CLIENT_ANSWERS)
        if method not in _PERSONAL or (election_id is None and method != PERSONAL_LINK.kind):
            raise MethodUnknown
        if election_id is not None and not self._members.rules(election_id).takes(method):
            raise MethodUnknown
        now = int(self._clock())

        def work(session: Session) -> Opened:
            found, proof = _PERSONAL[method].verify(session, election_id, typed, now)
            if not rules_of(session, found).takes(method):
                raise MethodUnknown
            return open_session(session, found, proof, now, self._settings.session_minutes * 60)

        return self._database.transact(work)

    def start(
        self,
        election_id: str,
        name: str,
        claim: str,
        client: str,
        signed_in: SignedIn | None = None,
    ) -> Shown:
        """Ask for a proof: of a first factor, or of one more for a session.

        Raises `MethodUnknown`, `Invalid` for a claim that can be nobody's, `TooManyTries`,
        `UnknownElection`, `Unavailable` where a provider does not answer.
        """
        self._count(f"start:{client}", _CLIENT_STARTS)
        rules = self._members.rules(election_id)
        method = self._method(rules, name)
        if signed_in is None and not method.first:
            raise MethodUnknown
        now = int(self._clock())
        expires_at = now + self._settings.code_minutes * _MINUTE
        member = signed_in.member if signed_in else None
        asking = Asking(new_id(), rules, member, claim, now, expires_at)
        started = method.start(asking)
        if started.sending is not None:
            self._count(_bucket("send", election_id, started.subject, signed_in), _SENT)
        session_id = signed_in.session_id if signed_in else None
        self._challenges.store(asking, method.name, started, session_id)
        return Shown(asking.challenge_id, method.name, expires_at, started.show, started.browser)

    def verify(
        self,
        challenge_id: str,
        answer: Mapping[str, Any],
        client: str,
        signed_in: SignedIn | None = None,
        browser: str | None = None,
    ) -> Opened:
        """Judge an answer: a new session, or the challenge's session raised.

        Raises `ProofRefused` whatever was wrong, `TooManyTries`, `Unavailable`.
        """
        self._count(f"verify:{client}", _CLIENT_ANSWERS)
        session_id = signed_in.session_id if signed_in else None
        now = int(self._clock())
        taken = self._challenges.take(challenge_id, session_id, browser, now)
        method = self._method(taken.rules, taken.method)
        if taken.subject is not None:
            limits = _BIRTH_JUDGED if method.name == "birth" else _JUDGED
            bucket = _bucket("judge", taken.rules.election_id, taken.subject, signed_in)
            self._judge_allowed(bucket, limits)
        proof = method.verify(self._challenges.answering(taken, answer, now))
        return self._challenges.finish(taken, proof, now)

    def _method(self, rules: Rules, name: str) -> Method:
        method = self._methods.get(name)
        if method is None or not rules.takes(name):
            raise MethodUnknown
        return method

    def _count(self, bucket: str, limits: tuple[tuple[int, int], ...]) -> None:
        for most, seconds in limits:
            self._limits.hit(f"{bucket}:{seconds}", most, seconds)

    def _judge_allowed(self, bucket: str, limits: tuple[tuple[int, int], ...]) -> None:
        try:
            self._count(bucket, limits)
        except TooMany:
            _log.warning("sign_in_locked", bucket=bucket.partition(":")[0])
            raise


def _bucket(act: str, election_id: str, subject: str | None, signed_in: SignedIn | None) -> str:
    """By what a contact is counted: who is signed in is counted apart from everybody else."""
    who = "member" if signed_in else "anybody"
    return f"{act}:{who}:{election_id}:{(subject or '')[:80]}"
