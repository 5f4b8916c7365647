"""The drawing of a turnout: what it says is what the hours say, whatever they are."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanpyo.web.pages.observer.chart import HOUR, Chart, draw

OPENS = 1_790_000_000 // HOUR * HOUR + 600
MIDNIGHT = 15 * HOUR
"""Of UTC: when a day begins in Korea."""


def points(chart: Chart) -> list[tuple[float, float]]:
    pairs = re.findall(r"([\d.]+),([\d.]+)", chart.curve)
    return [(float(x), float(y)) for x, y in pairs]


@given(
    hours=st.dictionaries(st.integers(0, 500), st.integers(1, 10_000), max_size=60),
    length=st.integers(60, 500 * HOUR),
    now=st.integers(-HOUR, 600 * HOUR),
    more=st.integers(0, 10**6),
    goals=st.lists(st.integers(1, 1_000), max_size=3),
)
def test_every_voter_is_drawn_once(
    hours: dict[int, int], length: int, now: int, more: int, goals: list[int]
) -> None:
    first = OPENS // HOUR * HOUR
    told = {first + hour * HOUR: heads for hour, heads in hours.items()}
    total = sum(hours.values())
    size = max(1, total + more, *goals) if goals else max(1, total + more)
    chart = draw(
        told, opens_at=OPENS, closes_at=OPENS + length, now=OPENS + now, roll_size=size, goals=goals
    )
    assert sum(bar.stretch.heads for bar in chart.bars) == total
    assert (chart.stretches[-1].total if chart.stretches else 0) == total
    assert len(chart.stretches) <= 60
    assert all(a.ends == b.begins for a, b in pairwise(chart.stretches))
    drawn = points(chart)
    assert all(left[0] <= right[0] for left, right in pairwise(drawn))
    assert all(left[1] >= right[1] for left, right in pairwise(drawn))
    assert all(0 <= value <= 1_000 for point in drawn for value in point)
    inside = [*(bar.x for bar in chart.bars), *(bar.y for bar in chart.bars), *chart.now]
    inside += [bar.x + bar.width for bar in chart.bars] + [line.y for line in chart.goals]
    assert all(0 <= value <= 100.01 for value in inside)
    assert [label.x for label in chart.labels] == sorted(label.x for label in chart.labels)
    assert (chart.labels[0].x, chart.labels[-1].x) == (0, 100)


def test_nobody_yet_is_a_flat_line() -> None:
    chart = draw({}, opens_at=OPENS, closes_at=OPENS + HOUR, now=OPENS, roll_size=10)
    assert chart.bars == ()
    assert {y for _, y in points(chart)} == {1_000}


@pytest.mark.parametrize(("days", "hours"), [(1, 1), (3, 2), (5, 3), (30, 24), (400, 12 * 24)])
def test_stretches_grow_with_the_voting_time(days: int, hours: int) -> None:
    closes = OPENS + days * 24 * HOUR
    chart = draw(
        {OPENS // HOUR * HOUR: 1}, opens_at=OPENS, closes_at=closes, now=closes, roll_size=9
    )
    lengths = {each.ends - each.begins for each in chart.stretches}
    assert len(lengths) == 1
    assert lengths.pop() >= hours * HOUR
    assert len(chart.stretches) <= 50


def test_days_begin_at_midnight_in_korea() -> None:
    closes = OPENS + 40 * 24 * HOUR
    chart = draw({}, opens_at=OPENS, closes_at=closes, now=closes, roll_size=9)
    assert chart.in_days
    assert all(each.begins % (24 * HOUR) == MIDNIGHT for each in chart.stretches)


def test_a_goal_is_always_within_the_drawing() -> None:
    chart = draw(
        {}, opens_at=OPENS, closes_at=OPENS + HOUR, now=OPENS, roll_size=120, goals=(61, 61)
    )
    (goal,) = chart.goals
    assert goal.number == 61
    assert chart.grid[-1].number >= 51
    assert chart.grid[-1].y < goal.y < chart.grid[0].y
