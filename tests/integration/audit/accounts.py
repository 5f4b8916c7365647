"""Voters of every kind: P-256 and WebAuthn signers, a contract wallet, a wrapper."""

from dataclasses import dataclass

from hanpyo.protocol.hashing import word
from hanpyo.protocol.signatures import point_key_id
from hanpyo.protocol.types import Digest, KeyId, KeyType
from tests.strategies.passkeys import assertion, p256_public, p256_sign

WALLET_CODE = bytes.fromhex("6f631626ba7e60e01b60005260206000f360005260106010f3")
"""Creates a contract that answers every call with ERC-1271's yes."""
_FORWARD = bytes.fromhex("602036038060206000376000600082600060006000355af160005260206000f3")
WRAPPER_CODE = (
    bytes((0x60, len(_FORWARD), 0x80, 0x60, 0x0B, 0x60, 0x00, 0x39, 0x60, 0x00, 0xF3)) + _FORWARD
)
"""Creates a contract that calls the address in its first word with the rest of its calldata."""


@dataclass(frozen=True)
class Passkey:
    """A P-256 key, plain or behind WebAuthn."""

    secret: int
    key_type: KeyType

    @property
    def encoded(self) -> bytes:
        x, y = p256_public(self.secret)
        return word(x) + word(y)

    @property
    def key_id(self) -> KeyId:
        return point_key_id(self.key_type, *p256_public(self.secret))

    def sign(self, digest: Digest) -> bytes:
        if self.key_type is KeyType.WEBAUTHN:
            return assertion(digest, self.secret).encode()
        r, s = p256_sign(digest, self.secret)
        return word(r) + word(s)
