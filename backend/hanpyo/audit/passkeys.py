"""Signatures of P-256 and WebAuthn keys, checked as the contract's verifiers check them.

The rules are those of OpenZeppelin's ERC7913P256Verifier and ERC7913WebAuthnVerifier (5.x): s in
the lower half of the order, and for WebAuthn user presence and user verification (Web
Authentication Level 2, section 7.2). Verification only: nothing here runs in constant time.
"""

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Final

P: Final = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_B: Final = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
GENERATOR: Final = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
"""The curve P-256 of FIPS 186-4: y² = x³ - 3x + b."""

_Point = tuple[int, int]
_Jacobian = tuple[int, int, int]
_USER_PRESENT, _USER_VERIFIED, _BACKUP_ELIGIBLE, _BACKED_UP = 0x01, 0x04, 0x08, 0x10
_FLAGS_AT: Final = 32
_TYPE: Final = b'"type":"webauthn.get"'
_WORD: Final = 32
_AUTH_HEAD: Final = 6 * _WORD


def is_point(x: int, y: int) -> bool:
    """Whether (x, y) is on the curve with reduced coordinates."""
    return x < P and y < P and (y * y - (x * x - 3) * x - _B) % P == 0


def verify(digest: bytes, signature: bytes, x: int, y: int) -> bool:
    """Whether the first 64 bytes of `signature`, r then s, sign `digest` with the key (x, y)."""
    if len(signature) < 2 * _WORD or not is_point(x, y):
        return False
    r = int.from_bytes(signature[:_WORD], "big")
    s = int.from_bytes(signature[_WORD : 2 * _WORD], "big")
    if not (0 < r < ORDER and 0 < s <= ORDER // 2):
        return False
    inverse = pow(s, -1, ORDER)
    first = int.from_bytes(digest, "big") * inverse % ORDER
    found = _sum(first, r * inverse % ORDER, (x, y))
    if not found[2]:
        return False
    return found[0] * pow(found[2], -2, P) % P % ORDER == r


def verify_webauthn(digest: bytes, signature: bytes, x: int, y: int) -> bool:
    """Whether `signature`, an ABI-encoded WebAuthnAuth, is an assertion over `digest` by (x, y)."""
    auth = _decode(signature)
    if auth is None or len(auth.authenticator_data) <= _FLAGS_AT + 4:
        return False
    challenge = b'"challenge":"' + urlsafe_b64encode(digest).rstrip(b"=") + b'"'
    client = auth.client_data
    if client[auth.type_index : auth.type_index + len(_TYPE)] != _TYPE:
        return False
    if client[auth.challenge_index : auth.challenge_index + len(challenge)] != challenge:
        return False
    flags = auth.authenticator_data[_FLAGS_AT]
    if not flags & _USER_PRESENT or not flags & _USER_VERIFIED:
        return False
    if flags & _BACKED_UP and not flags & _BACKUP_ELIGIBLE:
        return False
    signed = auth.authenticator_data + hashlib.sha256(client).digest()
    return verify(hashlib.sha256(signed).digest(), auth.signature, x, y)


@dataclass(frozen=True, slots=True)
class _Assertion:
    """OpenZeppelin's WebAuthnAuth, decoded."""

    signature: bytes
    challenge_index: int
    type_index: int
    authenticator_data: bytes
    client_data: bytes


def _decode(data: bytes) -> _Assertion | None:
    """The assertion in an ABI encoding; None for what the contract's decoder refuses."""
    if len(data) < _AUTH_HEAD:
        return None
    numbers = [int.from_bytes(data[at : at + _WORD], "big") for at in range(0, _AUTH_HEAD, _WORD)]
    parts: list[bytes] = []
    for offset in numbers[4:]:
        if offset > len(data) - _WORD:
            return None
        length = int.from_bytes(data[offset : offset + _WORD], "big")
        part = data[offset + _WORD : offset + _WORD + length]
        if len(part) != length:
            return None
        parts.append(part)
    return _Assertion(data[: 2 * _WORD], numbers[2], numbers[3], *parts)


def _sum(first: int, second: int, point: _Point) -> _Jacobian:
    """first·G + second·point (Shamir's trick); infinity has Z = 0."""
    both = _affine(_add((*GENERATOR, 1), point))
    table = (None, GENERATOR, point, both)
    total: _Jacobian = (0, 1, 0)
    for place in range(max(first.bit_length(), second.bit_length()) - 1, -1, -1):
        total = _double(total)
        addend = table[(first >> place & 1) | (second >> place & 1) << 1]
        if addend is not None:
            total = _add(total, addend)
    return total


def _double(point: _Jacobian) -> _Jacobian:
    x, y, z = point
    delta = z * z % P
    gamma = y * y % P
    beta = x * gamma % P
    alpha = 3 * (x - delta) * (x + delta) % P
    new_x = (alpha * alpha - 8 * beta) % P
    return (
        new_x,
        (alpha * (4 * beta - new_x) - 8 * gamma * gamma) % P,
        2 * y * z % P,
    )


def _add(point: _Jacobian, other: _Point) -> _Jacobian:
    x1, y1, z1 = point
    if not z1:
        return (*other, 1)
    square = z1 * z1 % P
    h = (other[0] * square - x1) % P
    r = (other[1] * square * z1 - y1) % P
    if not h:
        return _double(point) if not r else (0, 1, 0)
    h2 = h * h % P
    h3 = h * h2 % P
    v = x1 * h2 % P
    x3 = (r * r - h3 - 2 * v) % P
    return x3, (r * (v - x3) - y1 * h3) % P, z1 * h % P


def _affine(point: _Jacobian) -> _Point | None:
    x, y, z = point
    if not z:
        return None
    inverse = pow(z, -1, P)
    return x * inverse * inverse % P, y * pow(inverse, 3, P) % P
