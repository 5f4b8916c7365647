"""Signatures, credentials and the roll behind the acts of one batch, held against what was told.

An act told as recorded goes on as told, whatever is found wrong with it, so that an altered
signature is one finding and does not change the outcome of others.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hanpyo.audit.findings import Findings
from hanpyo.audit.signed import SignatureReader, Signed
from hanpyo.chain.election_events import CheckedIn, Recorded, Skipped
from hanpyo.protocol.batch import CompactBatch
from hanpyo.protocol.roll import RollEntry
from hanpyo.protocol.types import DeskKind, EntryKind, SkipReason

BatchEvent = Recorded | Skipped | CheckedIn
"""What a batch's event says of one act."""


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges the acts of batches; `roll` None leaves entitlement open."""

    reader: SignatureReader
    roll: Sequence[RollEntry] | None
    findings: Findings

    def judge(
        self,
        acts: Sequence[Signed],
        told: Sequence[BatchEvent | None],
        batch: CompactBatch | None,
    ) -> list[Signed]:
        """The acts with what their signatures prove; what is open follows the outcome told."""
        signed = [self._judge_signature(*pair) for pair in zip(acts, told, strict=True)]
        listed = batch is not None and batch.listing is not None
        if batch is not None and listed:
            signed = self._judge_list(signed, batch)
        return [
            self._judge_credential(act, listed=listed)
            if isinstance(event, (Recorded, CheckedIn))
            else act
            for act, event in zip(signed, told, strict=True)
        ]

    def judge_entitlement(self, act: Signed) -> None:
        """Weight, class and key against the voter's own leaf of the roll."""
        terms = act.act.terms
        if self.roll is None or act.desk == DeskKind.CHECK_IN:
            return
        if terms.voter >= len(self.roll):
            self._fail("entitlement", "the roll has no such voter", terms.voter)
            return
        entry = self.roll[terms.voter]
        self.findings.counts["entitlements"] += 1
        for name, ours, theirs in (
            ("weight", terms.weight, entry.weight),
            ("class", terms.class_, entry.class_),
        ):
            if ours != theirs:
                self._fail("entitlement", f"{name} {ours}, the roll says {theirs}", terms.voter)
        if entry.kind is EntryKind.LISTED and act.desk is None and act.key != entry.who:
            self._fail("entitlement", "voted with another key than the roll lists", terms.voter)

    def _judge_signature(self, act: Signed, event: BatchEvent | None) -> Signed:
        """The voter's own signature; a recorded act counts as signed by the key told."""
        if isinstance(event, Recorded):
            self._note_signature(act, event)
            return replace(act, own=True, key=event.key)
        if act.own is None:
            refused = isinstance(event, Skipped) and event.reason == SkipReason.SIGNATURE
            return replace(act, own=not refused)
        return act

    def _note_signature(self, act: Signed, event: Recorded) -> None:
        counts = self.findings.counts
        if act.desk is not None:
            counts["desk acts"] += 1
        elif act.own is None:
            self.findings.note(
                "signatures",
                "signed by a contract wallet: enforced by the contract, not repeated",
                voter=act.voter,
            )
        elif not act.own:
            self._fail("signatures", "the voter's signature does not hold", act.voter)
        elif act.key != event.key:
            text = "the voter's signature is not by the key that the event names"
            self._fail("signatures", text, act.voter)
        else:
            counts["signatures"] += 1

    def _judge_list(self, acts: Sequence[Signed], batch: CompactBatch) -> list[Signed]:
        self.findings.counts["lists"] += 1
        holds = self.reader.list_holds(batch, [act.credential(act.key) for act in acts])
        if not holds:
            self.findings.fail("credentials", "the registrars did not sign this batch's list")
        return [replace(act, attested=holds) for act in acts]

    def _judge_credential(self, act: Signed, *, listed: bool) -> Signed:
        """What binds a recorded act to its voter; afterwards it counts as attested."""
        if listed or act.attested:
            self.findings.counts["credentials"] += 1
        else:
            who = "clerks" if act.desk is not None else "roll" if act.listed else "registrars"
            self._fail("credentials", f"the {who} did not attest this act", act.voter)
        self.judge_entitlement(act)
        return replace(act, attested=True)

    def _fail(self, check: str, text: str, voter: int) -> None:
        self.findings.fail(check, text, voter=voter)
