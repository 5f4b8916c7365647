"""Why an item passed: conditions with their numbers, at their boundaries."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanpyo.audit.decision import Figures as Audited
from hanpyo.audit.decision import requirements_of
from hanpyo.chain.contracts import Outcome
from hanpyo.protocol.agenda import Base, Decision, Item, Method, Rule, Share, Unit
from hanpyo.web.pages.observer.reasons import Figures, Pair, conditions, needed

HALF = Share(1, 2, strict=True)
pairs = st.tuples(st.integers(0, 500), st.integers(0, 10**9))
shares = st.builds(
    lambda n, d, strict: Share(min(n, d), d, strict),
    st.integers(0, 20),
    st.integers(1, 20),
    st.booleans(),
)


def item(rule: Rule) -> Item:
    return Item(Method.CHOOSE_ONE, 2, rule=rule)


@pytest.mark.parametrize(
    ("share", "whole", "least"),
    [
        (HALF, 120, 61),
        (HALF, 121, 61),
        (Share(2, 3, strict=False), 72, 48),
        (Share(2, 3, strict=False), 73, 49),
        (Share(1, 10, strict=False), 10, 1),
        (Share(1, 1, strict=False), 7, 7),
        (HALF, 0, 1),
    ],
)
def test_the_least_number_that_meets_a_share(share: Share, whole: int, least: int) -> None:
    assert needed(share, whole) == least


@given(share=shares, whole=st.integers(1, 10**12), part=st.integers(0, 10**12))
def test_needed_is_where_the_exact_fraction_is_met(share: Share, whole: int, part: int) -> None:
    exact, asked = Fraction(part, whole), Fraction(share.numerator, share.denominator)
    assert (part >= needed(share, whole)) == (exact > asked if share.strict else exact >= asked)


@given(
    eligible=pairs,
    present=pairs,
    direct=pairs,
    options=st.lists(pairs, min_size=4, max_size=4),
    rule=st.builds(
        Rule,
        st.just(Decision.THRESHOLD),
        st.sampled_from(Unit),
        st.sampled_from(Base),
        st.none() | shares,
        st.none() | shares,
        shares,
    ),
)
def test_it_judges_as_the_auditor_does(
    eligible: Pair, present: Pair, direct: Pair, options: list[Pair], rule: Rule
) -> None:
    ours = conditions(item(rule), Figures(eligible, present, direct, tuple(options)))
    heads, weights = (tuple(pair[plane] for pair in options) for plane in (0, 1))
    audited = Audited(eligible, present, direct, heads, weights)
    theirs = requirements_of(item(rule), audited)
    assert [(each.part, each.whole) for each in ours] == [(r.part, r.base) for r in theirs]
    for own, other in zip(ours, theirs, strict=True):
        if own.whole >= 0:
            assert own.met == other.met


def test_an_outcome_is_the_contracts() -> None:
    figures = Figures((9, 9), (5, 5), (0, 0), ((0, 0),) * 4, Outcome.PASSED)
    assert figures.decided is Outcome.PASSED
