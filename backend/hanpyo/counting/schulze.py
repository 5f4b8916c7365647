"""The Schulze method: pairwise comparison by strongest paths, measured in winning votes.

An option left out of a ranking stands below every ranked one and level with the others left out. A
link from x to y is as strong as the votes that prefer x to y, where more prefer x than y, and
absent otherwise; a path is as strong as its weakest link; x stands above y where the strongest
path from x to y is stronger than any back (M. Schulze, "A new monotonic, clone-independent,
reversal symmetric, and Condorcet-consistent single-winner election method", Social Choice and
Welfare 36, 2011).
"""

from dataclasses import dataclass

from hanpyo.counting.ranking import Profile, check_profile
from hanpyo.counting.ties import Tie, TieBreak, tie_break_over

Matrix = tuple[tuple[int, ...], ...]
"""A number for each ordered pair of options, `matrix[x][y]`; 0 on the diagonal."""


@dataclass(frozen=True, slots=True)
class SchulzeResult:
    """All options from the first to the last, and how they came to stand so.

    `winners` are the options that none stands above: more than one is a tie, settled by the stated
    order in `ranking` like every tie further down. `preferences[x][y]` are the votes that prefer x
    to y; `paths[x][y]` the strength of the strongest path.
    """

    ranking: tuple[int, ...]
    winners: tuple[int, ...]
    preferences: Matrix
    paths: Matrix
    ties: tuple[Tie, ...]


def schulze(options: int, profile: Profile, tie_break: TieBreak | None = None) -> SchulzeResult:
    """Ranks `options` options by `profile`."""
    check_profile(options, profile)
    order = tie_break_over(options, tie_break)
    preferences = pairwise_preferences(options, profile)
    paths = _strongest_paths(preferences)
    ranking: list[int] = []
    ties: list[Tie] = []
    left = set(range(options))
    winners = _unbeaten(left, paths)
    while left:
        first = _unbeaten(left, paths)
        taken = order.favoured(first)
        if len(first) > 1:
            ties.append(Tie(len(ranking) + 1, "who stands first of those left", first, taken))
        ranking.append(taken)
        left.remove(taken)
    return SchulzeResult(tuple(ranking), winners, preferences, paths, tuple(ties))


def pairwise_preferences(options: int, profile: Profile) -> Matrix:
    """The summed weight of the votes that prefer x to y, for every pair."""
    matrix = [[0] * options for _ in range(options)]
    everyone = set(range(options))
    for ranking, weight in profile.items():
        below = set(everyone)
        for option in ranking:
            below.discard(option)
            for other in below:
                matrix[option][other] += weight
    return tuple(map(tuple, matrix))


def _strongest_paths(preferences: Matrix) -> Matrix:
    """Widest paths between all pairs, by the Floyd–Warshall scheme of Schulze's section 2.3."""
    size = range(len(preferences))
    paths = [
        [votes if votes > preferences[y][x] else 0 for y, votes in enumerate(row)]
        for x, row in enumerate(preferences)
    ]
    for middle in size:
        for x in size:
            if x == middle:
                continue
            for y in size:
                if y not in (middle, x):
                    detour = min(paths[x][middle], paths[middle][y])
                    paths[x][y] = max(paths[x][y], detour)
    return tuple(map(tuple, paths))


def _unbeaten(left: set[int], paths: Matrix) -> tuple[int, ...]:
    return tuple(
        option
        for option in sorted(left)
        if all(paths[option][other] >= paths[other][option] for other in left)
    )
