"""Decisions at their exact boundaries."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanpyo.counting.cooperative import ORDINARY_RESOLUTION, SPECIAL_RESOLUTION, Template
from hanpyo.counting.decision import (
    Base,
    DecisionRule,
    Figures,
    Measure,
    Part,
    Requirement,
    Threshold,
    at_least,
    decide,
    more_than,
)
from hanpyo.counting.errors import ProfileError, RuleError
from hanpyo.counting.tally import NOBODY, Count
from tests.strategies.votes import shares

HALF, TWO_THIRDS = Fraction(1, 2), Fraction(2, 3)
TENTH, FIFTH = Fraction(1, 10), Fraction(1, 5)


def heads(number: int) -> Count:
    return Count(number, number)


def assembly(present: int, yes: int, *, no: int = 0, roll: int = 120, direct: int = 0) -> Figures:
    return Figures(
        roll=heads(roll),
        present=heads(present),
        directly_present=heads(direct),
        yes=heads(yes),
        no=heads(no),
    )


BOUNDARIES = [
    pytest.param(more_than(HALF), 59, 120, False, id="below half"),
    pytest.param(more_than(HALF), 60, 120, False, id="exactly half is not more than half"),
    pytest.param(more_than(HALF), 61, 120, True, id="one above half"),
    pytest.param(more_than(HALF), 61, 121, True, id="half of an odd base, above"),
    pytest.param(more_than(HALF), 60, 121, False, id="half of an odd base, below"),
    pytest.param(at_least(HALF), 60, 120, True, id="exactly half is at least half"),
    pytest.param(at_least(TWO_THIRDS), 80, 120, True, id="exactly two thirds"),
    pytest.param(at_least(TWO_THIRDS), 79, 120, False, id="one below two thirds"),
    pytest.param(at_least(TWO_THIRDS), 67, 100, True, id="two thirds of 100 needs 67"),
    pytest.param(at_least(TWO_THIRDS), 66, 100, False, id="66 of 100 is below two thirds"),
    pytest.param(more_than(TWO_THIRDS), 80, 120, False, id="exactly two thirds is not more"),
    pytest.param(at_least(TENTH), 12, 120, True, id="exactly 10 %"),
    pytest.param(at_least(TENTH), 11, 120, False, id="below 10 %"),
    pytest.param(at_least(TENTH), 12, 121, False, id="12 of 121 is below 10 %"),
    pytest.param(at_least(FIFTH), 24, 120, True, id="exactly 20 %"),
    pytest.param(at_least(FIFTH), 23, 120, False, id="below 20 %"),
    pytest.param(at_least(Fraction(1)), 120, 120, True, id="all"),
    pytest.param(at_least(Fraction(1)), 119, 120, False, id="all but one"),
    pytest.param(at_least(TENTH), 0, 0, False, id="nobody of nobody"),
]


@pytest.mark.parametrize(("threshold", "part", "base", "met"), BOUNDARIES)
def test_a_threshold_at_its_boundary(threshold: Threshold, part: int, base: int, met: bool) -> None:
    assert threshold.met(part, base) is met


@given(shares(), st.booleans(), st.integers(1, 10_000))
def test_the_least_number_meets_and_one_less_does_not(
    share: Fraction, strict: bool, base: int
) -> None:
    threshold = Threshold(share, strict)
    least = threshold.least(base)
    assert threshold.met(least, base)
    assert not threshold.met(least - 1, base)


@given(shares(), st.booleans(), st.integers(1, 10**30), st.integers(0, 10**30))
def test_a_larger_part_never_unmeets_a_threshold(
    share: Fraction, strict: bool, base: int, part: int
) -> None:
    threshold = Threshold(share, strict)
    assert threshold.met(part + 1, base) >= threshold.met(part, base)


@pytest.mark.parametrize(
    ("share", "strict"), [(Fraction(0), False), (Fraction(3, 2), False), (Fraction(1), True)]
)
def test_a_threshold_that_decides_nothing_is_refused(share: Fraction, strict: bool) -> None:
    with pytest.raises(RuleError, match="share"):
        Threshold(share, strict)


COOPERATIVE = [
    pytest.param(ORDINARY_RESOLUTION, assembly(60, 60), False, id="C1: exactly half present"),
    pytest.param(ORDINARY_RESOLUTION, assembly(61, 31), True, id="C1: just a majority of both"),
    pytest.param(ORDINARY_RESOLUTION, assembly(62, 31, no=31), False, id="C1: a tie rejects"),
    pytest.param(ORDINARY_RESOLUTION, assembly(61, 30, no=1), False, id="C1: 30 of 61"),
    pytest.param(
        ORDINARY_RESOLUTION, assembly(80, 40, no=2), False, id="C1: abstentions are not yes"
    ),
    pytest.param(ORDINARY_RESOLUTION, assembly(0, 0), False, id="C1: nobody came"),
    pytest.param(SPECIAL_RESOLUTION, assembly(90, 60, no=30), True, id="C2: exactly 2/3"),
    pytest.param(SPECIAL_RESOLUTION, assembly(90, 59, no=31), False, id="C2: one below 2/3"),
    pytest.param(SPECIAL_RESOLUTION, assembly(91, 60, no=31), False, id="C2: 60 of 91"),
    pytest.param(SPECIAL_RESOLUTION, assembly(60, 60), False, id="C2: no quorum"),
]


@pytest.mark.parametrize(("template", "figures", "passed"), COOPERATIVE)
def test_a_cooperative_decides(template: Template, figures: Figures, passed: bool) -> None:
    assert decide(template.rule, figures).passed is passed


@pytest.mark.parametrize("template", [ORDINARY_RESOLUTION, SPECIAL_RESOLUTION])
def test_a_template_names_its_source_and_when_it_was_read(template: Template) -> None:
    assert "협동조합기본법" in template.source
    assert template.consulted == "2026-11"


def test_one_voided_ballot_turns_a_decision_and_its_voter_stays_present() -> None:
    figures = assembly(61, 31, no=30)
    without = figures.with_voided(yes=heads(1))
    assert decide(ORDINARY_RESOLUTION.rule, figures).passed
    assert not decide(ORDINARY_RESOLUTION.rule, without).passed
    assert without.present == figures.present


def test_a_voided_no_does_not_help_where_the_base_is_those_present() -> None:
    figures = assembly(62, 31, no=31)
    assert not decide(ORDINARY_RESOLUTION.rule, figures.with_voided(no=heads(1))).passed


DUAL_MAJORITY = DecisionRule(
    (
        Requirement(Part.YES, more_than(HALF), Base.ALL, Measure.HEADS),
        Requirement(Part.YES, more_than(HALF), Base.ALL, Measure.WEIGHT),
    )
)


@pytest.mark.parametrize(
    ("yes", "failed"),
    [
        pytest.param(Count(6, 51), [], id="both majorities"),
        pytest.param(Count(6, 50), [Measure.WEIGHT], id="heads without area"),
        pytest.param(Count(5, 90), [Measure.HEADS], id="area without heads"),
        pytest.param(Count(5, 50), [Measure.HEADS, Measure.WEIGHT], id="exactly half of both"),
    ],
)
def test_a_dual_majority_needs_both(yes: Count, failed: list[Measure]) -> None:
    figures = Figures(roll=Count(10, 100), present=Count(10, 100), yes=yes)
    decision = decide(DUAL_MAJORITY, figures)
    assert [check.requirement.measure for check in decision.failures] == failed
    assert decision.passed is (not failed)


def test_direct_presence_is_required_of_the_whole_roll() -> None:
    rule = DecisionRule(
        (
            Requirement(Part.PRESENT, more_than(HALF), Base.ALL),
            Requirement(Part.DIRECTLY_PRESENT, at_least(TENTH), Base.ALL),
            Requirement(Part.YES, more_than(HALF), Base.PRESENT),
        )
    )
    assert decide(rule, assembly(100, 80, direct=12)).passed
    failures = decide(rule, assembly(100, 80, direct=11)).failures
    assert [check.requirement.part for check in failures] == [Part.DIRECTLY_PRESENT]


def test_the_base_of_yes_and_no_leaves_abstentions_out() -> None:
    rule = DecisionRule((Requirement(Part.YES, more_than(HALF), Base.YES_AND_NO),))
    assert decide(rule, assembly(100, 3, no=2)).passed
    assert not decide(rule, assembly(100, 2, no=2)).passed
    assert not decide(rule, assembly(100, 0)).passed


def test_a_check_names_part_base_and_what_was_needed() -> None:
    check = decide(SPECIAL_RESOLUTION.rule, assembly(90, 59)).failures[0]
    assert (check.part, check.base, check.needed) == (59, 90, 60)
    assert str(check) == ("yes 59 of 90 (those present, heads): at least 2/3 needs 60, not met")


def test_a_met_check_says_so() -> None:
    check = decide(ORDINARY_RESOLUTION.rule, assembly(61, 61)).checks[0]
    assert str(check) == ("present 61 of 120 (the whole roll, heads): more than 1/2 needs 61, met")


def test_a_quorum_of_anything_but_the_roll_is_refused() -> None:
    with pytest.raises(RuleError, match="base"):
        Requirement(Part.PRESENT, more_than(HALF), Base.PRESENT)


def test_a_rule_without_approval_is_refused() -> None:
    with pytest.raises(RuleError, match="approval"):
        DecisionRule((Requirement(Part.PRESENT, more_than(HALF), Base.ALL),))


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"present": heads(11)}, "present exceed the roll"),
        ({"present": Count(5, 11)}, "present exceed the roll"),
        ({"directly_present": heads(6)}, "directly present exceed"),
        ({"yes": heads(3), "no": heads(3)}, "yes and no exceed"),
    ],
)
def test_figures_that_do_not_add_up_are_refused(values: dict[str, Count], problem: str) -> None:
    given_values = {"roll": heads(10), "present": heads(5), **values}
    with pytest.raises(ProfileError, match=problem):
        Figures(**given_values)


def test_nobody_is_the_default_of_every_answer() -> None:
    figures = Figures(roll=heads(3), present=heads(1))
    assert (figures.yes, figures.no, figures.directly_present) == (NOBODY, NOBODY, NOBODY)
