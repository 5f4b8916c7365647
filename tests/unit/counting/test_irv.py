"""Instant-runoff voting, against known elections and against pyrankvote."""

from hypothesis import given
from hypothesis import strategies as st
from pyrankvote import Ballot, Candidate, instant_runoff_voting

from hanpyo.counting.irv import instant_runoff
from hanpyo.counting.ranking import Profile
from hanpyo.counting.ties import Tie, TieBreak, TieSettledBy
from tests.strategies.votes import profiles

MEMPHIS, NASHVILLE, KNOXVILLE, CHATTANOOGA = range(4)
TENNESSEE: Profile = {
    (MEMPHIS, NASHVILLE, CHATTANOOGA, KNOXVILLE): 42,
    (NASHVILLE, CHATTANOOGA, KNOXVILLE, MEMPHIS): 26,
    (CHATTANOOGA, KNOXVILLE, NASHVILLE, MEMPHIS): 15,
    (KNOXVILLE, CHATTANOOGA, NASHVILLE, MEMPHIS): 17,
}
"""The textbook example of choosing the capital of Tennessee, in percent of the voters."""


def test_the_capital_of_tennessee() -> None:
    result = instant_runoff(4, TENNESSEE)
    assert result.winner == KNOXVILLE
    assert [stage.votes for stage in result.stages] == [
        (42, 26, 17, 15),
        (42, 26, 32, 0),
        (42, 0, 58, 0),
    ]
    assert [stage.excluded for stage in result.stages] == [CHATTANOOGA, NASHVILLE, None]


def test_a_majority_at_once_ends_the_count() -> None:
    result = instant_runoff(3, {(2,): 6, (0, 1): 5})
    assert (result.winner, len(result.stages)) == (2, 1)


def test_exactly_half_is_no_majority() -> None:
    result = instant_runoff(3, {(0,): 4, (1,): 2, (2, 1): 2}, TieBreak((0, 1, 2)))
    assert [stage.excluded for stage in result.stages] == [2, 1, None]


def test_votes_that_support_nobody_left_are_counted_as_exhausted() -> None:
    result = instant_runoff(3, {(0,): 3, (1,): 4, (2,): 2})
    assert [stage.exhausted for stage in result.stages] == [0, 2]
    assert result.winner == 1


def test_a_tie_for_exclusion_is_settled_by_an_earlier_stage() -> None:
    profile = {(0,): 6, (1,): 5, (2,): 4, (3, 2): 1}
    result = instant_runoff(4, profile)
    assert result.ties == (Tie(2, "whom to exclude", (1, 2), 2, TieSettledBy.EARLIER_STAGE),)


def test_a_tie_that_was_always_one_is_settled_by_the_stated_order() -> None:
    profile = {(0,): 3, (1, 0): 2, (2, 1): 2}
    assert instant_runoff(3, profile).stages[0].excluded == 2
    result = instant_runoff(3, profile, TieBreak((0, 2, 1)))
    assert result.ties == (Tie(1, "whom to exclude", (1, 2), 1, TieSettledBy.STATED_ORDER),)


def test_nobody_wins_without_votes() -> None:
    result = instant_runoff(3, {})
    assert (result.winner, result.ties) == (None, ())


@given(profiles(5))
def test_each_stage_accounts_for_every_vote(profile: Profile) -> None:
    cast = sum(profile.values())
    for stage in instant_runoff(5, profile).stages:
        assert sum(stage.votes) + stage.exhausted == cast


@given(profiles(4), st.integers(2, 7))
def test_only_proportions_matter(profile: Profile, factor: int) -> None:
    larger = {ranking: weight * factor for ranking, weight in profile.items()}
    assert instant_runoff(4, larger).winner == instant_runoff(4, profile).winner


@given(profiles(4))
def test_pyrankvote_elects_the_same_where_nothing_is_tied(profile: Profile) -> None:
    result = instant_runoff(4, profile)
    if result.ties:
        return
    candidates = [Candidate(str(option)) for option in range(4)]
    ballots = [
        Ballot([candidates[option] for option in ranking])
        for ranking, weight in profile.items()
        for _ in range(weight)
    ]
    winners = instant_runoff_voting(candidates, ballots).get_winners()
    assert [winner.name for winner in winners] == [str(result.winner)]
