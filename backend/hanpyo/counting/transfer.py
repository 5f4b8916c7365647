"""What the transferable-vote counts share: whom a ranking supports, and how ties are settled.

A tie for exclusion, or for whose surplus goes first, is settled by the most recent earlier stage
at which the tied options differed; where none does, by the stated order.
"""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from fractions import Fraction

from hanpyo.counting.ranking import Ranking
from hanpyo.counting.ties import Tie, TieBreak, TieSettledBy

Votes = Sequence[Fraction]
"""Votes credited to each option at one stage."""


def next_preference(ranking: Ranking, continuing: AbstractSet[int]) -> int | None:
    """The most preferred option of `ranking` among `continuing`, or None where there is none."""
    return next((option for option in ranking if option in continuing), None)


def take_lowest(
    stages: Sequence[Votes], among: Iterable[int], question: str, tie_break: TieBreak
) -> tuple[int, Tie | None]:
    """The option with the fewest votes at the last of `stages`, and the tie where there was one."""
    return _take(stages, among, question, tie_break, highest=False)


def take_highest(
    stages: Sequence[Votes], among: Iterable[int], question: str, tie_break: TieBreak
) -> tuple[int, Tie | None]:
    """The option with the most votes at the last of `stages`, and the tie where there was one."""
    return _take(stages, among, question, tie_break, highest=True)


def _take(
    stages: Sequence[Votes],
    among: Iterable[int],
    question: str,
    tie_break: TieBreak,
    *,
    highest: bool,
) -> tuple[int, Tie | None]:
    extreme = max if highest else min
    tied: list[int] = []
    left = sorted(among)
    for votes in reversed(stages):
        best = extreme(votes[option] for option in left)
        left = [option for option in left if votes[option] == best]
        tied = tied or left
        if len(left) == 1:
            break
    settled_by = TieSettledBy.EARLIER_STAGE if len(left) == 1 else TieSettledBy.STATED_ORDER
    taken = tie_break.favoured(left) if highest else tie_break.least_favoured(left)
    if len(tied) == 1:
        return taken, None
    return taken, Tie(len(stages), question, tuple(tied), taken, settled_by)
