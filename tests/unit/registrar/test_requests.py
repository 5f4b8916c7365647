"""What crosses the wire to a registrar: strict, and nobody else's proof."""

import orjson
import pytest
from pydantic import ValidationError

from hanpyo.protocol.types import Address, KeyId
from hanpyo.registrar.requests import (
    AttestationBody,
    AttestationRequest,
    Evidence,
    ListBody,
    SignatureBody,
    plain,
)

FIRST, SECOND, ELECTION = (Address(bytes((each,)) * 20) for each in (1, 2, 3))
REQUEST = AttestationRequest(
    ELECTION,
    5,
    KeyId(b"\x01" + bytes(11) + b"\x09" * 20),
    2**64 - 1,
    3,
    1,
    Evidence("L3", ("oidc:naver", "mail"), 1_700_000_000),
    {FIRST: b"\x0a" * 32, SECOND: b"\x0b" * 32},
)


def test_a_registrar_is_shown_its_own_proof_alone() -> None:
    sent = orjson.dumps(plain(AttestationBody.of(REQUEST, FIRST)))
    read = AttestationBody.model_validate_json(sent).value(FIRST)
    assert read.credential == REQUEST.credential
    assert read.evidence == REQUEST.evidence
    assert read.proofs == {FIRST: b"\x0a" * 32}
    assert b"0b0b" not in sent


def test_proofs_are_not_shown() -> None:
    assert "x0a" not in repr(REQUEST)


@pytest.mark.parametrize(
    "change",
    [
        {"voter": "5"},
        {"voter": True},
        {"voter": -1},
        {"voter": 2**32},
        {"weight": 1},
        {"weight": "0"},
        {"weight": "-1"},
        {"weight": "01"},
        {"key": "0x01"},
        {"key": "0X" + "01" * 32},
        {"class": 65_536},
        {"epoch": 1.0},
        {"url": "http://127.0.0.1/"},
    ],
)
def test_a_credential_is_read_strictly(change: dict[str, object]) -> None:
    body = plain(AttestationBody.of(REQUEST, FIRST))
    body["credential"] |= change
    with pytest.raises(ValidationError):
        AttestationBody.model_validate_json(orjson.dumps(body))


def test_a_list_is_neither_empty_nor_endless() -> None:
    for count in (0, 1_001):
        body = {
            "election": "0x" + ELECTION.hex(),
            "credentials": [plain(AttestationBody.of(REQUEST, FIRST))["credential"]] * count,
        }
        with pytest.raises(ValidationError):
            ListBody.model_validate_json(orjson.dumps(body))


@pytest.mark.parametrize("signature", ["", "0x", "0x" + "0" * 127, "0x" + "g" * 128, None, 5])
def test_a_signature_has_64_bytes(signature: object) -> None:
    with pytest.raises(ValidationError):
        SignatureBody.model_validate_json(orjson.dumps({"signature": signature}))
