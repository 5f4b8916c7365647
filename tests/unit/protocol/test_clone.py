import pytest

from hanpyo.protocol.clone import (
    CloneError,
    clone_code,
    election_address,
    election_salt,
    parse_clone,
)
from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.types import Address

IMPLEMENTATION = Address(b"\xbe" * 20)
FACTORY = Address(b"\xfa" * 20)
ORGANISER = Address(b"\x0a" * 20)


def test_the_code_is_a_45_byte_proxy_and_the_manifest() -> None:
    code = clone_code(IMPLEMENTATION, b"manifest")
    assert code[:45].hex() == "363d3d373d3d3d363d73" + "be" * 20 + "5af43d82803e903d91602b57fd5bf3"
    assert code[45:] == b"manifest"


def test_the_code_parses_back() -> None:
    assert parse_clone(clone_code(IMPLEMENTATION, b"manifest")) == (IMPLEMENTATION, b"manifest")


GOOD = clone_code(IMPLEMENTATION, b"manifest")


@pytest.mark.parametrize(
    "code",
    [b"", GOOD[:45], b"\x60" + GOOD[1:], GOOD[:44] + b"\x00" + GOOD[45:], b"\x60\x80" * 40],
    ids=["no code", "no manifest", "other head", "other tail", "another contract"],
)
def test_other_code_is_not_an_election(code: bytes) -> None:
    with pytest.raises(CloneError, match="no Hanpyo election at this address"):
        parse_clone(code)


def test_an_implementation_is_an_address() -> None:
    with pytest.raises(CloneError, match="implementation"):
        clone_code(Address(b"short"), b"")


def test_the_address_is_create2_over_the_creation_code() -> None:
    code = clone_code(IMPLEMENTATION, b"manifest")
    creation = bytes.fromhex("61" + f"{len(code):04x}" + "3d81600a3d39f3") + code
    salt = keccak(bytes(12) + ORGANISER + (7).to_bytes(32, "big"))
    expected = keccak(b"\xff" + FACTORY + salt + keccak(creation))[12:]
    assert election_salt(ORGANISER, 7) == salt
    assert election_address(FACTORY, IMPLEMENTATION, b"manifest", ORGANISER, 7) == expected


@pytest.mark.parametrize(
    ("manifest", "organiser", "nonce"),
    [(b"manifesT", ORGANISER, 7), (b"manifest", IMPLEMENTATION, 7), (b"manifest", ORGANISER, 8)],
)
def test_another_election_has_another_address(
    manifest: bytes, organiser: Address, nonce: int
) -> None:
    first = election_address(FACTORY, IMPLEMENTATION, b"manifest", ORGANISER, 7)
    assert election_address(FACTORY, IMPLEMENTATION, manifest, organiser, nonce) != first
