"""Each item decided again under its frozen rule, in exact integers, every denominator named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from hanpyo.audit.evidence import Evidence
from hanpyo.audit.findings import Findings
from hanpyo.audit.report import ItemResult, Requirement
from hanpyo.audit.tally import Count, StratumCount
from hanpyo.protocol.agenda import Base, Decision, Item, Share, Unit
from hanpyo.protocol.manifest import Manifest
from hanpyo.protocol.phases import Phase
from hanpyo.protocol.types import Channel

OUTCOMES: Final = ("pending", "counted", "passed", "failed", "undetermined", "cancelled")
"""The contract's outcomes by number."""
_INDIRECT: Final = (Channel.ONLINE, Channel.PAPER)
_BASES: Final = {
    Base.PRESENT: "those present",
    Base.ALL: "all eligible",
    Base.DECIDED: "those who decided",
}
_RESULT_WORDS: Final = 12

Pair = tuple[int, int]
"""Heads and weight."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What an item is decided on, each as heads and weight; cells: blank, options, invalid."""

    eligible: Pair
    present: Pair
    direct: Pair
    heads: tuple[int, ...]
    weights: tuple[int, ...]


def figures_of(manifest: Manifest, number: int, strata: Mapping[int, StratumCount]) -> Figures:
    """An item's figures over the strata of its eligible groups."""
    item, base = manifest.items[number], manifest.cell_bases[number]
    cells = range(base, base + item.options + 2)
    groups = len(manifest.groups)
    own = {
        stratum: value
        for stratum, value in strata.items()
        if item.eligible is None or stratum % groups in item.eligible
    }
    direct = [v for stratum, v in own.items() if stratum // groups not in _INDIRECT]
    eligible = [
        group
        for place, group in enumerate(manifest.groups)
        if item.eligible is None or place in item.eligible
    ]
    return Figures(
        eligible=(sum(g.heads for g in eligible), sum(g.weight for g in eligible)),
        present=(sum(v.heads for v in own.values()), sum(v.weight for v in own.values())),
        direct=(sum(v.heads for v in direct), sum(v.weight for v in direct)),
        heads=tuple(sum(v.cells[cell] for v in own.values()) for cell in cells),
        weights=tuple(sum(v.weighted[cell] for v in own.values()) for cell in cells),
    )


def requirements_of(item: Item, figures: Figures) -> tuple[Requirement, ...]:
    """Every fraction of the item's rule against the figures."""
    rule = item.rule
    yes = (figures.heads[1], figures.weights[1])
    parts = (
        ("present", figures.present, _BASES[Base.ALL], figures.eligible, rule.quorum),
        ("directly present", figures.direct, _BASES[Base.ALL], figures.eligible, rule.presence),
        ("option 1", yes, _BASES[rule.base], _approval_base(rule.base, figures), rule.approval),
    )
    return tuple(
        _requirement(name, base_name, unit, (part[plane], base[plane]), share)
        for name, part, base_name, base, share in parts
        if share is not None
        for plane, unit in enumerate(("heads", "weight"))
        if rule.unit in (Unit.BOTH, (Unit.HEADS, Unit.WEIGHT)[plane])
    )


def _approval_base(base: Base, figures: Figures) -> Pair:
    if base is Base.PRESENT:
        return figures.present
    if base is Base.ALL:
        return figures.eligible
    heads, weights = figures.heads, figures.weights
    return (
        figures.present[0] - heads[0] - heads[-1],
        figures.present[1] - weights[0] - weights[-1],
    )


def _requirement(
    name: str, base_name: str, unit: str, values: tuple[int, int], share: Share
) -> Requirement:
    part, base = values
    left, right = part * share.denominator, base * share.numerator
    met = base != 0 and (left > right if share.strict else left >= right)
    words = "more than" if share.strict else "at least"
    return Requirement(
        name, base_name, unit, part, base, f"{words} {share.numerator}/{share.denominator}", met
    )


def outcome_of(item: Item, requirements: Sequence[Requirement], phase: Phase) -> str:
    """The item's outcome in a phase, as the contract names it."""
    if phase is Phase.UNDETERMINED:
        return "undetermined"
    if phase is Phase.CANCELLED:
        return "cancelled"
    if phase is not Phase.CERTIFIED:
        return "pending"
    met = {each.part_name: True for each in requirements}
    for each in requirements:
        met[each.part_name] = met[each.part_name] and each.met
    if not (met.get("present", True) and met.get("directly present", True)):
        return "failed"
    if item.rule.decision is Decision.COUNTED:
        return "counted"
    return "passed" if met.get("option 1", True) else "failed"


def decide(
    evidence: Evidence, counted: Count, phase: Phase, names: Sequence[tuple[str, Sequence[str]]]
) -> tuple[ItemResult, ...]:
    """Every item recomputed; `names` are title and option titles of each."""
    manifest = evidence.manifest
    results = []
    for number, item in enumerate(manifest.items):
        figures = figures_of(manifest, number, counted.strata)
        requirements = requirements_of(item, figures)
        title, options = names[number]
        results.append(
            ItemResult(
                number=number,
                title=title,
                options=tuple(options),
                outcome=outcome_of(item, requirements, phase),
                present=figures.present,
                eligible=figures.eligible,
                heads=figures.heads,
                weights=figures.weights,
                requirements=requirements,
            )
        )
    return tuple(results)


def check_decision(evidence: Evidence, items: Sequence[ItemResult], findings: Findings) -> None:
    """Hold each recomputed item against the contract's own `result`, where it could be asked."""
    for item in items:
        answer = evidence.views.get(item.number)
        if answer is None:
            continue
        findings.counts["answers"] += 1
        for name, ours, theirs in _differences(item, answer):
            findings.fail(
                "decision", f"item {item.number + 1}, {name}: {theirs} by the contract, {ours} here"
            )


def _differences(item: ItemResult, answer: bytes) -> list[tuple[str, object, object]]:
    """What a contract's answer says differently: (name, here, by the contract)."""
    words = [int.from_bytes(answer[at : at + 32], "big") for at in range(0, len(answer), 32)]
    try:
        start = words[0] // 32
        head = words[start : start + _RESULT_WORDS]
        heads, weights = (_list(words, start + head[place] // 32) for place in (10, 11))
        outcome, eligible, present = OUTCOMES[head[0]], (head[4], head[5]), (head[6], head[7])
    except IndexError:
        return [("result", "readable", "unreadable")]
    pairs: list[tuple[str, object, object]] = [
        ("outcome", item.outcome, outcome),
        ("eligible", item.eligible, eligible),
        ("present", item.present, present),
        ("heads", item.heads, heads),
        ("weights", item.weights, weights),
    ]
    return [(name, ours, theirs) for name, ours, theirs in pairs if ours != theirs]


def _list(words: Sequence[int], at: int) -> tuple[int, ...]:
    length = words[at]
    values = tuple(words[at + 1 : at + 1 + length])
    if len(values) != length:
        raise IndexError(at)
    return values
