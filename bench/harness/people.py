"""Keys of fixed people: the same name always signs with the same key."""

from dataclasses import dataclass
from functools import cache, cached_property

from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.signatures import address_key_id, address_of, expand, sign
from hanpyo.protocol.types import Address, CompactSignature, Digest, KeyId


@dataclass(frozen=True)
class Person:
    """Someone with a secp256k1 key."""

    name: str

    @cached_property
    def secret(self) -> bytes:
        """The private key."""
        return keccak(f"hanpyo bench {self.name}".encode())

    @cached_property
    def address(self) -> Address:
        """The account."""
        return address_of(self.secret)

    @cached_property
    def key_id(self) -> KeyId:
        """The key id of the account."""
        return address_key_id(self.address)

    def sign(self, digest: Digest) -> CompactSignature:
        """A compact signature."""
        return sign(digest, self.secret)

    def sign_long(self, digest: Digest) -> bytes:
        """A signature of 65 bytes."""
        return expand(self.sign(digest))


@cache
def person(name: str) -> Person:
    """The person with this name."""
    return Person(name)


def draws(name: str) -> "Draws":
    """A reproducible source of numbers, in place of the operating system's generator."""
    return Draws(name)


class Draws:
    """Numbers that depend on a name and on how many were drawn before."""

    def __init__(self, name: str) -> None:
        self._name = name.encode()
        self._count = 0

    def word(self) -> Digest:
        """32 bytes."""
        self._count += 1
        return keccak(self._name + self._count.to_bytes(8, "big"))

    def below(self, bound: int) -> int:
        """A number from 0 to bound - 1."""
        return int.from_bytes(self.word() + self.word(), "big") % bound

    def bytes(self, length: int) -> bytes:
        """Bytes."""
        return b"".join(self.word() for _ in range(-(-length // 32)))[:length]
