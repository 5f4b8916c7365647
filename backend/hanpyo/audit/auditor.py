"""The audit itself: evidence in, report out, every check in its place and always in one order."""

from collections.abc import Callable
from pathlib import Path

from eth_utils.address import to_checksum_address

from hanpyo.audit import methods
from hanpyo.audit.batches import check_batches
from hanpyo.audit.bundle import save_bundle
from hanpyo.audit.calls import signed_chain_id
from hanpyo.audit.decision import check_decision, decide
from hanpyo.audit.errors import UnknownElection
from hanpyo.audit.evidence import Evidence, Source
from hanpyo.audit.findings import Findings
from hanpyo.audit.frozen import check_code, check_manifest, check_roll
from hanpyo.audit.openings import check_openings, check_settlement
from hanpyo.audit.replay import Replay
from hanpyo.audit.report import Check, ItemResult, Report, Status, judge
from hanpyo.audit.state import check_state
from hanpyo.audit.summary import summarise
from hanpyo.audit.tally import Count, check_tally, count
from hanpyo.audit.timing import check_timing
from hanpyo.chain.election_events import Cancelled, Frozen, TextPublished
from hanpyo.chain.errors import UntrustworthyAnswer
from hanpyo.counting.errors import CountingError
from hanpyo.protocol.clone import CloneError
from hanpyo.protocol.domain import Domain
from hanpyo.protocol.phases import Phase, phase_at
from hanpyo.protocol.reading import EncodingError
from hanpyo.protocol.types import Address, Secrecy

Advance = Callable[[str], None]
"""Told the name of each stage as it begins."""


def audit(
    source: Source,
    election: Address | None = None,
    *,
    expected_organiser: Address | None = None,
    expected_manifest_hash: bytes | None = None,
    roll_file: bytes | None = None,
    bundle: Path | None = None,
    advance: Advance = lambda _: None,
) -> Report:
    """Check an election from its source alone.

    Without `expected_organiser` or `expected_manifest_hash` the organiser is told as unverified.
    `roll_file` is needed where the roll is in a file. The evidence is also written to `bundle`.
    Evidence that contradicts itself is a failed check; raises `UnknownElection`, `BadBundle` and
    what a source raises when it cannot be read.
    """
    advance("read")
    try:
        evidence = source.collect(election)
    except UntrustworthyAnswer as error:
        return _untrusted(election or Address(bytes(20)), error)
    if bundle is not None:
        save_bundle(evidence, bundle)
    return examine(
        evidence,
        expected_organiser=expected_organiser,
        expected_manifest_hash=expected_manifest_hash,
        roll_file=roll_file,
        advance=advance,
    )


def examine(
    evidence: Evidence,
    *,
    expected_organiser: Address | None = None,
    expected_manifest_hash: bytes | None = None,
    roll_file: bytes | None = None,
    advance: Advance = lambda _: None,
) -> Report:
    """Check evidence that is at hand; see `audit`."""
    try:
        return _Examination(
            evidence, expected_organiser, expected_manifest_hash, roll_file, advance
        ).report()
    except UntrustworthyAnswer as error:
        return _untrusted(evidence.election, error, evidence)
    except (CloneError, EncodingError) as error:
        shown = to_checksum_address(evidence.election)
        raise UnknownElection(f"there is no Hanpyo election at {shown}: {error}") from error


def _untrusted(
    election: Address, error: UntrustworthyAnswer, evidence: Evidence | None = None
) -> Report:
    check = Check("chain", Status.FAIL, f"what the source told contradicts itself: {error}")
    if evidence is None:
        return Report(election, 0, 0, bytes(32), "not trusted", "unknown", (check,))
    header = evidence.header
    return Report(
        election,
        evidence.chain_id,
        header.number,
        header.hash,
        evidence.source,
        "unknown",
        (check,),
    )


