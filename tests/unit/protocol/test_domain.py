import pytest
from eth_abi.abi import encode as abi_encode

from hanpyo.protocol.domain import Domain, manifest_hash, system_hash
from hanpyo.protocol.hashing import keccak, tag
from hanpyo.protocol.types import Address, Digest

CODE = [bytes((number,)) * 32 for number in range(1, 9)]
DOMAIN = Domain(8217, Address(b"\x11" * 20), Digest(b"\x22" * 32))


def test_the_system_hash_covers_all_code_in_order() -> None:
    assert system_hash(CODE) == keccak(tag("system") + b"".join(CODE))
    assert system_hash(CODE) != system_hash(CODE[::-1])


def test_the_manifest_hash_binds_bytes_to_code() -> None:
    system = system_hash(CODE)
    expected = keccak(abi_encode(["bytes32"] * 3, [tag("manifest"), system, keccak(b"m")]))
    assert manifest_hash(system, b"m") == expected


def test_the_separator_is_the_hash_of_the_abi_encoded_domain() -> None:
    kind = (
        "EIP712Domain(string name,string version,uint256 chainId,"
        "address verifyingContract,bytes32 salt)"
    )
    encoded = abi_encode(
        ["bytes32", "bytes32", "bytes32", "uint256", "address", "bytes32"],
        [
            keccak(kind.encode()),
            keccak(b"Hanpyo"),
            keccak(b"1"),
            8217,
            "0x" + "11" * 20,
            b"\x22" * 32,
        ],
    )
    assert DOMAIN.separator == keccak(encoded)


@pytest.mark.parametrize(
    "other",
    [
        Domain(8218, DOMAIN.election, DOMAIN.manifest_hash),
        Domain(8217, Address(b"\x12" * 20), DOMAIN.manifest_hash),
        Domain(8217, DOMAIN.election, Digest(b"\x23" * 32)),
    ],
    ids=["chain", "election", "manifest"],
)
def test_no_signature_moves_elsewhere(other: Domain) -> None:
    assert other.separator != DOMAIN.separator


def test_the_context_is_chain_and_address_as_words() -> None:
    assert DOMAIN.context == abi_encode(["uint256", "address"], [8217, "0x" + "11" * 20])
