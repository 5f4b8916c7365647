"""Sealed ballots: the secret is the trustees', every escrow is decrypted, every opening compared.

Openings dominate the time of an audit; they need nothing from each other.
"""

from dataclasses import dataclass
from typing import Final

from hanpyo.audit.evidence import Evidence
from hanpyo.audit.findings import Findings
from hanpyo.audit.replay import Replay
from hanpyo.protocol.domain import Domain
from hanpyo.protocol.envelopes import Position
from hanpyo.protocol.offers import Act
from hanpyo.secrecy.escrow import BadEscrow, EscrowOpener
from hanpyo.secrecy.group import GENERATOR, ORDER, multiply_fixed

CHECK: Final = "openings"


def check_openings(evidence: Evidence, replay: Replay, domain: Domain, findings: Findings) -> None:
    """Hold the key, every opening and every void of a sealed election against the escrows."""
    key = replay.key
    if key is None:
        findings.note(CHECK, "the trustees' key is not released")
    elif not 0 < key.secret < ORDER:
        findings.fail(CHECK, "the released secret is no key of the group")
    elif multiply_fixed(key.secret, GENERATOR)[0] != evidence.manifest.trustee_key:
        findings.fail(CHECK, "the released secret is not that of the trustees' key")
    else:
        _Openings(EscrowOpener(key.secret), replay, domain, findings).check()


@dataclass(frozen=True, slots=True)
class _Openings:
    """All live ballots of a sealed election whose key is out."""

    opener: EscrowOpener
    replay: Replay
    domain: Domain
    findings: Findings

    def check(self) -> None:
        record = self.replay.record
        for voter in sorted(record.firsts.keys() | record.acts.keys()):
            act = record.live_act(voter)
            if act is None:
                continue
            ballot = self.replay.ballot(act)
            if ballot is None or ballot.escrow is None:
                self._fail("no event holds the escrow of the live ballot", voter)
            else:
                self._check_ballot(voter, ballot.act, ballot.escrow)

    def _check_ballot(self, voter: int, act: Act, escrow: bytes) -> None:
        """One live ballot: opened as its escrow says, or bad and voided."""
        terms, record = act.terms, self.replay.record
        position = Position(self.domain.context, voter, terms.epoch, terms.revision)
        length = self.replay.manifest.choices_length
        found = self.opener.open(escrow, act.content, length, position)
        told = record.opened.get(voter)
        if isinstance(found, BadEscrow):
            self._check_bad(voter, str(found.fault), opened=told is not None)
            return
        self.findings.counts["escrows"] += 1
        if voter in record.voided:
            self._fail("voided, although its escrow is good", voter)
        elif told is None:
            self._missing("not opened", voter)
        elif told != found.choices:
            self._fail(f"opened as 0x{told.hex()}, its escrow holds 0x{found.choices.hex()}", voter)

    def _check_bad(self, voter: int, fault: str, *, opened: bool) -> None:
        self.findings.counts["bad escrows"] += 1
        if voter in self.replay.record.voided:
            self.findings.note(CHECK, f"voided: {fault}", voter=voter)
        else:
            state = "opened" if opened else "not opened"
            self._missing(f"{state} and not voided, although {fault}", voter)

    def _missing(self, text: str, voter: int) -> None:
        """Something still to be done before certification, and a failure after it."""
        if self.replay.record.certified:
            self._fail(text, voter)
        else:
            self.findings.counts["pending openings"] += 1

    def _fail(self, text: str, voter: int) -> None:
        self.findings.fail(CHECK, text, voter=voter)


def check_settlement(replay: Replay, findings: Findings) -> None:
    """Tell how many voters with several acts wait to be settled; certification refuses them."""
    unsettled = replay.record.unsettled
    if unsettled:
        findings.note("settlement", f"{unsettled} voters with several acts are not settled yet")
