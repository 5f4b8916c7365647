"""ECDSA over secp256k1 in the one form that the record takes, and the ids of voter keys.

Accepted: s in the lower half, r and s in range, v 27 or 28. Nothing else is a signature, so that no
act has two of them.
"""

from typing import ClassVar

from coincurve import PrivateKey, PublicKey

from hanpyo.protocol.hashing import hash_words, keccak, word
from hanpyo.protocol.reading import EncodingError, exact
from hanpyo.protocol.types import Address, CompactSignature, Digest, KeyId, KeyType

SECP256K1_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
_HALF_ORDER = SECP256K1_ORDER // 2
_LOW_248_BITS = (1 << 248) - 1


class SignatureError(EncodingError):
    """Bytes that are not a canonical signature."""

    code: ClassVar[str] = "bad_signature"
    subject: ClassVar[str] = "signature"


def sign(digest: Digest, private_key: bytes) -> CompactSignature:
    """Sign a digest (RFC 6979, no randomness) with a 32-byte private key."""
    signature = PrivateKey(private_key).sign_recoverable(digest, hasher=None)
    return _compact(signature[:64], signature[64])


def recover(digest: Digest, signature: bytes) -> Address:
    """The address whose key made a compact signature; `SignatureError` when there is none."""
    exact(signature, 64, "length", SignatureError)
    s = int.from_bytes(signature[32:], "big")
    parity, s = s >> 255, s & (1 << 255) - 1
    if not 0 < s <= _HALF_ORDER:
        raise SignatureError("s", "is not in the lower half of the order")
    if not 0 < int.from_bytes(signature[:32], "big") < SECP256K1_ORDER:
        raise SignatureError("r", "is not in 1 … order - 1")
    plain = signature[:32] + s.to_bytes(32, "big") + bytes((parity,))
    try:
        key = PublicKey.from_signature_and_message(plain, digest, hasher=None)
    except Exception as cause:
        raise SignatureError("r", "is not the coordinate of a point") from cause
    return Address(keccak(key.format(compressed=False)[1:])[12:])


def address_of(private_key: bytes) -> Address:
    """The address of a 32-byte secp256k1 private key."""
    return Address(keccak(PrivateKey(private_key).public_key.format(compressed=False)[1:])[12:])


def expand(signature: CompactSignature) -> bytes:
    """A compact signature as the 65 bytes r, s, v with v 27 or 28."""
    vs = int.from_bytes(signature[32:], "big")
    s = vs & (1 << 255) - 1
    return signature[:32] + s.to_bytes(32, "big") + bytes((27 + (vs >> 255),))


def compact(signature: bytes) -> CompactSignature:
    """A 65-byte signature r, s, v in compact form; refuses a high s and any v but 27 and 28."""
    exact(signature, 65, "length", SignatureError)
    if signature[64] not in (27, 28):
        raise SignatureError("v", f"{signature[64]} is neither 27 nor 28")
    if not 0 < int.from_bytes(signature[32:64], "big") <= _HALF_ORDER:
        raise SignatureError("s", "is not in the lower half of the order")
    return _compact(signature[:64], signature[64] - 27)


def address_key_id(address: Address) -> KeyId:
    """The key id of a wallet, a browser-made key or a contract wallet."""
    return KeyId(bytes((KeyType.ADDRESS,)) + bytes(11) + address)


def point_key_id(key_type: KeyType, x: int, y: int) -> KeyId:
    """The key id of a P-256 or WebAuthn public key."""
    if key_type is KeyType.ADDRESS:
        raise SignatureError("key type", "an address is not a point")
    value = int.from_bytes(hash_words(word(x), word(y)), "big") & _LOW_248_BITS
    return KeyId(bytes((key_type,)) + value.to_bytes(31, "big"))


def _compact(r_and_s: bytes, parity: int) -> CompactSignature:
    return CompactSignature(r_and_s[:32] + bytes((r_and_s[32] | parity << 7,)) + r_and_s[33:])
