"""What a vote on one agenda item is, and whether it keeps the item's rules.

A vote comes from outside and may have any shape: `flaw` names what is wrong with it and never
raises. A vote that names no option is blank: it is valid, counts as present and supports nothing,
whatever the item's least number of choices. A vote with a flaw is invalid for its item as a whole.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from hanpyo.counting.errors import RuleError

MAX_OPTIONS = 1024
MIN_OPTIONS = 2


class Method(StrEnum):
    """How a voter fills in one agenda item."""

    CHOOSE_ONE = "choose-one"
    CHOOSE_UP_TO = "choose-up-to"
    APPROVAL = "approval"
    SCORE = "score"
    CUMULATIVE = "cumulative"
    RANKING = "ranking"


POINT_METHODS = frozenset({Method.SCORE, Method.CUMULATIVE})
"""The methods whose votes give points; in all others an option is named or not."""


class Flaw(StrEnum):
    """Why a vote is invalid for its item; the value is the reason shown to people."""

    UNKNOWN_OPTION = "names an option that the item does not have"
    DUPLICATE_OPTION = "names an option twice"
    BARRED_OPTION = "names an option that this voter may not choose"
    TOO_FEW_CHOICES = "names fewer options than the item asks for"
    TOO_MANY_CHOICES = "names more options than the item allows"
    SEVERAL_GROUPS = "names options of more than one option group"
    POINTS_MISMATCH = "does not give points exactly where the method asks for them"
    POINTS_OUT_OF_RANGE = "gives an option more or fewer points than the item allows"
    TOO_FEW_POINTS = "gives fewer points in all than the item asks for"
    TOO_MANY_POINTS = "gives more points in all than the item allows"
    COST_TOO_LOW = "names options that cost less in all than the item asks for"
    COST_TOO_HIGH = "names options that cost more in all than the item allows"


@dataclass(frozen=True, slots=True)
class Vote:
    """One voter's answer to one item.

    `options` are option numbers, in order of preference where the method is a ranking. `points`
    are given in the same order for score and cumulative items and are empty for the others.
    `weight` is the integer weight of the roll entry, at least 1. `barred` are the options the
    voter's class may not choose.
    """

    options: tuple[int, ...]
    points: tuple[int, ...] = ()
    weight: int = 1
    barred: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        if self.weight < 1:
            raise RuleError("weight", f"a vote weighs at least 1, not {self.weight}")

    @property
    def is_blank(self) -> bool:
        """True where nothing is named; points without an option are a flaw, not a blank vote."""
        return not self.options and not self.points

    @property
    def points_given(self) -> tuple[int, ...]:
        """Points beside each option: those written, or one each where the method writes none."""
        return self.points or (1,) * len(self.options)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRule:
    """What a valid vote on an item looks like.

    `max_choices` None means as many as there are options. `max_points` is the most points for one
    option, `min_points` the least for an option that is named; `max_total_points` bounds their
    sum. `costs` are one integer an option; `max_cost` and `min_cost` bound the sum over the named
    ones. `groups` gives each option's group: all the choices of a vote must lie in one. Raises
    `RuleError` where this cannot be met.
    """

    method: Method
    options: int
    min_choices: int = 0
    max_choices: int | None = None
    min_points: int = 0
    max_points: int | None = None
    min_total_points: int = 0
    max_total_points: int | None = None
    costs: tuple[int, ...] = ()
    min_cost: int = 0
    max_cost: int | None = None
    groups: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not MIN_OPTIONS <= self.options <= MAX_OPTIONS:
            raise RuleError(
                "options", f"an item has {MIN_OPTIONS} to {MAX_OPTIONS} options, not {self.options}"
            )
        self._check_choices()
        self._check_points()
        self._check_columns()

    def _check_choices(self) -> None:
        most = self.most_choices
        if not 0 <= self.min_choices <= most <= self.options:
            raise RuleError(
                "min_choices, max_choices",
                f"{self.min_choices} to {most} is not a range within 0 to {self.options}",
            )
        if self.method is Method.CHOOSE_ONE and most != 1:
            raise RuleError("max_choices", f"choose one allows one choice, not {most}")

    def _check_points(self) -> None:
        if self.method not in POINT_METHODS:
            if self.max_points is not None or self.max_total_points is not None:
                raise RuleError("max_points", f"{self.method} votes give no points")
            return
        if self.method is Method.SCORE and self.max_points is None:
            raise RuleError("max_points", "a score item states the most points for one option")
        if self.method is Method.CUMULATIVE and self.max_total_points is None:
            raise RuleError(
                "max_total_points", "a cumulative item states the points to give in all"
            )
        _check_range("min_points, max_points", self.min_points, self.max_points)
        _check_range(
            "min_total_points, max_total_points", self.min_total_points, self.max_total_points
        )

    def _check_columns(self) -> None:
        for name, column in (("costs", self.costs), ("groups", self.groups)):
            if column and len(column) != self.options:
                raise RuleError(name, f"{len(column)} values for {self.options} options")
        if any(cost < 0 for cost in self.costs):
            raise RuleError("costs", "a cost is at least 0")
        if not self.costs and (self.min_cost or self.max_cost is not None):
            raise RuleError("max_cost", "a cap on cost needs a cost for each option")
        _check_range("min_cost, max_cost", self.min_cost, self.max_cost)

    @property
    def most_choices(self) -> int:
        """The largest number of options one vote may name."""
        if self.max_choices is not None:
            return self.max_choices
        return 1 if self.method is Method.CHOOSE_ONE else self.options


def flaw(rule: ItemRule, vote: Vote) -> Flaw | None:
    """The first rule that `vote` breaks, or None where it is blank or valid."""
    if vote.is_blank:
        return None
    return _option_flaw(rule, vote) or _points_flaw(rule, vote) or _cost_flaw(rule, vote)


def valid_votes(rule: ItemRule, votes: Iterable[Vote]) -> tuple[Vote, ...]:
    """The votes without a flaw, blank ones among them, in the order given."""
    return tuple(vote for vote in votes if flaw(rule, vote) is None)


def _option_flaw(rule: ItemRule, vote: Vote) -> Flaw | None:
    if not all(0 <= option < rule.options for option in vote.options):
        return Flaw.UNKNOWN_OPTION
    named = set(vote.options)
    if len(named) != len(vote.options):
        return Flaw.DUPLICATE_OPTION
    if named & vote.barred:
        return Flaw.BARRED_OPTION
    return _choices_flaw(rule, named)


def _choices_flaw(rule: ItemRule, named: set[int]) -> Flaw | None:
    if len(named) < rule.min_choices:
        return Flaw.TOO_FEW_CHOICES
    if len(named) > rule.most_choices:
        return Flaw.TOO_MANY_CHOICES
    if rule.groups and len({rule.groups[option] for option in named}) > 1:
        return Flaw.SEVERAL_GROUPS
    return None


def _points_flaw(rule: ItemRule, vote: Vote) -> Flaw | None:
    expected = len(vote.options) if rule.method in POINT_METHODS else 0
    if len(vote.points) != expected:
        return Flaw.POINTS_MISMATCH
    if rule.method not in POINT_METHODS:
        return None
    if not all(_within(points, rule.min_points, rule.max_points) for points in vote.points):
        return Flaw.POINTS_OUT_OF_RANGE
    total = sum(vote.points)
    if total < rule.min_total_points:
        return Flaw.TOO_FEW_POINTS
    if not _within(total, 0, rule.max_total_points):
        return Flaw.TOO_MANY_POINTS
    return None


def _cost_flaw(rule: ItemRule, vote: Vote) -> Flaw | None:
    if not rule.costs:
        return None
    total = sum(rule.costs[option] for option in vote.options)
    if total < rule.min_cost:
        return Flaw.COST_TOO_LOW
    if not _within(total, 0, rule.max_cost):
        return Flaw.COST_TOO_HIGH
    return None


def _within(value: int, least: int, most: int | None) -> bool:
    return value >= least and (most is None or value <= most)


def _check_range(field: str, least: int, most: int | None) -> None:
    if least < 0 or (most is not None and most < least):
        raise RuleError(field, f"{least} to {most} is not a range of numbers from 0 up")
