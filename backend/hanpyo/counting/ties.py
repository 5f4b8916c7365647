"""Ties, broken by an order stated beforehand and always recorded.

The order lists every option from the one a tie favours most to the one it favours least: the first
is elected or funded before the others, the last is excluded before them. Unless a rule states
another, it is the order of the agenda (lower option number first). Nothing is drawn by lot.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hanpyo.counting.errors import RuleError


class TieSettledBy(StrEnum):
    """What decided between tied options."""

    STATED_ORDER = "stated order"
    EARLIER_STAGE = "votes at an earlier stage"


@dataclass(frozen=True, slots=True)
class Tie:
    """One tie: its step (from 1), what was to be decided, between whom, and who was taken."""

    step: int
    question: str
    options: tuple[int, ...]
    taken: int
    settled_by: TieSettledBy = TieSettledBy.STATED_ORDER


@dataclass(frozen=True, slots=True)
class TieBreak:
    """A stated order over all options; raises `RuleError` where it is not a permutation of them."""

    order: tuple[int, ...]

    def __post_init__(self) -> None:
        if sorted(self.order) != list(range(len(self.order))):
            raise RuleError(
                "tie_break", "the order lists each option number from 0 up exactly once"
            )

    @classmethod
    def by_number(cls, options: int) -> "TieBreak":
        """The order of the agenda: a lower option number is favoured."""
        return cls(tuple(range(options)))

    def ranks(self) -> tuple[int, ...]:
        """For each option its place in the order, 0 for the most favoured."""
        places = [0] * len(self.order)
        for place, option in enumerate(self.order):
            places[option] = place
        return tuple(places)

    def favoured(self, tied: Iterable[int]) -> int:
        """The option that a tie favours most."""
        return min(tied, key=self.ranks().__getitem__)

    def least_favoured(self, tied: Iterable[int]) -> int:
        """The option that a tie favours least."""
        return max(tied, key=self.ranks().__getitem__)


def tie_break_over(options: int, tie_break: TieBreak | None) -> TieBreak:
    """`tie_break`, or the order of the agenda where none is stated; it covers exactly `options`."""
    if tie_break is None:
        return TieBreak.by_number(options)
    if len(tie_break.order) != options:
        raise RuleError(
            "tie_break", f"the order covers {len(tie_break.order)} options, not {options}"
        )
    return tie_break


def equal_runs(queue: Sequence[int], scores: Sequence[int]) -> tuple[Tie, ...]:
    """The ties in a queue sorted by score and then by the stated order: its runs of equal score."""
    ties = []
    start = 0
    for end in range(1, len(queue) + 1):
        if end == len(queue) or scores[queue[end]] != scores[queue[start]]:
            if end - start > 1:
                tied = tuple(queue[start:end])
                ties.append(Tie(start + 1, "which equal score comes first", tied, tied[0]))
            start = end
    return tuple(ties)
