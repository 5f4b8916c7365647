"""Weights as exact fractions: 3, 2.5, 1/3, 1 1/3, 12.5%."""

import re
from fractions import Fraction
from typing import Final

from hanpyo.elections.normal_forms import BadForm

_MOST: Final = (1 << 63) - 1
"""What a column of the database holds."""
_LONGEST: Final = 40
_GROUPED: Final = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_DECIMAL: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_FRACTION: Final = re.compile(r"(?:([0-9]+) )?([0-9]+) ?[/⁄] ?([0-9]+)")
_SHORTENED: Final = re.compile(r"[0-9.]+e[+-]?[0-9]+", re.IGNORECASE)
_VULGAR: Final = {"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4"}
_ROUNDED: Final = re.compile(r"[0-9]*\.[0-9]{10,}%?")


def weight(text: str) -> Fraction:
    """The weight in a cleaned text; raises `BadForm`.

    `bad_weight`, `shortened_number`, `weight_not_positive`, or `weight_too_fine` where numerator or
    denominator exceed 63 bits.
    """
    if len(text) > _LONGEST:
        raise BadForm("weight_too_fine")
    if _SHORTENED.fullmatch(text):
        raise BadForm("shortened_number")
    found = _percent(text) if text.endswith("%") else _number(text)
    if found <= 0:
        raise BadForm("weight_not_positive")
    if found.numerator > _MOST or found.denominator > _MOST:
        raise BadForm("weight_too_fine")
    return found


def looks_rounded(text: str) -> bool:
    """Whether so many digits follow the point that somebody or something has divided."""
    return _ROUNDED.fullmatch(text) is not None


def _percent(text: str) -> Fraction:
    return _number(text[:-1].rstrip()) / 100


def _number(text: str) -> Fraction:
    if text.startswith("-") and _DECIMAL.fullmatch(text[1:]):
        raise BadForm("weight_not_positive")
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if _DECIMAL.fullmatch(text):
        return Fraction(text)
    for sign, written in _VULGAR.items():
        text = text.replace(sign, f" {written}")
    fraction = _FRACTION.fullmatch(text.strip())
    if fraction is None or int(fraction[3]) == 0:
        raise BadForm("bad_weight")
    return int(fraction[1] or 0) + Fraction(int(fraction[2]), int(fraction[3]))
