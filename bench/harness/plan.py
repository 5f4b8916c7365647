"""What a trial election is made of, and its manifest."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from bench.harness.people import Person, person
from hanpyo.protocol.agenda import Base, Decision, Item, Method, Rule, Share, Unit
from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.manifest import ClassRow, Group, Manifest, RollSummary, Timetable
from hanpyo.protocol.roll import (
    RollEntry,
    encode_roll,
    group_totals,
    member_commitment,
    roll_tree,
    summarise,
)
from hanpyo.protocol.tree import RollTree
from hanpyo.protocol.types import EntryKind, KeyId, Secrecy, Timestamp, Word
from hanpyo.secrecy.trustee import TrusteeKey

OPENS = 4_102_444_800
"""The first second of 2100, after any clock that runs these elections."""
DAY = 86_400
TRUSTEES = TrusteeKey(int.from_bytes(keccak(b"hanpyo bench trustees"), "big") >> 4)
TEXT = '{"title":"시험 투표","items":[]}'

MAJORITY = Rule(
    Decision.THRESHOLD,
    Unit.HEADS,
    Base.PRESENT,
    quorum=Share(1, 2, strict=True),
    approval=Share(1, 2, strict=True),
)


def question(options: int = 3, rule: Rule = MAJORITY) -> Item:
    """One choice among options: for, against, abstain."""
    return Item(Method.CHOOSE_ONE, options, rule=rule)


def timetable(opens: int = OPENS) -> Timetable:
    """Voting for ten days, the desk for an hour more, openings the day after."""
    closes = opens + 10 * DAY
    barrier = closes + 3_600
    opening = barrier + DAY
    times = (opens, closes, barrier, opening, opening + DAY, opening + 2 * DAY, closes - DAY)
    return Timetable(*map(Timestamp, times))


@dataclass(frozen=True)
class Plan:
    """A trial election; voter n has `weights[n]` and `classes_of[n]`, attested unless `listed`."""

    secrecy: Secrecy = Secrecy.OPEN
    items: tuple[Item, ...] = (question(), question(), question())
    weights: tuple[int, ...] = (1,) * 10
    classes_of: tuple[int, ...] | None = None
    classes: tuple[ClassRow, ...] = (ClassRow(0),)
    listed: Mapping[int, KeyId] = field(default_factory=dict)
    registrars: int = 2
    threshold: int = 2
    clerks: int = 0
    times: Timetable = field(default_factory=timetable)
    roll_size: int = 0
    """Above 0: a roll of that many entries of weight 1, in a file that is not built."""

    @property
    def organiser(self) -> Person:
        """Who creates the election."""
        return person("organiser")

    @cached_property
    def registrar_keys(self) -> tuple[Person, ...]:
        """The registrars by index."""
        return tuple(person(f"registrar {number}") for number in range(self.registrars))

    @cached_property
    def clerk_keys(self) -> tuple[Person, ...]:
        """The clerks by index."""
        return tuple(person(f"clerk {number}") for number in range(self.clerks))

    @cached_property
    def entries(self) -> tuple[RollEntry, ...]:
        """The roll."""
        return tuple(
            RollEntry(
                EntryKind.LISTED if number in self.listed else EntryKind.ATTESTED,
                self.listed[number] if number in self.listed else _member(number),
                weight,
                self.class_of(number),
            )
            for number, weight in enumerate(self.weights)
        )

    @cached_property
    def tree(self) -> RollTree:
        """The roll's Merkle tree."""
        return roll_tree(self.entries)

    def class_of(self, voter: int) -> int:
        """A voter's class; 0 beyond the roll."""
        known = self.classes_of or ()
        return known[voter] if voter < len(known) else 0

    def weight_of(self, voter: int) -> int:
        """A voter's weight; 1 beyond the roll."""
        return self.weights[voter] if voter < len(self.weights) else 1

    @property
    def roll_file(self) -> bytes:
        """The roll's bytes."""
        return encode_roll(self.entries)

    @cached_property
    def manifest(self) -> Manifest:
        """The manifest."""
        return Manifest(
            secrecy=self.secrecy,
            roll=self._summary,
            text_hash=keccak(TEXT.encode()),
            seed=Word(keccak(b"seed")),
            organiser=self.organiser.address,
            timetable=self.times,
            groups=self._groups,
            classes=self.classes,
            items=self.items,
            trustee_key=TRUSTEES.public if self.secrecy is Secrecy.SEALED else None,
            registrars=tuple(each.address for each in self.registrar_keys),
            threshold=self.threshold,
            clerks=tuple(each.address for each in self.clerk_keys),
        )

    @property
    def _summary(self) -> RollSummary:
        if not self.roll_size:
            return summarise(self.entries)
        size = self.roll_size
        return RollSummary(size, size, 1, keccak(b"root"), keccak(b"file"), in_file=True)

    @property
    def _groups(self) -> tuple[Group, ...]:
        if self.roll_size:
            return (Group(self.roll_size, self.roll_size),)
        return group_totals(self.entries, self.classes)


def _member(number: int) -> Word:
    return Word(member_commitment(f"member {number}".encode(), keccak(f"{number}".encode())))
