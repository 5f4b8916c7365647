"""A registrar's own check of the member: none, a code that it sends itself, or a letter's code.

With a check of its own, the service's word is one of two things that must hold, and a service that
lies is not enough to bind a key. `none` is said openly in `/v1/about`.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Final, Protocol

import structlog
from sqlalchemy.orm import Session

from hanpyo.db.types import new_id
from hanpyo.errors import HanpyoError
from hanpyo.identity.limits import Limits, TooManyTries
from hanpyo.protocol.types import Address
from hanpyo.registrar.contacts import FAMILIES, Contacts
from hanpyo.registrar.errors import (
    NoMemberCheck,
    ProofMissing,
    TooManyRequests,
)
from hanpyo.registrar.ledger import Ledger
from hanpyo.registrar.proofs import SENT_LETTERS, new_code
from hanpyo.registrar.requests import AttestationRequest, CheckLevel, Purpose
from hanpyo.registrar.sending import Outlet
from hanpyo.registrar.verifiers import Verifiers
from hanpyo.registrar.words import code_message

LETTER: Final = "letter"
_CODES: Final = 3
_log = structlog.get_logger(__name__)


class MemberCheck(Protocol):
    """How a registrar convinces itself that a request is the member's own."""

    @property
    def level(self) -> CheckLevel:
        """What `/v1/about` says."""

    def check(self, request: AttestationRequest, purpose: Purpose) -> None:
        """Raise `RegistrarError` unless the member is behind the request."""

    def spend(self, session: Session, request: AttestationRequest, purpose: Purpose) -> str:
        """Use up what `check` found, in the transaction that binds the key; how it was proven."""

    def send_code(self, election: Address, title: str, voter: int, purpose: Purpose) -> None:
        """Have a code sent to the member; says nothing of who is known.

        Raises `NoMemberCheck` where that is not how it works, `TooManyRequests`.
        """


class NoCheck:
    """Believes the service: what it says it verified, and that a rebind had a second check."""

    level: ClassVar[CheckLevel] = "none"

    def check(self, request: AttestationRequest, purpose: Purpose) -> None:
        """See `MemberCheck.check`."""

    def spend(self, session: Session, request: AttestationRequest, purpose: Purpose) -> str:
        """See `MemberCheck.spend`."""
        del session, request, purpose
        return self.level

    def send_code(self, election: Address, title: str, voter: int, purpose: Purpose) -> None:
        """See `MemberCheck.send_code`."""
        del election, title, voter, purpose
        raise NoMemberCheck("this registrar sends members no codes")


@dataclass(frozen=True)
class LetterCheck:
    """Asks for the code in the registrar's own letter, for the first key and for later ones."""

    verifiers: Verifiers
    registrar: Address
    level: ClassVar[CheckLevel] = "secret"

    def check(self, request: AttestationRequest, purpose: Purpose) -> None:
        """See `MemberCheck.check`."""
        self.verifiers.check(request, _proof(request, self.registrar), LETTER, purpose)

    def spend(self, session: Session, request: AttestationRequest, purpose: Purpose) -> str:
        """See `MemberCheck.spend`."""
        del session, request, purpose
        return LETTER

    def send_code(self, election: Address, title: str, voter: int, purpose: Purpose) -> None:
        """See `MemberCheck.send_code`."""
        del election, title, voter, purpose
        raise NoMemberCheck("this registrar's code is in its letter")


def _in_background(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="registrar-code", daemon=True).start()


@dataclass(frozen=True)
class CodeCheck:
    """Sends a code of its own to its own copy of the contacts.

    For a rebind the code goes to another contact than that of the key before, where one is on
    file. All looking up is done after the answer, so that the answer tells nothing.
    """

    verifiers: Verifiers
    contacts: Contacts
    ledger: Ledger
    outlet: Outlet
    limits: Limits
    name: str
    minutes: int
    background: Callable[[Callable[[], None]], None] = _in_background
    level: ClassVar[CheckLevel] = "code"

    def check(self, request: AttestationRequest, purpose: Purpose) -> None:
        """See `MemberCheck.check`."""
        proof = _proof(request, self.ledger.registrar)
        self.verifiers.check(request, proof, purpose, purpose)

    def spend(self, session: Session, request: AttestationRequest, purpose: Purpose) -> str:
        """See `MemberCheck.spend`."""
        return self.verifiers.use(session, request, purpose)

    def send_code(self, election: Address, title: str, voter: int, purpose: Purpose) -> None:
        """See `MemberCheck.send_code`."""
        bucket = f"registrar-code:{self.ledger.registrar.hex()}:{election.hex()}:{voter}"
        try:
            self.limits.hit(bucket, _CODES, self.minutes * 60)
        except TooManyTries as error:
            message = "this voter was sent enough codes for now"
            raise TooManyRequests(message, error.retry_after) from None
        self.background(lambda: self._send(election, title, voter, purpose))

    def _send(self, election: Address, title: str, voter: int, purpose: Purpose) -> None:
        try:
            found = self._recipient(election, voter)
            if found is None:
                _log.info("member_code_without_contact")
                return
            family, to = found
            code = new_code(SENT_LETTERS)
            slot = f"{purpose}:{family}"
            self.verifiers.put(election, voter, slot, code, self.minutes * 60)
            text = code_message(code, self.name, title, voter, self.minutes)
            self.outlet.send(family, to, text, new_id())
        except HanpyoError as error:
            _log.warning("member_code_not_sent", code=error.code)

    def _recipient(self, election: Address, voter: int) -> tuple[str, str] | None:
        """A contact that proved no earlier key of this voter, else any."""
        contact = self.contacts.get(election, voter)
        known = dict(contact.known) if contact else {}
        used = self.ledger.proofs_had(election, voter)
        usable = [each for each in FAMILIES if each in known and each in self.outlet.families]
        chosen = next((each for each in usable if each not in used), None) or next(
            iter(usable), None
        )
        return None if chosen is None else (chosen, known[chosen])


def _proof(request: AttestationRequest, registrar: Address) -> bytes:
    proof = request.proofs.get(registrar)
    if proof is None:
        raise ProofMissing("this registrar asks for the member's own proof")
    return proof
