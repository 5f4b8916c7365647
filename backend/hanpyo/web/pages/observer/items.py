"""The items of an election as the public sees them: the question, what it got, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from hanpyo.chain.contracts import ItemResult, Outcome
from hanpyo.indexer.queries import Cell, Part
from hanpyo.indexer.selections import Selected
from hanpyo.indexer.situation import Situation
from hanpyo.protocol.agenda import POINT_METHODS, Decision, Item, Method, Unit
from hanpyo.web.pages.observer.reasons import (
    Condition,
    Figures,
    conditions,
    from_contract,
    from_record,
    may_vote,
)
from hanpyo.web.pages.texts import ItemText, PublishedText

_IN_ORDER: Final = 3
"""Up to so many options stay in the ballot's order."""
_SHOWN: Final = 12
_MOST_SHOWN: Final = 60
"""Of a long list so many are drawn, up to the latter where so many are selected."""
_SPARED: Final = 3
"""Fewer than these are not worth leaving out."""


@dataclass(frozen=True, slots=True)
class Row:
    """One option: `width` is its bar in per cent, `rank` its place among the selected, from 1.

    `place` is its number on the ballot, 0 for blank, one beyond the last for invalid.
    """

    title: str
    place: int
    heads: int
    weight: int
    width: float
    of: int
    rank: int | None = None
    cost: int | None = None
    aside: str = ""
    """`blank` or `invalid` for what is no option."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One item. `rows` is None while nobody can know the choices."""

    number: int
    text: ItemText
    item: Item
    figures: Figures
    conditions: tuple[Condition, ...]
    rows: tuple[Row, ...] | None
    more: tuple[Row, ...]
    """What follows in a long list, and stands in the table alone."""
    plane: int
    """What bars measure: 0 heads, 1 weight."""
    channels: Mapping[int, Sequence[int]]
    """The same by channel: what each place got."""
    selected: Selected | None

    @property
    def outcome(self) -> Outcome | None:
        """What the contract decided; None while the numbers move."""
        return self.figures.decided

    @property
    def in_points(self) -> bool:
        """Whether options get points, which have no share of the voters."""
        return self.item.method in POINT_METHODS

    @property
    def is_ranking(self) -> bool:
        """Whether voters put options in order, which sums do not show."""
        return self.item.method is Method.RANKING


def items_of(
    found: Situation,
    text: PublishedText,
    *,
    parts: Sequence[Part],
    cells: Sequence[Cell] | None,
    results: Sequence[ItemResult] | None,
    selections: Mapping[int, Selected],
) -> tuple[Shown, ...]:
    """Every item; `cells` None while the choices are sealed, `results` None before the count."""
    manifest = found.election.manifest
    shown = []
    for number, item in enumerate(manifest.items):
        figures = (
            from_record(manifest, number, parts, cells or ())
            if results is None
            else from_contract(results[number])
        )
        known = cells is not None
        plane = int(item.rule.unit is Unit.WEIGHT)
        selected = selections.get(number)
        rows = _rows(item, text.items[number], figures, plane, selected) if known else ()
        aside = tuple(row for row in rows if row.aside and (row.heads or row.weight))
        options = tuple(row for row in rows if not row.aside)
        cut = _cut(len(options), len((selected and selected.options) or ()))
        shown.append(
            Shown(
                number=number,
                text=text.items[number],
                item=item,
                figures=figures,
                conditions=conditions(item, figures),
                rows=(*options[:cut], *aside) if known else None,
                more=options[cut:],
                plane=plane,
                channels=_by_channel(number, item, cells or (), plane),
                selected=selected,
            )
        )
    return tuple(shown)


def _cut(options: int, selected: int) -> int:
    """How many options are drawn."""
    wanted = min(max(_SHOWN, selected), _MOST_SHOWN)
    return wanted if options > wanted + _SPARED else options


def _by_channel(
    number: int, item: Item, cells: Sequence[Cell], plane: int
) -> Mapping[int, Sequence[int]]:
    found: dict[int, list[int]] = {}
    for cell in cells:
        if cell.item == number and may_vote(item, cell.group):
            values = found.setdefault(cell.channel, [0] * (item.options + 2))
            values[cell.option] += (cell.heads, cell.weight)[plane]
    return dict(sorted(found.items()))


def _rows(
    item: Item, text: ItemText, figures: Figures, plane: int, selected: Selected | None
) -> list[Row]:
    chosen = (selected.options if selected else None) or ()
    costs = (selected.costs if selected else ()) or item.costs or ()
    whole = figures.present[plane]
    pointed = item.method in POINT_METHODS
    values = [pair[plane] for pair in figures.options[1:-1]]
    full = max(values, default=0) if pointed else whole

    def row(title: str, place: int) -> Row:
        heads, weight = figures.options[place]
        is_option = 0 < place <= item.options
        value = figures.options[place][plane]
        return Row(
            title=title,
            place=place,
            heads=heads,
            weight=weight,
            width=round(100 * value / full, 2) if full and (is_option or not pointed) else 0.0,
            of=0 if pointed else whole,
            rank=chosen.index(place) + 1 if place in chosen else None,
            cost=costs[place - 1] if is_option and costs else None,
            aside="" if is_option else "invalid" if place else "blank",
        )

    rows = [row(title, place) for place, title in enumerate(text.options, 1)]
    if len(rows) > _IN_ORDER and item.rule.decision is Decision.COUNTED:
        last = len(rows) + 1
        rows.sort(key=lambda each: (each.rank or last, -(each.heads, each.weight)[plane]))
    return [*rows, row("", 0), row("", item.options + 1)]
