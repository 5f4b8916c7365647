"""The whole record replayed in chain order through the reference model of the contract.

Every call whose calldata is at hand is decided anew: signatures, credentials, then the model says
which acts are recorded and why the others are not, and the events must say the same. Calls that
came through another contract are replayed from their events.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import groupby
from typing import Final

from hanpyo.audit.calls import BatchCall, RebindCall, direct_call
from hanpyo.audit.errors import AuditError
from hanpyo.audit.events import (
    BatchRecorded,
    Certified,
    CheckedIn,
    KeyReleased,
    Opened,
    Rebound,
    Recorded,
    Settled,
    Skipped,
    Voided,
)
from hanpyo.audit.evidence import Evidence
from hanpyo.audit.findings import Findings
from hanpyo.audit.signed import SignatureReader, Signed
from hanpyo.protocol.acts import Terms
from hanpyo.protocol.batch import (
    Attestation,
    BatchForm,
    CompactBatch,
    decode_compact,
    decode_desk,
    decode_wide,
)
from hanpyo.protocol.compact import FORMAT as COMPACT
from hanpyo.protocol.domain import Domain
from hanpyo.protocol.messages import Rebind, struct_digest
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
    EntryKind,
    Secrecy,
    SkipReason,
)
from hanpyo.protocol.wide import FORMAT as WIDE

_SIGNED_BY: Final = 65
NO_DIGEST: Final = Digest(ZERO_WORD)
_CLERKS_KINDS: Final[dict[int, int]] = {
    Channel.PAPER: DeskKind.NAMED,
    Channel.PROXY: DeskKind.NAMED,
    Channel.IN_PERSON: DeskKind.IN_PERSON,
}
_BatchEvent = Recorded | Skipped | CheckedIn
_ACT_EVENTS: Final = (Recorded, Skipped, CheckedIn, BatchRecorded)


@dataclass(frozen=True, slots=True)
class Ballot:
    """A recorded act with the bytes behind its hashes, as its event tells them."""

    act: Act
    key: bytes
    escrow: bytes | None
    choices: bytes | None


class Replay:
    """One pass over the events; afterwards `record` is the state that the events make.

    `ballots` holds the recorded acts by act hash. `opened_events` are the choices of every opening.
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
        self.form = BatchForm.of(self.manifest)
        self.record = Record(self.manifest)
        self.ballots: dict[bytes, Ballot] = {}
        self.certified: Certified | None = None
        self.key: KeyReleased | None = None
        self._reader = SignatureReader(self.manifest, domain, self.form)
        self._roll = roll
        self._findings = findings
        self._transaction = b""
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
            self._now, self._transaction = now, transaction
            self._replay_transaction([entry.event for entry in group])

    def ballot(self, act: Act) -> Ballot | None:
        """The bytes behind a recorded act."""
        return self.ballots.get(act.hash)

    def _fail(
        self, check: str, text: str, voter: int | None = None, batch: int | None = None
    ) -> None:
        self._findings.fail(
            check, text, voter=voter, batch=batch, transaction=self._transaction or None
        )

    def _replay_transaction(self, events: Sequence[object]) -> None:
        call = self._call()
        only_acts = all(isinstance(event, _ACT_EVENTS) for event in events)
        if isinstance(call, BatchCall) and only_acts and self._replay_batch(call, events):
            return
        for is_act, group in groupby(events, lambda event: isinstance(event, _ACT_EVENTS)):
            if is_act:
                self._replay_wrapped(list(group))
                continue
            for event in group:
                self._replay_other(event, call)

    def _call(self) -> BatchCall | RebindCall | None:
        transaction = self.evidence.transactions.get(self._transaction)
        if transaction is None:
            return None
        if transaction.hash != self._transaction:
            self._fail("calldata", "the transaction does not hash to its name: it was altered")
        return direct_call(self.evidence, transaction)

    # Batches whose calldata is at hand.

    def _replay_batch(self, call: BatchCall, events: Sequence[object]) -> bool:
        """Decide the batch anew; False when its bytes are no batch that could have succeeded."""
        try:
            acts, batch = self._decode(call)
        except EncodingError as error:
            self._fail("calldata", f"the chain took a batch that should revert: {error}")
            return False
        told: list[_BatchEvent] = [
            event for event in events if isinstance(event, (Recorded, Skipped, CheckedIn))
        ]
        aligned = _align(acts, told)
        acts = self._judge(acts, aligned, batch)
        reasons = self._cast([_offer(act) for act in acts])
        for act, reason, event in zip(acts, reasons, aligned, strict=True):
            self._compare(act, reason, event)
        self._compare_surplus(told, aligned)
        self._compare_root(events)
        return True

    def _decode(self, call: BatchCall) -> tuple[list[Signed], CompactBatch | None]:
        if call.format == COMPACT:
            batch = decode_compact(call.data, self.form)
            return self._reader.compact(batch), batch
        if call.format == WIDE:
            return self._reader.wide(decode_wide(call.data, self.form)), None
        return self._reader.desk(decode_desk(call.data, self.form)), None

    def _judge(
        self,
        acts: list[Signed],
        told: Sequence[_BatchEvent | None],
        batch: CompactBatch | None,
    ) -> list[Signed]:
        """Hold signatures and credentials against the outcome told; what is open follows it."""
        acts = self._judge_signatures(acts, told)
        if batch is not None and batch.listing is not None:
            own = [act.credential(act.key) for act in acts]
            attested = self._reader.list_holds(batch, own)
            acts = [replace(act, attested=attested) for act in acts]
            self._findings.counts["lists"] += 1
            if not attested:
                self._fail("credentials", "the registrars did not sign this batch's list")
        judged = []
        for act, event in zip(acts, told, strict=True):
            if isinstance(event, (Recorded, CheckedIn)):
                self._judge_credential(act, batch)
                judged.append(replace(act, attested=True))
            else:
                judged.append(act)
        return judged

    def _judge_signatures(
        self, acts: Sequence[Signed], told: Sequence[_BatchEvent | None]
    ) -> list[Signed]:
        judged = []
        for act, event in zip(acts, told, strict=True):
            if isinstance(event, Recorded):
                judged.append(self._judge_signature(act, event))
            elif act.own is None:
                refused = isinstance(event, Skipped) and event.reason == SkipReason.SIGNATURE
                judged.append(replace(act, own=not refused))
            else:
                judged.append(act)
        return judged

    def _judge_signature(self, act: Signed, event: Recorded) -> Signed:
        """A recorded act's own signature; afterwards it counts as signed by the key told."""
        counts = self._findings.counts
        if act.desk is not None:
            counts["desk acts"] += 1
        elif act.own is None:
            counts["contract wallets"] += 1
            self._findings.note(
                "signatures",
                "signed by a contract wallet: enforced by the contract, not repeated",
                voter=act.voter,
                transaction=self._transaction,
            )
        elif not act.own:
            self._fail("signatures", "the voter's signature does not hold", act.voter)
        elif act.key != event.key:
            self._fail(
                "signatures",
                "the voter's signature is not by the key that the event names",
                act.voter,
            )
        else:
            counts["signatures"] += 1
        return replace(act, own=True, key=event.key)

    def _judge_credential(self, act: Signed, batch: CompactBatch | None) -> None:
        in_list = batch is not None and batch.listing is not None
        if not in_list and not act.attested:
            who = "clerks" if act.desk is not None else "roll" if act.listed else "registrars"
            self._fail("credentials", f"the {who} did not attest this act", act.voter)
        else:
            self._findings.counts["credentials"] += 1
        self._judge_entitlement(act)

    def _judge_entitlement(self, act: Signed) -> None:
        """Weight, class and key against the voter's own leaf of the roll."""
        terms = act.act.terms
        if self._roll is None or act.desk == DeskKind.CHECK_IN:
            return
        if terms.voter >= len(self._roll):
            self._fail("entitlement", "the roll has no such voter", terms.voter)
            return
        entry = self._roll[terms.voter]
        self._findings.counts["entitlements"] += 1
        if terms.weight != entry.weight:
            self._fail(
                "entitlement", f"weight {terms.weight}, the roll says {entry.weight}", terms.voter
            )
        if terms.class_ != entry.class_:
            self._fail(
                "entitlement", f"class {terms.class_}, the roll says {entry.class_}", terms.voter
            )
        if entry.kind is EntryKind.LISTED and act.desk is None and act.key != entry.who:
            self._fail("entitlement", "voted with another key than the roll lists", terms.voter)

    def _cast(self, offers: Sequence[Offer]) -> list[SkipReason | None]:
        return self.record.cast(offers, self._now)

    def _compare(self, act: Signed, reason: SkipReason | None, event: _BatchEvent | None) -> None:
        """One act as the model decides it against the event told for it."""
        self._findings.counts["acts"] += 1
        if event is None:
            self._fail("calldata", "the calldata holds an act that no event tells of", act.voter)
        elif isinstance(event, Skipped):
            self._compare_skip(act, reason, event)
        elif reason is not None:
            self._fail(
                "record", f"recorded, although it had to be skipped: {_words(reason)}", act.voter
            )
            if isinstance(event, Recorded):
                self._keep(event)
        elif isinstance(event, Recorded):
            self._compare_recorded(act, event)
            self._keep(event)

    def _compare_skip(self, act: Signed, reason: SkipReason | None, event: Skipped) -> None:
        if event.digest != act.digest:
            self._fail("calldata", "the event of a skipped act names another digest", act.voter)
        if reason is None:
            self._fail("record", f"skipped ({event.reason}), although it was in order", act.voter)
        elif reason != event.reason:
            self._fail(
                "record",
                f"skipped for reason {event.reason} instead of {_words(reason)}",
                act.voter,
            )
        self._findings.counts["skipped"] += 1

    def _compare_recorded(self, act: Signed, event: Recorded) -> None:
        terms = act.act.terms
        if terms.channel == Channel.ONLINE and terms.voter in self.record.checked_in:
            terms = replace(terms, channel=Channel.ONLINE_ASSEMBLY)
        for name, differs in (
            ("terms", event.terms != terms),
            ("envelope or choices", event.content != act.act.content),
            ("escrow", event.escrow_hash != act.act.escrow),
        ):
            if differs:
                self._fail("calldata", f"event and calldata differ in the {name}", act.voter)

    def _compare_surplus(
        self, told: Sequence[_BatchEvent], aligned: Sequence[_BatchEvent | None]
    ) -> None:
        used = {id(event) for event in aligned}
        for event in told:
            if id(event) not in used:
                voter = event.voter
                self._fail("calldata", "an event tells of an act that the calldata lacks", voter)

    def _compare_root(self, events: Sequence[object]) -> None:
        """The batch's root from the calldata against its event."""
        told = [event for event in events if isinstance(event, BatchRecorded)]
        if not told:
            return
        if not self.record.batches:
            self._fail("calldata", "the calldata makes no batch", batch=told[0].number)
            return
        batch = self.record.batches[-1]
        number = told[0].number
        same = (told[0].root, told[0].seals, told[0].firsts) == (
            batch.root,
            batch.seals,
            len(batch.firsts),
        )
        if not same or len(told) > 1:
            self._fail("calldata", "the calldata makes another batch than the event", batch=number)

    # What came through another contract.

    def _replay_wrapped(self, events: Sequence[object]) -> None:
        if self._transaction in self.evidence.transactions:
            reason = "came through another contract"
        else:
            reason = "has no calldata at hand"
        self._findings.note(
            "calldata",
            f"a batch {reason}: signatures and credentials are enforced by the contract, "
            "not checked here",
            transaction=self._transaction,
        )
        pending: list[Recorded | CheckedIn] = []
        for event in events:
            if isinstance(event, BatchRecorded):
                self._replay_told(pending)
                pending = []
            elif isinstance(event, (Recorded, CheckedIn)):
                pending.append(event)
        self._replay_told(pending)

    def _replay_told(self, events: Sequence[Recorded | CheckedIn]) -> None:
        reasons = self._cast([_offer_of_event(event) for event in events])
        for event, reason in zip(events, reasons, strict=True):
            if reason is not None:
                self._fail(
                    "record",
                    f"recorded, although it had to be skipped: {_words(reason)}",
                    event.voter,
                )
            if isinstance(event, Recorded):
                self._findings.counts["unchecked acts"] += 1
                self._keep(event)
                self._judge_entitlement(_signed_of_event(event))

    def _keep(self, event: Recorded) -> None:
        act = Act(event.terms, event.content, event.escrow_hash)
        self.ballots[act.hash] = Ballot(act, event.key, event.escrow, event.choices)

    # Everything that is not an act.

    def _replay_other(self, event: object, call: BatchCall | RebindCall | None) -> None:
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
            self._fail(
                check,
                f"{type(event).__name__.lower()}, although {refusal}",
                getattr(event, "voter", None),
            )

    def _replay_rebind(self, voter: int, epoch: int, call: BatchCall | RebindCall | None) -> None:
        if isinstance(call, RebindCall):
            holds = (call.voter, call.epoch) == (voter, epoch) and self._rebind_holds(call)
            if not holds:
                self._fail("credentials", "the registrars did not sign this rebind", voter)
            self._findings.counts["rebinds"] += 1
        else:
            self._findings.note(
                "credentials",
                "rebound through another contract: enforced by the contract, not checked here",
                voter=voter,
                transaction=self._transaction,
            )
        self.record.rebind(voter, epoch, self._now)

    def _rebind_holds(self, call: RebindCall) -> bool:
        parts = [
            call.signatures[at : at + _SIGNED_BY]
            for at in range(0, len(call.signatures), _SIGNED_BY)
        ]
        indices = [part[0] for part in parts]
        people = len(self.manifest.registrars)
        in_form = (
            len(call.signatures) == _SIGNED_BY * self.manifest.threshold
            and indices == sorted(set(indices))
            and all(index < people for index in indices)
        )
        if not in_form:
            return False
        message = Rebind(call.voter, call.epoch)
        digest = struct_digest(self._reader.domain, message.struct_hash())
        return self._reader.registrars_signed(
            digest, [Attestation(part[0], part[1:]) for part in parts]
        )

    def _replay_settle(self, voter: int, slot: int) -> None:
        before = int.from_bytes(self.record.slot(voter).pack(), "big")
        if slot != before:
            self._fail("settlement", "settled with another slot than the events make", voter)
        if not self.record.settle(voter, self._now):
            self._fail("settlement", "settled twice", voter)

    def _replay_opening(self, voter: int, choices: bytes) -> None:
        """The choices are held against the escrow later; here only whether one may be opened."""
        record = self.record
        if self.manifest.secrecy is not Secrecy.SEALED or not record.key_known:
            self._fail("openings", "opened before the trustees' key was out", voter)
        elif record.live_act(voter) is None:
            self._fail("openings", "opened without a live ballot", voter)
        elif voter in record.opened or voter in record.voided:
            self._fail("openings", "opened twice, or after it was voided", voter)
        record.opened[voter] = choices


