import json
import secrets
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanpyo.protocol.envelopes import Position, envelope
from hanpyo.protocol.hashing import keccak, tag, word
from hanpyo.secrecy.escrow import (
    BadEscrow,
    EscrowFault,
    EscrowOpener,
    Opening,
    open_escrow,
    seal,
)
from hanpyo.secrecy.group import GENERATOR, multiply_fixed
from hanpyo.secrecy.trustee import TrusteeKey

VECTORS = json.loads(
    (Path(__file__).parents[2] / "vectors" / "sealed.json").read_text(encoding="utf-8")
)
KEY = TrusteeKey(12345)
CONTEXT = word(1) + word(2)
HERE = Position(CONTEXT, 7, 0, 0)


def unhex(text: str) -> bytes:
    return bytes.fromhex(text[2:])


@given(st.binary(min_size=1, max_size=100), st.integers(0, (1 << 32) - 1))
def test_what_is_sealed_opens(choices: bytes, voter: int) -> None:
    position = Position(CONTEXT, voter, 1, 2)
    sealed = seal(choices, KEY.public, position)
    assert len(sealed.escrow) == 33 + len(choices)
    opening = KEY.opener().open(sealed.escrow, sealed.envelope, len(choices), position)
    assert opening == Opening(choices, sealed.salt)
    assert sealed.envelope == envelope(position, choices, sealed.salt)


@pytest.mark.parametrize("vector", VECTORS["ballots"], ids=lambda each: str(len(each["choices"])))
def test_the_vectors_open(vector: dict[str, Any]) -> None:
    position = Position(
        unhex(VECTORS["context"]), vector["voter"], vector["epoch"], vector["revision"]
    )
    choices = unhex(vector["choices"])
    secret = int(VECTORS["secret"], 16)
    found = open_escrow(
        secret, unhex(vector["escrow"]), unhex(vector["envelope"]), len(choices), position
    )
    assert found == Opening(choices, unhex(vector["salt"]))
    assert keccak(unhex(vector["escrow"])) == unhex(vector["escrowHash"])


@pytest.mark.parametrize("vector", VECTORS["bad"], ids=lambda vector: vector["name"])
def test_bad_escrows_are_found(vector: dict[str, Any]) -> None:
    position = Position(unhex(VECTORS["context"]), 1)
    opener = EscrowOpener(int(VECTORS["secret"], 16))
    found = opener.open(unhex(vector["escrow"]), unhex(vector["envelope"]), 3, position)
    assert isinstance(found, BadEscrow)


SEALED = seal(b"\x01\x02\x03", KEY.public, HERE)


@pytest.mark.parametrize(
    ("escrow", "fault"),
    [
        (SEALED.escrow[:-1], EscrowFault.LENGTH),
        (SEALED.escrow + b"\x00", EscrowFault.LENGTH),
        (b"\x05" + SEALED.escrow[1:], EscrowFault.POINT),
        (SEALED.escrow[:-1] + bytes((SEALED.escrow[-1] ^ 1,)), EscrowFault.ENVELOPE),
    ],
    ids=["short", "long", "no point", "choices changed"],
)
def test_a_bad_escrow_names_the_check_that_failed(escrow: bytes, fault: EscrowFault) -> None:
    assert open_escrow(12345, escrow, SEALED.envelope, 3, HERE) == BadEscrow(fault)


@pytest.mark.parametrize(
    "position",
    [
        replace(HERE, context=word(2) + word(2)),
        replace(HERE, context=word(1) + word(3)),
        replace(HERE, voter=8),
        replace(HERE, epoch=1),
        replace(HERE, revision=1),
    ],
    ids=["chain", "election", "voter", "epoch", "revision"],
)
def test_a_copied_ballot_opens_nowhere_else(position: Position) -> None:
    found = open_escrow(12345, SEALED.escrow, SEALED.envelope, 3, position)
    assert found == BadEscrow(EscrowFault.ENVELOPE)


def test_another_key_does_not_open_it() -> None:
    found = open_escrow(12346, SEALED.escrow, SEALED.envelope, 3, HERE)
    assert found == BadEscrow(EscrowFault.ENVELOPE)


def test_an_escrow_follows_the_specification_word_by_word() -> None:
    sealed = seal(b"\x01\x02\x03", KEY.public, HERE, lambda bound: 41)
    shared, commitment = multiply_fixed(42, KEY.public, GENERATOR)
    material = b"".join(map(word, (*shared, *commitment, 1, 2, 7, 0, 0)))
    stream = keccak(tag("stream") + material + word(0))
    masked = bytes(left ^ right for left, right in zip(b"\x01\x02\x03", stream, strict=False))
    head = bytes((2 + commitment[1] % 2,)) + word(commitment[0])
    assert sealed.salt == keccak(tag("salt") + material)
    assert sealed.escrow == head + masked
    assert sealed.payload == sealed.envelope + sealed.escrow
    assert sealed.escrow_hash == keccak(sealed.escrow)


def test_the_same_choices_are_sealed_differently_each_time() -> None:
    again = seal(b"\x01\x02\x03", KEY.public, HERE)
    assert again.envelope != SEALED.envelope
    assert again.escrow != SEALED.escrow


def test_randomness_comes_from_the_operating_system() -> None:
    assert seal.__defaults__ == (secrets.randbelow,)
    assert TrusteeKey.generate.__defaults__ == (secrets.randbelow,)
