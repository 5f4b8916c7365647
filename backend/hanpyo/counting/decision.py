"""Decision rules: quorum, direct presence and approval, each an exact fraction of a named base.

A decision passes when every requirement of its rule is met. A requirement compares whole numbers
only: a part (say, the yes votes) with a share of a base (say, those present). Abstentions, blank
and invalid votes count as present and never as yes. A base of nobody meets nothing, so a tie or an
empty assembly rejects. Every check names its part, its base and the least number that would have
met it.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

from hanpyo.counting.errors import ProfileError, RuleError
from hanpyo.counting.tally import NOBODY, Count


class Measure(StrEnum):
    """What is counted: voters, or their weight (shares, area)."""

    HEADS = "heads"
    WEIGHT = "weight"


class Part(StrEnum):
    """The number that has to be large enough."""

    PRESENT = "present"
    DIRECTLY_PRESENT = "directly present"
    YES = "yes"


class Base(StrEnum):
    """The number that a share is taken of."""

    ALL = "the whole roll"
    PRESENT = "those present"
    YES_AND_NO = "yes and no votes"


@dataclass(frozen=True, slots=True)
class Threshold:
    """A share to reach (`strict` False: at least) or to exceed (`strict` True: more than)."""

    share: Fraction
    strict: bool

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1 or (self.strict and self.share == 1):
            raise RuleError("share", f"{self} can never be met or is always met")

    def __str__(self) -> str:
        return f"{'more than' if self.strict else 'at least'} {self.share}"

    def met(self, part: int, base: int) -> bool:
        """Whether `part` is this share of `base`; never of an empty base."""
        left, right = part * self.share.denominator, base * self.share.numerator
        return base > 0 and (left > right if self.strict else left >= right)

    def least(self, base: int) -> int:
        """The smallest whole number that meets the threshold over `base`; at least 1."""
        whole, rest = divmod(base * self.share.numerator, self.share.denominator)
        return max(1, whole + (1 if rest or self.strict else 0))


def more_than(share: Fraction) -> Threshold:
    """The threshold that only a larger share meets."""
    return Threshold(share, strict=True)


def at_least(share: Fraction) -> Threshold:
    """The threshold that this very share meets too."""
    return Threshold(share, strict=False)


@dataclass(frozen=True, slots=True)
class Requirement:
    """One condition of a decision: this part, over this base, counted so, meets this threshold."""

    part: Part
    threshold: Threshold
    base: Base
    measure: Measure = Measure.HEADS

    def __post_init__(self) -> None:
        if self.part is not Part.YES and self.base is not Base.ALL:
            raise RuleError("base", f"{self.part} is a share of {Base.ALL}, not of {self.base}")


@dataclass(frozen=True, slots=True)
class DecisionRule:
    """All the conditions of a decision; every one must be met."""

    requirements: tuple[Requirement, ...]

    def __post_init__(self) -> None:
        if not any(requirement.part is Part.YES for requirement in self.requirements):
            raise RuleError("requirements", "a decision states what approval needs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a decision is made on: counts of the roll, of presence and of the answers.

    `directly_present` is the part of `present` that the law counts as attending in person. Raises
    `ProfileError` where a part exceeds what it is part of.
    """

    roll: Count
    present: Count
    directly_present: Count = NOBODY
    yes: Count = NOBODY
    no: Count = NOBODY

    def __post_init__(self) -> None:
        for smaller, larger, what in (
            (self.present, self.roll, "present exceed the roll"),
            (self.directly_present, self.present, "directly present exceed those present"),
            (self.yes + self.no, self.present, "yes and no exceed those present"),
        ):
            if smaller.heads > larger.heads or smaller.weight > larger.weight:
                raise ProfileError(f"{what}: {smaller} > {larger}")

    def part(self, part: Part) -> Count:
        """The count that `part` names."""
        counts = {Part.PRESENT: self.present, Part.DIRECTLY_PRESENT: self.directly_present}
        return counts.get(part, self.yes)

    def base(self, base: Base) -> Count:
        """The count that `base` names."""
        counts = {Base.ALL: self.roll, Base.PRESENT: self.present}
        return counts.get(base, self.yes + self.no)

    def with_voided(self, *, yes: Count = NOBODY, no: Count = NOBODY) -> "Figures":
        """The figures without the answers of contested ballots; their voters stay present."""
        return replace(self, yes=self.yes - yes, no=self.no - no)


@dataclass(frozen=True, slots=True)
class Check:
    """One requirement held against the figures: `part` out of `base`, `needed` to meet it."""

    requirement: Requirement
    part: int
    base: int
    needed: int
    met: bool

    def __str__(self) -> str:
        requirement = self.requirement
        return (
            f"{requirement.part} {self.part} of {self.base} ({requirement.base}, "
            f"{requirement.measure}): {requirement.threshold} needs {self.needed}, "
            f"{'met' if self.met else 'not met'}"
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether the item passed, and every check that says why."""

    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """True where every requirement is met."""
        return all(check.met for check in self.checks)

    @property
    def failures(self) -> tuple[Check, ...]:
        """The checks that were not met."""
        return tuple(check for check in self.checks if not check.met)


def decide(rule: DecisionRule, figures: Figures) -> Decision:
    """Holds every requirement of `rule` against `figures`."""
    return Decision(tuple(_check(requirement, figures) for requirement in rule.requirements))


def _check(requirement: Requirement, figures: Figures) -> Check:
    part = _measured(figures.part(requirement.part), requirement.measure)
    base = _measured(figures.base(requirement.base), requirement.measure)
    threshold = requirement.threshold
    return Check(requirement, part, base, threshold.least(base), threshold.met(part, base))


def _measured(count: Count, measure: Measure) -> int:
    return count.heads if measure is Measure.HEADS else count.weight
