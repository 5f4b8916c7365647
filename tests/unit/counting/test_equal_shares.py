"""The Method of Equal Shares: worked examples, properties, and pabutools as an oracle."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pabutools.election import (
    AdditiveSatisfaction,
    CardinalBallot,
    CardinalProfile,
    Cost_Sat,
    Instance,
    Project,
)
from pabutools.rules import (
    completion_by_rule_combination,
    greedy_utilitarian_welfare,
    method_of_equal_shares,
)

from hanpyo.counting.ballots import Vote
from hanpyo.counting.budget import Budget
from hanpyo.counting.equal_shares import Completion, Utility, equal_shares, support_profile
from hanpyo.counting.errors import ProfileError, RuleError
from hanpyo.counting.ties import Tie, TieBreak
from tests.strategies.votes import budgets, point_votes

VOTES = st.lists(point_votes(5), min_size=1, max_size=12)
POINT_VOTES = st.lists(point_votes(5, most=4), min_size=1, max_size=10)


def votes_of(*groups: tuple[int, tuple[int, ...]]) -> list[Vote]:
    return [Vote(options) for number, options in groups for _ in range(number)]


def test_a_minority_can_buy_what_its_share_pays_for() -> None:
    budget = Budget(100, (60, 40, 40))
    votes = votes_of((6, (0, 1)), (4, (2,)))
    assert equal_shares(budget, support_profile(votes)).options == (0, 2)


def test_supporters_who_have_less_left_pay_all_of_it() -> None:
    budget = Budget(30, (12, 12))
    votes = votes_of((1, (0,)), (1, (0, 1)), (1, (1,)))
    selection = equal_shares(budget, support_profile(votes))
    assert [(p.option, p.price) for p in selection.purchases] == [
        (0, Fraction(1, 2)),
        (1, Fraction(8, 12)),
    ]


def test_what_its_supporters_cannot_pay_is_not_bought() -> None:
    budget = Budget(100, (60, 10))
    selection = equal_shares(budget, support_profile(votes_of((5, (0,)), (5, ()))))
    assert (selection.options, selection.leftover) == ((), 100)


def test_a_project_that_nobody_supports_is_not_bought() -> None:
    selection = equal_shares(
        Budget(100, (10, 10)), support_profile([Vote((0,))]), completion=Completion.ADD1
    )
    assert (selection.options, selection.increments) == ((0,), 0)


def test_a_supported_project_that_costs_nothing_is_bought_at_once() -> None:
    selection = equal_shares(Budget(10, (10, 0, 0)), support_profile(votes_of((2, (0, 1)))))
    assert [(p.option, p.phase) for p in selection.purchases] == [
        (1, "no cost"),
        (0, "equal shares"),
    ]


def test_an_equal_price_is_a_tie_for_the_stated_order() -> None:
    budget = Budget(10, (10, 10))
    profile = support_profile([Vote((0, 1))])
    selection = equal_shares(budget, profile, tie_break=TieBreak((1, 0)))
    assert selection.options == (1,)
    assert selection.ties == (Tie(1, "which equal price is bought first", (0, 1), 1),)


def test_add1_raises_shares_until_nothing_more_fits() -> None:
    budget = Budget(10, (6, 4))
    profile = support_profile(votes_of((1, (0,)), (1, (1,))))
    without = equal_shares(budget, profile)
    completed = equal_shares(budget, profile, completion=Completion.ADD1)
    assert (without.options, without.leftover) == ((1,), 6)
    assert (set(completed.options), completed.increments) == ({0, 1}, 1)


def test_add1_stops_before_it_would_overspend() -> None:
    budget = Budget(10, (9, 7, 3))
    profile = support_profile(votes_of((1, (0,)), (1, (1,)), (2, (2,))))
    selection = equal_shares(budget, profile, completion=Completion.ADD1)
    assert (selection.options, selection.leftover) == ((2, 1), 0)


def test_add1u_spends_what_add1_leaves() -> None:
    budget = Budget(12, (8, 8, 3, 1))
    votes = votes_of((3, (0,)), (3, (1,)), (1, (2,)), (1, (3,)))
    add1 = equal_shares(budget, support_profile(votes), completion=Completion.ADD1)
    add1u = equal_shares(budget, support_profile(votes), completion=Completion.ADD1U)
    assert set(add1.options) < set(add1u.options)
    assert add1u.purchases[: len(add1.purchases)] == add1.purchases
    assert add1u.purchases[-1].phase == "greedy"


def test_an_increment_is_in_units_of_money_a_voter() -> None:
    budget = Budget(1000, (600, 400))
    profile = support_profile(votes_of((1, (0,)), (1, (1,))))
    selection = equal_shares(budget, profile, completion=Completion.ADD1, increment=50)
    assert (len(selection.options), selection.increments) == (2, 2)


def test_points_weigh_what_a_supporter_pays() -> None:
    budget = Budget(40, (30,))
    profile = support_profile([Vote((0,), (1,)), Vote((0,), (3,))])
    selection = equal_shares(budget, profile, utility=Utility.POINTS)
    assert selection.purchases[0].price == 10


def test_cost_utility_prefers_many_supporters_and_points_cheap_projects() -> None:
    budget = Budget(100, (80, 20))
    profile = support_profile(votes_of((10, (0,)), (8, (0, 1))))
    assert equal_shares(budget, profile, utility=Utility.COST).options == (0,)
    assert equal_shares(budget, profile, utility=Utility.POINTS).options[0] == 1


@pytest.mark.parametrize("completion", [Completion.NONE, Completion.ADD1])
def test_without_voters_nothing_is_bought(completion: Completion) -> None:
    selection = equal_shares(Budget(10, (1, 2)), {}, completion=completion)
    assert (selection.options, selection.leftover) == ((), 10)


def test_points_of_zero_are_no_support() -> None:
    assert dict(support_profile([Vote((1, 0), (0, 2), weight=3)])) == {((0, 2),): 3}


def test_an_increment_below_one_is_refused() -> None:
    with pytest.raises(RuleError, match="increment"):
        equal_shares(Budget(1, (1,)), {}, increment=0)


@pytest.mark.parametrize(
    "profile", [{((2, 1),): 1}, {((-1, 1),): 1}, {((0, 0),): 1}, {((0, 1),): 0}]
)
def test_support_that_cannot_be_counted_is_refused(
    profile: dict[tuple[tuple[int, int], ...], int],
) -> None:
    with pytest.raises(ProfileError, match="cannot be counted over 2 options"):
        equal_shares(Budget(1, (1, 1)), profile)


@given(budgets(5), POINT_VOTES, st.sampled_from(Utility), st.sampled_from(Completion))
def test_the_budget_is_kept(
    budget: Budget, votes: list[Vote], utility: Utility, completion: Completion
) -> None:
    selection = equal_shares(budget, support_profile(votes), utility=utility, completion=completion)
    assert selection.leftover >= 0
    assert len(set(selection.options)) == len(selection.options)


@given(budgets(5), POINT_VOTES, st.sampled_from(Completion))
def test_the_order_of_votes_does_not_matter(
    budget: Budget, votes: list[Vote], completion: Completion
) -> None:
    there = equal_shares(budget, support_profile(votes), completion=completion)
    back = equal_shares(budget, support_profile(votes[::-1]), completion=completion)
    assert there == back


@given(budgets(5), POINT_VOTES)
def test_a_weight_counts_as_so_many_voters(budget: Budget, votes: list[Vote]) -> None:
    split = [Vote(v.options, v.points) for v in votes for _ in range(v.weight)]
    assert equal_shares(budget, support_profile(votes)) == equal_shares(
        budget, support_profile(split)
    )


@given(budgets(5), VOTES)
def test_prices_never_fall_from_one_purchase_to_the_next(budget: Budget, votes: list[Vote]) -> None:
    prices = [p.price or 0 for p in equal_shares(budget, support_profile(votes)).purchases]
    assert prices == sorted(prices)


@given(budgets(5), VOTES, st.integers(2, 50))
def test_the_unit_of_money_does_not_matter(budget: Budget, votes: list[Vote], factor: int) -> None:
    finer = Budget(budget.amount * factor, tuple(cost * factor for cost in budget.costs))
    plain = equal_shares(budget, support_profile(votes), completion=Completion.ADD1)
    scaled = equal_shares(
        finer, support_profile(votes), completion=Completion.ADD1, increment=factor
    )
    assert (plain.options, plain.increments) == (scaled.options, scaled.increments)


class CostTimesPoints(AdditiveSatisfaction):  # type: ignore[misc]  # pabutools is untyped
    """pabutools' satisfaction for the utility points × cost."""

    def __init__(self, instance: Any, profile: Any, ballot: Any) -> None:
        def value(instance: Any, profile: Any, ballot: Any, project: Any, precomputed: Any) -> Any:
            return ballot.get(project, 0) * project.cost

        super().__init__(instance, profile, ballot, value)


