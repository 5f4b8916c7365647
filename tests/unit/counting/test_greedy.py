"""Greedy selections: by score, within the budget, with and without skipping."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pabutools.election import ApprovalBallot, ApprovalProfile, Cost_Sat, Instance, Project
from pabutools.rules import greedy_utilitarian_welfare

from hanpyo.counting.ballots import Vote
from hanpyo.counting.budget import Budget, greedy
from hanpyo.counting.errors import RuleError
from hanpyo.counting.selection import point_sums
from hanpyo.counting.ties import Tie, TieBreak
from tests.strategies.votes import budgets, point_votes

FOUR = Budget(100, (60, 50, 40, 10))
SCORES = st.lists(st.integers(0, 6), min_size=4, max_size=4)


def test_with_skipping_what_no_longer_fits_is_passed_over() -> None:
    assert greedy(FOUR, (9, 8, 7, 6), skip=True).options == (0, 2)


def test_without_skipping_the_first_that_does_not_fit_ends_it() -> None:
    assert greedy(FOUR, (9, 8, 7, 6), skip=False).options == (0,)


def test_what_was_spent_and_left_is_named() -> None:
    selection = greedy(FOUR, (1, 2, 3, 4), skip=True)
    assert (selection.options, selection.cost, selection.leftover) == ((3, 2, 1), 100, 0)


def test_a_project_below_the_threshold_is_not_considered() -> None:
    assert greedy(FOUR, (3, 2, 9, 8), skip=False, threshold=3).options == (2, 3)


def test_a_tie_follows_the_stated_order_and_is_recorded() -> None:
    selection = greedy(FOUR, (5, 5, 7, 5), skip=True, tie_break=TieBreak((3, 1, 0, 2)))
    assert selection.options == (2, 3, 1)
    assert selection.ties == (Tie(2, "which equal score comes first", (3, 1, 0), 3),)


def test_a_project_that_costs_nothing_always_fits() -> None:
    assert greedy(Budget(5, (5, 0, 1)), (3, 2, 1), skip=False).options == (0, 1)


@pytest.mark.parametrize(
    ("field", "amount", "costs"), [("budget", -1, (1,)), ("costs", 5, (1, -1))]
)
def test_a_budget_below_zero_is_refused(field: str, amount: int, costs: tuple[int, ...]) -> None:
    with pytest.raises(RuleError) as error:
        Budget(amount, costs)
    assert error.value.field == field


def test_scores_for_other_options_are_refused() -> None:
    with pytest.raises(RuleError, match="2 scores for 4 options"):
        greedy(FOUR, (1, 2), skip=True)


@given(budgets(4), SCORES, st.booleans())
def test_the_budget_is_kept(budget: Budget, scores: list[int], skip: bool) -> None:
    assert greedy(budget, scores, skip=skip).leftover >= 0


@given(budgets(4), SCORES)
def test_with_skipping_nothing_unbought_would_fit(budget: Budget, scores: list[int]) -> None:
    selection = greedy(budget, scores, skip=True)
    unbought = set(range(4)) - set(selection.options)
    assert all(budget.costs[option] > selection.leftover for option in unbought)


@given(budgets(4), SCORES)
def test_skipping_buys_what_stopping_buys_and_maybe_more(budget: Budget, scores: list[int]) -> None:
    stopped = greedy(budget, scores, skip=False).options
    assert greedy(budget, scores, skip=True).options[: len(stopped)] == stopped


@given(budgets(5), st.lists(point_votes(5), min_size=1, max_size=12))
def test_pabutools_selects_the_same(budget: Budget, votes: list[Vote]) -> None:
    projects = [Project(str(number), cost) for number, cost in enumerate(budget.costs)]
    ballots = [
        ApprovalBallot([projects[option] for option in vote.options])
        for vote in votes
        for _ in range(vote.weight)
    ]
    expected = greedy_utilitarian_welfare(
        Instance(projects, budget_limit=budget.amount),
        ApprovalProfile(ballots),
        sat_class=Cost_Sat,
    )
    selection = greedy(budget, point_sums(5, votes), skip=True)
    assert [str(option) for option in selection.options] == [p.name for p in expected]
