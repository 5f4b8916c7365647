"""The reference model of an election's record: what the contract does with each act, step by step.

It decides by state alone, as the contract does; whether signatures hold is told by the caller. The
auditor replays the chain through it, and property tests hold the contract against it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from hanpyo.errors import HanpyoError
from hanpyo.protocol.acts import HAS_FIRST, SETTLED, Slot, seals_hash
from hanpyo.protocol.choices import decode, increments
from hanpyo.protocol.envelopes import Position, envelope
from hanpyo.protocol.manifest import Manifest
from hanpyo.protocol.offers import Act, Offer, RecordedBatch
from hanpyo.protocol.phases import Phase, desk_is_open, phase_at
from hanpyo.protocol.tree import batch_root
from hanpyo.protocol.types import (
    FINAL_EPOCH,
    MAX_REVISION,
    ZERO_WORD,
    BallotKind,
    Channel,
    DeskKind,
    Secrecy,
    SkipReason,
)

_DESK_CHANNELS: dict[int | None, tuple[Channel, ...]] = {
    DeskKind.NAMED: (Channel.PAPER, Channel.PROXY),
    DeskKind.IN_PERSON: (Channel.IN_PERSON,),
}


class RecordRefusal(HanpyoError):
    """A call that the contract reverts, changing nothing."""

    code: ClassVar[str] = "refused_by_record"


class Record:
    """The state of one frozen election; each method is one call of the contract."""

    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest
        self.batches: list[RecordedBatch] = []
        self.firsts: dict[int, Act] = {}
        self.acts: dict[int, Act] = {}
        self.slots: dict[int, Slot] = {}
        self.checked_in: set[int] = set()
        self.settled: set[int] = set()
        self.opened: dict[int, bytes] = {}
        self.voided: set[int] = set()
        self.live = 0
        self.live_weight = 0
        self.key_known = False
        self.certified = False
        self._turnout: dict[int, list[int]] = {}
        self._cells: dict[int, tuple[Counter[int], Counter[int]]] = {}

    def phase(self, now: int) -> Phase:
        """The phase at a block time."""
        if self.certified:
            return Phase.CERTIFIED
        return phase_at(self.manifest, now, key_known=self.key_known)

    def live_act(self, voter: int) -> Act | None:
        """The voter's live ballot, if any."""
        later = self.acts.get(voter)
        if later is not None:
            return later if later.is_ballot else None
        return self.firsts.get(voter)

    def slot(self, voter: int) -> Slot:
        """What the contract's `slot(voter)` unpacks to."""
        return self.slots.get(voter, Slot())

    @property
    def unsettled(self) -> int:
        """Voters with an act in a slot that are not settled."""
        return len(self.acts) - len(self.settled)

    @property
    def unopened(self) -> int:
        """Live ballots of a sealed election that are neither opened nor void."""
        if self.manifest.secrecy is Secrecy.OPEN:
            return 0
        return self.live - len(self.opened) - len(self.voided)

    def turnout(self, stratum: int) -> tuple[int, int]:
        """Heads and weight present in a stratum: firsts, and after settling the live ballots."""
        heads, weight = self._turnout.get(stratum, (0, 0))
        return heads, weight

    def cells(self, stratum: int) -> tuple[tuple[int, ...], ...]:
        """The stratum's tally: one tuple of cells for each plane."""
        layout = self.manifest.tally_layout
        planes = self._cells.get(stratum, (Counter(), Counter()))[: layout.planes]
        return tuple(tuple(plane[cell] for cell in range(layout.cells)) for plane in planes)

    def cast(self, offers: Sequence[Offer], now: int) -> list[SkipReason | None]:
        """Offer one batch at a block time: for each act why it was skipped, None where recorded."""
        firsts: list[Act] = []
        reasons = [self._judge(offer, now) or self._perform(offer, firsts) for offer in offers]
        if firsts:
            sealed = self.manifest.secrecy is Secrecy.SEALED
            seals = seals_hash([each.hash for each in firsts]) if sealed else ZERO_WORD
            root = batch_root([each.leaf for each in firsts])
            self.batches.append(RecordedBatch(tuple(firsts), root, seals))
        return reasons

    def rebind(self, voter: int, epoch: int, now: int, *, attested: bool = True) -> None:
        """Raise a voter's minimum epoch by one."""
        slot = self.slot(voter)
        times = self.manifest.timetable
        _require(self.phase(now) in (Phase.FROZEN, Phase.VOTING), "the voting is over")
        _require(now < times.rebind_until, "rebinding has ended")
        _require(0 <= voter < self.manifest.roll.size, "there is no such voter")
        _require(epoch == slot.minimum_epoch + 1, "the epoch is not the minimum epoch + 1")
        _require(epoch < FINAL_EPOCH, "the last epoch belongs to the desk")
        _require(attested, "the registrars' signatures do not hold")
        has_first = HAS_FIRST if voter in self.firsts else 0
        self.slots[voter] = replace(slot, minimum_epoch=epoch, state=slot.state | has_first)

    def settle(self, voter: int, now: int) -> bool:
        """Put the live ballot of a voter with several acts into the count; False if it was."""
        _require(now >= self.manifest.timetable.barrier_at, "the barrier has not passed")
        _require(voter in self.acts, "the voter has no act in a slot")
        if voter in self.settled:
            return False
        first, live = self.firsts.get(voter), self.live_act(voter)
        for act, sign in ((first, -1), (live, 1)):
            if act is not None:
                self._add_presence(act, sign)
                self._add_choices(act, act.choices, sign)
        slot = self.slots[voter]
        self.slots[voter] = replace(slot, state=slot.state | SETTLED)
        self.settled.add(voter)
        return True

    def release_key(self) -> None:
        """Note that the trustees' secret is on chain."""
        self.key_known = True

    def open(self, context: bytes, voter: int, choices: bytes, salt: bytes, now: int) -> bool:
        """Open a live sealed ballot and count it; False where it was opened or voided before."""
        act = self._sealed_ballot(voter, now)
        position = Position(context, voter, act.terms.epoch, act.terms.revision)
        _require(envelope(position, choices, salt) == act.content, "this is not the opening")
        if voter in self.opened or voter in self.voided:
            return False
        self.opened[voter] = choices
        self._add_choices(act, choices, 1)
        return True

    def void(self, voter: int, now: int) -> None:
        """Void a live ballot whose escrow was proven bad: present, and invalid for every item."""
        act = self._sealed_ballot(voter, now)
        _require(voter not in self.voided, "the ballot is void already")
        self.voided.add(voter)
        if voter in self.opened:
            self._add_choices(act, self.opened.pop(voter), -1)
        self._add_void(act)

    def certify(self, now: int) -> None:
        """Declare the count complete."""
        _require(self.phase(now) is Phase.OPENING, "the election is not being opened")
        _require(now >= self.manifest.timetable.certify_at, "it is too early to certify")
        _require(self.unsettled == 0, f"{self.unsettled} voters are not settled")
        if self.manifest.secrecy is Secrecy.SEALED:
            _require(self.key_known, "the trustees' key is not released")
            _require(self.unopened == 0, f"{self.unopened} ballots are not opened")
        self.certified = True

    def _judge(self, offer: Offer, now: int) -> SkipReason | None:
        terms, desk = offer.act.terms, offer.desk
        in_time = (
            self.phase(now) is Phase.VOTING if desk is None else desk_is_open(self.manifest, now)
        )
        channels = _DESK_CHANNELS.get(desk, ())
        plain = desk == DeskKind.CHECK_IN and offer.clean
        checks = (
            (in_time, SkipReason.NOT_OPEN),
            (terms.voter < self.manifest.roll.size, SkipReason.UNKNOWN_VOTER),
            (offer.signed or desk is not None, SkipReason.SIGNATURE),
            (offer.attested, SkipReason.ATTESTATION),
            (desk is None or terms.channel in channels or plain, SkipReason.RANGE),
        )
        return next((reason for holds, reason in checks if not holds), None)

    def _perform(self, offer: Offer, firsts: list[Act]) -> SkipReason | None:
        voter = offer.act.terms.voter
        if offer.desk == DeskKind.CHECK_IN:
            if not offer.bare:
                return SkipReason.RANGE
            if voter in self.checked_in:
                return SkipReason.SUPERSEDED
            self.checked_in.add(voter)
            return None
        terms, act = offer.act.terms, offer.act
        manifest = self.manifest
        checks = (
            (0 < terms.weight <= manifest.roll.largest_weight, SkipReason.WEIGHT),
            (terms.kind in tuple(BallotKind), SkipReason.RANGE),
            (terms.revision <= MAX_REVISION, SkipReason.RANGE),
            (act.is_ballot or offer.clean, SkipReason.CONTENT),
            (terms.class_ < len(manifest.classes), SkipReason.CLASS),
        )
        for holds, reason in checks:
            if not holds:
                return reason
        if terms.channel == Channel.ONLINE and voter in self.checked_in:
            act = replace(act, terms=terms._replace(channel=Channel.ONLINE_ASSEMBLY))
        is_first = (
            offer.desk is None
            and terms.order == 0
            and act.is_ballot
            and voter not in self.firsts
            and voter not in self.slots
        )
        return self._record_first(act, firsts) if is_first else self._record_later(act, offer.desk)

    def _record_first(self, act: Act, firsts: list[Act]) -> SkipReason | None:
        if self.live_weight + act.terms.weight > self.manifest.roll.weight:
            return SkipReason.WEIGHT_TOTAL
        self.live += 1
        self.live_weight += act.terms.weight
        self.firsts[act.terms.voter] = act
        firsts.append(act)
        self._add_presence(act, 1)
        self._add_choices(act, act.choices, 1)
        return None

    def _record_later(self, act: Act, desk: int | None) -> SkipReason | None:
        terms = act.terms
        slot = self.slot(terms.voter)
        if terms.epoch != _expected_epoch(slot, desk):
            return SkipReason.EPOCH
        recorded = self.acts.get(terms.voter) or self.firsts.get(terms.voter)
        if recorded is not None and terms.order <= recorded.terms.order:
            return SkipReason.SUPERSEDED
        was_live = self.live_act(terms.voter) is not None
        if act.is_ballot and not was_live:
            if self.live_weight + terms.weight > self.manifest.roll.weight:
                return SkipReason.WEIGHT_TOTAL
            self.live += 1
            self.live_weight += terms.weight
        elif was_live and not act.is_ballot:
            self.live -= 1
            self.live_weight -= min(terms.weight, self.live_weight)
        self.acts[terms.voter] = act
        has_first = terms.voter in self.firsts
        self.slots[terms.voter] = slot.record(terms, act.hash, has_first=has_first)
        return None

    def _sealed_ballot(self, voter: int, now: int) -> Act:
        _require(self.manifest.secrecy is Secrecy.SEALED, "the election is not sealed")
        _require(self.phase(now) is Phase.OPENING, "the election is not being opened")
        _require(self.key_known, "the trustees' key is not released")
        act = self.live_act(voter)
        if act is None:
            raise RecordRefusal("the voter has no live ballot")
        return act

    def _add_presence(self, act: Act, sign: int) -> None:
        stratum = self.manifest.stratum(act.terms.channel, act.terms.class_)
        present = self._turnout.setdefault(stratum, [0, 0])
        present[0] += sign
        present[1] += sign * act.terms.weight

    def _add_choices(self, act: Act, choices: bytes | None, sign: int) -> None:
        if choices is not None:
            verdicts = decode(self.manifest, choices, act.terms.class_)
            self._add_cells(act, increments(self.manifest, verdicts), sign)

    def _add_void(self, act: Act) -> None:
        bases = zip(self.manifest.cell_bases, self.manifest.items, strict=False)
        self._add_cells(act, [(base + item.options + 1, 1) for base, item in bases], 1)

    def _add_cells(self, act: Act, added: Sequence[tuple[int, int]], sign: int) -> None:
        stratum = self.manifest.stratum(act.terms.channel, act.terms.class_)
        heads, weights = self._cells.setdefault(stratum, (Counter(), Counter()))
        for cell, amount in added:
            heads[cell] += sign * amount
            weights[cell] += sign * amount * act.terms.weight


def _expected_epoch(slot: Slot, desk: int | None) -> int:
    if desk is None:
        return slot.minimum_epoch
    return FINAL_EPOCH if desk == DeskKind.IN_PERSON else slot.minimum_epoch + 1


def _require(condition: bool, problem: str) -> None:
    if not condition:
        raise RecordRefusal(problem)
