"""P-256 keys and passkeys of fixed people: plain signatures and WebAuthn assertions.

Textbook ECDSA (SEC 1) over the curve of FIPS 186-5, for tests only: not constant-time.
"""

import base64
import hashlib
from dataclasses import dataclass
from functools import cached_property

from eth_abi.abi import encode

from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.signatures import point_key_id
from hanpyo.protocol.types import Digest, KeyId, KeyType

PRIME = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_BASE = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
_Point = tuple[int, int]
USER_PRESENT, USER_VERIFIED = 1, 4


@dataclass(frozen=True)
class Passkey:
    """Someone with a P-256 key."""

    name: str

    @cached_property
    def secret(self) -> int:
        """The private key."""
        return int.from_bytes(keccak(f"hanpyo bench P-256 {self.name}".encode()), "big") % ORDER

    @cached_property
    def point(self) -> _Point:
        """The public key."""
        return _multiply(self.secret)

    @property
    def key(self) -> bytes:
        """The public key's 64 bytes."""
        x, y = self.point
        return x.to_bytes(32, "big") + y.to_bytes(32, "big")

    def key_id(self, kind: KeyType) -> KeyId:
        """The key id as a P-256 or a WebAuthn key."""
        return point_key_id(kind, *self.point)

    def sign(self, digest: bytes) -> bytes:
        """R and s, s in the lower half of the order."""
        nonce = int.from_bytes(keccak(self.secret.to_bytes(32, "big") + digest), "big") % ORDER
        r = _multiply(nonce)[0] % ORDER
        s = pow(nonce, -1, ORDER) * (int.from_bytes(digest, "big") + r * self.secret) % ORDER
        return r.to_bytes(32, "big") + min(s, ORDER - s).to_bytes(32, "big")

    def assertion(
        self,
        challenge: Digest,
        *,
        kind: str = "webauthn.get",
        flags: int = USER_PRESENT | USER_VERIFIED,
    ) -> bytes:
        """A WebAuthn assertion as OpenZeppelin's verifier takes it."""
        text = base64.urlsafe_b64encode(challenge).rstrip(b"=").decode()
        client = f'{{"type":"{kind}","challenge":"{text}","origin":"https://vote.example"}}'
        data = hashlib.sha256(b"vote.example").digest() + bytes((flags, 0, 0, 0, 1))
        signed = self.sign(hashlib.sha256(data + hashlib.sha256(client.encode()).digest()).digest())
        parts = (signed[:32], signed[32:], client.index('"challenge"'), client.index('"type"'))
        kinds = ["bytes32", "bytes32", "uint256", "uint256", "bytes", "string"]
        return encode(kinds, [*parts, data, client])


def _multiply(scalar: int) -> _Point:
    total: _Point | None = None
    for bit in f"{scalar:b}":
        total = total and _add(total, total)
        if bit == "1":
            total = _add(total, _BASE)
    if total is None:
        raise ValueError("the scalar is 0")
    return total


def _add(left: _Point | None, right: _Point) -> _Point:
    if left is None:
        return right
    if left == right:
        slope = 3 * (left[0] ** 2 - 1) * pow(2 * left[1], -1, PRIME)
    else:
        slope = (right[1] - left[1]) * pow(right[0] - left[0], -1, PRIME)
    x = (slope * slope - left[0] - right[0]) % PRIME
    return x, (slope * (left[0] - x) - left[1]) % PRIME
