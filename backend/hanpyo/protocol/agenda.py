"""Agenda items as the manifest holds them: method, limits, rule, option groups and costs.

An `Item` that was built has passed every check of docs/protocol.md section 2, except those that
need the number of voter groups, which `Manifest` makes.
"""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import ClassVar, TypeVar

from hanpyo.protocol.reading import EncodingError, Reader, exact, pack, require

MAX_ITEMS = 1024
MAX_OPTIONS = 1024
MIN_OPTIONS = 2
_UNKNOWN_BITS = 0xF8
"""Three flags and three strict bits have a meaning."""

_Enum = TypeVar("_Enum", bound=IntEnum)

_ELIGIBLE, _OPTION_GROUPS, _COSTS = 1, 2, 4


class AgendaError(EncodingError):
    """An agenda item that the record cannot hold."""

    code: ClassVar[str] = "bad_agenda"
    subject: ClassVar[str] = "agenda"


class Method(IntEnum):
    """What a voter does with the options of an item."""

    CHOOSE_ONE = 1
    CHOOSE_UP_TO = 2
    APPROVAL = 3
    SCORE = 4
    CUMULATIVE = 5
    RANKING = 6


POINT_METHODS = frozenset({Method.SCORE, Method.CUMULATIVE})
_DECIDABLE = frozenset({Method.CHOOSE_ONE, Method.CHOOSE_UP_TO, Method.APPROVAL})


class Decision(IntEnum):
    """How the result of an item follows from its tally."""

    COUNTED = 0
    THRESHOLD = 1


class Unit(IntEnum):
    """What a fraction of a rule is taken of; BOTH must pass for each."""

    HEADS = 1
    WEIGHT = 2
    BOTH = 3


class Base(IntEnum):
    """The denominator of the approval."""

    PRESENT = 0
    ALL = 1
    DECIDED = 2


@dataclass(frozen=True, slots=True)
class Share:
    """A fraction to be reached (or, when strict, exceeded)."""

    numerator: int
    denominator: int
    strict: bool

    def __post_init__(self) -> None:
        if not 0 < self.denominator < 1 << 16:
            raise AgendaError("share denominator", f"{self.denominator} is not 1 … 65535")
        if not 0 <= self.numerator <= self.denominator:
            raise AgendaError(
                "share numerator", f"{self.numerator}/{self.denominator} is not between 0 and 1"
            )


@dataclass(frozen=True, slots=True)
class Rule:
    """How an item is decided: quorum and direct presence of all eligible, approval of `base`."""

    decision: Decision = Decision.COUNTED
    unit: Unit = Unit.HEADS
    base: Base = Base.PRESENT
    quorum: Share | None = None
    presence: Share | None = None
    approval: Share | None = None

    def __post_init__(self) -> None:
        if self.decision is Decision.THRESHOLD and self.approval is None:
            raise AgendaError("approval", "a decision by threshold needs the fraction to reach")


@dataclass(frozen=True, slots=True)
class Item:
    """One question on the ballot. `eligible` None means every group; options count from 1."""

    method: Method
    options: int
    minimum: int = 1
    maximum: int = 1
    points: int = 1
    sum_limit: int = 0
    cost_cap: int = 0
    rule: Rule = field(default_factory=Rule)
    eligible: frozenset[int] | None = None
    option_groups: tuple[int, ...] | None = None
    costs: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        _check_limits(self)
        _check_points(self)
        _check_per_option(self)
        _check(
            self.rule.decision is Decision.COUNTED or self.method in _DECIDABLE,
            "decision",
            "a threshold needs ballots that choose option 1 or not",
        )


def _check(condition: bool, name: str, problem: str) -> None:
    require(condition, name, problem, AgendaError)


def _check_options(options: int) -> None:
    _check(
        MIN_OPTIONS <= options <= MAX_OPTIONS,
        "options",
        f"{options} is not {MIN_OPTIONS} … {MAX_OPTIONS}",
    )


def _check_limits(item: Item) -> None:
    _check_options(item.options)
    _check(item.minimum >= 1, "minimum", "a ballot that is not blank names at least 1 option")
    _check(item.minimum <= item.maximum, "maximum", f"{item.maximum} is below {item.minimum}")
    _check(item.maximum <= item.options, "maximum", f"{item.maximum} is above the options")
    if item.method is Method.CHOOSE_ONE:
        _check(item.maximum == 1, "maximum", "choose one allows exactly 1")


def _check_points(item: Item) -> None:
    if item.method in POINT_METHODS:
        _check(1 <= item.points < 1 << 16, "points", f"{item.points} is not 1 … 65535")
    else:
        _check(item.points == 1, "points", "must be 1 where options get no points")
    if item.method is Method.CUMULATIVE:
        _check(
            item.minimum <= item.sum_limit < 1 << 32,
            "sum",
            f"{item.sum_limit} is not {item.minimum} … 2^32-1, so no ballot could be valid",
        )
    else:
        _check(item.sum_limit == 0, "sum", "must be 0 except for cumulative points")


