"""Passkeys (WebAuthn): enrolled in a session, worth the factors of that session when used again.

Only P-256 is taken, so that the same passkey can also be the voter key (an ERC-7913 WebAuthn key).
The user is verified by the authenticator each time. A counter that goes back refuses the passkey.
"""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
from sqlalchemy import update
from sqlalchemy.orm import Session
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, decode_credential_public_key
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.decode_credential_public_key import DecodedEC2PublicKey
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from hanpyo.db.database import Database
from hanpyo.db.models import Passkey
from hanpyo.identity.errors import ProofRefused
from hanpyo.identity.factors import Factor, dump_factors, load_factors
from hanpyo.identity.members import Known
from hanpyo.identity.methods import Answering, Asking, Proof, Started

_P256: Final = [COSEAlgorithmIdentifier.ECDSA_SHA_256]
_MAX_CREDENTIAL: Final = 1023
_BAD: Final = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError, IndexError)
"""What the library raises for answers that are no answer."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A new passkey, and the point of its public key."""

    credential: bytes
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Passkeys:
    """The method `passkey`."""

    public_url: str
    database: Database
    name: str = "passkey"
    family: str = "passkey"
    first: bool = True

    def start(self, asking: Asking) -> Started:  # noqa: ARG002  it asks everybody alike
        """Options for `navigator.credentials.get`: any passkey of this site."""
        options = generate_authentication_options(
            rp_id=self._host, user_verification=UserVerificationRequirement.REQUIRED
        )
        return Started(
            show={"options": orjson.loads(options_to_json(options))}, state=options.challenge
        )

    def verify(self, answering: Answering) -> Proof:
        """The member whose passkey signed, with the factors it was enrolled with."""
        given = answering.answer.get("credential")
        known = self._find(answering.rules.election_id, given)
        if known is None or not isinstance(given, dict):
            raise ProofRefused
        try:
            verified = verify_authentication_response(
                credential=given,
                expected_challenge=answering.state,
                expected_rp_id=self._host,
                expected_origin=self._origin,
                credential_public_key=known.public_key,
                credential_current_sign_count=known.counter,
                require_user_verification=True,
            )
        except _BAD:
            raise ProofRefused from None
        self._count(known, verified.new_sign_count)
        factors = (
            Factor(each.method, each.family, answering.now) for each in load_factors(known.factors)
        )
        return Proof(known.member_id, tuple(factors))

    def begin_enrolment(self, member: Known) -> tuple[dict[str, Any], bytes]:
        """Options for `navigator.credentials.create`, and the challenge to keep."""
        options = generate_registration_options(
            rp_id=self._host,
            rp_name="Hanpyo",
            user_id=bytes.fromhex(member.id),
            user_name=f"No. {member.voter}",
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            supported_pub_key_algs=_P256,
        )
        return orjson.loads(options_to_json(options)), options.challenge

    def enrol(
        self,
        session: Session,
        member: Known,
        factors: tuple[Factor, ...],
        answer: tuple[Any, bytes],
        now: int,
    ) -> Enrolled:
        """Keep the passkey of (credential, challenge); raises `ProofRefused`."""
        credential, challenge = answer
        try:
            verified = verify_registration_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=self._origin,
                require_user_verification=True,
                supported_pub_key_algs=_P256,
            )
            key = decode_credential_public_key(verified.credential_public_key)
        except _BAD:
            raise ProofRefused from None
        identity = (verified.credential_id, member.election_id)
        if not isinstance(key, DecodedEC2PublicKey) or session.get(Passkey, identity) is not None:
            raise ProofRefused
        session.add(
            Passkey(
                credential=verified.credential_id,
                election_id=member.election_id,
                member_id=member.id,
                public_key=verified.credential_public_key,
                counter=verified.sign_count,
                factors=dump_factors(factors),
                created_at=now,
            )
        )
        return Enrolled(
            verified.credential_id, int.from_bytes(key.x, "big"), int.from_bytes(key.y, "big")
        )

    @property
    def _host(self) -> str:
        return urlsplit(self.public_url).hostname or ""

    @property
    def _origin(self) -> str:
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}"

    def _find(self, election_id: str, given: Any) -> Passkey | None:
        try:
            credential = base64url_to_bytes(given["id"])
        except _BAD:
            return None
        if not 0 < len(credential) <= _MAX_CREDENTIAL:
            return None
        with self.database.read() as session:
            found = session.get(Passkey, (credential, election_id))
        return found if found is not None and found.revoked_at is None else None

    def _count(self, known: Passkey, counter: int) -> None:
        """Note the counter unless another sign-in did so since; authenticators may have none."""
        noted = (
            update(Passkey)
            .where(
                Passkey.credential == known.credential,
                Passkey.election_id == known.election_id,
                Passkey.counter == known.counter,
                Passkey.revoked_at.is_(None),
            )
            .values(counter=counter)
            .returning(Passkey.member_id)
        )
        if self.database.transact(lambda session: session.execute(noted).one_or_none()) is None:
            raise ProofRefused
