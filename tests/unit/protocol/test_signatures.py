import pytest
from eth_account import Account
from hypothesis import given
from hypothesis import strategies as st

from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.signatures import (
    SECP256K1_ORDER,
    SignatureError,
    address_key_id,
    address_of,
    compact,
    expand,
    point_key_id,
    recover,
    sign,
)
from hanpyo.protocol.types import Address, CompactSignature, Digest, KeyType

KEY = keccak(b"a test key")
DIGEST = keccak(b"a digest")

keys = st.integers(1, SECP256K1_ORDER - 1).map(lambda value: value.to_bytes(32, "big"))
digests = st.binary(min_size=32, max_size=32).map(Digest)


@given(keys, digests)
def test_a_signature_gives_its_signer_back(key: bytes, digest: Digest) -> None:
    assert recover(digest, sign(digest, key)) == address_of(key)


@given(keys, digests)
def test_it_is_the_signature_that_a_wallet_makes(key: bytes, digest: Digest) -> None:
    signed = Account.unsafe_sign_hash(digest, key)
    assert expand(sign(digest, key)) == signed.signature
    assert compact(signed.signature) == sign(digest, key)


@given(keys, digests, st.integers(0, 511))
def test_a_flipped_bit_is_another_signer_or_none(key: bytes, digest: Digest, bit: int) -> None:
    signature = int.from_bytes(sign(digest, key), "big") ^ 1 << bit
    try:
        signer = recover(digest, signature.to_bytes(64, "big"))
    except SignatureError:
        return
    assert signer != address_of(key)


def high_s(signature: CompactSignature) -> bytes:
    plain = expand(signature)
    s = SECP256K1_ORDER - int.from_bytes(plain[32:64], "big")
    return plain[:32] + s.to_bytes(32, "big") + bytes((55 - plain[64],))


GOOD = sign(DIGEST, KEY)
ORDER_BYTES = SECP256K1_ORDER.to_bytes(32, "big")


@pytest.mark.parametrize(
    ("field", "signature"),
    [
        ("length", GOOD[:63]),
        ("length", GOOD + b"\x00"),
        ("length", b""),
        ("r", bytes(32) + GOOD[32:]),
        ("r", ORDER_BYTES + GOOD[32:]),
        ("r", (5).to_bytes(32, "big") + GOOD[32:]),
        ("s", GOOD[:32] + bytes(32)),
        ("s", GOOD[:32] + (SECP256K1_ORDER // 2 + 1).to_bytes(32, "big")),
    ],
    ids=[
        "short",
        "long",
        "empty",
        "r zero",
        "r at the order",
        "r not a point",
        "s zero",
        "s too high",
    ],
)
def test_only_canonical_compact_signatures_recover(field: str, signature: bytes) -> None:
    with pytest.raises(SignatureError) as caught:
        recover(DIGEST, signature)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("field", "signature"),
    [
        ("length", expand(GOOD)[:64]),
        ("v", expand(GOOD)[:64] + b"\x00"),
        ("v", expand(GOOD)[:64] + b"\x01"),
        ("v", expand(GOOD)[:64] + b"\x1d"),
        ("v", expand(GOOD)[:64] + b"\x63"),
        ("s", high_s(GOOD)),
        ("s", GOOD[:32] + bytes(32) + b"\x1b"),
    ],
)
def test_only_canonical_long_signatures_are_packed(field: str, signature: bytes) -> None:
    with pytest.raises(SignatureError) as caught:
        compact(signature)
    assert caught.value.field == field


def test_an_address_key_id_is_type_1_and_the_address() -> None:
    assert address_key_id(Address(b"\xaa" * 20)).hex() == "01" + "00" * 11 + "aa" * 20


@pytest.mark.parametrize("kind", [KeyType.P256, KeyType.WEBAUTHN])
def test_a_point_key_id_is_its_type_and_248_bits_of_its_hash(kind: KeyType) -> None:
    expected = keccak((1).to_bytes(32, "big") + (2).to_bytes(32, "big"))
    assert point_key_id(kind, 1, 2) == bytes((kind,)) + expected[1:]


def test_an_address_is_not_a_point() -> None:
    with pytest.raises(SignatureError, match="an address is not a point"):
        point_key_id(KeyType.ADDRESS, 1, 2)
