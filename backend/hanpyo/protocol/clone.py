"""The election's own code and address: an EIP-1167 proxy that ends with the manifest."""

from typing import ClassVar

from hanpyo.protocol.hashing import hash_words, keccak, word
from hanpyo.protocol.reading import EncodingError, exact, require
from hanpyo.protocol.types import Address, Digest

_HEAD = bytes.fromhex("363d3d373d3d3d363d73")
_TAIL = bytes.fromhex("5af43d82803e903d91602b57fd5bf3")
_PROXY_LENGTH = len(_HEAD) + 20 + len(_TAIL)


class CloneError(EncodingError):
    """Code that is not an election's."""

    code: ClassVar[str] = "not_an_election"
    subject: ClassVar[str] = "election code"


def clone_code(implementation: Address, manifest: bytes) -> bytes:
    """The runtime code of the election with this manifest."""
    return _HEAD + exact(implementation, 20, "implementation", CloneError) + _TAIL + manifest


def parse_clone(code: bytes) -> tuple[Address, bytes]:
    """The implementation and the manifest's bytes in an election's runtime code."""
    is_proxy = (
        len(code) > _PROXY_LENGTH
        and code.startswith(_HEAD)
        and code[len(_HEAD) + 20 : _PROXY_LENGTH] == _TAIL
    )
    require(is_proxy, "proxy", "there is no Hanpyo election at this address", CloneError)
    return Address(code[len(_HEAD) : len(_HEAD) + 20]), code[_PROXY_LENGTH:]


def election_salt(organiser: Address, nonce: int) -> Digest:
    """The CREATE2 salt of the organiser's election number `nonce`."""
    return hash_words(bytes(12) + organiser, word(nonce))


def election_address(
    factory: Address, implementation: Address, manifest: bytes, organiser: Address, nonce: int
) -> Address:
    """Where the factory puts this election (EIP-1014)."""
    code = clone_code(implementation, manifest)
    creation = b"\x61" + len(code).to_bytes(2, "big") + bytes.fromhex("3d81600a3d39f3") + code
    preimage = b"\xff" + factory + election_salt(organiser, nonce) + keccak(creation)
    return Address(keccak(preimage)[12:])
