"""Sums over standings: who has a live ballot, by channel, group and hour, and what they chose."""

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from hanpyo.indexer.standing import Standing
from hanpyo.protocol.choices import decode, increments
from hanpyo.protocol.manifest import Manifest

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

    def add(self, sums: Sums, standing: Standing, sign: int) -> None:
        """Add what the standing counts, or with sign -1 take it away."""
        counts = sums.counts
        counts["checked_in"] += sign * standing.checked_in
        counts["touched"] += sign * standing.later
        counts["settled"] += sign * standing.settled
        counts["voided"] += sign * standing.voided
        counts["opened"] += sign * (standing.opened is not None)
        channel, class_, weight = standing.channel, standing.class_, standing.weight
        if channel is None or class_ is None or weight is None:
            return
        heads, weights = sign, sign * weight
        group = self._groups[class_]
        counts["live"] += heads
        counts["live_weight"] += weights
        _add(sums.turnout, (channel, group), heads, weights)
        _add(sums.hours, ((standing.first_seen or 0) // HOUR * HOUR,), heads, weights)
        stratum = channel * len(self._manifest.groups) + group
        for item, option, amount in self._chosen(standing, class_):
            _add(sums.cells, (item, option, stratum), heads * amount, weights * amount)

    def _chosen(self, standing: Standing, class_: int) -> Marks:
        if standing.voided:
            return self._void
        choices = standing.choices if standing.opened is None else standing.opened
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
