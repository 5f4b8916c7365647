"""Counting methods that the published text names, applied to what was counted."""

import json
from typing import Any

import pytest

from hanpyo.audit.methods import Uncountable, count_item, read_text, votes_of
from hanpyo.audit.tally import Count
from hanpyo.counting.errors import CountingError
from hanpyo.protocol.acts import Terms
from hanpyo.protocol.agenda import Item, Method
from hanpyo.protocol.choices import encode_unchecked
from hanpyo.protocol.manifest import ClassRow, Group, Manifest, RollSummary
from hanpyo.protocol.offers import Act
from tests.strategies.examples import example_manifest

ITEMS = (
    Item(Method.APPROVAL, 3, maximum=3, costs=(50, 40, 10)),
    Item(Method.RANKING, 3, maximum=2, eligible=frozenset({0})),
    Item(Method.SCORE, 3, maximum=3, points=9),
)
MANIFEST: Manifest = example_manifest(
    items=ITEMS,
    groups=(Group(4, 8), Group(1, 2)),
    classes=(ClassRow(0), ClassRow(1)),
    roll=RollSummary(5, 10, 3, b"\1" * 32, b"\2" * 32),  # type: ignore[arg-type]
)
BALLOTS: list[tuple[int, int, list[Any]]] = [
    (1, 0, [[1, 3], [1, 2], {1: 9, 2: 1}]),
    (2, 0, [[1], [2], {2: 5}]),
    (1, 0, [[2], [2, 1], {3: 4}]),
    (1, 1, [[3], [3], {3: 9}]),
    (3, 0, [[], [], {}]),
]


def counted() -> Count:
    choices = {}
    for voter, (weight, class_, selections) in enumerate(BALLOTS):
        padded = encode_unchecked(MANIFEST.items, selections)
        choices[voter] = (Act(Terms(voter, weight, class_), b"\0" * 32), padded)
    return Count({}, choices)


@pytest.mark.parametrize(
    ("item", "counting", "selected"),
    [
        (0, {"method": "greedy-skip threshold=0", "budget": 60}, (1, 3)),
        (0, {"method": "greedy-stop threshold=0", "budget": 65, "costs": [50, 10, 40]}, (1,)),
        (0, {"method": "greedy-skip threshold=0", "budget": 65, "costs": [50, 10, 40]}, (1, 2)),
        (0, {"method": "greedy-skip threshold=0", "budget": 60, "costs": [60, 30, 30]}, (1,)),
        (
            0,
            {
                "method": "equal-shares completion=greedy utility=cost increment=1",
                "budget": 100,
            },
            (3, 1, 2),
        ),
        (1, {"method": "irv seats=1"}, (2,)),
        (1, {"method": "stv seats=2"}, (2, 1)),
        (1, {"method": "borda seats=1"}, (2,)),
        (1, {"method": "schulze seats=3"}, (2, 1, 3)),
        (1, {"method": "greedy-skip threshold=0", "budget": 1, "costs": [1, 1, 1]}, (2,)),
        (
            1,
            {
                "method": "greedy-skip threshold=0",
                "budget": 2,
                "costs": [1, 1, 1],
                "places": "borda",
            },
            (2, 1),
        ),
        (
            1,
            {
                "method": "greedy-skip threshold=0",
                "budget": 1,
                "costs": [1, 1, 1],
                "places": "from_vote_length",
            },
            (2,),
        ),
        (
            1,
            {
                "method": "greedy-skip threshold=0",
                "budget": 1,
                "costs": [1, 1, 1],
                "places": "from_max_length",
            },
            (2,),
        ),
        (2, {"method": "greedy-skip threshold=0", "budget": 2, "costs": [1, 1, 1]}, (3, 2)),
    ],
)
def test_each_method(item: int, counting: dict[str, Any], selected: tuple[int, ...]) -> None:
    assert count_item(MANIFEST, item, counted(), counting).selected == selected


