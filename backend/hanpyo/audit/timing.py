"""Nothing happened outside its time, by the timestamps of the blocks."""

from typing import Final

from hanpyo.audit.evidence import Evidence
from hanpyo.audit.findings import Findings
from hanpyo.chain.election_events import (
    Cancelled,
    Certified,
    CheckedIn,
    Entry,
    Frozen,
    KeyReleased,
    Opened,
    Rebound,
    Recorded,
    RollPublished,
    Settled,
    TextPublished,
    Voided,
)
from hanpyo.protocol.manifest import Timetable
from hanpyo.protocol.types import Channel

_FOREVER: Final = 1 << 64
_DESK: Final = (Channel.PAPER, Channel.PROXY, Channel.IN_PERSON)


def check_timing(evidence: Evidence, findings: Findings) -> None:
    """Hold every event against the frozen times."""
    times = evidence.manifest.timetable
    for entry in evidence.entries:
        now = evidence.time_of(entry.log.block_number)
        period = _period(entry, times)
        if now is None or period is None:
            continue
        findings.counts["timed events"] += 1
        start, end = period
        if not start <= now < end:
            findings.fail(
                "timing",
                f"{type(entry.event).__name__} at {now}, outside {start} to {end}",
                voter=getattr(entry.event, "voter", None),
                transaction=entry.log.transaction_hash,
            )
        if isinstance(entry.event, KeyReleased):
            _check_key(entry.event, entry.log.block_number, now, times, findings)
    if not evidence.linked:
        findings.note(
            "timing",
            "the blocks' times are as told; not every block is linked to the trusted one",
        )


def _check_key(
    event: KeyReleased, block: int, now: int, times: Timetable, findings: Findings
) -> None:
    early = now < times.barrier_at
    if early != event.lost:
        findings.fail("timing", "the key's event says otherwise about the loss of secrecy")
    if early:
        findings.note("timing", f"secrecy was lost from block {block} on: the key came early")


def _period(entry: Entry, times: Timetable) -> tuple[int, int] | None:
    """From when, and until before when, an event may happen; None where nothing says."""
    event = entry.event
    if isinstance(event, Recorded) and event.terms.channel in _DESK:
        return times.opens_at, times.barrier_at
    periods: dict[type, tuple[int, int]] = {
        TextPublished: (0, times.opens_at),
        RollPublished: (0, times.opens_at),
        Frozen: (0, times.opens_at),
        Cancelled: (0, times.opens_at),
        Recorded: (times.opens_at, times.closes_at),
        CheckedIn: (times.opens_at, times.barrier_at),
        Rebound: (0, times.rebind_until),
        Settled: (times.barrier_at, _FOREVER),
        KeyReleased: (0, times.key_deadline + 1),
        Opened: (times.opening_at, _FOREVER),
        Voided: (times.opening_at, _FOREVER),
        Certified: (times.certify_at, _FOREVER),
    }
    return periods.get(type(event))
