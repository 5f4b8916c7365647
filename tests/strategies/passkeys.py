"""P-256 signatures and WebAuthn assertions as a phone would make them."""

from base64 import urlsafe_b64encode
from hashlib import sha256

from Crypto.PublicKey.ECC import EccPoint

from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.p256 import P256_ORDER
from hanpyo.protocol.types import Digest
from hanpyo.protocol.webauthn import Assertion

GENERATOR = EccPoint(
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
    "P-256",
)


def p256_public(secret: int) -> tuple[int, int]:
    """The public key of a test secret."""
    point = GENERATOR * secret
    return int(point.x), int(point.y)


def p256_sign(digest: bytes, secret: int) -> tuple[int, int]:
    """A low-s signature with a nonce made from key and digest, so that vectors repeat."""
    nonce = int.from_bytes(keccak(secret.to_bytes(32, "big") + digest), "big") % P256_ORDER
    r = int((GENERATOR * nonce).x) % P256_ORDER
    s = pow(nonce, -1, P256_ORDER) * (int.from_bytes(digest, "big") + r * secret) % P256_ORDER
    return r, min(s, P256_ORDER - s)


def assertion(challenge: Digest, secret: int, flags: int = 0x1D) -> Assertion:
    """An assertion over a challenge; by default user present, verified, backed up."""
    encoded = urlsafe_b64encode(challenge).rstrip(b"=")
    client = (
        b'{"type":"webauthn.get","challenge":"' + encoded + b'","origin":"https://vote.example"}'
    )
    data = sha256(b"vote.example").digest() + bytes((flags,)) + bytes(4)
    r, s = p256_sign(sha256(data + sha256(client).digest()).digest(), secret)
    return Assertion(r, s, client.index(b'"challenge"'), client.index(b'"type"'), data, client)