class PointsAlone(AdditiveSatisfaction):  # type: ignore[misc]  # pabutools is untyped
    """pabutools' satisfaction for the utility of points alone."""

    def __init__(self, instance: Any, profile: Any, ballot: Any) -> None:
        def value(instance: Any, profile: Any, ballot: Any, project: Any, precomputed: Any) -> Any:
            return ballot.get(project, 0)

        super().__init__(instance, profile, ballot, value)


def _oracle_election(budget: Budget, votes: Sequence[Vote]) -> tuple[Any, Any]:
    projects = [Project(str(number), cost) for number, cost in enumerate(budget.costs)]
    ballots = [
        CardinalBallot(
            {projects[o]: p for o, p in zip(vote.options, vote.points_given, strict=True)}
        )
        for vote in votes
        for _ in range(vote.weight)
    ]
    return Instance(projects, budget_limit=budget.amount), CardinalProfile(ballots)


def _same(ours: Sequence[int], theirs: Any) -> bool:
    return [str(option) for option in ours] == [project.name for project in theirs]


@settings(max_examples=60)
@given(
    budgets(5),
    POINT_VOTES,
    st.sampled_from([(Utility.COST, CostTimesPoints), (Utility.POINTS, PointsAlone)]),
    st.sampled_from([(Completion.NONE, None), (Completion.ADD1, 1)]),
)
def test_pabutools_selects_the_same(
    budget: Budget,
    votes: list[Vote],
    utility: tuple[Utility, type],
    completion: tuple[Completion, int | None],
) -> None:
    instance, profile = _oracle_election(budget, votes)
    expected = method_of_equal_shares(
        instance, profile, sat_class=utility[1], voter_budget_increment=completion[1]
    )
    ours = equal_shares(
        budget, support_profile(votes), utility=utility[0], completion=completion[0]
    )
    assert _same(ours.options, expected)


@settings(max_examples=40)
@given(budgets(5), VOTES, st.sampled_from([(Completion.GREEDY, None), (Completion.ADD1U, 1)]))
def test_pabutools_completes_the_same(
    budget: Budget, votes: list[Vote], completion: tuple[Completion, int | None]
) -> None:
    instance, profile = _oracle_election(budget, votes)
    expected = completion_by_rule_combination(
        instance,
        profile,
        [method_of_equal_shares, greedy_utilitarian_welfare],
        [
            {"sat_class": Cost_Sat, "voter_budget_increment": completion[1]},
            {"sat_class": Cost_Sat},
        ],
    )
    ours = equal_shares(budget, support_profile(votes), completion=completion[0])
    assert _same(ours.options, expected)
