"""Single transferable vote: weighted inclusive Gregory transfers in exact fractions.

The variant is Scottish STV (Scottish Local Government Elections Order 2011, SSI 2011/399, Schedule
1) with two differences. Transfer values are exact fractions, where the Order cuts them to five
decimal places; and a tie that no earlier stage settles is settled by the stated order, where the
Order draws a lot.

- The quota is the whole part of (valid votes ÷ (seats + 1)), plus 1, and never changes.
- An option that reaches the quota is elected. While an elected option holds a surplus, the largest
  surplus is transferred: every vote the option holds passes to its next continuing preference at
  its value × surplus ÷ the option's votes (the inclusive method: all its votes, not only those
  last received).
- Otherwise the option with the fewest votes is excluded and its votes pass on at the value they
  have.
- One transfer or exclusion a stage. When as many options continue as seats are left, they are
  elected.
"""

from dataclasses import dataclass, field
from fractions import Fraction

from hanpyo.counting.errors import RuleError
from hanpyo.counting.ranking import Profile, Ranking, check_profile
from hanpyo.counting.ties import Tie, TieBreak, tie_break_over
from hanpyo.counting.transfer import next_preference, take_highest, take_lowest


@dataclass(frozen=True, slots=True)
class StvStage:
    """Where the votes stand at a stage, and what it did.

    `votes` are each option's votes and `exhausted` those that no longer support any; both sum to
    the votes cast. `elected` reached the quota, or filled the last seats, at this stage.
    `surplus_of` or `excluded` is the option whose votes the stage then passes on; both None at the
    last.
    """

    votes: tuple[Fraction, ...]
    exhausted: Fraction
    elected: tuple[int, ...]
    surplus_of: int | None
    excluded: int | None


@dataclass(frozen=True, slots=True)
class StvResult:
    """The elected options in the order of their election, the quota, every stage and every tie."""

    elected: tuple[int, ...]
    quota: int
    stages: tuple[StvStage, ...]
    ties: tuple[Tie, ...]


def droop_quota(votes: int, seats: int) -> int:
    """The smallest whole number of votes that no more than `seats` options can reach."""
    return votes // (seats + 1) + 1


def single_transferable_vote(
    options: int, profile: Profile, seats: int, tie_break: TieBreak | None = None
) -> StvResult:
    """Fills `seats` from `options` options; where there are fewer, all of them are elected."""
    if seats < 1:
        raise RuleError("seats", f"at least one seat is to be filled, not {seats}")
    check_profile(options, profile)
    return _StvCount(options, profile, seats, tie_break_over(options, tie_break)).run()


@dataclass(slots=True)
class _Pile:
    """Rankings that support an option, each with the value its votes now have in all."""

    values: dict[Ranking, Fraction] = field(default_factory=dict)

    def add(self, ranking: Ranking, value: Fraction) -> None:
        self.values[ranking] = self.values.get(ranking, Fraction(0)) + value

    def total(self) -> Fraction:
        return sum(self.values.values(), Fraction(0))


class _StvCount:
    def __init__(self, options: int, profile: Profile, seats: int, order: TieBreak) -> None:
        self._seats = seats
        self._order = order
        self._quota = droop_quota(sum(profile.values()), seats)
        self._continuing = set(range(options))
        self._piles = [_Pile() for _ in range(options)]
        self._exhausted = _Pile()
        self._elected: list[int] = []
        self._unsettled: set[int] = set()
        self._history: list[tuple[Fraction, ...]] = []
        self._stages: list[StvStage] = []
        self._ties: list[Tie] = []
        for ranking, weight in profile.items():
            self._give(ranking, Fraction(weight))

    def run(self) -> StvResult:
        while True:
            votes = tuple(pile.total() for pile in self._piles)
            self._history.append(votes)
            elected = self._elect(votes)
            surplus_of = excluded = None
            if not self._is_finished():
                surplus_of = self._largest_surplus()
                excluded = self._lowest() if surplus_of is None else None
            self._stages.append(
                StvStage(votes, self._exhausted.total(), elected, surplus_of, excluded)
            )
            if surplus_of is not None:
                self._transfer_surplus(surplus_of)
            elif excluded is not None:
                self._exclude(excluded)
            else:
                return StvResult(
                    tuple(self._elected), self._quota, tuple(self._stages), tuple(self._ties)
                )

    def _elect(self, votes: tuple[Fraction, ...]) -> tuple[int, ...]:
        reached = {option for option in self._continuing if votes[option] >= self._quota}
        elected = self._in_order_of_votes(reached, "who is elected first")
        rest = self._continuing - reached
        if len(self._elected) + len(elected) + len(rest) <= self._seats:
            elected += self._in_order_of_votes(rest, "who fills the last seats first")
        self._continuing -= set(elected)
        self._elected += elected
        self._unsettled |= {option for option in elected if votes[option] > self._quota}
        return tuple(elected)

    def _in_order_of_votes(self, options: set[int], question: str) -> list[int]:
        left, ordered = set(options), []
        while left:
            option, tie = take_highest(self._history, left, question, self._order)
            self._ties += [tie] if tie else []
            ordered.append(option)
            left.remove(option)
        return ordered

    def _is_finished(self) -> bool:
        return len(self._elected) >= self._seats or not self._continuing

    def _largest_surplus(self) -> int | None:
        if not self._unsettled:
            return None
        option, tie = take_highest(
            self._history, self._unsettled, "whose surplus is transferred first", self._order
        )
        self._ties += [tie] if tie else []
        return option

    def _lowest(self) -> int:
        option, tie = take_lowest(self._history, self._continuing, "whom to exclude", self._order)
        self._ties += [tie] if tie else []
        return option

    def _transfer_surplus(self, option: int) -> None:
        pile, self._piles[option] = self._piles[option], _Pile()
        total = pile.total()
        kept = Fraction(self._quota) / total
        self._unsettled.remove(option)
        for ranking, value in pile.values.items():
            self._piles[option].add(ranking, value * kept)
            self._give(ranking, value * (1 - kept))

    def _exclude(self, option: int) -> None:
        pile, self._piles[option] = self._piles[option], _Pile()
        self._continuing.remove(option)
        for ranking, value in pile.values.items():
            self._give(ranking, value)

    def _give(self, ranking: Ranking, value: Fraction) -> None:
        option = next_preference(ranking, self._continuing)
        pile = self._exhausted if option is None else self._piles[option]
        pile.add(ranking, value)