def _check_per_option(item: Item) -> None:
    _check(0 <= item.cost_cap < 1 << 64, "cost cap", f"{item.cost_cap} does not fit 64 bits")
    _check(
        item.cost_cap == 0 or item.costs is not None, "cost cap", "needs the cost of each option"
    )
    for name, values, bits in (
        ("option groups", item.option_groups, 16),
        ("costs", item.costs, 64),
    ):
        if values is not None:
            _check(len(values) == item.options, name, "one value for each option is needed")
            _check(all(0 <= value < 1 << bits for value in values), name, f"must fit {bits} bits")
    if item.eligible is not None:
        _check(bool(item.eligible), "eligible groups", "at least one group must be eligible")


def encode_item(item: Item, group_count: int) -> bytes:
    """The item's bytes in a manifest with `group_count` groups."""
    rule = item.rule
    shares = (rule.quorum, rule.approval, rule.presence)
    strict = sum(1 << bit for bit, share in enumerate(shares) if share is not None and share.strict)
    flags = (
        (_ELIGIBLE if item.eligible is not None else 0)
        | (_OPTION_GROUPS if item.option_groups is not None else 0)
        | (_COSTS if item.costs is not None else 0)
    )
    parts = [
        bytes((item.method, flags)),
        pack(item.options, 2, "options", AgendaError),
        pack(item.minimum, 2, "minimum", AgendaError),
        pack(item.maximum, 2, "maximum", AgendaError),
        pack(item.points, 2, "points", AgendaError),
        pack(item.sum_limit, 4, "sum", AgendaError),
        pack(item.cost_cap, 8, "cost cap", AgendaError),
        bytes((rule.decision, rule.unit, rule.base, strict)),
        *(_encode_share(share) for share in (rule.quorum, rule.presence, rule.approval)),
    ]
    if item.eligible is not None:
        parts.append(_encode_groups(item.eligible, group_count))
    parts += [group.to_bytes(2, "big") for group in item.option_groups or ()]
    parts += [cost.to_bytes(8, "big") for cost in item.costs or ()]
    return b"".join(parts)


def decode_item(reader: Reader, group_count: int) -> Item:
    """The next item of a manifest with `group_count` groups."""
    method = _member(Method, reader.integer(1, "method"), "method")
    flags = reader.integer(1, "item flags")
    _check(not flags & _UNKNOWN_BITS, "item flags", f"unknown bits in {flags:#04x}")
    options = reader.integer(2, "options")
    minimum = reader.integer(2, "minimum")
    maximum = reader.integer(2, "maximum")
    points = reader.integer(2, "points")
    sum_limit = reader.integer(4, "sum")
    cost_cap = reader.integer(8, "cost cap")
    rule = _decode_rule(reader)
    _check_options(options)
    return Item(
        method=method,
        options=options,
        minimum=minimum,
        maximum=maximum,
        points=points,
        sum_limit=sum_limit,
        cost_cap=cost_cap,
        rule=rule,
        eligible=_decode_groups(reader, group_count) if flags & _ELIGIBLE else None,
        option_groups=_decode_list(reader, options, 2, "option groups")
        if flags & _OPTION_GROUPS
        else None,
        costs=_decode_list(reader, options, 8, "costs") if flags & _COSTS else None,
    )


def _decode_rule(reader: Reader) -> Rule:
    decision = _member(Decision, reader.integer(1, "decision"), "decision")
    unit = _member(Unit, reader.integer(1, "unit"), "unit")
    base = _member(Base, reader.integer(1, "base"), "base")
    strict = reader.integer(1, "strict")
    _check(not strict & _UNKNOWN_BITS, "strict", f"unknown bits in {strict:#04x}")
    quorum = _decode_share(reader, "quorum", bool(strict & 1))
    presence = _decode_share(reader, "direct presence", bool(strict & 4))
    approval = _decode_share(reader, "approval", bool(strict & 2))
    return Rule(decision, unit, base, quorum, presence, approval)


def _encode_share(share: Share | None) -> bytes:
    if share is None:
        return bytes(4)
    return share.numerator.to_bytes(2, "big") + share.denominator.to_bytes(2, "big")


def _decode_share(reader: Reader, name: str, strict: bool) -> Share | None:
    numerator = reader.integer(2, name)
    denominator = reader.integer(2, name)
    if denominator == 0:
        _check(numerator == 0 and not strict, name, "set although its denominator is 0")
        return None
    return Share(numerator, denominator, strict)


def _encode_groups(groups: frozenset[int], group_count: int) -> bytes:
    bitmap = bytearray(-(-group_count // 8))
    for group in groups:
        _check(0 <= group < group_count, "eligible groups", f"there is no group {group}")
        bitmap[group // 8] |= 1 << group % 8
    return bytes(bitmap)


def _decode_groups(reader: Reader, group_count: int) -> frozenset[int]:
    bits = int.from_bytes(reader.take(-(-group_count // 8), "eligible groups"), "little")
    _check(bits >> group_count == 0, "eligible groups", "a bit beyond the last group is set")
    return frozenset(group for group in range(group_count) if bits >> group & 1)


def _decode_list(reader: Reader, count: int, size: int, name: str) -> tuple[int, ...]:
    data = exact(reader.take(count * size, name), count * size, name, AgendaError)
    return tuple(int.from_bytes(data[at : at + size], "big") for at in range(0, count * size, size))


def _member(kind: type[_Enum], value: int, name: str) -> _Enum:
    try:
        return kind(value)
    except ValueError:
        raise AgendaError(name, f"{value} is not one of {[int(each) for each in kind]}") from None
