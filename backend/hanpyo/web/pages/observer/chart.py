"""The drawing of a turnout: how it rose over the voting time, and who came in each stretch of it.

Places are per cent of the drawing from its upper left corner, so that it fits any screen while its
texts keep their size; the curve alone is in thousandths of its own panel.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate, pairwise
from typing import Final
from zoneinfo import ZoneInfo

HOUR: Final = 3_600
_SEOUL: Final = ZoneInfo("Asia/Seoul")
_OFFSET: Final = 9 * HOUR
"""Korea keeps one time all year, so hours and days begin there at whole numbers of seconds."""
_WIDTHS: Final = (1, 2, 3, 4, 6, 8, 12, 24, 48, 7 * 24, 28 * 24, 364 * 24)
_DAY: Final = 24
_MOST_BARS: Final = 48
_STEPS: Final = (1, 2, 5, 10, 20, 40, 60, 80, 100)
_ROOM: Final = 115
"""How much higher than its highest point, in per cent, a panel is."""
_CURVE_TOP, _CURVE_FOOT, _BARS_TOP, _BARS_FOOT = 7.0, 62.0, 74.0, 92.0
CURVE_PANEL: Final = (_CURVE_TOP, _CURVE_FOOT - _CURVE_TOP)
"""Where the curve's panel begins, and how high it is."""
_GAP: Final = 0.18
"""Of a bar's stretch, what is left free beside it."""
_LABELS: Final = 4
_MINOR: Final = 2
_SCALE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the voting time: who came in it, and how many had come by its end."""

    begins: int
    ends: int
    heads: int
    total: int


@dataclass(frozen=True, slots=True)
class Bar:
    """Who came in one stretch."""

    x: float
    y: float
    width: float
    height: float
    stretch: Stretch


@dataclass(frozen=True, slots=True)
class Level:
    """A line across the curve's panel, and the number that stands at it."""

    y: float
    number: int


