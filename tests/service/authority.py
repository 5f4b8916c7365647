"""A certificate authority for tests of electronic signatures."""

from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

Key = ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Issued:
    """A certificate with its key and those above it, without the root."""

    certificate: x509.Certificate
    key: Key
    above: tuple[x509.Certificate, ...] = ()

    def answer(self, text: str) -> dict[str, Any]:
        """The answer to a challenge: the text signed."""
        chain = (self.certificate, *self.above)
        signature = self.key.sign(text.encode(), ec.ECDSA(SHA256()))
        return {
            "signature": b64encode(signature).decode(),
            "certificates": [b64encode(each.public_bytes(Encoding.DER)).decode() for each in chain],
        }


@dataclass
class Authority:
    """A root that issues certificates as a test wants them."""

    now: float
    key: Key = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def __post_init__(self) -> None:
        self.root = self._made("Test Root", self.key, None, authority=True)

    def pem(self) -> bytes:
        """The root's certificate."""
        return self.root.public_bytes(Encoding.PEM)

    def issue(self, name: str, **more: Any) -> Issued:
        """A certificate for a person."""
        key = ec.generate_private_key(ec.SECP256R1())
        return Issued(self._made(name, key, self.root, **more), key)

    def _made(
        self,
        name: str,
        key: Key,
        issuer: x509.Certificate | None,
        *,
        authority: bool = False,
        signs: bool = True,
        days: tuple[int, int] = (-1, 365),
        address: str | None = None,
    ) -> x509.Certificate:
        start = datetime.fromtimestamp(self.now, UTC)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        usage = x509.KeyUsage(
            digital_signature=signs and not authority,
            content_commitment=False,
            key_encipherment=not signs,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=authority,
            crl_sign=authority,
            encipher_only=False,
            decipher_only=False,
        )
        above = x509.SubjectKeyIdentifier.from_public_key(self.key.public_key())
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.subject if issuer else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start + timedelta(days=days[0]))
            .not_valid_after(start + timedelta(days=days[1]))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(above),
                critical=False,
            )
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
        )
        if address is not None:
            host = x509.IPAddress(ip_address(address))
            builder = builder.add_extension(x509.SubjectAlternativeName([host]), critical=False)
        return builder.sign(self.key, SHA256())
