"""A personal link or a letter's code: what a member was sent once and may use again.

Unlike other methods there is nothing to start: the token or code is the whole answer.
"""

from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.orm import Session

from hanpyo.db.models import AccessCode
from hanpyo.identity.codes import code_digest, read_letter_code
from hanpyo.identity.errors import ProofRefused
from hanpyo.identity.factors import Factor
from hanpyo.identity.methods import Proof


@dataclass(frozen=True, slots=True)
class PersonalCode:
    """The method `link` or `letter`, by `kind`."""

    kind: str

    def verify(
        self, session: Session, election_id: str | None, typed: str, now: int
    ) -> tuple[str, Proof]:
        """Count a use of the code: its election and whose it is.

        A link may be asked for without its election. Raises `ProofRefused`, and `MistypedCode` for
        a slip in a letter's code.
        """
        code = read_letter_code(typed) if self.kind == "letter" else typed
        used = (
            update(AccessCode)
            .where(
                AccessCode.digest == code_digest(self.kind, code),
                AccessCode.election_id == (election_id or AccessCode.election_id),
                AccessCode.kind == self.kind,
                AccessCode.expires_at > now,
                AccessCode.revoked_at.is_(None),
            )
            .values(uses=AccessCode.uses + 1)
            .returning(AccessCode.election_id, AccessCode.member_id, AccessCode.family)
        )
        row = session.execute(used).one_or_none()
        if row is None:
            raise ProofRefused
        factor = Factor(self.kind, row.family, now)
        return row.election_id, Proof(row.member_id, (factor,))
