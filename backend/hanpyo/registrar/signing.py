"""A registrar's key: it comes from a keystore, signs messages of one domain, and shows nothing."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from hanpyo.chain.accounts import open_keystore, read_password_file
from hanpyo.protocol.domain import Domain
from hanpyo.protocol.messages import Message, struct_digest
from hanpyo.protocol.signatures import address_of, sign
from hanpyo.protocol.types import Address, CompactSignature, Digest


@dataclass(frozen=True)
class Signer:
    """Signs with one key."""

    key: bytes = field(repr=False)
    address: Address = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "address", address_of(self.key))

    @classmethod
    def open(cls, keystore: Path, password_file: Path) -> Self:
        """The key in a keystore; raises `KeystoreError`."""
        return cls(bytes(open_keystore(keystore, read_password_file(password_file)).key))

    def sign(self, domain: Domain, message: Message) -> CompactSignature:
        """The signature of a message; the same message gives the same signature."""
        return self.sign_hash(domain, message.struct_hash())

    def sign_hash(self, domain: Domain, struct_hash: Digest) -> CompactSignature:
        """The signature of the message with this struct hash."""
        return sign(struct_digest(domain, struct_hash), self.key)