def _align(acts: Sequence[Signed], told: Sequence[_BatchEvent]) -> list[_BatchEvent | None]:
    """For each act the event told for it, or None; both run in the same order."""
    voters, named = [act.voter for act in acts], [event.voter for event in told]
    if voters == named:
        return list(told)
    aligned: list[_BatchEvent | None] = [None] * len(acts)
    for block in SequenceMatcher(None, voters, named, autojunk=False).get_matching_blocks():
        aligned[block.a : block.a + block.size] = told[block.b : block.b + block.size]
    return aligned


def _offer(act: Signed) -> Offer:
    return Offer(act.act, bool(act.own), act.attested, act.desk, act.clean)


def _offer_of_event(event: Recorded | CheckedIn) -> Offer:
    signed = _signed_of_event(event)
    return Offer(signed.act, desk=signed.desk)


def _signed_of_event(event: Recorded | CheckedIn) -> Signed:
    """An act known from its event alone, taken as the contract took it."""
    if isinstance(event, CheckedIn):
        act = Act(Terms(event.voter, 0, kind=BallotKind.WITHDRAWAL), ZERO_WORD)
        return Signed(act, NO_DIGEST, ZERO_WORD, b"", True, True, desk=DeskKind.CHECK_IN)
    terms = event.terms
    desk = _CLERKS_KINDS.get(terms.channel)
    if terms.channel == Channel.ONLINE_ASSEMBLY:
        terms = replace(terms, channel=Channel.ONLINE)
    act = Act(terms, event.content, event.escrow_hash)
    return Signed(act, NO_DIGEST, event.key, b"", True, True, desk=desk)


def _words(reason: SkipReason) -> str:
    return f"{reason.value} ({reason.name.lower().replace('_', ' ')})"
