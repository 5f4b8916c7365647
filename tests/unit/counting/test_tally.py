"""The additive tally is the sum of the votes, whatever their order or grouping."""

from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanpyo.counting.ballots import ItemRule, Method, Vote, valid_votes
from hanpyo.counting.errors import ProfileError
from hanpyo.counting.tally import NOBODY, Count, OptionTally, Tally, tally
from tests.strategies.votes import any_votes, item_rules

VOTES = st.lists(any_votes(), max_size=20)


def test_choose_one_counts_heads_and_weight() -> None:
    rule = ItemRule(method=Method.CHOOSE_ONE, options=2)
    result = tally(rule, [Vote((0,), weight=3), Vote((0,)), Vote((1,), weight=2)])
    assert [option.supporters for option in result.options] == [Count(2, 4), Count(1, 2)]


def test_a_method_without_points_gives_one_point_to_each_named_option() -> None:
    rule = ItemRule(method=Method.APPROVAL, options=2)
    result = tally(rule, [Vote((0, 1), weight=4), Vote((1,))])
    assert result.options[1] == OptionTally(Count(2, 5), Count(2, 5))


def test_points_are_summed_plain_and_times_weight() -> None:
    rule = ItemRule(method=Method.SCORE, options=2, max_points=9)
    result = tally(rule, [Vote((0,), (7,), weight=2), Vote((0, 1), (1, 9), weight=3)])
    assert result.options == (
        OptionTally(Count(2, 5), Count(8, 17)),
        OptionTally(Count(1, 3), Count(9, 27)),
    )


def test_blank_and_invalid_votes_are_counted_apart() -> None:
    rule = ItemRule(method=Method.CHOOSE_ONE, options=2)
    result = tally(rule, [Vote(()), Vote((5,), weight=2), Vote((1,), weight=4)])
    assert (result.cast, result.blank, result.invalid, result.valid) == (
        Count(3, 7),
        Count(1, 1),
        Count(1, 2),
        Count(1, 4),
    )


def test_an_invalid_vote_supports_nothing() -> None:
    rule = ItemRule(method=Method.APPROVAL, options=3, max_choices=1)
    assert tally(rule, [Vote((0, 1))]).options == (OptionTally(),) * 3


@given(item_rules(), VOTES)
def test_the_tally_is_the_sum_of_the_valid_votes(rule: ItemRule, votes: list[Vote]) -> None:
    result = tally(rule, votes)
    valid = valid_votes(rule, votes)
    assert sum(o.points.weight for o in result.options) == sum(
        vote.weight * sum(vote.points_given) for vote in valid
    )
    assert sum(o.supporters.heads for o in result.options) == sum(
        len(vote.options) for vote in valid
    )
    assert result.valid + result.blank == Count(len(valid), sum(v.weight for v in valid))


@given(item_rules(), VOTES, st.randoms(use_true_random=False))
def test_the_order_of_votes_does_not_matter(
    rule: ItemRule, votes: list[Vote], random: Random
) -> None:
    shuffled = list(votes)
    random.shuffle(shuffled)
    assert tally(rule, shuffled) == tally(rule, votes)


@given(item_rules(), VOTES, VOTES)
def test_tallies_of_disjoint_votes_add_up(
    rule: ItemRule, first: Sequence[Vote], second: Sequence[Vote]
) -> None:
    assert tally(rule, first) + tally(rule, second) == tally(rule, [*first, *second])


@given(item_rules(), VOTES, any_votes())
def test_one_vote_more_never_lowers_a_figure(rule: ItemRule, votes: list[Vote], vote: Vote) -> None:
    before, after = tally(rule, votes), tally(rule, [*votes, vote])
    for less, more in zip(before.options, after.options, strict=True):
        assert more.points.weight >= less.points.weight
        assert more.supporters.heads - less.supporters.heads in (0, 1)
    assert after.cast == before.cast + Count(1, vote.weight)


@given(item_rules(), VOTES)
def test_no_option_has_more_supporters_than_there_are_valid_votes(
    rule: ItemRule, votes: list[Vote]
) -> None:
    result = tally(rule, votes)
    assert all(option.supporters.heads <= result.valid.heads for option in result.options)


def test_tallies_of_different_options_do_not_add_up() -> None:
    two = Tally((OptionTally(),) * 2, NOBODY, NOBODY, NOBODY)
    three = Tally((OptionTally(),) * 3, NOBODY, NOBODY, NOBODY)
    with pytest.raises(ProfileError, match="2 and 3 options"):
        _ = two + three
