"""An electronic signature over our text, by a certificate of an authority that the settings name.

The page sends the signature and the certificate with those between it and the root. Checked are the
chain with its dates and constraints, that the end certificate may sign, and the signature. Who it
is: the certificate's subject as the roll names it, `x509:<RFC 4514 name>`. Revocation lists are not
read: authorities whose certificates are revoked often need a gateway in front.
"""

import binascii
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from hanpyo.config import ConfigError
from hanpyo.identity.codes import new_session_token
from hanpyo.identity.errors import ProofRefused
from hanpyo.identity.factors import Factor
from hanpyo.identity.members import Members
from hanpyo.identity.methods import Answering, Asking, Proof, Started

_LONGEST: Final = 8_192
_MOST_CERTIFICATES: Final = 5
_MINIMUM_RSA: Final = 2_048


@dataclass(frozen=True, slots=True)
class ElectronicSignature:
    """The method `signature`."""

    roots: Sequence[x509.Certificate] = field(repr=False)
    members: Members = field(repr=False)
    name: str = "signature"
    family: str = "signature"
    first: bool = True

    def start(self, asking: Asking) -> Started:
        """The text to sign, UTF-8."""
        text = "\n".join(
            (
                "한표 본인 확인",
                f"투표: {asking.rules.election_id}",
                f"번호: {new_session_token()}",
                f"기한: {datetime.fromtimestamp(asking.expires_at, UTC):%Y-%m-%dT%H:%M:%SZ}",
            )
        )
        return Started(show={"text": text, "hash": "SHA-256"}, state=text.encode())

    def verify(self, answering: Answering) -> Proof:
        """The member whom the signing certificate names."""
        chain = _certificates(answering.answer.get("certificates"))
        signature = _decoded(answering.answer.get("signature"))
        at = datetime.fromtimestamp(answering.now, UTC)
        try:
            _trusted(chain, self.roots, at)
            _signed(chain[0], signature, answering.state)
        except (VerificationError, InvalidSignature, UnsupportedAlgorithm, ValueError):
            raise ProofRefused from None
        value = f"x509:{chain[0].subject.rfc4514_string()}"
        member_id = self.members.find(answering.rules.election_id, "subject", value)
        if member_id is None:
            raise ProofRefused
        return Proof(member_id, (Factor(self.name, self.family, answering.now),))


def read_roots(paths: Sequence[Path]) -> tuple[x509.Certificate, ...]:
    """The authorities' certificates in PEM files; raises `ConfigError`."""
    roots: list[x509.Certificate] = []
    for path in paths:
        try:
            roots += x509.load_pem_x509_certificates(path.read_bytes())
        except (OSError, ValueError) as error:
            raise ConfigError(f"identity.signature_roots: {path} holds no certificates") from error
    return tuple(roots)


def _trusted(
    chain: Sequence[x509.Certificate], roots: Sequence[x509.Certificate], at: datetime
) -> None:
    # Personal certificates are no web clients: they need no alternative name and no web usage.
    person = ExtensionPolicy.permit_all().require_present(
        x509.KeyUsage, Criticality.AGNOSTIC, _may_sign
    )
    verifier = (
        PolicyBuilder()
        .store(Store(list(roots)))
        .time(at)
        .extension_policies(ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=person)
        .build_client_verifier()
    )
    verifier.verify(chain[0], list(chain[1:]))


def _may_sign(_policy: Any, _certificate: x509.Certificate, usage: x509.KeyUsage) -> None:
    if not (usage.digital_signature or usage.content_commitment):
        raise ValueError("the certificate may not sign")


def _signed(certificate: x509.Certificate, signature: bytes, text: bytes) -> None:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= _MINIMUM_RSA:
        key.verify(signature, text, padding.PKCS1v15(), SHA256())
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, text, ec.ECDSA(SHA256()))
    else:
        raise InvalidSignature


def _certificates(given: Any) -> list[x509.Certificate]:
    if not isinstance(given, list) or not 0 < len(given) <= _MOST_CERTIFICATES:
        raise ProofRefused
    try:
        return [x509.load_der_x509_certificate(_decoded(each)) for each in given]
    except (ValueError, UnsupportedAlgorithm):
        raise ProofRefused from None


def _decoded(given: Any) -> bytes:
    if not isinstance(given, str) or len(given) > _LONGEST:
        raise ProofRefused
    try:
        return b64decode(given, validate=True)
    except (binascii.Error, ValueError):
        raise ProofRefused from None
