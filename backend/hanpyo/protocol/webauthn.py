"""WebAuthn assertions, verified as OpenZeppelin's `WebAuthn` library and its verifier do.

A signature is the ABI encoding of the fields of `WebAuthnAuth`, one after another: r, s, the places
of the challenge and of the type in the client data, the authenticator data, the client data.
"""

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256

from hanpyo.protocol.p256 import verify_p256
from hanpyo.protocol.types import Digest

_HEAD = 6 * 32
_FLAGS_AT = 32
_SHORTEST_AUTHENTICATOR_DATA = 37
_USER_PRESENT, _USER_VERIFIED, _BACKUP_ELIGIBLE, _BACKED_UP = 1, 4, 8, 16
_TYPE = b'"type":"webauthn.get"'


@dataclass(frozen=True, slots=True)
class Assertion:
    """What an authenticator returns for a challenge."""

    r: int
    s: int
    challenge_index: int
    type_index: int
    authenticator_data: bytes
    client_data: bytes

    def encode(self) -> bytes:
        """The bytes of the signature in a wide batch."""
        data, client = _padded(self.authenticator_data), _padded(self.client_data)
        numbers = (
            self.r,
            self.s,
            self.challenge_index,
            self.type_index,
            _HEAD,
            _HEAD + len(data),
        )
        return b"".join(number.to_bytes(32, "big") for number in numbers) + data + client

    def holds(self, challenge: Digest, x: int, y: int) -> bool:
        """Whether the key (x, y) asserted this challenge with user presence and verification."""
        if len(self.authenticator_data) < _SHORTEST_AUTHENTICATOR_DATA:
            return False
        flags = self.authenticator_data[_FLAGS_AT]
        needed = _USER_PRESENT | _USER_VERIFIED
        backup = flags & _BACKUP_ELIGIBLE or not flags & _BACKED_UP
        encoded = urlsafe_b64encode(challenge).rstrip(b"=")
        return (
            self.client_data.startswith(_TYPE, self.type_index)
            and self.client_data.startswith(b'"challenge":"' + encoded + b'"', self.challenge_index)
            and flags & needed == needed
            and bool(backup)
            and verify_p256(self._message(), self.r, self.s, x, y)
        )

    def _message(self) -> bytes:
        return sha256(self.authenticator_data + sha256(self.client_data).digest()).digest()


def decode_assertion(data: bytes) -> Assertion | None:
    """The assertion in a signature's bytes; None when they are not one."""
    if len(data) < _HEAD:
        return None
    words = [int.from_bytes(data[at : at + 32], "big") for at in range(0, _HEAD, 32)]
    authenticator_data, client_data = _bytes_at(data, words[4]), _bytes_at(data, words[5])
    if authenticator_data is None or client_data is None:
        return None
    return Assertion(words[0], words[1], words[2], words[3], authenticator_data, client_data)


def _bytes_at(data: bytes, offset: int) -> bytes | None:
    if offset + 32 > len(data):
        return None
    start = offset + 32
    end = start + int.from_bytes(data[offset:start], "big")
    return data[start:end] if end <= len(data) else None


def _padded(data: bytes) -> bytes:
    return len(data).to_bytes(32, "big") + data.ljust(-(-len(data) // 32) * 32, b"\0")
