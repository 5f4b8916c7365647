"""The Method of Equal Shares: every voter controls an equal share of the budget.

An option is bought when its supporters can pay for it together, each in proportion to the utility
it has for them or with all they have left if that is less. At each step the option with the lowest
price per unit of utility is bought. The rule and its completions follow D. Peters, G. Pierczyński
and P. Skowron, "Proportional Participatory Budgeting with Additive Utilities" (NeurIPS 2021) and
equalshares.net.

A vote of weight w counts as w voters with that vote. A blank vote has a share of the budget that
it spends on nothing. An option nobody supports is never bought; one that costs nothing is bought
at once.

Completions, for what the shares alone leave unspent:

- `ADD1`: every share is raised by the increment (1 unit of money) again and again; the outcome is
  the first that leaves no room for any supported option, or the last before one that overspends
  the budget.
- `GREEDY`: the rest is spent by the greedy rule with skipping, by the sum of points.
- `ADD1U`: `ADD1`, then what still remains as in `GREEDY`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import gcd, lcm
from types import MappingProxyType

from hanpyo.counting.ballots import Vote
from hanpyo.counting.budget import Budget, Purchase, Selection, greedy_phase
from hanpyo.counting.errors import ProfileError, RuleError
from hanpyo.counting.ties import Tie, TieBreak, tie_break_over

Support = tuple[tuple[int, int], ...]
"""One vote as (option, points) pairs in option order, points at least 1."""

SupportProfile = Mapping[Support, int]
"""Each distinct support with the summed weight, at least 1, of the votes that express it."""


class Utility(StrEnum):
    """What an option is worth to a voter; a method without points gives 1 point to each named."""

    COST = "points × cost"
    POINTS = "points"


class Completion(StrEnum):
    """How money that the shares leave unspent is used; see the module's description."""

    NONE = "none"
    ADD1 = "add1"
    GREEDY = "greedy"
    ADD1U = "add1u"


def support_profile(votes: Iterable[Vote]) -> SupportProfile:
    """The profile of valid votes, blank ones included as empty support; 0 points are no support."""
    weights: Counter[Support] = Counter()
    for vote in votes:
        pairs = zip(vote.options, vote.points_given, strict=True)
        weights[tuple(sorted((option, points) for option, points in pairs if points))] += (
            vote.weight
        )
    return MappingProxyType(dict(sorted(weights.items())))


def equal_shares(
    budget: Budget,
    profile: SupportProfile,
    *,
    utility: Utility = Utility.COST,
    completion: Completion = Completion.NONE,
    increment: int = 1,
    tie_break: TieBreak | None = None,
) -> Selection:
    """Selects options by the Method of Equal Shares.

    `increment` is what add1 adds to each voter's share at a time, in units of money. It bounds the
    work: a count over a budget of B and n voters may take some B ÷ (n × increment) rounds.
    """
    if increment < 1:
        raise RuleError("increment", f"each increment is at least 1, not {increment}")
    order = tie_break_over(len(budget.costs), tie_break)
    market = _Market(budget, profile, utility, order)
    selection = market.at_share(market.share, 0)
    if completion in (Completion.ADD1, Completion.ADD1U):
        selection = _add1(market, selection, increment)
    if completion in (Completion.GREEDY, Completion.ADD1U):
        selection = _complete_greedily(market, selection, order)
    return selection


def _add1(market: "_Market", selection: Selection, increment: int) -> Selection:
    share = market.share
    while market.leaves_room(selection):
        share += increment
        following = market.at_share(share, selection.increments + 1)
        if following.leftover < 0:
            break
        selection = following
    return selection


def _complete_greedily(market: "_Market", selection: Selection, order: TieBreak) -> Selection:
    unbought = set(range(len(market.budget.costs))) - set(selection.options)
    purchases, ties = greedy_phase(
        market.budget, market.points, unbought, selection.leftover, order, skip=True
    )
    return Selection(
        selection.budget,
        selection.purchases + purchases,
        selection.ties + (ties if purchases else ()),
        selection.increments,
    )


@dataclass(frozen=True, slots=True)
class _Backer:
    """A group of like votes behind one option.

    `factor` is (least common multiple of the option's points) ÷ `points`: money × factor orders
    backers by money ÷ points without fractions.
    """

    group: int
    weight: int
    points: int
    factor: int


