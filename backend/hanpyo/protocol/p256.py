"""ECDSA over P-256 (secp256r1), verified as OpenZeppelin's `P256` library does.

Accepted: r in range, s in the lower half, the key reduced and on the curve.
"""

from Crypto.PublicKey.ECC import EccPoint

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_PRIME = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
_GENERATOR = EccPoint(
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
    "P-256",
)


def verify_p256(digest: bytes, r: int, s: int, x: int, y: int) -> bool:
    """Whether (r, s) is the signature of a 32-byte digest under the public key (x, y)."""
    if not (0 < r < P256_ORDER and 0 < s <= P256_ORDER // 2 and max(x, y) < _PRIME):
        return False
    try:
        key = EccPoint(x, y, "P-256")
    except ValueError:
        return False
    inverse = pow(s, -1, P256_ORDER)
    point = _GENERATOR * (int.from_bytes(digest, "big") * inverse % P256_ORDER)
    point += key * (r * inverse % P256_ORDER)
    return not point.is_point_at_infinity() and int(point.x) % P256_ORDER == r
