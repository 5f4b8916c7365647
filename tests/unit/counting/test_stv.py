"""Single transferable vote: published stages, and what must hold for any profile."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanpyo.counting.errors import RuleError
from hanpyo.counting.irv import instant_runoff
from hanpyo.counting.ranking import Profile
from hanpyo.counting.stv import StvResult, droop_quota, single_transferable_vote
from hanpyo.counting.ties import Tie, TieBreak, TieSettledBy
from tests.strategies.votes import profiles

ORANGE, PEAR, CHOCOLATE, STRAWBERRY, SWEETS = range(5)
PARTY = {
    (ORANGE,): 4,
    (PEAR, ORANGE): 2,
    (CHOCOLATE, STRAWBERRY): 8,
    (CHOCOLATE, SWEETS): 4,
    (STRAWBERRY,): 1,
    (SWEETS,): 1,
}
"""Twenty guests choose three foods: the introductory example of many texts on the method."""

FIVE_SEATS: Profile = {
    (5, 0): 80, (5, 3, 1): 18, (1,): 10, (0, 2, 3, 1): 5, (4, 0): 31, (4, 1, 2, 0): 16,
    (1, 0, 5, 3, 2, 4): 3, (2, 3, 0, 1): 21, (5,): 14, (0, 3, 1): 11,
}  # fmt: skip

THREE_SEATS: Profile = {
    (0, 3, 4, 2, 1): 4, (3, 1, 4): 18, (4,): 8, (1,): 34, (1, 3, 0): 25, (3, 1, 0, 2, 4): 7,
    (1, 4): 10, (1, 4, 0): 23, (3, 2): 1, (3, 1, 0): 9, (2,): 10, (4, 0, 2, 1, 3): 10,
    (2, 3, 4): 11,
}  # fmt: skip


def test_the_party_food_stages() -> None:
    result = single_transferable_vote(5, PARTY, 3)
    assert result.quota == 6
    assert result.stages[0].elected == (CHOCOLATE,)
    assert list(result.stages[1].votes) == [4, 2, 6, 5, 3]
    assert list(result.stages[2].votes) == [6, 0, 6, 5, 3]
    assert result.elected == (CHOCOLATE, ORANGE, STRAWBERRY)


@pytest.mark.parametrize(
    ("options", "seats", "profile", "elected", "quota"),
    [
        pytest.param(5, 3, THREE_SEATS, (1, 3, 4), 43, id="three seats"),
        pytest.param(6, 5, FIVE_SEATS, (5, 4, 0, 2, 3), 35, id="five seats"),
    ],
)
def test_elections_that_votekit_counts_the_same(
    options: int, seats: int, profile: Profile, elected: tuple[int, ...], quota: int
) -> None:
    result = single_transferable_vote(options, profile, seats)
    assert (set(result.elected), result.quota) == (set(elected), quota)


def test_transfer_values_are_exact_fractions() -> None:
    result = single_transferable_vote(5, THREE_SEATS, 3)
    assert result.stages[1].votes[3] == Fraction(4445, 92)
    assert result.stages[2].votes[0] == Fraction(2954593, 408940)


def test_all_the_votes_an_option_holds_share_in_its_surplus() -> None:
    profile = {(0, 1): 10, (1, 2): 4, (2,): 3, (3,): 3}
    result = single_transferable_vote(4, profile, 2)
    assert result.quota == 7
    assert list(result.stages[1].votes) == [7, 7, 3, 3]
    profile = {(0, 1): 12, (1, 2): 4, (2,): 3, (3,): 5}
    result = single_transferable_vote(4, profile, 3)
    assert list(result.stages[1].votes) == [7, 9, 3, 5]
    assert result.stages[2].votes[2] == 3 + Fraction(2, 9) * 4


def test_options_that_reach_the_quota_together_are_elected_together() -> None:
    profile = {(3, 0, 1, 2): 10, (0, 2, 3, 4): 8, (0, 4, 2, 3): 21, (4, 3, 2, 0, 1): 17}
    result = single_transferable_vote(5, profile, 3)
    assert result.stages[0].elected == (0, 4)
    assert result.stages[1].votes[2] == 14
    assert result.elected == (0, 4, 2)


def test_the_last_options_fill_the_last_seats_without_a_quota() -> None:
    result = single_transferable_vote(3, {(0,): 5, (1,): 1, (2,): 1}, 3)
    assert result.elected == (0, 1, 2)
    assert result.ties == (
        Tie(1, "who fills the last seats first", (1, 2), 1, TieSettledBy.STATED_ORDER),
    )


def test_fewer_options_than_seats_are_all_elected() -> None:
    assert single_transferable_vote(2, {(1,): 3}, 4).elected == (1, 0)


def test_without_votes_the_stated_order_decides() -> None:
    result = single_transferable_vote(3, {}, 1, TieBreak((2, 0, 1)))
    assert result.elected == (2,)
    assert [tie.settled_by for tie in result.ties] == [TieSettledBy.STATED_ORDER] * 2


def test_tied_surpluses_go_by_the_stated_order() -> None:
    profile = {(0, 2): 10, (1, 3): 10, (2,): 1, (3,): 1}
    result = single_transferable_vote(4, profile, 3, TieBreak((1, 0, 2, 3)))
    assert result.stages[0].surplus_of == 1
    assert [tie.question for tie in result.ties][:2] == [
        "who is elected first",
        "whose surplus is transferred first",
    ]


def test_at_least_one_seat_is_filled() -> None:
    with pytest.raises(RuleError, match="seat"):
        single_transferable_vote(3, {(0,): 1}, 0)


@pytest.mark.parametrize(
    ("votes", "seats", "quota"), [(100, 1, 51), (101, 1, 51), (120, 3, 31), (0, 2, 1), (2, 2, 1)]
)
def test_the_droop_quota(votes: int, seats: int, quota: int) -> None:
    assert droop_quota(votes, seats) == quota


@given(profiles(5), st.integers(1, 4))
def test_no_vote_is_lost_or_made(profile: Profile, seats: int) -> None:
    cast = sum(profile.values())
    for stage in single_transferable_vote(5, profile, seats).stages:
        assert sum(stage.votes) + stage.exhausted == cast


@given(profiles(5), st.integers(1, 4))
def test_as_many_are_elected_as_there_are_seats(profile: Profile, seats: int) -> None:
    elected = single_transferable_vote(5, profile, seats).elected
    assert len(set(elected)) == len(elected) == seats


@given(profiles(5))
def test_one_seat_is_the_instant_runoff(profile: Profile) -> None:
    winner = instant_runoff(5, profile).winner
    assert single_transferable_vote(5, profile, 1).elected == (winner,)


@given(profiles(5), st.integers(1, 3), st.integers(2, 5))
def test_a_weight_counts_as_so_many_votes(profile: Profile, seats: int, factor: int) -> None:
    def shape(result: StvResult) -> list[tuple[object, ...]]:
        return [(s.elected, s.surplus_of, s.excluded) for s in result.stages]

    split = {ranking: weight * factor for ranking, weight in profile.items()}
    whole = single_transferable_vote(5, split, seats)
    assert whole.quota == droop_quota(sum(profile.values()) * factor, seats)
    assert shape(whole) == shape(single_transferable_vote(5, dict(reversed(split.items())), seats))


@given(profiles(5), st.integers(1, 3), st.sets(st.integers(0, 4), min_size=1, max_size=3))
def test_a_solid_coalition_gets_the_seats_of_its_quotas(
    profile: Profile, seats: int, coalition: set[int]
) -> None:
    result = single_transferable_vote(5, profile, seats)
    solid = sum(
        weight for ranking, weight in profile.items() if set(ranking[: len(coalition)]) == coalition
    )
    deserved = min(solid // result.quota, len(coalition))
    assert len(coalition & set(result.elected)) >= deserved
