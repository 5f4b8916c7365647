"""Fractions met exactly, by a hair, and not; every base; the contract's answer compared."""

import pytest

from hanpyo.audit.decision import Figures, outcome_of, requirements_of
from hanpyo.protocol.agenda import Base, Decision, Item, Method, Rule, Share, Unit
from hanpyo.protocol.phases import Phase


def item(rule: Rule) -> Item:
    return Item(Method.CHOOSE_ONE, 2, rule=rule)


def figures(
    yes: int, no: int, *, blank: int = 0, invalid: int = 0, eligible: int = 100, direct: int = 0
) -> Figures:
    """Heads; each weighs two."""
    present = yes + no + blank + invalid
    cells = (blank, yes, no, invalid)
    return Figures(
        eligible=(eligible, 2 * eligible),
        present=(present, 2 * present),
        direct=(direct, 2 * direct),
        heads=cells,
        weights=tuple(2 * each for each in cells),
    )


def approval(share: Share, base: Base = Base.PRESENT, unit: Unit = Unit.HEADS) -> Rule:
    return Rule(Decision.THRESHOLD, unit, base, approval=share)


HALF, MORE = Share(1, 2, strict=False), Share(1, 2, strict=True)
TWO_THIRDS = Share(2, 3, strict=False)


@pytest.mark.parametrize(
    ("rule", "found", "outcome"),
    [
        (approval(HALF), figures(5, 5), "passed"),
        (approval(MORE), figures(5, 5), "failed"),
        (approval(MORE), figures(6, 5), "passed"),
        (approval(TWO_THIRDS), figures(2, 1), "passed"),
        (approval(TWO_THIRDS), figures(199, 100, eligible=400), "failed"),
        (approval(MORE), figures(5, 4, blank=1), "failed"),
        (approval(MORE, Base.DECIDED), figures(5, 4, blank=1, invalid=3), "passed"),
        (approval(HALF, Base.ALL), figures(50, 0), "passed"),
        (approval(HALF, Base.ALL), figures(49, 0), "failed"),
        (approval(HALF, Base.DECIDED), figures(0, 0, blank=3), "failed"),
        (approval(HALF), figures(0, 0), "failed"),
        (approval(MORE, unit=Unit.WEIGHT), figures(6, 5), "passed"),
        (approval(MORE, unit=Unit.BOTH), figures(6, 5), "passed"),
    ],
)
def test_approval(rule: Rule, found: Figures, outcome: str) -> None:
    requirements = requirements_of(item(rule), found)
    assert outcome_of(item(rule), requirements, Phase.CERTIFIED) == outcome


def test_both_units_must_pass() -> None:
    rule = approval(MORE, unit=Unit.BOTH)
    split = Figures((9, 9), (3, 9), (0, 0), (0, 2, 1, 0), (0, 4, 5, 0))
    requirements = requirements_of(item(rule), split)
    assert [each.met for each in requirements] == [True, False]
    assert outcome_of(item(rule), requirements, Phase.CERTIFIED) == "failed"


@pytest.mark.parametrize(("present", "met"), [(10, True), (9, False)])
def test_quorum_is_of_all_eligible(present: int, met: bool) -> None:
    rule = Rule(quorum=Share(1, 10, strict=False))
    requirements = requirements_of(item(rule), figures(present, 0))
    verdict = "met" if met else "not met"
    words = f"present {present} of 100 (all eligible, heads): at least 1/10 {verdict}"
    assert [str(each) for each in requirements] == [words]
    expected = "counted" if met else "failed"
    assert outcome_of(item(rule), requirements, Phase.CERTIFIED) == expected


@pytest.mark.parametrize(("direct", "outcome"), [(20, "counted"), (19, "failed")])
def test_direct_presence(direct: int, outcome: str) -> None:
    rule = Rule(presence=Share(1, 5, strict=False))
    requirements = requirements_of(item(rule), figures(60, 0, direct=direct))
    assert outcome_of(item(rule), requirements, Phase.CERTIFIED) == outcome


@pytest.mark.parametrize(
    ("phase", "outcome"),
    [
        (Phase.VOTING, "pending"),
        (Phase.OPENING, "pending"),
        (Phase.UNDETERMINED, "undetermined"),
        (Phase.CANCELLED, "cancelled"),
        (Phase.CERTIFIED, "counted"),
    ],
)
def test_outcomes_by_phase(phase: Phase, outcome: str) -> None:
    assert outcome_of(item(Rule()), (), phase) == outcome
