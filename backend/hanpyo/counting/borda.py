"""The Borda count: a ranking of the options by the points that their places are worth.

The variant is Borda with unranked options at zero ("rounding up" in Narodytska and Walsh, "The
computational impact of partial votes on strategic voting", 2014): of n options the first receives
n - 1 points, the second n - 2 and so on, an option left out receives none.
"""

from dataclasses import dataclass

from hanpyo.counting.ranking import Profile, descending_points, positional_scores
from hanpyo.counting.ties import Tie, TieBreak, equal_runs, tie_break_over


@dataclass(frozen=True, slots=True)
class BordaResult:
    """All options from the highest score to the lowest, each one's score, and every tie."""

    ranking: tuple[int, ...]
    scores: tuple[int, ...]
    ties: tuple[Tie, ...]


def borda(options: int, profile: Profile, tie_break: TieBreak | None = None) -> BordaResult:
    """Ranks `options` options by `profile`; equal scores follow the stated order."""
    ranks = tie_break_over(options, tie_break).ranks()
    scores = positional_scores(options, profile, descending_points(options - 1))
    ranking = sorted(range(options), key=lambda option: (-scores[option], ranks[option]))
    return BordaResult(tuple(ranking), scores, equal_runs(ranking, scores))
