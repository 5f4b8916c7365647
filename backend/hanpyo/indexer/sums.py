"""Sums over standings: who has a live ballot, by channel, group and hour, and what they chose."""

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeVar

from hanpyo.indexer.standing import Standing
from hanpyo.protocol.choices import decode, increments
from hanpyo.protocol.manifest import Manifest
from hanpyo.protocol.tuples import new_tuple

HOUR: Final = 3_600
_REMEMBERED: Final = 10_000
Marks = tuple[tuple[int, int, int], ...]
"""(item, option, amount) of one ballot; option 0 is blank, options + 1 invalid."""
_Key = TypeVar("_Key", bound=Hashable)
Pairs = dict[_Key, list[int]]
"""Heads and weight by key."""


@dataclass
class Sums:
    """Heads and weight by (channel, group), by hour, and by (item, option, stratum).

    `counts` has the names of the counts of `Progress`.
    """

    counts: Counter[str] = field(default_factory=Counter)
    turnout: Pairs[tuple[int, int]] = field(default_factory=dict)
    hours: Pairs[tuple[int]] = field(default_factory=dict)
    cells: Pairs[tuple[int, int, int]] = field(default_factory=dict)


class _Counted(NamedTuple):
    """What of a standing is counted; many standings have the same."""

    checked_in: bool
    later: bool
    settled: bool
    voided: bool
    is_opened: bool
    hour: int
    channel: int | None
    class_: int | None
    weight: int | None
    choices: bytes | None

    @classmethod
    def of(cls, standing: Standing) -> "_Counted":
        opened = standing.opened
        fields = (
            standing.checked_in,
            standing.later,
            standing.settled,
            standing.voided,
            opened is not None,
            (standing.first_seen or 0) // HOUR * HOUR,
            standing.channel,
            standing.class_,
            standing.weight,
            standing.choices if opened is None else opened,
        )
        return new_tuple(cls, fields)


class Counting:
    """What one election's standings add to its sums."""

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest
        self._groups = [row.group for row in manifest.classes]
        self._places = [
            (number, option)
            for number, item in enumerate(manifest.items)
            for option in range(item.options + 2)
        ]
        self._void: Marks = tuple(
            (number, item.options + 1, 1) for number, item in enumerate(manifest.items)
        )
        self._marks: dict[tuple[bytes, int], Marks] = {}

    def add(self, sums: Sums, standings: Iterable[Standing], sign: int) -> None:
        """Add what the standings count, or with sign -1 take it away."""
        for counted, number in Counter(map(_Counted.of, standings)).items():
            self._add(sums, counted, sign * number)

    def _add(self, sums: Sums, counted: _Counted, heads: int) -> None:
        counts = sums.counts
        counts["checked_in"] += heads * counted.checked_in
        counts["touched"] += heads * counted.later
        counts["settled"] += heads * counted.settled
        counts["voided"] += heads * counted.voided
        counts["opened"] += heads * counted.is_opened
        channel, class_, weight = counted.channel, counted.class_, counted.weight
        if channel is None or class_ is None or weight is None:
            return
        weights = heads * weight
        group = self._groups[class_]
        counts["live"] += heads
        counts["live_weight"] += weights
        _add(sums.turnout, (channel, group), heads, weights)
        _add(sums.hours, (counted.hour,), heads, weights)
        stratum = channel * len(self._manifest.groups) + group
        for item, option, amount in self._chosen(counted, class_):
            _add(sums.cells, (item, option, stratum), heads * amount, weights * amount)

    def _chosen(self, counted: _Counted, class_: int) -> Marks:
        if counted.voided:
            return self._void
        choices = counted.choices
        return () if choices is None else self._marked(choices, class_)

    def _marked(self, choices: bytes, class_: int) -> Marks:
        known = self._marks.get((choices, class_))
        if known is None:
            added = increments(self._manifest, decode(self._manifest, choices, class_))
            known = tuple((*self._places[cell], amount) for cell, amount in added)
            if len(self._marks) >= _REMEMBERED:
                self._marks.clear()
            self._marks[choices, class_] = known
        return known


def _add(pairs: Pairs[_Key], key: _Key, heads: int, weight: int) -> None:
    pair = pairs.get(key)
    if pair is None:
        pairs[key] = [heads, weight]
    else:
        pair[0] += heads
        pair[1] += weight
