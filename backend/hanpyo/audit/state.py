"""The replayed record against the contract's storage: counters, flags, bitmaps and slots."""

from collections.abc import Set as AbstractSet
from typing import Final

from hanpyo.audit.evidence import Evidence
from hanpyo.audit.findings import Findings
from hanpyo.audit.replay import Replay
from hanpyo.audit.storage import (
    ACTED,
    CHECKED_IN,
    COUNTERS,
    OPENED,
    PROGRESS,
    SECRET,
    SLOTS,
    TOUCHED,
    VOIDED,
    Counters,
    Progress,
    bitmaps_in_use,
    bits_of,
    mapping_slot,
)
from hanpyo.chain.election_events import (
    Cancelled,
    CheckedIn,
    Frozen,
    Recorded,
    RollPublished,
    TextPublished,
)
from hanpyo.protocol.record import Record
from hanpyo.protocol.roll import ENTRY_BYTES

_BITMAP_NAMES: Final = {
    ACTED: "acted",
    TOUCHED: "acted more than once",
    CHECKED_IN: "was checked in",
    OPENED: "was opened",
    VOIDED: "was voided",
}


def check_state(evidence: Evidence, replay: Replay, findings: Findings) -> None:
    """Name everything that storage and the events say differently."""
    _check_counters(evidence, replay.record, findings)
    _check_progress(evidence, replay, findings)
    _check_bitmaps(evidence, replay.record, findings)
    _check_slots(evidence, replay.record, findings)


def _check_counters(evidence: Evidence, record: Record, findings: Findings) -> None:
    told = Counters(
        batches=findings.counts["batches"],
        live=record.live,
        live_weight=record.live_weight,
        touched=len(record.acts),
        settled=len(record.settled),
        opened=len(record.opened),
        voided=len(record.voided),
    )
    stored = Counters.unpack(evidence.slot(COUNTERS))
    for name in Counters.__slots__:
        ours, theirs = getattr(told, name), getattr(stored, name)
        if ours != theirs:
            words = name.replace("_", " ")
            findings.fail("events", f"{words}: the events make {ours}, the contract holds {theirs}")


def _check_progress(evidence: Evidence, replay: Replay, findings: Findings) -> None:
    events = [entry.event for entry in evidence.entries]
    stored = Progress.unpack(evidence.slot(PROGRESS), evidence.slot(COUNTERS))
    key = replay.key
    published = sum(
        len(event.entries) // ENTRY_BYTES for event in events if isinstance(event, RollPublished)
    )
    expected = {
        "initialised": True,
        "text_published": any(isinstance(event, TextPublished) for event in events),
        "frozen": any(isinstance(event, Frozen) for event in events),
        "cancelled": any(isinstance(event, Cancelled) for event in events),
        "certified": replay.certified is not None,
        "any_check_in": any(isinstance(event, CheckedIn) for event in events),
        "secrecy_lost": key is not None and key.lost,
        "roll_published": published,
    }
    for name, value in expected.items():
        if getattr(stored, name) != value:
            words = name.replace("_", " ")
            findings.fail(
                "events",
                f"{words}: the events say {value}, the contract holds {getattr(stored, name)}",
            )
    if evidence.slot(SECRET) != (0 if key is None else key.secret):
        findings.fail("events", "the trustees' secret in storage is not the one in the event")


def _check_bitmaps(evidence: Evidence, record: Record, findings: Findings) -> None:
    acted: set[int] = record.firsts.keys() | record.slots.keys()
    told: dict[int, AbstractSet[int]] = {
        ACTED: acted,
        TOUCHED: record.acts.keys(),
        CHECKED_IN: record.checked_in,
        OPENED: record.opened.keys(),
        VOIDED: record.voided,
    }
    words = range((evidence.manifest.roll.size + 255) >> 8)
    for base in bitmaps_in_use(evidence.storage):
        voters = told[base]
        stored = set(bits_of((index, evidence.slot(mapping_slot(base, index))) for index in words))
        name = _BITMAP_NAMES[base]
        for voter in sorted(stored - voters):
            findings.fail("events", f"{name} on chain, but no event tells of it", voter=voter)
        for voter in sorted(voters - stored):
            findings.fail("events", f"{name} by the events, but not on chain", voter=voter)


def _check_slots(evidence: Evidence, record: Record, findings: Findings) -> None:
    """Every voter with more than a first: the slot that the model makes is the slot in storage."""
    voters = record.slots.keys() | {
        entry.event.voter
        for entry in evidence.entries
        if isinstance(entry.event, Recorded) and entry.event.voter in record.acts
    }
    for voter in sorted(voters):
        own = int.from_bytes(record.slot(voter).pack(), "big")
        if own != evidence.storage.get(mapping_slot(SLOTS, voter)):
            findings.fail("record", "the slot in storage is not what the acts make", voter=voter)
    findings.counts["slots"] = len(voters)
