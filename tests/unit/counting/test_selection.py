"""A budget rule is one value with one text form, and selects what its method selects."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanpyo.counting.ballots import Vote
from hanpyo.counting.budget import Budget, greedy
from hanpyo.counting.equal_shares import Completion, Utility, equal_shares, support_profile
from hanpyo.counting.errors import RuleError
from hanpyo.counting.selection import BudgetMethod, BudgetRule, point_sums, select
from tests.strategies.votes import budgets, point_votes

VOTES = st.lists(point_votes(4, most=3), max_size=8)

WRITTEN = {
    "greedy-skip threshold=0": BudgetRule(BudgetMethod.GREEDY_SKIP),
    "greedy-stop threshold=30": BudgetRule(BudgetMethod.GREEDY_STOP, threshold=30),
    "equal-shares completion=add1 utility=cost increment=100": BudgetRule(
        BudgetMethod.EQUAL_SHARES, completion=Completion.ADD1, increment=100
    ),
    "equal-shares completion=none utility=points increment=1": BudgetRule(
        BudgetMethod.EQUAL_SHARES, utility=Utility.POINTS
    ),
}


@pytest.mark.parametrize(("text", "rule"), WRITTEN.items(), ids=WRITTEN)
def test_a_rule_reads_back_from_its_text(text: str, rule: BudgetRule) -> None:
    assert str(rule) == text
    assert BudgetRule.parse(text) == rule


@pytest.mark.parametrize(
    "text",
    [
        "",
        "lottery",
        "greedy-skip",
        "greedy-skip threshold=x",
        "greedy-skip threshold=00",
        "greedy-skip threshold=1 increment=1",
        "equal-shares completion=add2 utility=cost increment=1",
        "equal-shares completion=add1 utility=joy increment=1",
        "equal-shares utility=cost completion=add1 increment=1",
        "equal-shares completion=add1 utility=cost increment=1 ",
    ],
)
def test_text_that_no_rule_writes_is_refused(text: str) -> None:
    with pytest.raises(RuleError, match="budget rule"):
        BudgetRule.parse(text)


@pytest.mark.parametrize(
    "values",
    [
        {"method": BudgetMethod.GREEDY_SKIP, "threshold": -1},
        {"method": BudgetMethod.EQUAL_SHARES, "increment": 0},
        {"method": BudgetMethod.EQUAL_SHARES, "threshold": 1},
        {"method": BudgetMethod.GREEDY_STOP, "completion": Completion.ADD1},
        {"method": BudgetMethod.GREEDY_STOP, "utility": Utility.POINTS},
    ],
)
def test_a_value_that_the_method_does_not_use_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(RuleError):
        BudgetRule(**values)  # type: ignore[arg-type]  # the table holds what is refused


@given(budgets(4), VOTES)
def test_greedy_rules_select_by_the_sum_of_points(budget: Budget, votes: list[Vote]) -> None:
    scores = point_sums(4, votes)
    for method, skip in ((BudgetMethod.GREEDY_SKIP, True), (BudgetMethod.GREEDY_STOP, False)):
        rule = BudgetRule(method, threshold=2)
        assert select(rule, budget, votes) == greedy(budget, scores, skip=skip, threshold=2)


@given(budgets(4), VOTES, st.sampled_from(Completion), st.sampled_from(Utility))
def test_equal_shares_rules_select_by_shares(
    budget: Budget, votes: list[Vote], completion: Completion, utility: Utility
) -> None:
    rule = BudgetRule(BudgetMethod.EQUAL_SHARES, completion=completion, utility=utility)
    assert select(rule, budget, votes) == equal_shares(
        budget, support_profile(votes), completion=completion, utility=utility
    )