@dataclass(frozen=True, slots=True)
class Label:
    """A moment below the drawing; `minor` ones are left out where there is little room."""

    x: float
    moment: datetime
    anchor: str
    minor: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything to be drawn.

    `now` is where the curve ends, `stretches` are the table behind the drawing, and `in_days` says
    that they are whole days. `busiest` is the most that came in one of them.
    """

    curve: str
    area: str
    bars: tuple[Bar, ...]
    grid: tuple[Level, ...]
    """Per cent of the roll."""
    goals: tuple[Level, ...]
    """Voters that decisions need."""
    labels: tuple[Label, ...]
    now: tuple[float, float]
    busiest: int
    in_days: bool
    stretches: tuple[Stretch, ...]


def draw(
    hours: Mapping[int, int],
    *,
    opens_at: int,
    closes_at: int,
    now: int,
    roll_size: int,
    goals: Sequence[int] = (),
) -> Chart:
    """The drawing of first votes by hour (its beginning: heads) up to the chain's time `now`.

    `goals` are numbers of voters that decisions need, drawn as lines.
    """
    last = max([closes_at, *(hour + 1 for hour in hours)])
    width = _width(opens_at, last)
    edges = _edges(opens_at, last, width)
    stretches = _stretches(hours, edges, now)
    begin, end = edges[0], edges[-1]
    total = stretches[-1].total if stretches else 0
    top = _top(total, goals, roll_size)
    reach = min(max(now, begin), end)
    curve = [
        (_SCALE * x / (end - begin), _SCALE - _SCALE * 100 * heads / (top * roll_size))
        for x, heads in _steps(stretches, begin, reach)
    ]
    busiest = max((each.heads for each in stretches), default=0)
    x, y = curve[-1]
    return Chart(
        curve=_path(curve),
        area=f"{_path(curve)} V{_SCALE} H{curve[0][0]:.1f} Z",
        bars=tuple(_bar(each, begin, end, busiest) for each in stretches if each.heads),
        grid=tuple(Level(_y(step / top), step) for step in _grid(top)),
        goals=tuple(Level(_y(goal * 100 / (top * roll_size)), goal) for goal in sorted(set(goals))),
        labels=_labels(begin, end, width),
        now=(round(x / 10, 2), _y(1 - y / _SCALE)),
        busiest=busiest,
        in_days=width >= _DAY,
        stretches=stretches,
    )


def _width(begin: int, end: int) -> int:
    """The hours of one stretch, so that there are not too many of them."""
    hours = -(-(end - begin) // HOUR)
    return next((each for each in _WIDTHS if hours <= each * _MOST_BARS), _WIDTHS[-1])


def _edges(begin: int, end: int, width: int) -> list[int]:
    """Where stretches begin and end, on whole hours or days of Korea's time."""
    step = width * HOUR
    first = (begin + _OFFSET) // step * step - _OFFSET
    many = max(1, -(-(end - first) // step))
    return [first + step * number for number in range(many + 1)]


def _stretches(hours: Mapping[int, int], edges: Sequence[int], now: int) -> tuple[Stretch, ...]:
    """The stretches that have begun, or hold a vote."""
    step = edges[1] - edges[0]
    heads = [0] * (len(edges) - 1)
    for hour, came in hours.items():
        heads[min(max(0, (hour - edges[0]) // step), len(heads) - 1)] += came
    begun = sum(1 for edge in edges[:-1] if edge <= now)
    known = max(begun, max((n + 1 for n, came in enumerate(heads) if came), default=0))
    totals = accumulate(heads)
    return tuple(
        Stretch(begins, ends, came, total)
        for (begins, ends), came, total in zip(pairwise(edges), heads, totals, strict=True)
    )[:known]


def _top(total: int, goals: Sequence[int], roll_size: int) -> int:
    """How many per cent of the roll the curve's panel shows."""
    highest = max([total, *goals]) * _ROOM
    return next((step for step in _STEPS if highest <= step * roll_size), _STEPS[-1])


def _grid(top: int) -> tuple[int, ...]:
    """The levels that are drawn: none, half and all of the panel."""
    return (0, top // 2, top) if top > 1 else (0, top)


def _y(height: float) -> float:
    """Where a part of the panel's height lies in the drawing."""
    return round(_CURVE_FOOT - (_CURVE_FOOT - _CURVE_TOP) * min(1.0, height), 2)


def _steps(stretches: Sequence[Stretch], begin: int, reach: int) -> list[tuple[int, int]]:
    """(seconds from the beginning, voters by then), from nobody at the beginning."""
    ends = [(max(min(each.ends, reach), each.begins) - begin, each.total) for each in stretches]
    return [(0, 0), *ends]


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + " L".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _bar(stretch: Stretch, begin: int, end: int, busiest: int) -> Bar:
    whole = 100 * (stretch.ends - stretch.begins) / (end - begin)
    height = (_BARS_FOOT - _BARS_TOP) * stretch.heads / busiest
    return Bar(
        x=round(100 * (stretch.begins - begin) / (end - begin) + whole * _GAP / 2, 3),
        y=round(_BARS_FOOT - height, 3),
        width=round(whole * (1 - _GAP), 3),
        height=round(height, 3),
        stretch=stretch,
    )


def _labels(begin: int, end: int, width: int) -> tuple[Label, ...]:
    """Moments at the edges of stretches, evenly spread."""
    step = width * HOUR
    many = (end - begin) // step
    apart = max(1, -(-many // _LABELS))
    places = [*range(0, many - apart // 2, apart), many] if many > 1 else [0, many]
    return tuple(
        Label(
            x=round(100 * place / many, 2),
            moment=datetime.fromtimestamp(begin + place * step, UTC).astimezone(_SEOUL),
            anchor="start" if place == 0 else "end" if place == many else "middle",
            minor=place not in (0, many) and number % _MINOR == 1,
        )
        for number, place in enumerate(places)
    )
