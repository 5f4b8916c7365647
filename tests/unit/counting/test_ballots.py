"""A vote is blank, valid, or invalid for a reason that is named."""

import pytest

from hanpyo.counting.ballots import Flaw, ItemRule, Method, Vote, flaw, valid_votes
from hanpyo.counting.errors import RuleError

APPROVAL = ItemRule(method=Method.APPROVAL, options=4, min_choices=2, max_choices=3)
SCORE = ItemRule(method=Method.SCORE, options=3, min_points=1, max_points=5)
CUMULATIVE = ItemRule(
    method=Method.CUMULATIVE, options=3, min_total_points=2, max_total_points=7, max_points=3
)
COSTED = ItemRule(method=Method.APPROVAL, options=3, costs=(10, 20, 40), min_cost=20, max_cost=50)
GROUPED = ItemRule(method=Method.CHOOSE_UP_TO, options=4, groups=(0, 0, 1, 1))

ACCEPTED = {
    "blank below the least number of choices": (APPROVAL, Vote(())),
    "least choices": (APPROVAL, Vote((0, 3))),
    "most choices": (APPROVAL, Vote((0, 3, 1))),
    "most points": (SCORE, Vote((0, 2), (5, 1))),
    "all points": (CUMULATIVE, Vote((0, 1, 2), (3, 3, 1))),
    "cost at the cap": (COSTED, Vote((0, 2))),
    "cost at the least": (COSTED, Vote((1,))),
    "one group": (GROUPED, Vote((2, 3))),
    "other options barred": (APPROVAL, Vote((0, 1), barred=frozenset({2}))),
    "ranking": (ItemRule(method=Method.RANKING, options=3), Vote((2, 0))),
}

REFUSED = {
    "option beyond the last": (APPROVAL, Vote((0, 4)), Flaw.UNKNOWN_OPTION),
    "option below the first": (APPROVAL, Vote((-1, 1)), Flaw.UNKNOWN_OPTION),
    "option twice": (APPROVAL, Vote((1, 1)), Flaw.DUPLICATE_OPTION),
    "barred option": (APPROVAL, Vote((0, 1), barred=frozenset({1})), Flaw.BARRED_OPTION),
    "too few": (APPROVAL, Vote((1,)), Flaw.TOO_FEW_CHOICES),
    "too many": (APPROVAL, Vote((0, 1, 2, 3)), Flaw.TOO_MANY_CHOICES),
    "two for choose one": (
        ItemRule(method=Method.CHOOSE_ONE, options=3),
        Vote((0, 1)),
        Flaw.TOO_MANY_CHOICES,
    ),
    "two groups": (GROUPED, Vote((1, 2)), Flaw.SEVERAL_GROUPS),
    "points in an approval vote": (APPROVAL, Vote((0, 1), (1, 1)), Flaw.POINTS_MISMATCH),
    "no points in a score vote": (SCORE, Vote((0, 1)), Flaw.POINTS_MISMATCH),
    "points without options": (SCORE, Vote((), (1,)), Flaw.POINTS_MISMATCH),
    "points above the most": (SCORE, Vote((0,), (6,)), Flaw.POINTS_OUT_OF_RANGE),
    "points below the least": (SCORE, Vote((0,), (0,)), Flaw.POINTS_OUT_OF_RANGE),
    "negative points": (CUMULATIVE, Vote((0, 1), (3, -1)), Flaw.POINTS_OUT_OF_RANGE),
    "sum above the most": (CUMULATIVE, Vote((0, 1, 2), (3, 3, 2)), Flaw.TOO_MANY_POINTS),
    "sum below the least": (CUMULATIVE, Vote((0,), (1,)), Flaw.TOO_FEW_POINTS),
    "cost above the cap": (COSTED, Vote((1, 2)), Flaw.COST_TOO_HIGH),
    "cost below the least": (COSTED, Vote((0,)), Flaw.COST_TOO_LOW),
}

RULES_THAT_CANNOT_BE_MET = {
    "one option": ("options", {"method": Method.APPROVAL, "options": 1}),
    "too many options": ("options", {"method": Method.APPROVAL, "options": 1025}),
    "more choices than options": (
        "min_choices, max_choices",
        {"method": Method.APPROVAL, "options": 3, "max_choices": 4},
    ),
    "least above most": (
        "min_choices, max_choices",
        {"method": Method.APPROVAL, "options": 3, "min_choices": 3, "max_choices": 2},
    ),
    "choose one of two": (
        "max_choices",
        {"method": Method.CHOOSE_ONE, "options": 3, "max_choices": 2},
    ),
    "points without a point method": (
        "max_points",
        {"method": Method.RANKING, "options": 3, "max_points": 2},
    ),
    "score without a range": ("max_points", {"method": Method.SCORE, "options": 3}),
    "cumulative without a sum": (
        "max_total_points",
        {"method": Method.CUMULATIVE, "options": 3},
    ),
    "points that go down": (
        "min_points, max_points",
        {"method": Method.SCORE, "options": 3, "min_points": 3, "max_points": 2},
    ),
    "points below zero": (
        "min_points, max_points",
        {"method": Method.SCORE, "options": 3, "min_points": -1, "max_points": 2},
    ),
    "costs for other options": (
        "costs",
        {"method": Method.APPROVAL, "options": 3, "costs": (1, 2)},
    ),
    "groups for other options": (
        "groups",
        {"method": Method.APPROVAL, "options": 3, "groups": (1, 2)},
    ),
    "cost below zero": (
        "costs",
        {"method": Method.APPROVAL, "options": 2, "costs": (1, -2)},
    ),
    "cap without costs": ("max_cost", {"method": Method.APPROVAL, "options": 3, "max_cost": 9}),
    "caps that cross": (
        "min_cost, max_cost",
        {
            "method": Method.APPROVAL,
            "options": 2,
            "costs": (1, 2),
            "min_cost": 3,
            "max_cost": 2,
        },
    ),
}


@pytest.mark.parametrize(("rule", "vote"), ACCEPTED.values(), ids=ACCEPTED)
def test_a_vote_within_the_rule_has_no_flaw(rule: ItemRule, vote: Vote) -> None:
    assert flaw(rule, vote) is None


@pytest.mark.parametrize(("rule", "vote", "expected"), REFUSED.values(), ids=REFUSED)
def test_a_vote_outside_the_rule_has_its_flaw_named(
    rule: ItemRule, vote: Vote, expected: Flaw
) -> None:
    assert flaw(rule, vote) is expected


@pytest.mark.parametrize(
    ("field", "values"), RULES_THAT_CANNOT_BE_MET.values(), ids=RULES_THAT_CANNOT_BE_MET
)
def test_a_rule_that_contradicts_itself_is_refused(field: str, values: dict[str, object]) -> None:
    with pytest.raises(RuleError) as error:
        ItemRule(**values)  # type: ignore[arg-type]  # the table holds what the constructor refuses
    assert error.value.field == field


def test_a_vote_without_weight_is_refused() -> None:
    with pytest.raises(RuleError, match="weight"):
        Vote((0,), weight=0)


def test_valid_votes_keep_their_order_and_the_blank_ones() -> None:
    votes = (Vote((0, 1)), Vote((9,)), Vote(()), Vote((2, 3)))
    assert valid_votes(APPROVAL, votes) == (votes[0], votes[2], votes[3])
