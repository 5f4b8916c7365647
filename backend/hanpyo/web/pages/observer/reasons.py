"""Why an item passed or failed: every condition of its frozen rule with the numbers it is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from hanpyo.chain.contracts import ItemResult, Outcome
from hanpyo.indexer.queries import Cell, Part
from hanpyo.protocol.agenda import Base, Item, Share, Unit
from hanpyo.protocol.manifest import Manifest
from hanpyo.protocol.types import Channel

_NOT_IN_PERSON: Final = (Channel.ONLINE, Channel.PAPER)
"""The channels that the law does not count as attending."""
Pair = tuple[int, int]
"""Heads and weight."""


class Asked(StrEnum):
    """What a condition asks for."""

    QUORUM = "quorum"
    PRESENCE = "presence"
    APPROVAL = "approval"


@dataclass(frozen=True, slots=True)
class Figures:
    """What an item is decided on; `options` begin with blank and end with invalid.

    `decided` is what the contract says of it; None while the numbers still move.
    """

    eligible: Pair
    present: Pair
    direct: Pair
    options: tuple[Pair, ...]
    decided: Outcome | None = None

    @property
    def deciding(self) -> Pair:
        """Those present whose ballot is neither blank nor invalid on the item."""
        (blank, blank_weight), (invalid, invalid_weight) = self.options[0], self.options[-1]
        heads, weight = self.present
        return heads - blank - invalid, weight - blank_weight - invalid_weight


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: `part` of `whole` has to reach `needed`; `plane` 0 counts heads, 1 weight."""

    asked: Asked
    base: Base
    plane: int
    share: Share
    part: int
    whole: int
    needed: int
    met: bool


def from_contract(result: ItemResult) -> Figures:
    """The contract's own figures."""
    return Figures(
        eligible=(result.eligible_heads, result.eligible_weight),
        present=(result.present_heads, result.present_weight),
        direct=(result.direct_heads, result.direct_weight),
        options=tuple(zip(result.heads, result.weights, strict=True)),
        decided=result.outcome,
    )


def from_record(
    manifest: Manifest, number: int, parts: Sequence[Part], cells: Sequence[Cell]
) -> Figures:
    """The figures of what is recorded so far, as the read model sums them."""
    item = manifest.items[number]
    own = [part for part in parts if may_vote(item, part.group)]
    direct = [part for part in own if part.channel not in _NOT_IN_PERSON]
    groups = [group for place, group in enumerate(manifest.groups) if may_vote(item, place)]
    options = [[0, 0] for _ in range(item.options + 2)]
    for cell in cells:
        if cell.item == number and may_vote(item, cell.group):
            options[cell.option][0] += cell.heads
            options[cell.option][1] += cell.weight
    return Figures(
        eligible=(sum(group.heads for group in groups), sum(group.weight for group in groups)),
        present=(sum(part.heads for part in own), sum(part.weight for part in own)),
        direct=(sum(part.heads for part in direct), sum(part.weight for part in direct)),
        options=tuple((heads, weight) for heads, weight in options),
    )


def conditions(item: Item, figures: Figures) -> tuple[Condition, ...]:
    """Every condition of the item's rule, in the order in which they are asked."""
    rule = item.rule
    bases = {Base.ALL: figures.eligible, Base.PRESENT: figures.present}
    of = bases.get(rule.base, figures.deciding)
    asked = (
        (Asked.QUORUM, Base.ALL, figures.present, figures.eligible, rule.quorum),
        (Asked.PRESENCE, Base.ALL, figures.direct, figures.eligible, rule.presence),
        (Asked.APPROVAL, rule.base, figures.options[1], of, rule.approval),
    )
    return tuple(
        _condition(what, base, share, (part[plane], whole[plane]), plane)
        for what, base, part, whole, share in asked
        if share is not None
        for plane, unit in enumerate((Unit.HEADS, Unit.WEIGHT))
        if rule.unit in (unit, Unit.BOTH)
    )


def quorum_goals(manifest: Manifest) -> tuple[int, ...]:
    """How many voters the quorums need that are asked of the whole roll."""
    size = manifest.roll.size
    return tuple(
        sorted(
            {
                needed(item.rule.quorum, size)
                for item in manifest.items
                if item.rule.quorum is not None
                and item.rule.unit is not Unit.WEIGHT
                and item.eligible is None
            }
        )
    )


def needed(share: Share, whole: int) -> int:
    """The least number that meets the share of a whole."""
    least, rest = divmod(whole * share.numerator, share.denominator)
    return least + 1 if share.strict or rest else least


def _condition(
    asked: Asked, base: Base, share: Share, numbers: tuple[int, int], plane: int
) -> Condition:
    part, whole = numbers
    least = needed(share, whole)
    return Condition(asked, base, plane, share, part, whole, least, whole > 0 and part >= least)


def may_vote(item: Item, group: int) -> bool:
    """Whether a group of the roll votes on an item."""
    return item.eligible is None or group in item.eligible
