"""A chain of blocks made by the reference model: what the contract would emit, block by block."""

import copy
from dataclasses import dataclass, field

from hanpyo.chain.receipts import Log
from hanpyo.protocol.acts import Terms
from hanpyo.protocol.domain import Domain
from hanpyo.protocol.envelopes import Position, envelope
from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.manifest import Manifest
from hanpyo.protocol.messages import Ballot, digest
from hanpyo.protocol.offers import Act, Offer
from hanpyo.protocol.record import Record, RecordRefusal
from hanpyo.protocol.types import FINAL_EPOCH, ZERO_WORD, Address, DeskKind, Digest, Secrecy
from tests.unit.chain.logs import log

DOMAIN = Domain(1, Address(bytes(19) + b"\x01"), Digest(bytes(32)))
SALT = keccak(b"salt")
KEY = b"\x01" + bytes(31)
OPENS = 1_000


def escrow_bytes(voter: int, length: int) -> bytes:
    """Bytes of the length that the agenda fixes for an escrow."""
    return (b"%d" % voter).rjust(33 + length, b"\x07")


@dataclass
class Ledger:
    """The canonical chain; `blocks` are the logs of each block from number 1."""

    manifest: Manifest
    now: int = OPENS
    blocks: list[list[Log]] = field(default_factory=list)
    fork: int = 0

    def __post_init__(self) -> None:
        self.record = Record(self.manifest)
        self._pending: list[Log] = []
        self._states = [(copy.deepcopy(self.record), self.now)]

    @property
    def logs(self) -> list[Log]:
        return [each for block in self.blocks for each in block]

    @property
    def times(self) -> dict[int, int]:
        return {n + 1: self._states[n + 1][1] for n in range(len(self.blocks))}

    def mine(self) -> None:
        """Close the block."""
        self.blocks.append(self._pending)
        self._pending = []
        self._states.append((copy.deepcopy(self.record), self.now))
        self.now += 7

    def reorganise(self, depth: int) -> int:
        """Take blocks back; the number of the newest that stays."""
        self._pending = []
        keep = max(0, len(self.blocks) - depth)
        del self.blocks[keep:], self._states[keep + 1 :]
        record, self.now = self._states[-1]
        self.record = copy.deepcopy(record)
        self.fork += 1
        return keep

    def cast(self, offers: list[Offer]) -> None:
        """One batch."""
        before = len(self.record.batches)
        single = copy.deepcopy(self.record)
        reasons = self.record.cast(offers, self.now)
        for offer, reason in zip(offers, reasons, strict=True):
            terms = offer.act.terms
            single.cast([offer], self.now)
            if reason is not None:
                signed = digest(DOMAIN, Ballot(terms.voter, 0, 0, 1, ZERO_WORD))
                self._emit(
                    "BallotSkipped(uint32,bytes32,uint8)",
                    terms.voter,
                    [("bytes32", signed), ("uint8", reason)],
                )
            elif offer.desk == DeskKind.CHECK_IN:
                self._emit("VoterCheckedIn(uint32)", terms.voter, [])
            else:
                self._recorded(single.acts.get(terms.voter) or single.firsts[terms.voter])
        if len(self.record.batches) > before:
            batch = self.record.batches[-1]
            self._emit(
                "BatchRecorded(uint32,bytes32,bytes32,uint32)",
                len(self.record.batches),
                [("bytes32", batch.root), ("bytes32", batch.seals), ("uint32", len(batch.firsts))],
            )

    def rebind(self, voter: int) -> None:
        epoch = self.record.slot(voter).minimum_epoch + 1
        self.record.rebind(voter, epoch, self.now)
        self._emit("VoterRebound(uint32,uint16)", voter, [("uint16", epoch)])

    def settle(self, voter: int) -> None:
        if self.record.settle(voter, self.now):
            self._emit("VoterSettled(uint32,uint256)", voter, [("uint256", 5)])

    def release(self) -> None:
        self.record.release_key()
        self._emit("KeyReleased(uint256,bool)", None, [("uint256", 7), ("bool", False)])

    def open(self, voter: int, choices: bytes) -> None:
        if self.record.open(DOMAIN.context, voter, choices, SALT, self.now):
            self._emit(
                "BallotOpened(uint32,bytes32)", voter, [("bytes32", choices.ljust(32, b"\0"))]
            )

    def void(self, voter: int) -> None:
        self.record.void(voter, self.now)
        self._emit("BallotVoided(uint32)", voter, [])

    def act(self, voter: int, choices: bytes, *, desk: int | None = None, **terms: int) -> Offer:
        """An offer of a ballot, or of a withdrawal with kind 2."""
        each = Terms(voter, **terms)
        if each.kind == 2:
            return Offer(Act(each, ZERO_WORD), desk=desk)
        if self.manifest.secrecy is Secrecy.OPEN:
            return Offer(Act(each, keccak(choices), ZERO_WORD, choices), desk=desk)
        position = Position(DOMAIN.context, voter, each.epoch, each.revision)
        escrow = keccak(escrow_bytes(voter, self.manifest.choices_length))
        return Offer(Act(each, envelope(position, choices, SALT), escrow), desk=desk)

    def _recorded(self, act: Act) -> None:
        voter = act.terms.voter
        packed = ("uint256", int.from_bytes(act.terms.pack(), "big"))
        length = self.manifest.choices_length
        if not act.is_ballot:
            self._emit("BallotWithdrawn(uint32,uint256,bytes32)", voter, [packed, ("bytes32", KEY)])
        elif act.choices is not None:
            padded = act.choices.ljust(32, b"\0")
            self._emit(
                "BallotCast(uint32,uint256,bytes32,bytes32)",
                voter,
                [packed, ("bytes32", KEY), ("bytes32", padded)],
            )
        else:
            escrow = escrow_bytes(voter, length)
            self._emit(
                "BallotSealed(uint32,uint256,bytes32,bytes32,bytes32,bytes32)",
                voter,
                [
                    packed,
                    ("bytes32", KEY),
                    ("bytes32", act.content),
                    ("bytes32", escrow[:32]),
                    ("bytes32", escrow[32:].ljust(32, b"\0")),
                ],
            )

    def _emit(self, signature: str, indexed: int | None, values: list[tuple[str, object]]) -> None:
        told = log(signature, indexed, [kind for kind, _ in values], [value for _, value in values])
        number, index = len(self.blocks) + 1, len(self._pending)
        self._pending.append(
            Log(
                told.address,
                told.topics,
                told.data,
                number,
                keccak(b"block %d %d" % (number, self.fork)),
                keccak(b"transaction %d %d" % (number, index)),
                0,
                index,
            )
        )


__all__ = ["DOMAIN", "FINAL_EPOCH", "Ledger", "RecordRefusal"]