@pytest.mark.parametrize(
    ("item", "counting", "problem"),
    [
        (0, {}, "no counting method"),
        (0, {"method": 3}, "no counting method"),
        (0, {"method": "lottery", "budget": 1}, "lottery"),
        (0, {"method": "irv seats=1"}, "has none"),
        (1, {"method": "irv seats=2"}, "one seat"),
        (0, {"method": "greedy-skip threshold=0"}, "budget"),
        (0, {"method": "greedy-skip threshold=0", "budget": True}, "budget"),
        (0, {"method": "greedy-skip threshold=0", "budget": 1, "costs": [1]}, "costs"),
        (0, {"method": "greedy-skip threshold=0", "budget": 1, "costs": ["1", 2, 3]}, "whole"),
        (2, {"method": "greedy-skip threshold=0", "budget": 1}, "costs"),
    ],
)
def test_what_cannot_be_counted_is_said(item: int, counting: dict[str, Any], problem: str) -> None:
    with pytest.raises(CountingError, match=problem):
        count_item(MANIFEST, item, counted(), counting)


def test_a_method_that_is_none_is_uncountable() -> None:
    with pytest.raises(Uncountable):
        count_item(MANIFEST, 0, counted(), {})


def test_votes_of_groups_without_the_item_are_left_out() -> None:
    assert [vote.weight for vote in votes_of(MANIFEST, 1, counted())] == [1, 2, 1, 3]


def test_invalid_votes_are_left_out() -> None:
    act = Act(Terms(0), b"\0" * 32)
    padded = bytearray(encode_unchecked(MANIFEST.items, [[1], [1], {}]))
    padded[0] = 0xFF
    found = Count({}, {0: (act, bytes(padded))})
    assert votes_of(MANIFEST, 0, found) == []
    assert len(votes_of(MANIFEST, 1, found)) == 1


def test_ties_are_told() -> None:
    rule = {"method": "greedy-skip threshold=0", "budget": 60}
    one = Count({}, {0: counted().choices[0]})
    lines = count_item(MANIFEST, 0, one, rule).lines
    assert any("tie" in line for line in lines)


def titles(text: object) -> list[tuple[str, tuple[str, ...]]]:
    return list(read_text(MANIFEST, json.dumps(text).encode()).titles)


def test_titles_are_read() -> None:
    text = {"items": [{"title": {"ko": "예산", "en": "budget"}, "options": ["a", "b", "c"]}]}
    assert titles(text)[0] == ("예산 / budget", ("a", "b", "c"))
    assert titles(text)[1] == ("2", ("1", "2", "3"))


@pytest.mark.parametrize(
    "text", [[], {}, {"items": 3}, {"items": [3]}, {"items": [{"options": ["one"]}]}]
)
def test_a_text_of_another_form_gives_numbers(text: object) -> None:
    assert titles(text)[0] == ("1", ("1", "2", "3"))


@pytest.mark.parametrize("text", [None, b"\xff", b"{"])
def test_no_text_gives_numbers(text: bytes | None) -> None:
    found = read_text(MANIFEST, text)
    assert found.titles[2] == ("3", ("1", "2", "3"))
    assert found.counting == (None, None, None)


def test_titles_cannot_write_over_the_report() -> None:
    text = {"items": [{"title": "\x1b[2J\nPASS \u202e", "options": ["a", "b", "c"]}]}
    shown = titles(text)[0][0]
    assert shown.isprintable()
    assert shown.startswith("\N{REPLACEMENT CHARACTER}[2J")


def test_long_titles_are_cut() -> None:
    assert len(titles({"items": [{"title": "x" * 999}]})[0][0]) == 201


def test_a_count_without_end_is_not_begun() -> None:
    rule = {
        "method": "equal-shares completion=add1 utility=cost increment=1",
        "budget": 10**15,
        "costs": [10**14, 10**14, 10**14],
    }
    with pytest.raises(Uncountable, match="rounds"):
        count_item(MANIFEST, 0, counted(), rule)
