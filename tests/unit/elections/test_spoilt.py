"""Opened envelopes: what a page wrote down is computed anew."""

import json
from typing import Any

import pytest

from hanpyo.elections.spoilt import EnvelopeRefused, read_opened
from hanpyo.protocol.domain import Domain
from hanpyo.protocol.envelopes import Position
from hanpyo.protocol.receipts import short_code
from hanpyo.protocol.types import Address, Digest
from hanpyo.secrecy.escrow import seal
from hanpyo.secrecy.trustee import TrusteeKey

DOMAIN = Domain(31_337, Address(bytes([9]) * 20), Digest(bytes([3]) * 32))
CHOICES = bytes([1, 2, 3])


def told(**changes: Any) -> bytes:
    """The file of a sealed ballot, with something else in it."""
    position = Position(DOMAIN.context, 7, 1, 2)
    sealed = seal(CHOICES, TrusteeKey(5).public, position)
    whole = {
        "election": "0x" + DOMAIN.election.hex(),
        "chainId": "31337",
        "voter": 7,
        "epoch": 1,
        "revision": 2,
        "choices": "0x" + CHOICES.hex(),
        "salt": "0x" + sealed.salt.hex(),
        "envelope": "0x" + sealed.envelope.hex(),
    }
    return json.dumps(whole | changes).encode()


def test_an_envelope_that_was_sealed_right_holds() -> None:
    opened = read_opened(told(), DOMAIN)
    assert opened.holds
    assert opened.choices == CHOICES


@pytest.mark.parametrize(
    "changes",
    [
        {"voter": 8},
        {"epoch": 0},
        {"revision": 3},
        {"choices": "0x010203"[:-1] + "4"},
        {"salt": "0x" + "11" * 32},
        {"envelope": "0x" + "22" * 32},
    ],
)
def test_anything_else_does_not_hold(changes: dict[str, Any]) -> None:
    assert not read_opened(told(**changes), DOMAIN).holds


def test_the_number_is_the_one_that_was_noted() -> None:
    data = told(envelope="0x" + "22" * 32)
    assert read_opened(data, DOMAIN).number == short_code(Digest(bytes([0x22]) * 32))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        told(chainId="1"),
        told(election="0x" + "00" * 20),
        told(salt="0x11"),
        told(voter=-1),
        told(voter="7"),
    ],
    ids=["nothing", "a list", "another chain", "another election", "salt", "voter", "text"],
)
def test_what_is_no_envelope_of_this_election_is_refused(data: bytes) -> None:
    with pytest.raises(EnvelopeRefused):
        read_opened(data, DOMAIN)