class _Market:
    """The options for sale, their backers, and the count at any given share."""

    def __init__(
        self, budget: Budget, profile: SupportProfile, utility: Utility, order: TieBreak
    ) -> None:
        self.budget = budget
        self.points = [0] * len(budget.costs)
        self._groups = len(profile)
        self._order = order
        self._unit = [cost if utility is Utility.COST else 1 for cost in budget.costs]
        self._backers = self._read(profile)
        voters = sum(profile.values())
        self.share = Fraction(budget.amount, voters) if voters else Fraction(0)
        self._supported = [option for option, points in enumerate(self.points) if points]

    def leaves_room(self, selection: Selection) -> bool:
        """Whether some supported option is unbought and would still fit the budget."""
        bought = set(selection.options)
        leftover = selection.leftover
        return any(
            option not in bought and self.budget.costs[option] <= leftover
            for option in self._supported
        )

    def at_share(self, share: Fraction, increments: int) -> Selection:
        """The outcome when each voter starts with `share`; it may cost more than the budget."""
        free = [option for option in self._supported if self.budget.costs[option] == 0]
        purchases = [Purchase(option, "no cost", Fraction(0)) for option in free]
        ties: list[Tie] = []
        purse = _Purse(share, self._groups)
        prices = {
            option: self._lowest_price(option) for option in self._supported if option not in free
        }
        while cheapest := self._cheapest(prices, purse):
            option = self._order.favoured(cheapest)
            if len(cheapest) > 1:
                step = len(purchases) + 1
                ties.append(Tie(step, "which equal price is bought first", cheapest, option))
            price = prices.pop(option)
            purchases.append(Purchase(option, "equal shares", price))
            purse.charge(self._backers[option], price * self._unit[option])
        return Selection(self.budget, tuple(purchases), tuple(ties), increments)

    def _cheapest(self, prices: dict[int, Fraction], purse: "_Purse") -> tuple[int, ...]:
        """The options at the lowest price now.

        A price never falls as money is spent, so the last known one is a lower bound: options are
        looked at from the lowest bound up until it exceeds the best price found. What backers can
        no longer pay for is dropped for good.
        """
        best: Fraction | None = None
        cheapest: list[int] = []
        for option in sorted(prices, key=prices.__getitem__):
            if best is not None and prices[option] > best:
                break
            per_point = purse.price_per_point(self._backers[option], self.budget.costs[option])
            if per_point is None:
                del prices[option]
                continue
            price = prices[option] = per_point / self._unit[option]
            if best is None or price < best:
                best, cheapest = price, [option]
            elif price == best:
                cheapest.append(option)
        return tuple(sorted(cheapest))

    def _lowest_price(self, option: int) -> Fraction:
        return Fraction(self.budget.costs[option], self.points[option] * self._unit[option])

    def _read(self, profile: SupportProfile) -> list[list[_Backer]]:
        found: list[list[tuple[int, int, int]]] = [[] for _ in self.budget.costs]
        for group, (support, weight) in enumerate(profile.items()):
            for option, points in support:
                if not 0 <= option < len(found) or points < 1 or weight < 1:
                    raise ProfileError(
                        f"support for option {option} with {points} points and weight {weight} "
                        f"cannot be counted over {len(found)} options"
                    )
                found[option].append((group, weight, points))
                self.points[option] += weight * points
        return [_with_factors(backers) for backers in found]


def _with_factors(backers: list[tuple[int, int, int]]) -> list[_Backer]:
    common = lcm(*(points for _, _, points in backers))
    return [_Backer(group, weight, points, common // points) for group, weight, points in backers]


class _Purse:
    """What each group's voters have left, each, as integers over one growing denominator."""

    def __init__(self, share: Fraction, groups: int) -> None:
        self._scale = share.denominator
        self._money = [share.numerator] * groups

    def price_per_point(self, backers: list[_Backer], cost: int) -> Fraction | None:
        """The least price a point at which the backers together pay `cost`; None if they cannot."""
        money = self._money
        due = cost * self._scale
        if sum(money[backer.group] * backer.weight for backer in backers) < due:
            return None
        points = sum(backer.weight * backer.points for backer in backers)
        for backer in sorted(backers, key=lambda backer: money[backer.group] * backer.factor):
            if due * backer.points <= money[backer.group] * points:
                break
            due -= money[backer.group] * backer.weight
            points -= backer.weight * backer.points
        return Fraction(due, points * self._scale)

    def charge(self, backers: list[_Backer], per_point: Fraction) -> None:
        """Takes `per_point` × points from every backer's voters, or all that they have."""
        grow = per_point.denominator // gcd(per_point.denominator, self._scale)
        if grow > 1:
            self._scale *= grow
            self._money = [money * grow for money in self._money]
        unit = per_point.numerator * (self._scale // per_point.denominator)
        for backer in backers:
            held = self._money[backer.group]
            self._money[backer.group] = held - min(held, unit * backer.points)
