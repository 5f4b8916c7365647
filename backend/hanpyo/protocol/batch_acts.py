"""What a batch holds: acts with their signatures, and the form that a manifest gives to batches."""

from collections.abc import Sequence
from dataclasses import dataclass

from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.manifest import Manifest
from hanpyo.protocol.messages import Ballot, DeskAct
from hanpyo.protocol.types import ZERO_WORD, BallotKind, DeskKind, Secrecy

ESCROW_HEAD = 33
"""Bytes of an escrow before the choices: a compressed point."""


@dataclass(frozen=True, slots=True)
class BatchForm:
    """What an election's manifest fixes about its batches."""

    secrecy: Secrecy
    choices_length: int
    registrars: int
    threshold: int
    clerks: int

    @classmethod
    def of(cls, manifest: Manifest) -> "BatchForm":
        """The form of an election's batches."""
        return cls(
            manifest.secrecy,
            manifest.choices_length,
            len(manifest.registrars),
            manifest.threshold,
            len(manifest.clerks),
        )

    @property
    def payload_length(self) -> int:
        """Bytes of an act's payload: envelope and escrow when sealed, else the padded choices."""
        sealed = 32 + ESCROW_HEAD if self.secrecy is Secrecy.SEALED else 0
        return sealed + self.choices_length

    def content(self, kind: int, payload: bytes) -> tuple[bytes, bytes]:
        """The content and escrow hash that the signed message holds for a payload."""
        if kind == BallotKind.WITHDRAWAL:
            return ZERO_WORD, ZERO_WORD
        if self.secrecy is Secrecy.SEALED:
            return payload[:32], keccak(payload[32:])
        return keccak(payload), ZERO_WORD


@dataclass(frozen=True, slots=True)
class Attestation:
    """One registrar's or clerk's compact signature, with the signer's index in the manifest."""

    index: int
    signature: bytes


@dataclass(frozen=True, slots=True)
class CompactRecord:
    """A voter's act in a compact batch; its key is recovered from the signature."""

    voter: int
    signature: bytes
    payload: bytes
    weight: int = 1
    class_: int = 0
    epoch: int = 0
    revision: int = 0
    kind: int = BallotKind.BALLOT
    attestations: tuple[Attestation, ...] = ()

    def ballot(self, form: BatchForm) -> Ballot:
        """The message that the voter signed."""
        return Ballot(
            self.voter, self.epoch, self.revision, self.kind, *form.content(self.kind, self.payload)
        )


@dataclass(frozen=True, slots=True)
class Listing:
    """One list of credentials for a whole batch.

    `extras` are the struct hashes of credentials without a ballot here, at their positions in the
    list; the records take the other positions in order.
    """

    attestations: tuple[Attestation, ...]
    extras: tuple[tuple[int, bytes], ...] = ()

    def arrange(self, own: Sequence[bytes]) -> list[bytes]:
        """The whole list, given the struct hashes of the records' own credentials."""
        extras = dict(self.extras)
        rest = iter(own)
        return [extras[at] if at in extras else next(rest) for at in range(len(own) + len(extras))]


@dataclass(frozen=True, slots=True)
class CompactBatch:
    """A compact batch: which optional fields its records carry, the credentials, the records.

    `listing` None means that each record carries its own attestations.
    """

    records: tuple[CompactRecord, ...]
    listing: Listing | None = None
    weights: bool = False
    classes: bool = False
    orders: bool = False

    @classmethod
    def shortest(
        cls, records: Sequence[CompactRecord], listing: Listing | None = None
    ) -> "CompactBatch":
        """The batch of these records with no more optional fields than they need."""
        return cls(
            tuple(records),
            listing,
            weights=any(each.weight != 1 for each in records),
            classes=any(each.class_ != 0 for each in records),
            orders=any((each.epoch, each.revision, each.kind) != (0, 0, 1) for each in records),
        )


@dataclass(frozen=True, slots=True)
class WideRecord:
    """A voter's act with any kind of key: attested by registrars, or listed with a roll proof."""

    voter: int
    key_type: int
    key: bytes
    signature: bytes
    payload: bytes
    weight: int = 1
    class_: int = 0
    epoch: int = 0
    revision: int = 0
    kind: int = BallotKind.BALLOT
    attestations: tuple[Attestation, ...] = ()
    proof: tuple[bytes, ...] | None = None

    def ballot(self, form: BatchForm) -> Ballot:
        """The message that the voter signed."""
        return Ballot(
            self.voter, self.epoch, self.revision, self.kind, *form.content(self.kind, self.payload)
        )


@dataclass(frozen=True, slots=True)
class DeskRecord:
    """An act that two clerks attest to."""

    voter: int
    act: int
    channel: int
    epoch: int
    weight: int
    class_: int
    payload: bytes
    attestations: tuple[Attestation, Attestation]

    def message(self, form: BatchForm) -> DeskAct:
        """The message that the clerks signed."""
        bare = self.act >= DeskKind.BOXED
        kind = BallotKind.WITHDRAWAL if bare else BallotKind.BALLOT
        return DeskAct(
            self.voter,
            self.act,
            self.channel,
            self.epoch,
            self.weight,
            self.class_,
            *form.content(kind, self.payload),
        )
