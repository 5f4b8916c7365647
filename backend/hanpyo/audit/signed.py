"""Acts of a batch's calldata with what their signatures prove, all of it computed anew.

What cannot be repeated (a contract wallet's answer on an earlier state) is marked, not guessed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hanpyo.audit.calls import RebindCall
from hanpyo.protocol.acts import Terms
from hanpyo.protocol.batch import (
    ATTESTATION_BYTES,
    Attestation,
    BatchForm,
    CompactBatch,
    CompactRecord,
    DeskRecord,
    WideRecord,
)
from hanpyo.protocol.domain import Domain
from hanpyo.protocol.manifest import Manifest
from hanpyo.protocol.messages import (
    Credential,
    DeskAct,
    Rebind,
    credential_list_hash,
    struct_digest,
)
from hanpyo.protocol.offers import Act
from hanpyo.protocol.roll import RollEntry
from hanpyo.protocol.signatures import SignatureError, address_key_id, recover
from hanpyo.protocol.tree import verify_roll_proof
from hanpyo.protocol.types import (
    ZERO_WORD,
    Address,
    BallotKind,
    DeskKind,
    Digest,
    EntryKind,
)
from hanpyo.protocol.voter_keys import wide_key_id, wide_signature_holds


@dataclass(frozen=True, slots=True)
class Signed:
    """One act of a batch as its bytes say it.

    `key` is the key id, `own` whether the voter's signature holds: None where only the contract
    could tell. `attested` says the same of registrars or clerks, `listed` that a roll proof did it.
    """

    act: Act
    digest: Digest
    key: bytes
    own: bool | None
    attested: bool
    listed: bool = False
    desk: int | None = None
    clean: bool = True

    @property
    def voter(self) -> int:
        """The voter's number."""
        return self.act.terms.voter

    def credential(self, key: bytes) -> Digest:
        """The struct hash of the voter's credential for a key."""
        terms = self.act.terms
        return Credential(terms.voter, key, terms.weight, terms.class_, terms.epoch).struct_hash()


@dataclass(frozen=True)
class SignatureReader:
    """Reads signed acts under one election's domain."""

    manifest: Manifest
    domain: Domain
    form: BatchForm

    def compact(self, batch: CompactBatch) -> list[Signed]:
        """The acts of a compact batch; with a list, `attested` is left for `list_holds`."""
        return [self._compact_act(record, batch.listing is None) for record in batch.records]

    def list_holds(self, batch: CompactBatch, credentials: Sequence[bytes]) -> bool:
        """Whether the registrars signed the list that these struct hashes and the extras make."""
        if batch.listing is None:
            return True
        arranged = [Digest(each) for each in batch.listing.arrange(credentials)]
        digest = struct_digest(self.domain, credential_list_hash(arranged))
        return self.registrars_signed(digest, batch.listing.attestations)

    def wide(self, records: Sequence[WideRecord]) -> list[Signed]:
        """The acts of a wide batch."""
        return [self._wide_act(record) for record in records]

    def desk(self, records: Sequence[DeskRecord]) -> list[Signed]:
        """The acts of a desk batch."""
        return [self._desk_act(record) for record in records]

    def registrars_signed(self, digest: Digest, attestations: Sequence[Attestation]) -> bool:
        """Whether these are signatures of the registrars they name, and there are registrars."""
        return self.manifest.threshold > 0 and _signed_by(
            self.manifest.registrars, digest, attestations
        )

    def rebind_holds(self, call: RebindCall) -> bool:
        """Whether the signatures given to `rebind` are well formed and the registrars' own."""
        data = call.signatures
        if len(data) != ATTESTATION_BYTES * self.manifest.threshold:
            return False
        attestations = [
            Attestation(data[at], data[at + 1 : at + ATTESTATION_BYTES])
            for at in range(0, len(data), ATTESTATION_BYTES)
        ]
        indices = [each.index for each in attestations]
        if indices != sorted(set(indices)) or indices[-1:] > [len(self.manifest.registrars) - 1]:
            return False
        message = Rebind(call.voter, call.epoch)
        digest = struct_digest(self.domain, message.struct_hash())
        return self.registrars_signed(digest, attestations)

    def _compact_act(self, record: CompactRecord, each: bool) -> Signed:
        digest = struct_digest(self.domain, record.ballot(self.form).struct_hash())
        key: bytes = ZERO_WORD
        try:
            key = address_key_id(recover(digest, record.signature))
            own = True
        except SignatureError:
            own = False
        act, clean = self._act(record)
        signed = Signed(act, digest, key, own, attested=True, clean=clean)
        return self._attest(signed, record.attestations) if each else signed

    def _wide_act(self, record: WideRecord) -> Signed:
        digest = struct_digest(self.domain, record.ballot(self.form).struct_hash())
        act, clean = self._act(record)
        key, own = wide_key_id(record), wide_signature_holds(record, digest)
        signed = Signed(act, digest, key, own, attested=True, clean=clean)
        if record.proof is None:
            return self._attest(signed, record.attestations)
        entry = RollEntry(EntryKind.LISTED, key, record.weight, record.class_)
        root, leaf = self.manifest.roll.root, entry.leaf(record.voter)
        holds = record.epoch == 0 and verify_roll_proof(root, leaf, record.proof)
        return replace(signed, attested=holds, listed=True)

    def _desk_act(self, record: DeskRecord) -> Signed:
        is_ballot = record.act in (0, DeskKind.NAMED, DeskKind.IN_PERSON)
        terms = Terms(
            record.voter,
            record.weight,
            record.class_,
            record.epoch,
            kind=BallotKind.BALLOT if is_ballot else BallotKind.WITHDRAWAL,
            channel=record.channel,
        )
        act = self._content(terms, record.payload)
        message = DeskAct(
            record.voter,
            record.act,
            record.channel,
            record.epoch,
            record.weight,
            record.class_,
            act.content,
            act.escrow,
        )
        digest = struct_digest(self.domain, message.struct_hash())
        fields = (record.channel, record.epoch, record.weight, record.class_)
        return Signed(
            act,
            digest,
            ZERO_WORD,
            own=True,
            attested=_signed_by(self.manifest.clerks, digest, record.attestations),
            desk=record.act,
            clean=not any(fields) and not any(record.payload),
        )

    def _act(self, record: CompactRecord | WideRecord) -> tuple[Act, bool]:
        """The act, and whether a withdrawal's payload is zeros."""
        terms = Terms(
            record.voter,
            record.weight,
            record.class_,
            record.epoch,
            record.revision,
            record.kind,
        )
        clean = record.kind != BallotKind.WITHDRAWAL or not any(record.payload)
        return self._content(terms, record.payload), clean

    def _content(self, terms: Terms, payload: bytes) -> Act:
        content, escrow = self.form.content(terms.kind, payload)
        return Act(terms, content, escrow)

    def _attest(self, signed: Signed, attestations: Sequence[Attestation]) -> Signed:
        digest = struct_digest(self.domain, signed.credential(signed.key))
        return replace(signed, attested=self.registrars_signed(digest, attestations))


def _signed_by(
    people: Sequence[Address], digest: Digest, attestations: Sequence[Attestation]
) -> bool:
    try:
        return all(recover(digest, each.signature) == people[each.index] for each in attestations)
    except SignatureError:
        return False
