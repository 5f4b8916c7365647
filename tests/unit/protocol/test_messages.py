import json
from pathlib import Path
from typing import Any

import pytest
from eth_account.messages import encode_typed_data
from hypothesis import given
from hypothesis import strategies as st

from hanpyo.protocol.domain import Domain
from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.messages import (
    Ballot,
    BoxCount,
    Credential,
    CredentialList,
    DeskAct,
    Message,
    MessageError,
    Promise,
    Rebind,
    credential_list_hash,
    digest,
    struct_digest,
    typed_data,
)
from hanpyo.protocol.receipts import short_code
from hanpyo.protocol.signatures import recover, sign
from hanpyo.protocol.types import Address, Digest

VECTORS = json.loads(
    (Path(__file__).parents[2] / "vectors" / "messages.json").read_text(encoding="utf-8")
)
DOMAIN = Domain(1001, Address(b"\x31" * 20), Digest(b"\x32" * 32))

u8, u16, u32, u64 = (st.integers(0, (1 << bits) - 1) for bits in (8, 16, 32, 64))
words = st.binary(min_size=32, max_size=32)
credentials = st.builds(Credential, u32, words, u64, u16, u16)
messages = st.one_of(
    st.builds(Ballot, u32, u16, u16, u8, words, words),
    credentials,
    st.builds(CredentialList, st.lists(credentials, max_size=3).map(tuple)),
    st.builds(Rebind, u32, u16),
    st.builds(DeskAct, u32, u8, u8, u16, u64, u16, words, words),
    st.builds(BoxCount, u16, words),
    st.builds(Promise, words, u64),
)


@given(messages)
def test_a_digest_made_by_hand_is_the_one_a_wallet_signs(message: Message) -> None:
    signable = encode_typed_data(full_message=typed_data(DOMAIN, message))
    wallet = keccak(b"\x19" + signable.version + signable.header + signable.body)
    assert digest(DOMAIN, message) == wallet


@pytest.mark.parametrize("vector", VECTORS["messages"], ids=lambda vector: vector["type"])
def test_digests_and_signatures_are_those_of_the_vectors(vector: dict[str, Any]) -> None:
    domain = Domain(
        VECTORS["chainId"],
        Address(bytes.fromhex(VECTORS["election"][2:])),
        Digest(bytes.fromhex(VECTORS["manifestHash"][2:])),
    )
    assert domain.separator.hex() == VECTORS["domainSeparator"][2:]
    signed = struct_digest(domain, Digest(bytes.fromhex(vector["structHash"][2:])))
    assert signed.hex() == vector["digest"][2:]
    assert short_code(signed) == vector["shortCode"]
    assert sign(signed, bytes.fromhex(vector["privateKey"][2:])).hex() == vector["signature"][2:]
    signer = recover(signed, bytes.fromhex(vector["signature"][2:]))
    assert signer.hex() == vector["signer"][2:]


@given(st.lists(credentials, max_size=4))
def test_a_list_is_hashed_from_its_credentials_hashes(own: list[Credential]) -> None:
    hashes = [each.struct_hash() for each in own]
    assert credential_list_hash(hashes) == CredentialList(tuple(own)).struct_hash()


BALLOT: dict[str, Any] = {
    "voter": 1,
    "epoch": 0,
    "revision": 0,
    "kind": 1,
    "content": bytes(32),
    "escrow": bytes(32),
}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("voter", 1 << 32),
        ("voter", -1),
        ("epoch", 1 << 16),
        ("revision", 1 << 16),
        ("kind", 256),
        ("content", bytes(31)),
        ("escrow", bytes(33)),
    ],
)
def test_a_field_that_does_not_fit_is_named(field: str, value: int | bytes) -> None:
    with pytest.raises(MessageError) as caught:
        Ballot(**(BALLOT | {field: value})).struct_hash()
    assert caught.value.field == field


@pytest.mark.parametrize(
    "change",
    [
        {"voter": 2},
        {"epoch": 1},
        {"revision": 1},
        {"kind": 2},
        {"content": b"\x01" * 32},
        {"escrow": b"\x01" * 32},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_field_is_signed(change: dict[str, Any]) -> None:
    assert digest(DOMAIN, Ballot(**(BALLOT | change))) != digest(DOMAIN, Ballot(**BALLOT))
