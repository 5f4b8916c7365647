"""Weights as whole numbers: the smallest unit in which all of them are whole, if it fits."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Final

MOST_TOTAL: Final = (1 << 63) - 1
"""The sum of all weights fits a signed 64-bit integer, which databases have."""
_NAMED: Final = 10


@dataclass(frozen=True, slots=True)
class TooFine:
    """Weights that fit no unit, and the rows that cause it, a few of them at most."""

    rows: tuple[int, ...]


def common_unit(weights: Mapping[int, Fraction]) -> int | TooFine:
    """How many integer units weigh one, for weights by row.

    Denominators are taken from the smallest up, so that the rows named are those without which the
    others would fit; where all are whole, the heaviest are named.
    """
    total = sum(weights.values(), Fraction(0))
    unit = 1
    refused: set[int] = set()
    for denominator in sorted({weight.denominator for weight in weights.values()}):
        wider = lcm(unit, denominator)
        if wider * total > MOST_TOTAL:
            refused.add(denominator)
        else:
            unit = wider
    if refused:
        too_fine = (row for row, weight in weights.items() if unit % weight.denominator)
        named = _first(too_fine)
        if named:
            return TooFine(named)
        return TooFine(_first(_heaviest(weights, total)))
    return unit


def _heaviest(weights: Mapping[int, Fraction], total: Fraction) -> Iterator[int]:
    """The rows, heaviest first, without which the rest fits."""
    for row in sorted(weights, key=weights.__getitem__, reverse=True):
        if total <= MOST_TOTAL:
            return
        total -= weights[row]
        yield row


def _first(rows: Iterable[int]) -> tuple[int, ...]:
    return tuple(row for row, _ in zip(rows, range(_NAMED), strict=False))
