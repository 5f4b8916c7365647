"""The birth date: a second factor that others may know, never alone and hardly ever repeated."""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime

from hanpyo.elections.normal_forms import BadForm, birth_date, clean
from hanpyo.identity.errors import ProofRefused
from hanpyo.identity.factors import KNOWLEDGE, Factor
from hanpyo.identity.methods import Answering, Asking, Proof, Started


@dataclass(frozen=True, slots=True)
class BirthDate:
    """The method `birth`."""

    name: str = "birth"
    family: str = KNOWLEDGE
    first: bool = False

    def start(self, asking: Asking) -> Started:
        """Nothing is sent; tries are counted by member."""
        member_id = asking.member.id if asking.member else None
        return Started(show={}, member_id=member_id, subject=f"birth:{member_id}")

    def verify(self, answering: Answering) -> Proof:
        """The session's member, if the date is the one on file."""
        member = answering.member
        if member is None:
            raise ProofRefused
        today = datetime.fromtimestamp(answering.now, UTC).date()
        try:
            typed = str(birth_date(clean(str(answering.answer.get("birthDate"))), today))
        except BadForm:
            raise ProofRefused from None
        on_file = str(member.person.birth_date)
        if not hmac.compare_digest(typed.encode(), on_file.encode()):
            raise ProofRefused
        return Proof(member.id, (Factor(self.name, self.family, answering.now),))
