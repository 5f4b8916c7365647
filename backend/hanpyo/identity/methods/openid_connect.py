"""OpenID Connect with PKCE: the provider's subject, matched to the roll.

The challenge's id is the `state`. The redirect carries it and the code back to our page, which
posts both with the cookie of the browser that began; so neither a stolen code nor somebody else's
state is of use. A roll names a subject as `<provider>:<subject>`.
"""

import secrets
from dataclasses import dataclass
from typing import Final

import orjson
import structlog

from hanpyo.identity.codes import new_session_token
from hanpyo.identity.errors import ProofRefused
from hanpyo.identity.factors import Factor
from hanpyo.identity.members import Members
from hanpyo.identity.methods import Answering, Asking, Proof, Started
from hanpyo.identity.openid import Provider, TokenRefused

_LONGEST: Final = 4_096
_VERIFIER_BYTES: Final = 48
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class OpenIdConnect:
    """The method `oidc:<provider>`."""

    provider: Provider
    members: Members
    first: bool = True

    @property
    def name(self) -> str:
        """As in an election's list of methods."""
        return f"oidc:{self.provider.name}"

    @property
    def family(self) -> str:
        """Each provider is a channel of its own."""
        return self.name

    def start(self, asking: Asking) -> Started:
        """Where the browser goes; raises `ProviderUnavailable`."""
        nonce, verifier = new_session_token(), secrets.token_urlsafe(_VERIFIER_BYTES)
        url = self.provider.authorization_url(asking.challenge_id, nonce, verifier)
        state = orjson.dumps({"nonce": nonce, "verifier": verifier})
        return Started(show={"authorizationUrl": url}, state=state, browser=new_session_token())

    def verify(self, answering: Answering) -> Proof:
        """The member with the subject that the code stands for."""
        kept = orjson.loads(answering.state)
        code, issuer = answering.answer.get("code"), answering.answer.get("iss")
        if not isinstance(code, str) or not 0 < len(code) <= _LONGEST:
            raise ProofRefused
        try:
            subject = self.provider.subject(code, kept["nonce"], kept["verifier"], issuer)
        except TokenRefused as error:
            _log.warning("openid_refused", provider=self.provider.name, reason=error.reason)
            raise ProofRefused from None
        value = f"{self.provider.name}:{subject}"
        member_id = self.members.find(answering.rules.election_id, "subject", value)
        if member_id is None:
            raise ProofRefused
        return Proof(member_id, (Factor(self.name, self.family, answering.now),))
