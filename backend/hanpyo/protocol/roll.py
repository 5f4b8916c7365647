"""The roll: its entries, its file, its Merkle root, and how members become voter numbers.

A roll read from bytes has no duplicate key or member commitment; its order is the voter numbers.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeVar

from hanpyo.protocol.hashing import hash_words, keccak, tag, word
from hanpyo.protocol.manifest import ClassRow, Group, RollSummary
from hanpyo.protocol.reading import EncodingError, exact, require
from hanpyo.protocol.tree import RollTree
from hanpyo.protocol.types import Digest, EntryKind, KeyType, VoterNumber

ENTRY_BYTES = 43
MAX_ENTRIES = (1 << 32) - 1

_T = TypeVar("_T")


class Random(Protocol):
    """The part of `random.Random` that a permutation needs; by default the operating system's."""

    def sample(self, population: Sequence[_T], k: int) -> list[_T]:
        """`k` different elements in random order."""


class RollError(EncodingError):
    """A roll that cannot be frozen."""

    code: ClassVar[str] = "bad_roll"
    subject: ClassVar[str] = "roll"


@dataclass(frozen=True, slots=True)
class RollEntry:
    """One line of the roll: `who` is a key id (listed) or a member commitment (attested)."""

    kind: EntryKind
    who: bytes
    weight: int
    class_: int

    def encode(self) -> bytes:
        """The entry's 43 bytes."""
        return (
            self.kind.to_bytes(1, "big")
            + self.who
            + self.weight.to_bytes(8, "big")
            + self.class_.to_bytes(2, "big")
        )

    def leaf(self, voter: VoterNumber | int) -> Digest:
        """The entry's leaf hash under a voter number (OpenZeppelin's doubly hashed leaf)."""
        words = (word(voter), word(self.kind), self.who, word(self.weight), word(self.class_))
        return keccak(hash_words(*words))


def member_commitment(identity: bytes, blind: bytes) -> Digest:
    """What stands for a member on chain; `blind`: 32 random bytes, member's and registrars'."""
    return hash_words(tag("member"), keccak(identity), exact(blind, 32, "blind", RollError))


def encode_roll(entries: Sequence[RollEntry]) -> bytes:
    """The roll file; refuses what `decode_roll` would."""
    for number, entry in enumerate(entries):
        _check_entry(number, entry)
    _check_distinct(entries)
    return b"".join(entry.encode() for entry in entries)


def decode_roll(data: bytes) -> tuple[RollEntry, ...]:
    """The entries of a roll file, voter 0 first."""
    require(
        len(data) % ENTRY_BYTES == 0,
        "length",
        f"{len(data)} bytes are not whole entries of {ENTRY_BYTES}",
        RollError,
    )
    entries = tuple(_decode_entry(data, at) for at in range(0, len(data), ENTRY_BYTES))
    for number, entry in enumerate(entries):
        _check_entry(number, entry)
    _check_distinct(entries)
    return entries


def permute(entries: Sequence[RollEntry], random: Random | None = None) -> tuple[RollEntry, ...]:
    """The entries in the random order that makes them voter numbers."""
    return tuple((random or secrets.SystemRandom()).sample(entries, len(entries)))


def roll_tree(entries: Sequence[RollEntry]) -> RollTree:
    """The roll's Merkle tree."""
    return RollTree([entry.leaf(number) for number, entry in enumerate(entries)])


def summarise(entries: Sequence[RollEntry], *, in_file: bool = False) -> RollSummary:
    """What the manifest says of this roll."""
    return RollSummary(
        size=len(entries),
        weight=sum(entry.weight for entry in entries),
        largest_weight=max(entry.weight for entry in entries),
        root=roll_tree(entries).root,
        file_hash=keccak(encode_roll(entries)),
        in_file=in_file,
    )


def group_totals(entries: Sequence[RollEntry], classes: Sequence[ClassRow]) -> tuple[Group, ...]:
    """Heads and weight of each group that the class table names, group 0 first."""
    heads = [0] * (1 + max(row.group for row in classes))
    weights = list(heads)
    for number, entry in enumerate(entries):
        if entry.class_ >= len(classes):
            raise RollError(f"voter {number}", f"there is no class {entry.class_}")
        group = classes[entry.class_].group
        heads[group] += 1
        weights[group] += entry.weight
    return tuple(Group(*pair) for pair in zip(heads, weights, strict=True))


def _decode_entry(data: bytes, at: int) -> RollEntry:
    kind = data[at]
    name = f"voter {at // ENTRY_BYTES}"
    require(kind in tuple(EntryKind), name, f"kind {kind} is unknown", RollError)
    return RollEntry(
        EntryKind(kind),
        data[at + 1 : at + 33],
        int.from_bytes(data[at + 33 : at + 41], "big"),
        int.from_bytes(data[at + 41 : at + 43], "big"),
    )


def _check_entry(number: int, entry: RollEntry) -> None:
    name = f"voter {number}"
    exact(entry.who, 32, name, RollError)
    require(1 <= entry.weight < 1 << 64, name, f"weight {entry.weight}", RollError)
    require(0 <= entry.class_ < 1 << 16, name, f"class {entry.class_}", RollError)
    if entry.kind is EntryKind.LISTED:
        known = entry.who[0] in tuple(KeyType)
        require(known, name, f"key type {entry.who[0]} is unknown", RollError)


def _check_distinct(entries: Sequence[RollEntry]) -> None:
    require(
        1 <= len(entries) <= MAX_ENTRIES,
        "size",
        "the roll is empty" if not entries else f"above {MAX_ENTRIES} entries",
        RollError,
    )
    seen: dict[bytes, int] = {}
    for number, entry in enumerate(entries):
        first = seen.setdefault(entry.who, number)
        if first != number:
            raise RollError(f"voter {number}", f"the same key or member as voter {first}")
