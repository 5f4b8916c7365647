"""Voters of every kind: P-256 and WebAuthn signers, a contract wallet, a wrapper."""

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass

from hanpyo.audit import passkeys
from hanpyo.protocol.hashing import word
from hanpyo.protocol.signatures import point_key_id
from hanpyo.protocol.types import KeyId, KeyType

WALLET_CODE = bytes.fromhex("6f631626ba7e60e01b60005260206000f360005260106010f3")
"""Creates a contract that answers every call with ERC-1271's yes."""
_FORWARD = bytes.fromhex("60203603806020600037600060008260006000600035" + "5af160005260206000f3")
WRAPPER_CODE = (
    bytes((0x60, len(_FORWARD), 0x80, 0x60, 0x0B, 0x60, 0x00, 0x39, 0x60, 0x00, 0xF3)) + _FORWARD
)
"""Creates a contract that calls the address in its first word with the rest of its calldata."""


def _affine(scalar: int) -> tuple[int, int]:
    point = passkeys._affine(passkeys._sum(scalar, 0, passkeys.GENERATOR))
    assert point is not None
    return point


def p256_sign(secret: int, digest: bytes) -> bytes:
    """r and s in the lower half; the nonce is derived from key and digest."""
    nonce = int.from_bytes(hashlib.sha512(word(secret) + digest).digest(), "big")
    nonce = nonce % (passkeys.ORDER - 1) + 1
    r = _affine(nonce)[0] % passkeys.ORDER
    s = pow(nonce, -1, passkeys.ORDER) * (int.from_bytes(digest, "big") + r * secret)
    s %= passkeys.ORDER
    return word(r) + word(min(s, passkeys.ORDER - s))


@dataclass(frozen=True)
class Passkey:
    """A P-256 key, plain or behind WebAuthn."""

    secret: int
    key_type: KeyType

    @property
    def public(self) -> tuple[int, int]:
        return _affine(self.secret)

    @property
    def encoded(self) -> bytes:
        return word(self.public[0]) + word(self.public[1])

    @property
    def key_id(self) -> KeyId:
        return point_key_id(self.key_type, *self.public)

    def sign(self, digest: bytes) -> bytes:
        if self.key_type is KeyType.P256:
            return p256_sign(self.secret, digest)
        return webauthn_sign(self.secret, digest)


def webauthn_sign(
    secret: int, digest: bytes, *, flags: int = 0x05, kind: str = "webauthn.get"
) -> bytes:
    """OpenZeppelin's WebAuthnAuth, ABI-encoded; flags: user present and verified."""
    challenge = urlsafe_b64encode(digest).rstrip(b"=").decode()
    client = f'{{"type":"{kind}","challenge":"{challenge}","origin":"https://example.org"}}'
    data = hashlib.sha256(b"example.org").digest() + bytes((flags,)) + bytes(4)
    signature = p256_sign(
        secret, hashlib.sha256(data + hashlib.sha256(client.encode()).digest()).digest()
    )
    type_index, challenge_index = client.index('"type"'), client.index('"challenge"')
    head = signature + word(challenge_index) + word(type_index)
    parts = [_padded(data), _padded(client.encode())]
    return head + word(192) + word(192 + len(parts[0])) + b"".join(parts)


def _padded(data: bytes) -> bytes:
    return word(len(data)) + data + bytes(-len(data) % 32)
