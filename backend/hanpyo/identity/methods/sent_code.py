"""A code of a few digits, sent to a contact on file: what mail and text messages have in common."""

from collections.abc import Callable
from dataclasses import dataclass

from hanpyo.elections.normal_forms import BadForm, clean
from hanpyo.errors import Invalid
from hanpyo.identity.codes import new_digits
from hanpyo.identity.errors import ProofRefused
from hanpyo.identity.factors import Factor
from hanpyo.identity.members import Members
from hanpyo.identity.methods import Answering, Asking, Proof, Sending, Started


@dataclass(frozen=True, slots=True)
class SentCode:
    """Without a session the page claims a contact, which the roll may or may not know; within one
    the contact on file is used and the claim ignored.
    """

    name: str
    family: str
    lookup: str
    normal: Callable[[str], str]
    digits: int
    members: Members
    hide: Callable[[str, str], bytes]
    first: bool = True

    def start(self, asking: Asking) -> Started:
        """A fresh code for the contact."""
        member_id, recipient = self._target(asking)
        return Started(
            show={"digits": self.digits, "channel": self.name},
            member_id=member_id,
            sending=Sending(self.name, recipient, new_digits(self.digits)),
            subject=self.hide(self.lookup, recipient.lower()).hex(),
        )

    def verify(self, answering: Answering) -> Proof:
        """The member whose contact got the code."""
        if not answering.code_right or answering.member is None:
            raise ProofRefused
        factor = Factor(self.name, self.family, answering.now)
        return Proof(answering.member.id, (factor,))

    def _target(self, asking: Asking) -> tuple[str | None, str]:
        if asking.member is not None:
            on_file = dict(asking.member.contacts).get(self.name)
            return (asking.member.id, on_file) if on_file else (None, asking.member.id)
        try:
            recipient = self.normal(clean(asking.claim))
        except BadForm:
            raise Invalid("contact", "has not the form of one") from None
        value = recipient.lower()
        return self.members.find(asking.rules.election_id, self.lookup, value), recipient
