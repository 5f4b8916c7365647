from dataclasses import replace

import pytest
from eth_abi.abi import encode as abi_encode
from hypothesis import given
from hypothesis import strategies as st

from hanpyo.protocol.batch import WideRecord
from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.p256 import P256_ORDER, verify_p256
from hanpyo.protocol.signatures import address_of, expand, point_key_id, sign
from hanpyo.protocol.types import Digest, KeyType
from hanpyo.protocol.voter_keys import wide_key_id, wide_signature_holds
from hanpyo.protocol.webauthn import Assertion, decode_assertion
from tests.strategies.passkeys import assertion, p256_public, p256_sign

DIGEST = keccak(b"a ballot")
SECRET = 4711
X, Y = p256_public(SECRET)
R, S = p256_sign(DIGEST, SECRET)
PRIME = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF


def test_a_published_example_verifies() -> None:
    """RFC 6979, A.2.5, P-256 with SHA-256 of "sample"; its s is in the upper half, so negated."""
    digest = bytes.fromhex("af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf")
    r = 0xEFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716
    s = 0xF7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8
    x = 0x60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6
    y = 0x7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299
    assert verify_p256(digest, r, P256_ORDER - s, x, y)
    assert not verify_p256(digest, r, s, x, y)


@given(st.integers(1, P256_ORDER - 1), st.binary(min_size=32, max_size=32).filter(any))
def test_a_signature_holds_for_its_key_and_digest_only(secret: int, digest: bytes) -> None:
    # No hash is zero; a signature of zero would hold for the negated key too.
    r, s = p256_sign(digest, secret)
    assert verify_p256(digest, r, s, *p256_public(secret))
    assert not verify_p256(keccak(digest), r, s, *p256_public(secret))
    assert not verify_p256(digest, r, s, *p256_public(secret % (P256_ORDER - 1) + 1))


@pytest.mark.parametrize(
    ("r", "s", "x", "y"),
    [
        (0, S, X, Y),
        (P256_ORDER, S, X, Y),
        (R, 0, X, Y),
        (R, P256_ORDER - S, X, Y),
        (R, S, X + PRIME, Y),
        (R, S, X, Y + 1),
        (R, S, 0, 0),
    ],
    ids=["r 0", "r order", "s 0", "high s", "x not reduced", "off the curve", "infinity"],
)
def test_only_canonical_signatures_and_keys_verify(r: int, s: int, x: int, y: int) -> None:
    assert not verify_p256(DIGEST, r, s, x, y)


GOOD = assertion(DIGEST, SECRET)


def test_an_assertion_holds_for_its_challenge_and_key() -> None:
    assert GOOD.holds(DIGEST, X, Y)
    assert not GOOD.holds(keccak(DIGEST), X, Y)
    assert not GOOD.holds(DIGEST, *p256_public(SECRET + 1))


@pytest.mark.parametrize(
    "bad",
    [
        replace(GOOD, type_index=GOOD.type_index + 1),
        replace(GOOD, challenge_index=GOOD.challenge_index - 1),
        replace(GOOD, challenge_index=1 << 255),
        replace(GOOD, authenticator_data=GOOD.authenticator_data[:36]),
        replace(GOOD, client_data=GOOD.client_data.replace(b"vote.", b"vot3.")),
        assertion(DIGEST, SECRET, flags=0x04),
        assertion(DIGEST, SECRET, flags=0x01),
        assertion(DIGEST, SECRET, flags=0x15),
    ],
    ids=["type", "challenge", "far", "short", "origin", "absent", "unverified", "backup state"],
)
def test_what_the_verifier_contract_refuses_does_not_hold(bad: Assertion) -> None:
    assert not bad.holds(DIGEST, X, Y)


@pytest.mark.parametrize("flags", [0x05, 0x0D, 0x1D])
def test_consistent_flags_hold(flags: int) -> None:
    assert assertion(DIGEST, SECRET, flags).holds(DIGEST, X, Y)


def test_an_assertion_is_the_abi_encoding_of_its_fields() -> None:
    fields = ["bytes32", "bytes32", "uint256", "uint256", "bytes", "string"]
    values = [
        GOOD.r.to_bytes(32, "big"),
        GOOD.s.to_bytes(32, "big"),
        GOOD.challenge_index,
        GOOD.type_index,
        GOOD.authenticator_data,
        GOOD.client_data.decode(),
    ]
    assert GOOD.encode() == abi_encode(fields, values)
    assert decode_assertion(GOOD.encode()) == GOOD


@given(st.binary(max_size=300))
def test_other_bytes_are_no_assertion_or_do_not_hold(data: bytes) -> None:
    found = decode_assertion(data)
    assert found is None or not found.holds(DIGEST, X, Y)


@pytest.mark.parametrize(
    "data",
    [b"", GOOD.encode()[:191], GOOD.encode()[:192], GOOD.encode()[:-32]],
    ids=["empty", "short head", "no bodies", "cut body"],
)
def test_cut_assertions_are_none(data: bytes) -> None:
    assert decode_assertion(data) is None


ECDSA_KEY = keccak(b"a wallet")
POINT = X.to_bytes(32, "big") + Y.to_bytes(32, "big")
RAW = R.to_bytes(32, "big") + S.to_bytes(32, "big")


def wide(kind: KeyType, key: bytes, signature: bytes) -> WideRecord:
    return WideRecord(1, kind, key, signature, b"")


@pytest.mark.parametrize(
    ("record", "holds"),
    [
        (wide(KeyType.ADDRESS, address_of(ECDSA_KEY), expand(sign(DIGEST, ECDSA_KEY))), True),
        (wide(KeyType.ADDRESS, bytes(20), expand(sign(DIGEST, ECDSA_KEY))), None),
        (wide(KeyType.ADDRESS, address_of(ECDSA_KEY), b"for a contract wallet"), None),
        (wide(KeyType.P256, POINT, RAW), True),
        (wide(KeyType.P256, POINT, RAW + b"\x00"), True),
        (wide(KeyType.P256, POINT, RAW[:63]), False),
        (wide(KeyType.P256, POINT, RAW[32:] + RAW[:32]), False),
        (wide(KeyType.WEBAUTHN, POINT, GOOD.encode()), True),
        (wide(KeyType.WEBAUTHN, POINT, RAW), False),
        (wide(KeyType.WEBAUTHN, POINT, replace(GOOD, s=GOOD.s + 1).encode()), False),
    ],
)
def test_every_kind_of_key_is_checked(record: WideRecord, holds: bool | None) -> None:
    assert wide_signature_holds(record, DIGEST) is holds


def test_key_ids_name_kind_and_key() -> None:
    address = address_of(ECDSA_KEY)
    assert wide_key_id(wide(KeyType.ADDRESS, address, b"")) == b"\x01" + bytes(11) + address
    for kind in (KeyType.P256, KeyType.WEBAUTHN):
        assert wide_key_id(wide(kind, POINT, b"")) == point_key_id(kind, X, Y)


def test_a_digest_is_the_challenge_itself() -> None:
    other = Digest(bytes(32))
    assert assertion(other, SECRET).holds(other, X, Y)
