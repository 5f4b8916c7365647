"""The whole record replayed in chain order through the reference model of the contract.

Every call whose calldata is at hand is decided anew: signatures, credentials, then the model says
which acts are recorded and why the others are not, and the events must say the same. Calls that
came through another contract are replayed from their events.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from hanpyo.audit.calls import BatchCall, RebindCall, direct_call
from hanpyo.audit.comparing import Comparison, align, words_of
from hanpyo.audit.errors import AuditError
from hanpyo.audit.evidence import Evidence
from hanpyo.audit.findings import Findings
from hanpyo.audit.judging import Judge
from hanpyo.audit.signed import SignatureReader, Signed
from hanpyo.chain.election_events import (
    BatchRecorded,
    Certified,
    CheckedIn,
    Event,
    KeyReleased,
    Opened,
    Rebound,
    Recorded,
    Settled,
    Skipped,
    Voided,
)
from hanpyo.protocol.acts import Terms
from hanpyo.protocol.batch import (
    BatchForm,
    CompactBatch,
    decode_compact,
    decode_desk,
    decode_wide,
)
from hanpyo.protocol.compact import FORMAT as COMPACT
from hanpyo.protocol.domain import Domain
from hanpyo.protocol.offers import Act, Offer
from hanpyo.protocol.reading import EncodingError
from hanpyo.protocol.record import Record, RecordRefusal
from hanpyo.protocol.roll import RollEntry
from hanpyo.protocol.types import (
    ZERO_WORD,
    BallotKind,
    Channel,
    DeskKind,
    Digest,
    Secrecy,
)
from hanpyo.protocol.wide import FORMAT as WIDE

_NO_DIGEST: Final = Digest(ZERO_WORD)
_CLERKS_KINDS: Final[dict[int, int]] = {
    Channel.PAPER: DeskKind.NAMED,
    Channel.PROXY: DeskKind.NAMED,
    Channel.IN_PERSON: DeskKind.IN_PERSON,
}
_ACT_EVENTS: Final = (Recorded, Skipped, CheckedIn, BatchRecorded)


@dataclass(frozen=True, slots=True)
class Ballot:
    """A recorded act with the bytes behind its hashes, as its event tells them."""

    act: Act
    escrow: bytes | None
    choices: bytes | None


class Replay:
    """One pass over the events; afterwards `record` is the state that the events make.

    `ballots` holds the recorded acts by act hash.
    """

    def __init__(
        self,
        evidence: Evidence,
        domain: Domain,
        roll: Sequence[RollEntry] | None,
        findings: Findings,
    ) -> None:
        self.evidence = evidence
        self.manifest = evidence.manifest
        self.record = Record(self.manifest)
        self.ballots: dict[bytes, Ballot] = {}
        self.certified: Certified | None = None
        self.key: KeyReleased | None = None
        self._form = BatchForm.of(self.manifest)
        self._reader = SignatureReader(self.manifest, domain, self._form)
        self._judge = Judge(self._reader, roll, findings)
        self._findings = findings
        self._now = 0

    def run(self) -> None:
        """Replay everything."""
        for (block, transaction), group in groupby(
            self.evidence.entries,
            lambda entry: (entry.log.block_number, entry.log.transaction_hash),
        ):
            now = self.evidence.time_of(block)
            if now is None:
                raise AuditError(f"the evidence lacks the header of block {block}")
            self._now, self._findings.transaction = now, transaction
            self._replay_transaction(transaction, [entry.event for entry in group])
        self._findings.transaction = None

    def ballot(self, act: Act) -> Ballot | None:
        """The bytes behind a recorded act."""
        return self.ballots.get(act.hash)

    def _replay_transaction(self, name: bytes, events: Sequence[Event]) -> None:
        call = self._call(name)
        only_acts = all(isinstance(event, _ACT_EVENTS) for event in events)
        if isinstance(call, BatchCall) and only_acts and self._replay_batch(call, events):
            return
        for is_act, group in groupby(events, lambda event: isinstance(event, _ACT_EVENTS)):
            if is_act:
                self._note_unchecked(name)
                self._replay_wrapped(list(group))
                continue
            for event in group:
                self._replay_other(event, call)

    def _call(self, name: bytes) -> BatchCall | RebindCall | None:
        transaction = self.evidence.transactions.get(name)
        if transaction is None:
            return None
        if transaction.hash != name:
            text = "the transaction does not hash to its name: it was altered"
            self._findings.fail("calldata", text)
        return direct_call(self.evidence, transaction)

    def _replay_batch(self, call: BatchCall, events: Sequence[Event]) -> bool:
        """Decide the batch anew; False when its bytes are no batch that could have succeeded."""
        try:
            acts, batch = self._decode(call)
        except EncodingError as error:
            text = f"the chain took a batch that should revert: {error}"
            self._findings.fail("calldata", text)
            return False
        told = [event for event in events if isinstance(event, (Recorded, Skipped, CheckedIn))]
        aligned = align(acts, told)
        judged = self._judge.judge(acts, aligned, batch)
        reasons = self.record.cast([_offer(act) for act in judged], self._now)
        comparison = Comparison(self.record, self._findings)
        for act, reason, event in zip(judged, reasons, aligned, strict=True):
            comparison.compare(act, reason, event)
            if isinstance(event, Recorded):
                self._keep(event)
        comparison.compare_surplus(told, aligned)
        comparison.compare_root([event for event in events if isinstance(event, BatchRecorded)])
        return True

    def _decode(self, call: BatchCall) -> tuple[list[Signed], CompactBatch | None]:
        if call.format == COMPACT:
            batch = decode_compact(call.data, self._form)
            return self._reader.compact(batch), batch
        if call.format == WIDE:
            return self._reader.wide(decode_wide(call.data, self._form)), None
        return self._reader.desk(decode_desk(call.data, self._form)), None

    def _note_unchecked(self, name: bytes) -> None:
        at_hand = name in self.evidence.transactions
        how = "came through another contract" if at_hand else "has no calldata at hand"
        self._findings.note(
            "calldata",
            f"a batch {how}: signatures and credentials are enforced by the contract, "
            "not checked here",
        )

    def _replay_wrapped(self, events: Sequence[Event]) -> None:
        """Acts known from their events alone, batch by batch."""
        pending: list[Recorded | CheckedIn] = []
        for event in events:
            if isinstance(event, BatchRecorded):
                self._replay_told(pending)
                pending = []
            elif isinstance(event, (Recorded, CheckedIn)):
                pending.append(event)
        self._replay_told(pending)

    def _replay_told(self, events: Sequence[Recorded | CheckedIn]) -> None:
        acts = [_signed_of_event(event) for event in events]
        reasons = self.record.cast([_offer(act) for act in acts], self._now)
        for act, event, reason in zip(acts, events, reasons, strict=True):
            if reason is not None:
                text = f"recorded, although it had to be skipped: {words_of(reason)}"
                self._findings.fail("record", text, voter=act.voter)
            self._judge.judge_entitlement(act)
            if isinstance(event, Recorded):
                self._keep(event)

    def _keep(self, event: Recorded) -> None:
        act = Act(event.terms, event.content, event.escrow_hash)
        self.ballots[act.hash] = Ballot(act, event.escrow, event.choices)

    def _replay_other(self, event: Event, call: BatchCall | RebindCall | None) -> None:
        """Everything that is not an act."""
        try:
            match event:
                case Rebound(voter, epoch):
                    self._replay_rebind(voter, epoch, call)
                case Settled(voter, slot):
                    self._replay_settle(voter, slot)
                case KeyReleased():
                    self.key = event
                    self.record.release_key()
                case Opened(voter, choices):
                    self._replay_opening(voter, choices)
                case Voided(voter):
                    self.record.void(voter, self._now)
                case Certified():
                    self.certified = event
                    self.record.certify(self._now)
        except RecordRefusal as refusal:
            check = "certification" if isinstance(event, Certified) else "record"
            text = f"{type(event).__name__.lower()}, although {refusal}"
            self._findings.fail(check, text, voter=getattr(event, "voter", None))

    def _replay_rebind(self, voter: int, epoch: int, call: BatchCall | RebindCall | None) -> None:
        if not isinstance(call, RebindCall):
            self._findings.note(
                "credentials",
                "rebound through another contract: enforced by the contract, not checked here",
                voter=voter,
            )
        elif (call.voter, call.epoch) != (voter, epoch) or not self._reader.rebind_holds(call):
            text = "the registrars did not sign this rebind"
            self._findings.fail("credentials", text, voter=voter)
        self.record.rebind(voter, epoch, self._now)

    def _replay_settle(self, voter: int, slot: int) -> None:
        before = int.from_bytes(self.record.slot(voter).pack(), "big")
        if slot != before:
            text = "settled with another slot than the events make"
            self._findings.fail("settlement", text, voter=voter)
        if not self.record.settle(voter, self._now):
            self._findings.fail("settlement", "settled twice", voter=voter)

    def _replay_opening(self, voter: int, choices: bytes) -> None:
        """The choices are held against the escrow later; here only whether one may be opened."""
        record = self.record
        if self.manifest.secrecy is not Secrecy.SEALED or not record.key_known:
            text = "opened before the trustees' key was out"
        elif record.live_act(voter) is None:
            text = "opened without a live ballot"
        elif voter in record.opened or voter in record.voided:
            text = "opened twice, or after it was voided"
        else:
            text = ""
        if text:
            self._findings.fail("openings", text, voter=voter)
        record.opened[voter] = choices


def _offer(act: Signed) -> Offer:
    return Offer(act.act, bool(act.own), act.attested, act.desk, act.clean)


def _signed_of_event(event: Recorded | CheckedIn) -> Signed:
    """An act known from its event alone, taken as the contract took it."""
    if isinstance(event, CheckedIn):
        act = Act(Terms(event.voter, 0, kind=BallotKind.WITHDRAWAL), ZERO_WORD)
        return Signed(act, _NO_DIGEST, ZERO_WORD, True, True, desk=DeskKind.CHECK_IN)
    terms = event.terms
    desk = _CLERKS_KINDS.get(terms.channel)
    if terms.channel == Channel.ONLINE_ASSEMBLY:
        terms = terms._replace(channel=Channel.ONLINE)
    act = Act(terms, event.content, event.escrow_hash)
    return Signed(act, _NO_DIGEST, event.key, True, True, desk=desk)
