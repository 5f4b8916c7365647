"""Instant-runoff voting: one winner by successive exclusion.

At each stage every ranking supports its most preferred continuing option. An option with more than
half of the votes still held by continuing options wins; otherwise the option with the fewest is
excluded and the count goes on. One option is excluded at a time.
"""

from dataclasses import dataclass
from fractions import Fraction

from hanpyo.counting.ranking import Profile, check_profile
from hanpyo.counting.ties import Tie, TieBreak, tie_break_over
from hanpyo.counting.transfer import next_preference, take_lowest


@dataclass(frozen=True, slots=True)
class IrvStage:
    """Votes of each option (0 once excluded), votes for none, and whom the stage excludes."""

    votes: tuple[int, ...]
    exhausted: int
    excluded: int | None


@dataclass(frozen=True, slots=True)
class IrvResult:
    """The winner, None where no vote ranks anything; every stage; every tie."""

    winner: int | None
    stages: tuple[IrvStage, ...]
    ties: tuple[Tie, ...]


def instant_runoff(options: int, profile: Profile, tie_break: TieBreak | None = None) -> IrvResult:
    """Counts `profile` over `options` options."""
    check_profile(options, profile)
    order = tie_break_over(options, tie_break)
    continuing = set(range(options))
    stages: list[IrvStage] = []
    history: list[tuple[Fraction, ...]] = []
    ties: list[Tie] = []
    while True:
        votes, exhausted = _votes(options, profile, continuing)
        winner = _winner(votes, continuing)
        if winner is not None or not any(votes):
            stages.append(IrvStage(votes, exhausted, None))
            return IrvResult(winner, tuple(stages), tuple(ties))
        history.append(tuple(map(Fraction, votes)))
        excluded, tie = take_lowest(history, continuing, "whom to exclude", order)
        ties += [tie] if tie else []
        stages.append(IrvStage(votes, exhausted, excluded))
        continuing.remove(excluded)


def _votes(options: int, profile: Profile, continuing: set[int]) -> tuple[tuple[int, ...], int]:
    votes = [0] * options
    exhausted = 0
    for ranking, weight in profile.items():
        option = next_preference(ranking, continuing)
        if option is None:
            exhausted += weight
        else:
            votes[option] += weight
    return tuple(votes), exhausted


def _winner(votes: tuple[int, ...], continuing: set[int]) -> int | None:
    held = sum(votes)
    return next((option for option in sorted(continuing) if 2 * votes[option] > held), None)
