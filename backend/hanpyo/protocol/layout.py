"""Where things lie: a ballot's fields, a tally's cells and lanes, and the worst gas of one opening.

Everything follows from the items and the roll's totals, so that contract, auditor and page agree.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hanpyo.protocol.agenda import POINT_METHODS, Item, Method

LANE_WIDTHS = (8, 16, 32, 64, 128)
MAX_OPENING_GAS = 4_000_000
_BYTE_MAX = 255


def number_width(item: Item) -> int:
    """Bytes of one option number."""
    return 1 if item.options <= _BYTE_MAX else 2


def points_width(item: Item) -> int:
    """Bytes of one option's points."""
    return 1 if item.points <= _BYTE_MAX else 2


def uses_bitmap(item: Item) -> bool:
    """Whether a set of options is a bitmap (the shorter form, and the form at equal length)."""
    return -(-item.options // 8) <= item.maximum * number_width(item)


def field_length(item: Item) -> int:
    """Bytes of the item's field in the padded choices."""
    if item.method is Method.CHOOSE_ONE:
        return number_width(item)
    if item.method in POINT_METHODS:
        return item.options * points_width(item)
    as_list = item.maximum * number_width(item)
    return as_list if item.method is Method.RANKING else min(-(-item.options // 8), as_list)


def choices_length(items: Sequence[Item]) -> int:
    """L, the bytes of the padded choices of a whole ballot."""
    return sum(map(field_length, items))


def cell_bases(items: Sequence[Item]) -> tuple[int, ...]:
    """The first cell of each item, then the number of cells; an item has options + 2 cells."""
    bases = [0]
    for item in items:
        bases.append(bases[-1] + item.options + 2)
    return tuple(bases)


@dataclass(frozen=True, slots=True)
class TallyLayout:
    """How one stratum's tally is packed: `lane` bits a cell, `words` words a plane."""

    cells: int
    lane: int
    planes: int

    @property
    def cells_per_word(self) -> int:
        """Cells in one storage word."""
        return 256 // self.lane

    @property
    def words(self) -> int:
        """Storage words of one plane."""
        return -(-self.cells // self.cells_per_word)

    def pack(self, cells: Sequence[int]) -> tuple[int, ...]:
        """One plane's cells as words, cell 0 lowest; OverflowError when a cell exceeds its lane."""
        if len(cells) != self.cells:
            raise ValueError(f"{len(cells)} cells instead of {self.cells}")
        words = [0] * self.words
        for cell, value in enumerate(cells):
            if not 0 <= value < 1 << self.lane:
                raise OverflowError(f"cell {cell}: {value} exceeds {self.lane} bits")
            words[cell // self.cells_per_word] |= value << cell % self.cells_per_word * self.lane
        return tuple(words)

    def unpack(self, words: Sequence[int]) -> tuple[int, ...]:
        """The cells of one plane's words."""
        if len(words) != self.words:
            raise ValueError(f"{len(words)} words instead of {self.words}")
        mask = (1 << self.lane) - 1
        return tuple(
            words[cell // self.cells_per_word] >> cell % self.cells_per_word * self.lane & mask
            for cell in range(self.cells)
        )


def tally_layout(items: Sequence[Item], roll_size: int, largest_weight: int) -> TallyLayout:
    """The tally's layout.

    The lane holds every voter at the largest weight and points: whatever weights registrars attest
    within that bound, no sum runs over into the next cell.
    """
    most = roll_size * largest_weight * max(item.points for item in items)
    lane = next(width for width in LANE_WIDTHS if most < 1 << width)
    return TallyLayout(cell_bases(items)[-1], lane, 2 if largest_weight > 1 else 1)


def worst_opening_gas(items: Sequence[Item], layout: TallyLayout) -> int:
    """The bound on the gas of one opening; the contract refuses an agenda above MAX_OPENING_GAS."""
    touched = min(layout.words, sum(item.maximum for item in items))
    return (
        60_000
        + 250 * choices_length(items)
        + 400 * len(items)
        + 120 * sum(item.options for item in items)
        + 22_200 * layout.planes * touched
    )
