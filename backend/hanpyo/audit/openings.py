"""Sealed ballots: the secret is the trustees', every escrow is decrypted, every opening compared.

Openings dominate the time of an audit; they need nothing from each other.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from hanpyo.audit.events import Voided
from hanpyo.audit.evidence import Evidence
from hanpyo.audit.findings import Findings
from hanpyo.audit.replay import Ballot, Replay
from hanpyo.protocol.domain import Domain
from hanpyo.protocol.envelopes import Position
from hanpyo.protocol.phases import Phase
from hanpyo.secrecy.escrow import BadEscrow, EscrowOpener
from hanpyo.secrecy.group import GENERATOR, ORDER, multiply_fixed

CHECK: Final = "openings"


def check_openings(evidence: Evidence, replay: Replay, domain: Domain, findings: Findings) -> None:
    """Hold the key, every opening and every void of a sealed election against the escrows."""
    key = replay.key
    if key is None:
        findings.note(CHECK, "the trustees' key is not released")
        return
    if not 0 < key.secret < ORDER:
        findings.fail(CHECK, "the released secret is no key of the group")
        return
    if multiply_fixed(key.secret, GENERATOR)[0] != evidence.manifest.trustee_key:
        findings.fail(CHECK, "the released secret is not that of the trustees' key")
        return
    opener = EscrowOpener(key.secret)
    for voter, ballot in _live(replay, findings):
        _check_ballot(opener, domain, replay, voter, ballot, findings)
    live = {voter for voter in _voters(replay) if replay.record.live_act(voter) is not None}
    for entry in evidence.entries:
        if isinstance(entry.event, Voided) and entry.event.voter not in live:
            findings.fail(CHECK, "voided without a live ballot", voter=entry.event.voter)


def _voters(replay: Replay) -> Sequence[int]:
    return sorted(replay.record.firsts.keys() | replay.record.acts.keys())


def _live(replay: Replay, findings: Findings) -> Iterable[tuple[int, Ballot]]:
    for voter in _voters(replay):
        act = replay.record.live_act(voter)
        if act is None:
            continue
        ballot = replay.ballot(act)
        if ballot is None or ballot.escrow is None:
            findings.fail(CHECK, "no event holds the escrow of the live ballot", voter=voter)
            continue
        yield voter, ballot


def _check_ballot(
    opener: EscrowOpener,
    domain: Domain,
    replay: Replay,
    voter: int,
    ballot: Ballot,
    findings: Findings,
) -> None:
    """One live ballot: opened as its escrow says, or bad and voided."""
    terms, escrow = ballot.act.terms, ballot.escrow or b""
    position = Position(domain.context, voter, terms.epoch, terms.revision)
    length = replay.manifest.choices_length
    found = opener.open(escrow, ballot.act.content, length, position)
    told = replay.record.opened.get(voter)
    voided = voter in replay.record.voided
    if isinstance(found, BadEscrow):
        findings.counts["bad escrows"] += 1
        _check_bad(replay, voter, str(found.fault), told is not None, voided, findings)
        return
    findings.counts["escrows"] += 1
    if voided:
        findings.fail(CHECK, "voided, although its escrow is good", voter=voter)
    elif told is None:
        _missing(replay, voter, "not opened", findings)
    elif told != found.choices:
        findings.fail(
            CHECK,
            f"opened as 0x{told.hex()}, its escrow holds 0x{found.choices.hex()}",
            voter=voter,
        )


def _check_bad(
    replay: Replay, voter: int, fault: str, opened: bool, voided: bool, findings: Findings
) -> None:
    if voided:
        findings.note(CHECK, f"voided: {fault}", voter=voter)
    else:
        state = "opened" if opened else "not opened"
        _missing(replay, voter, f"{state} and not voided, although {fault}", findings)


def _missing(replay: Replay, voter: int, text: str, findings: Findings) -> None:
    """Something still to be done before certification, and a failure after it."""
    if replay.record.certified:
        findings.fail(CHECK, text, voter=voter)
    else:
        findings.counts["pending openings"] += 1


def check_settlement(evidence: Evidence, replay: Replay, phase: Phase, findings: Findings) -> None:
    """Every voter with several acts is settled once the barrier has passed."""
    del evidence
    unsettled = sorted(replay.record.acts.keys() - replay.record.settled)
    for voter in unsettled:
        if phase is Phase.CERTIFIED:
            findings.fail("settlement", "certified without being settled", voter=voter)
    if unsettled and phase is not Phase.CERTIFIED:
        findings.note(
            "settlement", f"{len(unsettled)} voters with several acts are not settled yet"
        )
