"""The acts of one batch as its calldata has them against the events told of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from hanpyo.audit.findings import Findings
from hanpyo.audit.judging import BatchEvent
from hanpyo.audit.signed import Signed
from hanpyo.chain.election_events import BatchRecorded, Recorded, Skipped
from hanpyo.protocol.record import Record
from hanpyo.protocol.types import Channel, SkipReason

CHECK = "calldata"


def align(acts: Sequence[Signed], told: Sequence[BatchEvent]) -> list[BatchEvent | None]:
    """For each act the event told for it, or None; both run in the same order."""
    voters, named = [act.voter for act in acts], [event.voter for event in told]
    if voters == named:
        return list(told)
    aligned: list[BatchEvent | None] = [None] * len(acts)
    for block in SequenceMatcher(None, voters, named, autojunk=False).get_matching_blocks():
        aligned[block.a : block.a + block.size] = told[block.b : block.b + block.size]
    return aligned


def words_of(reason: SkipReason) -> str:
    """A skip reason's number and name."""
    return f"{reason.value} ({reason.name.lower().replace('_', ' ')})"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Compares with `record`, the model after the batch."""

    record: Record
    findings: Findings

    def compare(self, act: Signed, reason: SkipReason | None, event: BatchEvent | None) -> None:
        """One act as the model decided it against the event told for it."""
        self.findings.counts["acts"] += 1
        if event is None:
            self._fail("the calldata holds an act that no event tells of", act.voter)
        elif isinstance(event, Skipped):
            self._compare_skip(act, reason, event)
        elif reason is not None:
            text = f"recorded, although it had to be skipped: {words_of(reason)}"
            self.findings.fail("record", text, voter=act.voter)
        elif isinstance(event, Recorded):
            self._compare_recorded(act, event)

    def compare_surplus(
        self, told: Sequence[BatchEvent], aligned: Sequence[BatchEvent | None]
    ) -> None:
        """Events that no act of the calldata stands behind."""
        used = {id(event) for event in aligned}
        for event in told:
            if id(event) not in used:
                self._fail("an event tells of an act that the calldata lacks", event.voter)

    def compare_root(self, told: Sequence[BatchRecorded]) -> None:
        """The batch's root from the calldata against its event, where it told one."""
        if not told:
            return
        number, batches = told[0].number, self.record.batches
        made = (batches[-1].root, batches[-1].seals, len(batches[-1].firsts)) if batches else None
        if len(told) > 1 or made != (told[0].root, told[0].seals, told[0].firsts):
            text = "the calldata makes another batch than the event"
            self.findings.fail(CHECK, text, batch=number)

    def _compare_skip(self, act: Signed, reason: SkipReason | None, event: Skipped) -> None:
        self.findings.counts["skipped"] += 1
        if event.digest != act.digest:
            self._fail("the event of a skipped act names another digest", act.voter)
        if reason != event.reason:
            due = "although it was in order" if reason is None else f"not for {words_of(reason)}"
            text = f"skipped for reason {event.reason}, {due}"
            self.findings.fail("record", text, voter=act.voter)

    def _compare_recorded(self, act: Signed, event: Recorded) -> None:
        terms = act.act.terms
        if terms.channel == Channel.ONLINE and terms.voter in self.record.checked_in:
            terms = terms._replace(channel=Channel.ONLINE_ASSEMBLY)
        for name, differs in (
            ("terms", event.terms != terms),
            ("envelope or choices", event.content != act.act.content),
            ("escrow", event.escrow_hash != act.act.escrow),
        ):
            if differs:
                self._fail(f"event and calldata differ in the {name}", act.voter)

    def _fail(self, text: str, voter: int) -> None:
        self.findings.fail(CHECK, text, voter=voter)
