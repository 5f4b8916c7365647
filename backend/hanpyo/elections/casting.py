"""Making ballots and batches: choices sealed, signed by the voter's key, attested by registrars."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from hanpyo.chain.contracts import ElectionContract
from hanpyo.chain.receipts import Receipt
from hanpyo.chain.sender import Sender
from hanpyo.elections.officials import Signers, credential_of
from hanpyo.elections.progress import Advance
from hanpyo.elections.venue import fitting, send_in_parts
from hanpyo.protocol.batch import (
    Attestation,
    BatchForm,
    CompactBatch,
    CompactRecord,
    encode_compact,
)
from hanpyo.protocol.domain import Domain
from hanpyo.protocol.envelopes import Position
from hanpyo.protocol.manifest import Manifest
from hanpyo.protocol.messages import Ballot, digest
from hanpyo.protocol.signatures import address_of, sign
from hanpyo.protocol.types import BallotKind, Digest, Secrecy
from hanpyo.secrecy.escrow import seal

BATCH_BALLOTS = 200
"""Ballots that a batch holds where size and gas allow it."""


@dataclass(frozen=True, slots=True)
class Voter:
    """Who casts: voter number, private key, and the weight and class of the roll entry."""

    number: int
    key: bytes = field(repr=False)
    weight: int = 1
    class_: int = 0


@dataclass(frozen=True)
class Booth:
    """Makes the signed acts of one election; nothing here knows a chain but by its domain."""

    manifest: Manifest
    domain: Domain

    @classmethod
    def of(cls, contract: ElectionContract) -> "Booth":
        """The booth of an election on a chain."""
        return cls(contract.manifest, contract.domain)

    @cached_property
    def form(self) -> BatchForm:
        """What the manifest fixes about payloads."""
        return BatchForm.of(self.manifest)

    def ballot(
        self, voter: Voter, choices: bytes, *, epoch: int = 0, revision: int = 0
    ) -> CompactRecord:
        """A signed ballot with these padded choices, sealed where the election is."""
        payload = choices
        if self.manifest.secrecy is Secrecy.SEALED and self.manifest.trustee_key is not None:
            position = Position(self.domain.context, voter.number, epoch, revision)
            payload = seal(choices, self.manifest.trustee_key, position).payload
        return self._sign(voter, BallotKind.BALLOT, payload, epoch, revision)

    def withdrawal(self, voter: Voter, *, epoch: int = 0, revision: int) -> CompactRecord:
        """A signed act that takes the voter's ballot back."""
        payload = bytes(self.form.payload_length)
        return self._sign(voter, BallotKind.WITHDRAWAL, payload, epoch, revision)

    def digest(self, record: CompactRecord) -> Digest:
        """The digest that the voter signed: the receipt."""
        return digest(self.domain, record.ballot(self.form))

    def _sign(
        self, voter: Voter, kind: BallotKind, payload: bytes, epoch: int, revision: int
    ) -> CompactRecord:
        content = self.form.content(kind, payload)
        signed = digest(self.domain, Ballot(voter.number, epoch, revision, kind, *content))
        return CompactRecord(
            voter=voter.number,
            signature=sign(signed, voter.key),
            payload=payload,
            weight=voter.weight,
            class_=voter.class_,
            epoch=epoch,
            revision=revision,
            kind=kind,
        )


@dataclass(frozen=True, slots=True)
class SignedAct:
    """A record with the voter it came from, as a relay with all keys' owners at hand sees it."""

    voter: Voter
    record: CompactRecord


def listed_batch(booth: Booth, acts: Sequence[SignedAct], registrars: Signers) -> bytes:
    """The compact batch of these acts under one list of credentials, signed here."""
    credentials = [credential_of(act.record, address_of(act.voter.key)) for act in acts]
    listing = registrars.list_credentials(booth.domain, credentials)
    records = [act.record for act in acts]
    return encode_compact(CompactBatch.shortest(records, listing), booth.form)


def single_batch(
    booth: Booth, record: CompactRecord, attestations: tuple[Attestation, ...]
) -> bytes:
    """The compact batch of one act that carries its own credential's signatures."""
    return encode_compact(
        CompactBatch.shortest([replace(record, attestations=attestations)]), booth.form
    )


def cast_all(
    sender: Sender,
    contract: ElectionContract,
    acts: Sequence[SignedAct],
    registrars: Signers,
    advance: Advance = lambda _: None,
) -> list[Receipt]:
    """Send acts sorted by voter number, in batches as large as the caps allow, and wait."""
    booth = Booth.of(contract)
    ordered = sorted(acts, key=lambda act: act.record.voter)
    record_bytes = 83 + booth.form.payload_length  # every optional field present
    return send_in_parts(
        sender,
        ordered,
        lambda part: contract.cast(listed_batch(booth, part, registrars)),
        most=fitting(record_bytes, BATCH_BALLOTS),
        advance=advance,
    )