class _Examination:
    """One run of all checks."""

    def __init__(
        self,
        evidence: Evidence,
        organiser: Address | None,
        manifest_hash: bytes | None,
        roll_file: bytes | None,
        advance: Advance,
    ) -> None:
        self.evidence = evidence
        self.findings = Findings()
        self._organiser = organiser
        self._manifest_hash = manifest_hash
        self._roll_file = roll_file
        self._advance = advance

    def report(self) -> Report:
        """Run everything and put the checks in order."""
        evidence, findings = self.evidence, self.findings
        self._advance("code")
        self._check_chain()
        system = check_code(evidence, findings)
        stored = check_manifest(
            evidence,
            system,
            findings,
            expected_organiser=self._organiser,
            expected_manifest_hash=self._manifest_hash,
        )
        self._advance("roll")
        roll = check_roll(evidence, self._roll_file, findings)
        self._advance("ballots")
        domain = Domain(evidence.chain_id, evidence.election, stored)
        replay = Replay(evidence, domain, roll, findings)
        replay.run()
        check_batches(evidence, findings)
        check_state(evidence, replay, findings)
        check_timing(evidence, findings)
        phase = self._phase(replay)
        self._advance("openings")
        if evidence.manifest.secrecy is Secrecy.SEALED:
            check_openings(evidence, replay, domain, findings)
        check_settlement(replay, findings)
        self._advance("count")
        counted = count(replay)
        check_tally(evidence, counted, findings)
        text = self._text()
        items, methods_check = self._count_items(counted, phase, text)
        check_decision(evidence, items, findings)
        self._check_certification(replay, phase)
        header = evidence.header
        return Report(
            election=evidence.election,
            chain_id=evidence.chain_id,
            block_number=header.number,
            block_hash=header.hash,
            source=evidence.source,
            phase=phase.name.lower(),
            checks=(
                *summarise(evidence, replay, findings, phase, roll_known=roll is not None),
                methods_check,
            ),
            items=items,
            voting_code=text.voting_code,
        )

    def _phase(self, replay: Replay) -> Phase:
        events = [entry.event for entry in self.evidence.entries]
        if any(isinstance(event, Cancelled) for event in events):
            return Phase.CANCELLED
        if not any(isinstance(event, Frozen) for event in events):
            return Phase.DRAFT
        if replay.record.certified:
            return Phase.CERTIFIED
        now, key_known = self.evidence.header.timestamp, replay.key is not None
        return phase_at(self.evidence.manifest, now, key_known=key_known)

    def _check_chain(self) -> None:
        evidence, findings = self.evidence, self.findings
        for text in evidence.disagreements:
            findings.fail("chain", text)
        for log, text in evidence.strange_logs:
            findings.fail("events", text, transaction=log.transaction_hash)
        for log in evidence.logs:
            header = evidence.headers.get(log.block_number)
            if header is not None and header.hash != log.block_hash:
                findings.fail(
                    "chain",
                    f"an event is said to be in another block {log.block_number} than the header's",
                    transaction=log.transaction_hash,
                )
        for name, transaction in evidence.transactions.items():
            signed_for = signed_chain_id(transaction)
            if signed_for not in (None, evidence.chain_id):
                findings.fail(
                    "chain",
                    f"signed for chain id {signed_for}, the evidence is of {evidence.chain_id}",
                    transaction=name,
                )
        if evidence.embedded:
            findings.note(
                "chain", "this is an embedded chain: its operator controls it and its time"
            )

    def _text(self) -> methods.Text:
        """The text that was published last."""
        events = [entry.event for entry in self.evidence.entries]
        texts = [event.text for event in events if isinstance(event, TextPublished)]
        return methods.read_text(self.evidence.manifest, texts[-1] if texts else None)

    def _count_items(
        self, counted: Count, phase: Phase, text: methods.Text
    ) -> tuple[tuple[ItemResult, ...], Check]:
        """Every item decided, and counted by the method that the text names."""
        evidence, findings = self.evidence, self.findings
        items = list(decide(evidence, counted, phase, text.titles))
        named = 0
        for number, counting in enumerate(text.counting):
            if counting is None or phase is not Phase.CERTIFIED:
                continue
            named += 1
            try:
                result = methods.count_item(evidence.manifest, number, counted, counting)
            except CountingError as error:
                findings.note("counting", f"item {number + 1} is not counted here: {error}")
                continue
            items[number] = _with_count(items[number], result)
        words = f"{named} items counted by the method that the text names"
        check = judge("counting", [], words, notes=findings.notes("counting"))
        if not named:
            check = Check("counting", Status.PASS, "no item is decided by a counting method")
        return tuple(items), check

    def _check_certification(self, replay: Replay, phase: Phase) -> None:
        record, findings = replay.record, self.findings
        if replay.certified is not None:
            told = replay.certified
            ours = (record.live, record.live_weight, len(record.voided))
            theirs = (told.ballots, told.weight, told.voided)
            if ours != theirs:
                findings.fail(
                    "certification",
                    f"certified {theirs} ballots, weight and void, the record has {ours}",
                )
        elif phase is Phase.UNDETERMINED:
            findings.note("certification", "undetermined: the trustees' key was not released")
        elif phase is Phase.CANCELLED:
            findings.note("certification", "the election was cancelled before voting")
        else:
            findings.note("certification", f"not certified yet: {phase.name.lower()}")


def _with_count(item: ItemResult, counted: methods.Counted) -> ItemResult:
    values = {name: getattr(item, name) for name in ItemResult.__slots__}
    return ItemResult(**values | {"counting": counted.lines, "selected": counted.selected})
