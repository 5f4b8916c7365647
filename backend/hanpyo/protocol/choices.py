"""A ballot's choices: from what a voter means to the padded bytes, and back to a verdict per item.

Any bytes of the right length decode: what breaks an item's rules is invalid for that item only
(docs/protocol.md section 5).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from hanpyo.protocol.agenda import POINT_METHODS, Item, Method
from hanpyo.protocol.layout import field_length, number_width, points_width, uses_bitmap
from hanpyo.protocol.manifest import Manifest
from hanpyo.protocol.reading import EncodingError

Selection = Sequence[int] | Mapping[int, int]
"""What a voter means for one item: option numbers (in order of preference for a ranking), or points
by option number for score and cumulative. Empty is blank."""


class ChoicesError(EncodingError):
    """Choices that cannot be put on a ballot, or bytes of the wrong length."""

    code: ClassVar[str] = "bad_choices"
    subject: ClassVar[str] = "choices"


class Fault(StrEnum):
    """Why a field is invalid for its item."""

    UNKNOWN_OPTION = "unknown option"
    ORDER = "options not strictly ascending"
    REPEATED = "option named twice"
    GAP = "option after a gap"
    TOO_FEW = "fewer options than the minimum"
    TOO_MANY = "more options than the maximum"
    POINTS = "more points than one option may get"
    SUM = "more points in all than allowed"
    COST = "cost above the cap"
    BARRED = "option barred to this class"
    MIXED_GROUPS = "options of different groups"
    NOT_ELIGIBLE = "group not eligible for this item"


@dataclass(frozen=True, slots=True)
class Blank:
    """Nothing chosen for the item."""


@dataclass(frozen=True, slots=True)
class Valid:
    """The options chosen, with what each adds to the tally; most preferred first in a ranking."""

    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Invalid:
    """A field that breaks the item's rules."""

    fault: Fault


Verdict = Blank | Valid | Invalid

_BLANK = Blank()
Marks = tuple[tuple[int, int], ...]


def encode(manifest: Manifest, selections: Sequence[Selection], class_: int) -> bytes:
    """The padded choices of a voter of `class_`; `ChoicesError` names the item at fault."""
    padded = encode_unchecked(manifest.items, selections)
    for number, verdict in enumerate(decode(manifest, padded, class_)):
        if isinstance(verdict, Invalid):
            raise ChoicesError(f"item {number}", verdict.fault)
    return padded


def encode_unchecked(items: Sequence[Item], selections: Sequence[Selection]) -> bytes:
    """The padded choices, whether or not they keep the items' rules; refuses what has no bytes."""
    if len(selections) != len(items):
        raise ChoicesError("items", f"{len(selections)} selections for {len(items)} items")
    return b"".join(
        _encode_field(number, item, selection)
        for number, (item, selection) in enumerate(zip(items, selections, strict=True))
    )


def decode(manifest: Manifest, padded: bytes, class_: int) -> tuple[Verdict, ...]:
    """One verdict per item on the padded choices of a voter of `class_`."""
    if len(padded) != manifest.choices_length:
        raise ChoicesError("length", f"{len(padded)} bytes instead of {manifest.choices_length}")
    if not 0 <= class_ < len(manifest.classes):
        raise ChoicesError("class", f"there is no class {class_}")
    group = manifest.classes[class_].group
    barred = manifest.barred[class_]
    verdicts: list[Verdict] = []
    at = 0
    for number, item in enumerate(manifest.items):
        length = field_length(item)
        field = padded[at : at + length]
        at += length
        if not any(field):
            verdicts.append(_BLANK)
        elif item.eligible is not None and group not in item.eligible:
            verdicts.append(Invalid(Fault.NOT_ELIGIBLE))
        else:
            verdicts.append(_judge(item, field, {o for i, o in barred if i == number}))
    return tuple(verdicts)


def increments(manifest: Manifest, verdicts: Sequence[Verdict]) -> list[tuple[int, int]]:
    """The (cell, amount) pairs that one ballot adds to plane 0; plane 1 multiplies by weight."""
    added: list[tuple[int, int]] = []
    bases = manifest.cell_bases
    for base, item, verdict in zip(bases, manifest.items, verdicts, strict=False):
        match verdict:
            case Blank():
                added.append((base, 1))
            case Invalid():
                added.append((base + item.options + 1, 1))
            case Valid(marks):
                added.extend((base + option, points) for option, points in marks)
    return added


