"""Spending a budget on options that have costs: the problem, the result, and the greedy rule.

Costs and the budget are integers in one unit of money. Every selection keeps within the budget.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from hanpyo.counting.errors import RuleError
from hanpyo.counting.ties import Tie, TieBreak, equal_runs, tie_break_over


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be spent, and what each option costs; both at least 0."""

    amount: int
    costs: tuple[int, ...]

    def __post_init__(self) -> None:
        if self.amount < 0:
            raise RuleError("budget", f"the budget is at least 0, not {self.amount}")
        if any(cost < 0 for cost in self.costs):
            raise RuleError("costs", "a cost is at least 0")

    def cost_of(self, options: Iterable[int]) -> int:
        """What `options` cost together."""
        return sum(self.costs[option] for option in options)


@dataclass(frozen=True, slots=True)
class Purchase:
    """One option selected: in which phase, and for the Method of Equal Shares at which price.

    `price` is what a supporter pays for each unit of utility unless less is left to pay with; None
    in a greedy phase.
    """

    option: int
    phase: str
    price: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """The options bought, in order, and every tie met on the way.

    `increments` is how many times add1 raised each voter's share (0 without it).
    """

    budget: Budget
    purchases: tuple[Purchase, ...]
    ties: tuple[Tie, ...]
    increments: int = 0

    @property
    def options(self) -> tuple[int, ...]:
        """The selected options in the order of their purchase."""
        return tuple(purchase.option for purchase in self.purchases)

    @property
    def cost(self) -> int:
        """What the selected options cost together."""
        return self.budget.cost_of(self.options)

    @property
    def leftover(self) -> int:
        """What remains of the budget; negative where an interim outcome overspends it."""
        return self.budget.amount - self.cost


def greedy(
    budget: Budget,
    scores: Sequence[int],
    *,
    skip: bool,
    threshold: int = 0,
    tie_break: TieBreak | None = None,
) -> Selection:
    """Buys options from the highest score down while the budget lasts.

    With `skip` an option that no longer fits is passed over and the next is tried; without, the
    first that does not fit ends the selection. Options that score below `threshold` are not
    considered.
    """
    if len(scores) != len(budget.costs):
        raise RuleError("scores", f"{len(scores)} scores for {len(budget.costs)} options")
    order = tie_break_over(len(budget.costs), tie_break)
    eligible = {option for option, score in enumerate(scores) if score >= threshold}
    purchases, ties = greedy_phase(budget, scores, eligible, budget.amount, order, skip=skip)
    return Selection(budget, purchases, ties)


def greedy_phase(
    budget: Budget,
    scores: Sequence[int],
    eligible: Iterable[int],
    money: int,
    order: TieBreak,
    *,
    skip: bool,
) -> tuple[tuple[Purchase, ...], tuple[Tie, ...]]:
    """Greedy purchases from `eligible` within `money`, and the ties among equal scores."""
    ranks = order.ranks()
    queue = sorted(eligible, key=lambda option: (-scores[option], ranks[option]))
    purchases: list[Purchase] = []
    for option in queue:
        if budget.costs[option] <= money:
            money -= budget.costs[option]
            purchases.append(Purchase(option, "greedy"))
        elif not skip:
            break
    return tuple(purchases), equal_runs(queue, scores)
