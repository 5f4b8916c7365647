"""Ranked votes gathered for counting, and the positional scores that can be read off them.

Votes with the same ranking are counted together with their summed weight. A ranking may leave
options out.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from hanpyo.counting.ballots import Vote
from hanpyo.counting.errors import ProfileError

Ranking = tuple[int, ...]
"""Option numbers from the most to the least preferred, without repetition."""

Profile = Mapping[Ranking, int]
"""Each distinct ranking with the summed weight, at least 1, of the votes that carry it."""


def ranking_profile(votes: Iterable[Vote]) -> Profile:
    """The profile of valid ranked votes; blank votes rank nothing and are left out."""
    weights: Counter[Ranking] = Counter()
    for vote in votes:
        if not vote.is_blank:
            weights[vote.options] += vote.weight
    return MappingProxyType(dict(sorted(weights.items())))


def check_profile(options: int, profile: Profile) -> None:
    """Raises `ProfileError` unless every ranking orders some options once, with weight."""
    for ranking, weight in profile.items():
        if len(set(ranking)) != len(ranking):
            raise ProfileError(f"the ranking {ranking} names an option twice")
        if not all(0 <= option < options for option in ranking):
            raise ProfileError(f"the ranking {ranking} names an option outside 0 to {options - 1}")
        if weight < 1:
            raise ProfileError(f"the ranking {ranking} has weight {weight}, less than 1")


def positional_scores(options: int, profile: Profile, points: Sequence[int]) -> tuple[int, ...]:
    """Each option's sum of weight × `points[place]`; a place beyond `points` is worth nothing."""
    check_profile(options, profile)
    scores = [0] * options
    for ranking, weight in profile.items():
        for option, worth in zip(ranking, points, strict=False):
            scores[option] += weight * worth
    return tuple(scores)


def descending_points(highest: int) -> tuple[int, ...]:
    """The points `highest`, `highest` - 1, …, 1, as most participatory budgets score a ranking."""
    return tuple(range(highest, 0, -1))


def with_points(vote: Vote, points: Sequence[int]) -> Vote:
    """The ranked `vote` with `points` written beside its options by place, 0 beyond their end."""
    worth = (*points, *(0,) * len(vote.options))[: len(vote.options)]
    return replace(vote, points=worth)
