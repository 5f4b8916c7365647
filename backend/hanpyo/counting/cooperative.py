"""How a Korean co-operative's general assembly decides, under 협동조합기본법.

The Framework Act on Cooperatives takes as base all members, one vote each whatever their shares
(§23). These templates restate the Act for configuration and are not legal advice; the Act and the
bylaws in force prevail.
"""

from dataclasses import dataclass
from fractions import Fraction

from hanpyo.counting.decision import Base, DecisionRule, Part, Requirement, at_least, more_than

HALF = Fraction(1, 2)
TWO_THIRDS = Fraction(2, 3)


@dataclass(frozen=True, slots=True)
class Template:
    """A decision rule with its name, its source, and the month the source was read."""

    name: str
    rule: DecisionRule
    source: str
    consulted: str


_MAJORITY_OF_MEMBERS_PRESENT = Requirement(Part.PRESENT, more_than(HALF), Base.ALL)

ORDINARY_RESOLUTION = Template(
    name="co-operative, ordinary resolution",
    rule=DecisionRule(
        (
            _MAJORITY_OF_MEMBERS_PRESENT,
            Requirement(Part.YES, more_than(HALF), Base.PRESENT),
        )
    ),
    source="협동조합기본법 §23, §29②",
    consulted="2026-11",
)
"""More than half of all members present, more than half of those present in favour."""

SPECIAL_RESOLUTION = Template(
    name="co-operative, special resolution",
    rule=DecisionRule(
        (
            _MAJORITY_OF_MEMBERS_PRESENT,
            Requirement(Part.YES, at_least(TWO_THIRDS), Base.PRESENT),
        )
    ),
    source="협동조합기본법 §23, §29②",
    consulted="2026-11",
)
"""For bylaws, merger, division, dissolution, expulsion, refund of shares: two thirds at least."""