def _encode_field(number: int, item: Item, selection: Selection) -> bytes:
    name = f"item {number}"
    if item.method in POINT_METHODS:
        if not isinstance(selection, Mapping):
            raise ChoicesError(name, "points by option number are needed")
        return _encode_points(name, item, selection)
    if isinstance(selection, Mapping):
        raise ChoicesError(name, "option numbers are needed, without points")
    for option in selection:
        if not 1 <= option <= item.options:
            raise ChoicesError(name, f"there is no option {option}")
    if len(selection) > item.maximum:
        raise ChoicesError(name, f"{len(selection)} options chosen, {item.maximum} allowed")
    if len(set(selection)) != len(selection):
        raise ChoicesError(name, "an option is named twice")
    if item.method in (Method.CHOOSE_ONE, Method.RANKING):
        return _encode_numbers(item, selection)
    if not uses_bitmap(item):
        return _encode_numbers(item, sorted(selection))
    bitmap = sum(1 << option - 1 for option in selection)
    return bitmap.to_bytes(field_length(item), "little")


def _encode_points(name: str, item: Item, selection: Mapping[int, int]) -> bytes:
    width = points_width(item)
    field = bytearray(item.options * width)
    for option, points in selection.items():
        if not 1 <= option <= item.options:
            raise ChoicesError(name, f"there is no option {option}")
        if not 0 <= points <= item.points:
            raise ChoicesError(name, f"{points} points for option {option}, {item.points} allowed")
        field[(option - 1) * width : option * width] = points.to_bytes(width, "big")
    return bytes(field)


def _encode_numbers(item: Item, options: Iterable[int]) -> bytes:
    width = number_width(item)
    numbers = b"".join(option.to_bytes(width, "big") for option in options)
    return numbers.ljust(field_length(item), b"\0")


def _judge(item: Item, field: bytes, barred: set[int]) -> Verdict:
    if item.method in POINT_METHODS:
        marks, fault = _points(item, field)
    elif item.method in (Method.CHOOSE_UP_TO, Method.APPROVAL) and uses_bitmap(item):
        marks, fault = _bitmap(item, field)
    else:
        marks, fault = _numbers(item, field)
    fault = fault or _limits(item, marks, barred)
    return Valid(marks) if fault is None else Invalid(fault)


def _split(field: bytes, width: int) -> Sequence[int]:
    if width == 1:
        return field
    return [int.from_bytes(field[at : at + 2], "big") for at in range(0, len(field), 2)]


def _points(item: Item, field: bytes) -> tuple[Marks, Fault | None]:
    marks = tuple(
        (option, points)
        for option, points in enumerate(_split(field, points_width(item)), 1)
        if points
    )
    if any(points > item.points for _, points in marks):
        return marks, Fault.POINTS
    if item.method is Method.CUMULATIVE and sum(points for _, points in marks) > item.sum_limit:
        return marks, Fault.SUM
    return marks, None


def _bitmap(item: Item, field: bytes) -> tuple[Marks, Fault | None]:
    bits = int.from_bytes(field, "little")
    if bits >> item.options:
        return (), Fault.UNKNOWN_OPTION
    return tuple(
        (option, 1) for option in range(1, item.options + 1) if bits >> option - 1 & 1
    ), None


def _numbers(item: Item, field: bytes) -> tuple[Marks, Fault | None]:
    numbers = list(_split(field, number_width(item)))
    while numbers and numbers[-1] == 0:
        numbers.pop()
    marks = tuple((option, 1) for option in numbers)
    if 0 in numbers:
        return marks, Fault.GAP
    if max(numbers) > item.options:
        return marks, Fault.UNKNOWN_OPTION
    if len(set(numbers)) != len(numbers):
        return marks, Fault.REPEATED
    if item.method is not Method.RANKING and numbers != sorted(numbers):
        return marks, Fault.ORDER
    return marks, None


def _limits(item: Item, marks: Marks, barred: set[int]) -> Fault | None:
    if len(marks) < item.minimum:
        return Fault.TOO_FEW
    if len(marks) > item.maximum:
        return Fault.TOO_MANY
    if any(option in barred for option, _ in marks):
        return Fault.BARRED
    groups = item.option_groups
    if groups is not None and len({groups[option - 1] for option, _ in marks}) > 1:
        return Fault.MIXED_GROUPS
    costs = item.costs if item.cost_cap else None
    if costs is not None and sum(costs[option - 1] for option, _ in marks) > item.cost_cap:
        return Fault.COST
    return None
