"""The names of the checks, their order, and what each says when it passes."""

from typing import Final

from hanpyo.audit.evidence import Evidence
from hanpyo.audit.findings import Findings
from hanpyo.audit.replay import Replay
from hanpyo.audit.report import Check, Status, judge
from hanpyo.audit.storage import MANIFEST_HASH
from hanpyo.protocol.phases import Phase
from hanpyo.protocol.types import Secrecy

CHECKS: Final = (
    "chain",
    "code",
    "manifest",
    "roll",
    "events",
    "batches",
    "calldata",
    "signatures",
    "credentials",
    "entitlement",
    "record",
    "timing",
    "openings",
    "settlement",
    "tally",
    "decision",
    "certification",
    "counting",
)
"""The names of all checks, in the order of the report."""


_NEED_ROLL: Final = ("roll", "entitlement")


def summarise(
    evidence: Evidence, replay: Replay, findings: Findings, phase: Phase, *, roll_known: bool
) -> list[Check]:
    """All checks but the last, which belongs to counting methods, in their order."""
    passed = _on_state(evidence, replay, findings) | _on_acts(evidence, findings)
    checks = []
    for name in CHECKS[:-1]:
        failures, notes = findings.failures(name), findings.notes(name)
        if name in _NEED_ROLL and not roll_known and not failures:
            checks.append(Check(name, Status.UNCHECKED, _unchecked(evidence, phase)))
        else:
            checks.append(judge(name, failures, passed[name], notes=notes))
    return checks


def _unchecked(evidence: Evidence, phase: Phase) -> str:
    if evidence.manifest.roll.in_file:
        return "the roll is in a file bound by its hash: give it to check this"
    return f"the roll is not published ({phase.name.lower()})"


def _on_acts(evidence: Evidence, findings: Findings) -> dict[str, str]:
    counts = findings.counts
    desk, pending, skipped = (counts[name] for name in ("desk acts", "pending openings", "skipped"))
    openings = (
        f"{counts['escrows']} escrows decrypted and compared, {counts['bad escrows']} bad"
        + (f", {pending} still to be opened or voided" if pending else "")
    )
    is_sealed = evidence.manifest.secrecy is Secrecy.SEALED
    return {
        "events": f"{len(evidence.entries)} events make the contract's counters and bitmaps",
        "batches": f"{counts['batches']} batches rebuilt from their events",
        "calldata": f"{counts['acts']} acts in the calldata told as they are"
        + (f", {skipped} of them skipped for the right reason" if skipped else ""),
        "signatures": f"{counts['signatures']} voters' signatures hold"
        + (f", {desk} desk acts are their clerks'" if desk else ""),
        "credentials": f"{counts['credentials']} acts attested, {counts['lists']} signed lists",
        "entitlement": f"{counts['entitlements']} acts have the weight, class and key of their "
        "roll entry",
        "timing": f"{counts['timed events']} events within their time",
        "openings": openings if is_sealed else "an open election: ballots open on arrival",
    }


def _on_state(evidence: Evidence, replay: Replay, findings: Findings) -> dict[str, str]:
    counts, record = findings.counts, replay.record
    manifest, header = evidence.manifest, evidence.header
    answered = (
        "as the contract says"
        if counts["answers"]
        else "here; the contract's own answer cannot be asked offline"
    )
    return {
        "chain": f"chain {evidence.chain_id}, block {header.number} 0x{header.hash.hex()}",
        "code": f"the clone, its implementation and {len(evidence.code) - 2} more contracts are "
        "the packaged ones",
        "manifest": f"valid, bound to the code, 0x{evidence.slot(MANIFEST_HASH):064x}",
        "roll": f"{manifest.roll.size} entries of weight {manifest.roll.weight} rebuilt to the "
        "frozen root",
        "record": f"one live ballot for each of {record.live} voters, {counts['slots']} slots "
        "reproduced",
        "settlement": f"{len(record.settled)} voters with several acts settled",
        "tally": f"{counts['counted ballots']} ballots counted again, {counts['strata']} strata "
        "agree",
        "decision": f"{len(manifest.items)} items decided again {answered}",
        "certification": f"{record.live} ballots of weight {record.live_weight}, "
        f"{len(record.voided)} void",
    }
