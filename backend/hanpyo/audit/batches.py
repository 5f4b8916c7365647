"""The events are all there: every batch is rebuilt from them and compared with storage."""

from hanpyo.audit.evidence import Evidence
from hanpyo.audit.findings import Findings
from hanpyo.audit.storage import BATCHES, mapping_slot
from hanpyo.chain.election_events import BatchRecorded, Entry, Rebound, Recorded
from hanpyo.protocol.acts import batch_record, seals_hash
from hanpyo.protocol.tree import batch_root
from hanpyo.protocol.types import ZERO_WORD, BallotKind, Digest, Secrecy


def check_batches(evidence: Evidence, findings: Findings) -> None:
    """Rebuild each batch's tree and seals from the ballots' events, and compare with storage."""
    seen: set[int] = set()
    firsts: list[Entry] = []
    number = 0
    for entry in evidence.entries:
        event = entry.event
        if isinstance(event, BatchRecorded):
            number += 1
            findings.counts["batches"] += 1
            if event.number != number:
                findings.fail(
                    "batches",
                    f"its event comes where batch {number}'s should",
                    batch=event.number,
                    transaction=entry.log.transaction_hash,
                )
                number = event.number
            _check_batch(evidence, entry, event, firsts, findings)
            firsts = []
        elif isinstance(event, Rebound):
            seen.add(event.voter)
        elif isinstance(event, Recorded):
            if _is_first(event, seen):
                firsts.append(entry)
            seen.add(event.voter)
    for entry in firsts:
        _unbatched(entry, findings)


def _is_first(event: Recorded, seen: set[int]) -> bool:
    terms = event.terms
    return terms.order == 0 and terms.kind == BallotKind.BALLOT and event.voter not in seen


def _check_batch(
    evidence: Evidence,
    closing: Entry,
    batch: BatchRecorded,
    firsts: list[Entry],
    findings: Findings,
) -> None:
    """One batch, given the firsts told since the batch before."""
    transaction = closing.log.transaction_hash
    own = [entry for entry in firsts if entry.log.transaction_hash == transaction]
    for entry in firsts:
        if entry.log.transaction_hash != transaction:
            _unbatched(entry, findings)
    events = [entry.event for entry in own if isinstance(entry.event, Recorded)]
    is_sealed = evidence.manifest.secrecy is Secrecy.SEALED
    if len(events) != batch.firsts:
        _fail(findings, batch, transaction, f"{len(events)} events of {batch.firsts} first ballots")
    elif batch_root([event.terms.leaf(event.content) for event in events]) != batch.root:
        _fail(findings, batch, transaction, "the ballots' events do not make its root")
    elif (
        seals_hash([event.terms.act(event.content, event.escrow_hash) for event in events])
        if is_sealed
        else ZERO_WORD
    ) != batch.seals:
        _fail(findings, batch, transaction, "the ballots' escrows do not make its seals")
    stored = evidence.storage.get(mapping_slot(BATCHES, batch.number))
    if stored != int.from_bytes(batch_record(Digest(batch.root), batch.seals), "big"):
        _fail(findings, batch, transaction, "its event is not what the contract stored")


def _fail(findings: Findings, batch: BatchRecorded, transaction: bytes, text: str) -> None:
    findings.fail("batches", text, batch=batch.number, transaction=transaction)


def _unbatched(entry: Entry, findings: Findings) -> None:
    voter = entry.event.voter if isinstance(entry.event, Recorded) else None
    findings.fail(
        "batches",
        "a first ballot that no batch holds",
        voter=voter,
        transaction=entry.log.transaction_hash,
    )
