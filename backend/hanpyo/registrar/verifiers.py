"""The verifiers of codes that a registrar gave to members: sealed, counted, used once if sent."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from hanpyo.db.database import Database
from hanpyo.db.models.registrar import RegistrarCode
from hanpyo.db.vault import Vault
from hanpyo.identity.limits import Limits, TooManyTries
from hanpyo.protocol.types import Address
from hanpyo.registrar.errors import ProofLocked, ProofWrong
from hanpyo.registrar.proofs import holds, verifier_of
from hanpyo.registrar.requests import AttestationRequest, Purpose


@dataclass(frozen=True)
class Verifiers:
    """The verifiers of one registrar; `tries` wrong proofs of a voter in `seconds` lock it."""

    database: Database
    vault: Vault
    limits: Limits
    registrar: Address
    now: Callable[[], int]
    tries: int
    seconds: int

    def put(self, election: Address, voter: int, slot: str, code: str, seconds: int) -> None:
        """Keep a fresh code's verifier for so many seconds, instead of the one before.

        `slot` is a purpose and a family with a colon between.
        """
        purpose, _, family = slot.partition(":")
        verifier = verifier_of(code, self.registrar, election, voter)
        row = RegistrarCode(
            **self._place(election, voter, purpose),
            family=family,
            sealed=self.vault.seal(verifier, self._context(election, voter)),
            made_at=self.now(),
            expires_at=self.now() + seconds,
            used_at=None,
        )
        self.database.transact(lambda session: session.merge(row))

    def check(self, request: AttestationRequest, proof: bytes, slot: str, bound: Purpose) -> None:
        """Raise `ProofWrong` unless the slot's verifier gives this proof; `ProofLocked`.

        A try is counted before it is judged.
        """
        place = f"{self.registrar.hex()}:{request.election.hex()}:{request.voter}"
        try:
            self.limits.hit(f"registrar-proof:{place}", self.tries, self.seconds)
        except TooManyTries as error:
            raise ProofLocked("too many proofs for this voter", error.retry_after) from None
        with self.database.read() as session:
            row = session.get(RegistrarCode, self._place(request.election, request.voter, slot))
        if row is None or row.used_at is not None or row.expires_at <= self.now():
            raise ProofWrong("there is no code in use for this voter")
        verifier = self.vault.open(row.sealed, self._context(request.election, request.voter))
        if not holds(proof, verifier, bound, request):
            raise ProofWrong("the proof does not hold")

    def use(self, session: Session, request: AttestationRequest, slot: str) -> str:
        """Use a sent code up; its family. Raises `ProofWrong` when another was faster."""
        row = session.get(
            RegistrarCode,
            self._place(request.election, request.voter, slot),
            with_for_update=True,
        )
        if row is None or row.used_at is not None:
            raise ProofWrong("the code was used already")
        row.used_at = self.now()
        return row.family

    def _place(self, election: Address, voter: int, slot: str) -> dict[str, bytes | int | str]:
        return {
            "registrar": self.registrar,
            "election": election,
            "voter": voter,
            "purpose": slot,
        }

    def _context(self, election: Address, voter: int) -> str:
        return f"registrar_code:{self.registrar.hex()}:{election.hex()}:{voter}"
