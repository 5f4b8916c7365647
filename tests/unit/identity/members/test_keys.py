import pytest
from eth_utils.address import to_checksum_address

from hanpyo.identity.errors import BadKey
from hanpyo.identity.keys import address_key, point_key
from hanpyo.protocol.types import KeyType
from tests.strategies.passkeys import p256_public

ADDRESS = "0x" + "ab" * 20


@pytest.mark.parametrize(
    "text", [ADDRESS, "0x" + ADDRESS[2:].upper(), to_checksum_address(ADDRESS)]
)
def test_an_address_is_read_in_every_spelling(text: str) -> None:
    key = address_key(text)
    assert key.material == b"\xab" * 20
    assert key.key_id == bytes((1,)) + bytes(11) + b"\xab" * 20


def test_the_elections_own_address_is_no_voter() -> None:
    with pytest.raises(BadKey):
        address_key(ADDRESS, b"\xab" * 20)


def test_a_wrong_checksum_is_told() -> None:
    right = to_checksum_address(ADDRESS)
    wrong = right[:2] + right[2:].swapcase()
    with pytest.raises(BadKey, match="checksum"):
        address_key(wrong)


def test_a_point_is_read() -> None:
    x, y = (each.to_bytes(32, "big") for each in p256_public(5))
    assert point_key(KeyType.WEBAUTHN, x, y).key_id[0] == KeyType.WEBAUTHN


@pytest.mark.parametrize("point", [(0, 0), (1, 1), (2**256 - 1, 1)])
def test_what_is_no_point_is_refused(point: tuple[int, int]) -> None:
    with pytest.raises(BadKey):
        point_key(KeyType.P256, *(each.to_bytes(32, "big") for each in point))
