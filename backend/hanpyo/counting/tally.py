"""The additive tally: what each option received, and the blank and invalid votes beside it.

A tally is a sum over votes: tallies of disjoint sets of votes over the same options add up to the
tally of their union, whatever the order or the strata they were made in.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from hanpyo.counting.ballots import ItemRule, Vote, flaw
from hanpyo.counting.errors import ProfileError


@dataclass(frozen=True, slots=True)
class Count:
    """A number of voters and the sum of their integer weights."""

    heads: int = 0
    weight: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.heads + other.heads, self.weight + other.weight)

    def __sub__(self, other: "Count") -> "Count":
        return Count(self.heads - other.heads, self.weight - other.weight)


NOBODY = Count()


@dataclass(frozen=True, slots=True)
class OptionTally:
    """What one option received.

    `supporters` are the valid votes that name it. `points` are their points, summed as they are
    (`heads`) and times each vote's weight (`weight`); a method without points gives one point to
    each named option, so that there both counts are the same.
    """

    supporters: Count = NOBODY
    points: Count = NOBODY

    def __add__(self, other: "OptionTally") -> "OptionTally":
        return OptionTally(self.supporters + other.supporters, self.points + other.points)


@dataclass(frozen=True, slots=True)
class Tally:
    """One item's figures: each option's, and the votes cast, blank and invalid."""

    options: tuple[OptionTally, ...]
    cast: Count
    blank: Count
    invalid: Count

    @property
    def valid(self) -> Count:
        """Votes that support at least one option."""
        return self.cast - self.blank - self.invalid

    def __add__(self, other: "Tally") -> "Tally":
        if len(self.options) != len(other.options):
            raise ProfileError(
                f"tallies of {len(self.options)} and {len(other.options)} options do not add up"
            )
        return Tally(
            tuple(a + b for a, b in zip(self.options, other.options, strict=True)),
            self.cast + other.cast,
            self.blank + other.blank,
            self.invalid + other.invalid,
        )


def tally(rule: ItemRule, votes: Iterable[Vote]) -> Tally:
    """Counts `votes` under `rule`; a vote with a flaw counts as invalid and supports nothing."""
    cells = [[0, 0, 0, 0] for _ in range(rule.options)]
    cast = blank = invalid = NOBODY
    for vote in votes:
        one = Count(1, vote.weight)
        cast += one
        if vote.is_blank:
            blank += one
        elif flaw(rule, vote):
            invalid += one
        else:
            _add(cells, vote)
    options = (OptionTally(Count(*cell[:2]), Count(*cell[2:])) for cell in cells)
    return Tally(tuple(options), cast, blank, invalid)


def _add(cells: list[list[int]], vote: Vote) -> None:
    for option, points in zip(vote.options, vote.points_given, strict=True):
        cell = cells[option]
        cell[0] += 1
        cell[1] += vote.weight
        cell[2] += points
        cell[3] += vote.weight * points
