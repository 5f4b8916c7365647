"""The people who act for an election with keys of their own: registrars, clerks, trustees.

Keys live in memory here; where they come from, and where they are kept, is the caller's choice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from coincurve import PrivateKey

from hanpyo.errors import HanpyoError
from hanpyo.protocol.batch import Attestation, CompactRecord, Listing
from hanpyo.protocol.domain import Domain
from hanpyo.protocol.messages import (
    Credential,
    Message,
    credential_list_hash,
    digest,
    struct_digest,
)
from hanpyo.protocol.signatures import address_key_id, address_of, sign
from hanpyo.protocol.types import Address, Digest
from hanpyo.secrecy.trustee import TrusteeKey


class OfficialsError(HanpyoError):
    """Too few keys are at hand for what they have to sign."""

    code: ClassVar[str] = "too_few_officials"


def new_key() -> bytes:
    """A fresh secp256k1 private key from the operating system's generator."""
    return PrivateKey().secret


@dataclass(frozen=True, slots=True)
class Signers:
    """Officials who sign together: `needed` of all, each by the index in the manifest."""

    keys: tuple[bytes, ...] = field(repr=False)
    needed: int

    @classmethod
    def generate(cls, count: int, needed: int) -> "Signers":
        """`count` fresh keys."""
        return cls(tuple(new_key() for _ in range(count)), needed)

    def __post_init__(self) -> None:
        if len(self.keys) < self.needed:
            raise OfficialsError(
                f"{self.needed} signatures are needed, {len(self.keys)} keys given"
            )

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Who they are, in the manifest's order."""
        return tuple(map(address_of, self.keys))

    def attest(self, signed: Digest) -> tuple[Attestation, ...]:
        """The first signers' signatures of a digest, as many as are needed."""
        return tuple(
            Attestation(index, sign(signed, key))
            for index, key in enumerate(self.keys[: self.needed])
        )

    def attest_message(self, domain: Domain, message: Message) -> tuple[Attestation, ...]:
        """Their signatures of a message."""
        return self.attest(digest(domain, message))

    def list_credentials(self, domain: Domain, credentials: Sequence[Credential]) -> Listing:
        """One signed list that holds exactly these credentials, in order."""
        listed = credential_list_hash([each.struct_hash() for each in credentials])
        return Listing(self.attest(struct_digest(domain, listed)))


def credential_of(record: CompactRecord, address: Address) -> Credential:
    """The credential that a record's ballot needs, for the voter key with this address."""
    key = address_key_id(address)
    return Credential(record.voter, key, record.weight, record.class_, record.epoch)


@dataclass(frozen=True, slots=True)
class Officials:
    """Everybody with a key: registrars, clerks, and the trustees of a sealed election."""

    registrars: Signers
    clerks: Signers = field(default_factory=lambda: Signers((), 0))
    trustee: TrusteeKey | None = None
