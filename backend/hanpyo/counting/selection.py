"""A budget's rule as one value: announced before the vote, applied by every auditor after it.

The text form is one line of words, `name=value`, in a fixed order, and reads back to the same rule.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from hanpyo.counting.ballots import Vote
from hanpyo.counting.budget import Budget, Selection, greedy
from hanpyo.counting.equal_shares import Completion, Utility, equal_shares, support_profile
from hanpyo.counting.errors import RuleError
from hanpyo.counting.ties import TieBreak


class BudgetMethod(StrEnum):
    """The rules that spend a budget."""

    GREEDY_SKIP = "greedy-skip"
    GREEDY_STOP = "greedy-stop"
    EQUAL_SHARES = "equal-shares"


@dataclass(frozen=True, slots=True)
class BudgetRule:
    """A method and what it needs to know beside the votes.

    `threshold` is the least score a project needs under a greedy method. `completion`, `utility`
    and `increment` (in units of money a voter) are those of the Method of Equal Shares. Raises
    `RuleError` where a value is set that the method does not use.
    """

    method: BudgetMethod
    threshold: int = 0
    completion: Completion = Completion.NONE
    utility: Utility = Utility.COST
    increment: int = 1

    def __post_init__(self) -> None:
        if self.threshold < 0 or self.increment < 1:
            raise RuleError("threshold, increment", "a threshold is at least 0, an increment 1")
        shares = self.method is BudgetMethod.EQUAL_SHARES
        if shares and self.threshold:
            raise RuleError("threshold", f"{self.method} has none")
        defaults = (Completion.NONE, Utility.COST, 1)
        if not shares and (self.completion, self.utility, self.increment) != defaults:
            raise RuleError("completion, utility, increment", f"{self.method} has none")

    def __str__(self) -> str:
        if self.method is not BudgetMethod.EQUAL_SHARES:
            return f"{self.method} threshold={self.threshold}"
        return (
            f"{self.method} completion={self.completion} utility={self.utility.name.lower()} "
            f"increment={self.increment}"
        )

    @classmethod
    def parse(cls, text: str) -> "BudgetRule":
        """Reads the text form; raises `RuleError` for anything `str` would not have written."""
        name, *words = text.split(" ")
        values = dict(word.partition("=")[::2] for word in words)
        try:
            rule = cls(
                BudgetMethod(name),
                int(values.get("threshold", "0")),
                Completion(values.get("completion", Completion.NONE)),
                Utility[values.get("utility", Utility.COST.name).upper()],
                int(values.get("increment", "1")),
            )
        except (KeyError, ValueError) as error:
            raise RuleError("budget rule", f"{text!r} is not a rule: {error}") from error
        if str(rule) != text:
            raise RuleError("budget rule", f"{text!r} is not how {str(rule)!r} is written")
        return rule


def point_sums(options: int, votes: Sequence[Vote]) -> tuple[int, ...]:
    """Each option's sum of weight × points over valid `votes`."""
    sums = [0] * options
    for vote in votes:
        for option, points in zip(vote.options, vote.points_given, strict=True):
            sums[option] += vote.weight * points
    return tuple(sums)


def select(
    rule: BudgetRule, budget: Budget, votes: Sequence[Vote], tie_break: TieBreak | None = None
) -> Selection:
    """Spends `budget` by `rule` on valid `votes`; ranked votes carry points by place beforehand."""
    if rule.method is BudgetMethod.EQUAL_SHARES:
        return equal_shares(
            budget,
            support_profile(votes),
            utility=rule.utility,
            completion=rule.completion,
            increment=rule.increment,
            tie_break=tie_break,
        )
    return greedy(
        budget,
        point_sums(len(budget.costs), votes),
        skip=rule.method is BudgetMethod.GREEDY_SKIP,
        threshold=rule.threshold,
        tie_break=tie_break,
    )
