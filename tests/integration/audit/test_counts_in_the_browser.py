"""Every counting method of the browser's auditor against Python's, on votes drawn at random."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hanpyo.audit import methods
from hanpyo.counting.ballots import Vote
from hanpyo.counting.errors import CountingError
from hanpyo.protocol.agenda import Item, Method
from hanpyo.protocol.manifest import Manifest
from tests.integration.audit.second import second_auditor

pytestmark = pytest.mark.xdist_group("audit")
OPTIONS = 6

rankings = st.lists(st.integers(0, OPTIONS - 1), unique=True, max_size=4)
weights = st.one_of(st.just(1), st.integers(1, 5), st.integers(1, 2**64 - 1))


@st.composite
def ranked(draw: st.DrawFn) -> Vote:
    return Vote(tuple(draw(rankings)), (), draw(weights))


light = st.builds(lambda order, weight: Vote(tuple(order), (), weight), rankings, st.integers(1, 3))
"""Rankings of little weight, which tie and just miss a quota."""


@st.composite
def pointed(draw: st.DrawFn) -> Vote:
    options = tuple(sorted(draw(rankings)))
    points = tuple(draw(st.integers(1, 9)) for _ in options)
    return Vote(options, points, draw(weights))


def compare(item: Item, votes: list[Vote], counting: dict[str, Any]) -> None:
    """Both count, or both refuse."""
    answer = second_auditor().ask(
        {
            "count": {
                "method": int(item.method),
                "options": item.options,
                "maximum": item.maximum,
                "votes": [
                    {"options": each.options, "points": each.points or None, "weight": each.weight}
                    for each in votes
                ],
                "counting": counting,
            }
        }
    )
    manifest = cast("Manifest", SimpleNamespace(items=(item,)))
    try:
        method = counting["method"]
        ours = (
            methods._rank(manifest, 0, votes, method)
            if method.partition(" ")[0] in ("irv", "stv", "borda", "schulze")
            else methods._spend(
                manifest, 0, votes, method, counting, most_rounds=methods.MOST_ROUNDS
            )
        )
    except CountingError:
        assert "uncountable" in answer
        return
    assert (answer["lines"], answer["selected"]) == (list(ours.lines), list(ours.selected))


@settings(max_examples=150)
@given(
    votes=st.lists(ranked(), max_size=12),
    method=st.sampled_from(
        ["irv seats=1", "irv seats=2", "borda seats=2", "schulze seats=3", "schulze seats=9"]
        + [f"stv seats={seats}" for seats in (0, 1, 2, 3, 6, 7)]
    ),
)
def test_rankings(votes: list[Vote], method: str) -> None:
    item = Item(Method.RANKING, OPTIONS, maximum=4)
    compare(item, votes, {"method": method})


@settings(max_examples=400)
@given(
    votes=st.lists(light, min_size=2, max_size=9),
    method=st.sampled_from([*(f"stv seats={seats}" for seats in (1, 2, 3)), "schulze seats=4"]),
)
def test_rankings_that_nearly_tie(votes: list[Vote], method: str) -> None:
    compare(Item(Method.RANKING, OPTIONS, maximum=4), votes, {"method": method})


BUDGETS = [
    "greedy-skip threshold=0",
    "greedy-skip threshold=3",
    "greedy-stop threshold=0",
    *(
        f"equal-shares completion={completion} utility={utility} increment={increment}"
        for completion in ("none", "add1", "greedy", "add1u")
        for utility in ("cost", "points")
        for increment in (1, 7)
    ),
    "equal-shares completion=add1 utility=cost increment=0",
    "greedy-skip threshold=01",
    "lottery",
]


@settings(max_examples=200)
@given(
    votes=st.lists(pointed(), max_size=10),
    method=st.sampled_from(BUDGETS),
    costs=st.lists(st.integers(0, 60), min_size=OPTIONS, max_size=OPTIONS),
    budget=st.integers(0, 150),
)
def test_budgets_by_points(votes: list[Vote], method: str, costs: list[int], budget: int) -> None:
    item = Item(Method.SCORE, OPTIONS, maximum=OPTIONS, points=9)
    compare(item, votes, {"method": method, "budget": budget, "costs": costs})


@settings(max_examples=80)
@given(
    votes=st.lists(ranked(), max_size=10),
    method=st.sampled_from(BUDGETS),
    places=st.sampled_from(["from_max_length", "from_vote_length", "borda", "none"]),
    costs=st.lists(st.integers(0, 60), min_size=OPTIONS, max_size=OPTIONS),
    budget=st.integers(0, 150),
)
def test_budgets_by_places(
    votes: list[Vote], method: str, places: str, costs: list[int], budget: int
) -> None:
    item = Item(Method.RANKING, OPTIONS, maximum=4)
    counting = {"method": method, "budget": budget, "costs": costs, "places": places}
    compare(item, votes, counting)


@pytest.mark.parametrize("budget", [-1, 1.5, "7", None, True, 2**53 + 1])
def test_a_budget_is_a_whole_number_of_any_size(budget: object) -> None:
    item = Item(Method.APPROVAL, 2, maximum=2)
    votes = [Vote((0,)), Vote((1,))]
    counting = {"method": "greedy-skip threshold=0", "budget": budget, "costs": [2**53 + 1, 1]}
    compare(item, votes, counting)
