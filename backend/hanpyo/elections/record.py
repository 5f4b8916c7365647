"""What an election's events say: batches with their firsts, later acts, openings.

Built from the chain alone, so that anyone who sees the chain can settle and open.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from hanpyo.chain.contracts import ElectionContract
from hanpyo.chain.decoding import decode_log
from hanpyo.chain.election_events import (
    BatchRecorded,
    Certified,
    Event,
    KeyReleased,
    Opened,
    Rebound,
    Recorded,
    Settled,
    Skipped,
    Voided,
)
from hanpyo.chain.events import read_logs
from hanpyo.errors import HanpyoError
from hanpyo.protocol.acts import Terms
from hanpyo.protocol.offers import Act
from hanpyo.protocol.tree import batch_root


class RecordInconsistent(HanpyoError):
    """The events do not add up to what the contract recorded; the node hides or adds some."""

    code: ClassVar[str] = "record_inconsistent"


@dataclass(frozen=True, slots=True)
class RecordedAct:
    """An act with the bytes of its escrow (empty in an open election) and its voter's key id."""

    act: Act
    key: bytes
    escrow: bytes = b""

    @property
    def voter(self) -> int:
        """The voter number."""
        return self.act.terms.voter


@dataclass(frozen=True, slots=True)
class RecordedFirsts:
    """The firsts of one batch, in the order of its tree."""

    number: int
    root: bytes
    seals: bytes
    firsts: tuple[RecordedAct, ...]


@dataclass
class ElectionRecord:
    """The fold of an election's events up to a block."""

    batches: dict[int, RecordedFirsts] = field(default_factory=dict)
    firsts: dict[int, RecordedAct] = field(default_factory=dict)
    later: dict[int, RecordedAct] = field(default_factory=dict)
    rebound: dict[int, int] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    settled: set[int] = field(default_factory=set)
    opened: dict[int, bytes] = field(default_factory=dict)
    voided: set[int] = field(default_factory=set)
    secret: int | None = None
    certified: Certified | None = None
    _open_batch: list[RecordedAct] = field(default_factory=list)

    def apply(self, event: Event) -> None:
        """Take the next event in chain order; raises `RecordInconsistent`."""
        match event:
            case Recorded(terms, key, escrow=escrow, choices=choices):
                act = Act(terms, event.content, event.escrow_hash, choices)
                self._record(RecordedAct(act, key, escrow or b""))
            case BatchRecorded():
                self._close_batch(event)
            case Opened(voter, choices):
                self.opened[voter] = choices
            case Voided(voter):
                self.voided.add(voter)
                self.opened.pop(voter, None)
            case _:
                self._note(event)

    def _note(self, event: Event) -> None:
        match event:
            case Skipped():
                self.skipped.append(event)
            case Rebound(voter, epoch):
                self.rebound[voter] = epoch
            case Settled(voter):
                self.settled.add(voter)
            case KeyReleased(secret):
                self.secret = secret
            case Certified():
                self.certified = event

    def live(self) -> Iterator[RecordedAct]:
        """The live ballots, by voter number."""
        for voter in sorted(self.firsts.keys() | self.later.keys()):
            act = self.later.get(voter) or self.firsts[voter]
            if act.act.is_ballot:
                yield act

    def live_choices(self) -> dict[int, bytes]:
        """The padded choices of every live ballot that is open or opened, by voter number."""
        return {
            each.voter: choices
            for each in self.live()
            if (choices := each.act.choices or self.opened.get(each.voter)) is not None
        }

    def _record(self, recorded: RecordedAct) -> None:
        voter, terms = recorded.voter, recorded.act.terms
        if _may_be_first(terms) and not self._has_acted(voter):
            self.firsts[voter] = recorded
            self._open_batch.append(recorded)
        else:
            self.later[voter] = recorded

    def _has_acted(self, voter: int) -> bool:
        return voter in self.firsts or voter in self.later or voter in self.rebound

    def _close_batch(self, event: BatchRecorded) -> None:
        firsts, self._open_batch = tuple(self._open_batch), []
        complete = len(firsts) == event.firsts and event.number == len(self.batches) + 1
        if not complete or batch_root([each.act.leaf for each in firsts]) != event.root:
            raise RecordInconsistent(
                f"the events before batch {event.number} do not give its root: ask another node"
            )
        self.batches[event.number] = RecordedFirsts(event.number, event.root, event.seals, firsts)


def fold(events: Iterable[Event]) -> ElectionRecord:
    """The record that these events make, in chain order."""
    record = ElectionRecord()
    for event in events:
        record.apply(event)
    return record


def read_record(contract: ElectionContract) -> ElectionRecord:
    """The record of an election at the newest block; raises `RecordInconsistent`, `BadEvent`."""
    rpc, length = contract.rpc, contract.manifest.choices_length
    progress, _ = contract.progress()
    logs = read_logs(rpc, contract.address, progress.frozen_at_block, rpc.block_number())
    record = fold(decode_log(log, length) for log in logs)
    _, counters = contract.progress()
    if counters.batches != len(record.batches):
        raise RecordInconsistent(
            f"the contract counts {counters.batches} batches, the node shows {len(record.batches)}"
        )
    return record


def _may_be_first(terms: Terms) -> bool:
    return terms.order == 0 and terms.kind == 1
