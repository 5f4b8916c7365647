"""Votes, profiles and budgets as Hypothesis draws them."""

from fractions import Fraction

from hypothesis import strategies as st

from hanpyo.counting.ballots import ItemRule, Method, Vote
from hanpyo.counting.budget import Budget
from hanpyo.counting.ranking import Profile


@st.composite
def rankings(draw: st.DrawFn, options: int, least: int = 1) -> tuple[int, ...]:
    """Some of the options, at least `least`, in any order."""
    order = draw(st.permutations(range(options)))
    return tuple(order[: draw(st.integers(least, options))])


@st.composite
def profiles(draw: st.DrawFn, options: int, voters: int = 12) -> Profile:
    """Up to `voters` distinct rankings with small weights."""
    return draw(st.dictionaries(rankings(options), st.integers(1, 5), min_size=1, max_size=voters))


@st.composite
def point_votes(draw: st.DrawFn, options: int, most: int = 1) -> Vote:
    """A vote that gives some options 1 to `most` points; without points where `most` is 1."""
    named = tuple(sorted(draw(st.sets(st.integers(0, options - 1)))))
    weight = draw(st.integers(1, 3))
    if most == 1:
        return Vote(named, weight=weight)
    points = tuple(draw(st.integers(1, most)) for _ in named)
    return Vote(named, points, weight=weight)


@st.composite
def budgets(draw: st.DrawFn, options: int, most: int = 30) -> Budget:
    """A budget over options that cost 1 to `most` each."""
    costs = tuple(draw(st.integers(1, most)) for _ in range(options))
    return Budget(draw(st.integers(0, 2 * most)), costs)


@st.composite
def item_rules(draw: st.DrawFn) -> ItemRule:
    """Any rule of any additive method over 2 to 6 options."""
    method = draw(st.sampled_from([m for m in Method if m is not Method.RANKING]))
    options = draw(st.integers(2, 6))
    most = 1 if method is Method.CHOOSE_ONE else draw(st.integers(1, options))
    return ItemRule(
        method=method,
        options=options,
        min_choices=draw(st.integers(0, most)),
        max_choices=most,
        max_points=draw(st.integers(1, 5)) if method is Method.SCORE else None,
        max_total_points=draw(st.integers(1, 9)) if method is Method.CUMULATIVE else None,
    )


@st.composite
def any_votes(draw: st.DrawFn) -> Vote:
    """A vote of any shape, most of them invalid for most items."""
    options = tuple(draw(st.lists(st.integers(-1, 7), max_size=5)))
    points = draw(st.one_of(st.just(()), st.lists(st.integers(-1, 6), max_size=5)))
    return Vote(options, tuple(points), weight=draw(st.integers(1, 9)))


def shares() -> st.SearchStrategy[Fraction]:
    """Fractions above 0 and below 1."""
    return st.fractions(min_value=Fraction(1, 50), max_value=Fraction(49, 50), max_denominator=60)
