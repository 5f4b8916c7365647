"""Where an election keeps its state: contracts/ElectionState.sol, slot by slot.

Held against the compiler's own storage layout by a test.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from hanpyo.protocol.hashing import keccak, word
from hanpyo.protocol.manifest import Manifest

MANIFEST_HASH: Final = 0
PROGRESS: Final = 1
COUNTERS: Final = 2
SECRET: Final = 3
ACTED: Final = 4
TOUCHED: Final = 5
CHECKED_IN: Final = 6
OPENED: Final = 7
VOIDED: Final = 8
SLOTS: Final = 9
BATCHES: Final = 10
TURNOUT: Final = 11
TALLY: Final = 12
STRATA: Final = 13
STRATA_WORDS: Final = 16
FIXED_SLOTS: Final = (
    MANIFEST_HASH,
    PROGRESS,
    COUNTERS,
    SECRET,
    *range(STRATA, STRATA + STRATA_WORDS),
)
"""The slots whose places depend on nothing."""


def mapping_slot(base: int, key: int) -> int:
    """The slot of `key` in the mapping declared at `base`."""
    return int.from_bytes(keccak(word(key) + word(base)), "big")


def tally_slot(stratum: int, index: int) -> int:
    """The slot of a stratum's tally word."""
    return mapping_slot(mapping_slot(TALLY, stratum), index)


@dataclass(frozen=True, slots=True)
class Progress:
    """What has happened, from `ElectionState.Progress` and the flags beside the counters."""

    initialised: bool
    text_published: bool
    frozen: bool
    cancelled: bool
    certified: bool
    any_check_in: bool
    secrecy_lost: bool
    roll_published: int
    frozen_at_block: int
    key_block: int

    @classmethod
    def unpack(cls, value: int, counters: int) -> "Progress":
        """From the two storage words; the first field of each is the lowest."""
        return cls(
            initialised=bool(value & 0xFF),
            text_published=bool(value >> 8 & 0xFF),
            secrecy_lost=bool(value >> 16 & 0xFF),
            roll_published=value >> 24 & 0xFFFFFFFF,
            frozen_at_block=value >> 56 & 0xFFFFFFFFFFFFFFFF,
            key_block=value >> 120 & 0xFFFFFFFFFFFFFFFF,
            frozen=bool(counters & 1),
            cancelled=bool(counters & 2),
            certified=bool(counters & 4),
            any_check_in=bool(counters & 8),
        )


@dataclass(frozen=True, slots=True)
class Counters:
    """The numbers of `ElectionState.Counters`."""

    batches: int
    live: int
    live_weight: int
    touched: int
    settled: int
    opened: int
    voided: int

    @classmethod
    def unpack(cls, value: int) -> "Counters":
        """The numbers in their storage word above the flags, the first field lowest."""
        return cls(
            batches=value >> 8 & 0xFFFFFF,
            live=value >> 32 & 0xFFFFFFFF,
            live_weight=value >> 64 & 0xFFFFFFFFFFFFFFFF,
            touched=value >> 128 & 0xFFFFFFFF,
            settled=value >> 160 & 0xFFFFFFFF,
            opened=value >> 192 & 0xFFFFFFFF,
            voided=value >> 224,
        )


def bits_of(words: Iterable[tuple[int, int]]) -> Iterator[int]:
    """The numbers whose bits are set, given (word index, word) pairs."""
    for index, bits in words:
        left = bits
        while left:
            lowest = left & -left
            yield index << 8 | lowest.bit_length() - 1
            left ^= lowest


def derived_slots(
    manifest: Manifest, fixed: Mapping[int, int], batches: Iterable[int], voters: Iterable[int]
) -> tuple[int, ...]:
    """All further slots that an audit reads.

    Given are the fixed ones, the batches that events number, and the voters with more than a first.
    """
    words = range((manifest.roll.size + 255) >> 8)
    layout = manifest.tally_layout
    slots = [mapping_slot(base, index) for base in bitmaps_in_use(fixed) for index in words]
    slots += [mapping_slot(BATCHES, number) for number in sorted(set(batches))]
    slots += [mapping_slot(SLOTS, voter) for voter in sorted(set(voters))]
    for stratum in strata_in_use(fixed):
        slots.append(mapping_slot(TURNOUT, stratum))
        slots += [tally_slot(stratum, index) for index in range(layout.words * layout.planes)]
    return tuple(slots)


def bitmaps_in_use(fixed: Mapping[int, int]) -> tuple[int, ...]:
    """The bitmaps that may hold a bit: that of all who acted, others where the counters say so."""
    counters = Counters.unpack(fixed[COUNTERS])
    check_ins = Progress.unpack(fixed[PROGRESS], fixed[COUNTERS]).any_check_in
    used = {
        ACTED: True,
        TOUCHED: counters.touched,
        CHECKED_IN: check_ins,
        OPENED: counters.opened,
        VOIDED: counters.voided,
    }
    return tuple(base for base, value in used.items() if value)


def strata_in_use(fixed: Mapping[int, int]) -> tuple[int, ...]:
    """The strata whose bits are set, ascending."""
    return tuple(bits_of((index, fixed[STRATA + index]) for index in range(STRATA_WORDS)))
