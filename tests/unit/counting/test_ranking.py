"""Ranked votes are gathered by ranking, and positional scores are sums over places."""

import pytest

from hanpyo.counting.ballots import Vote
from hanpyo.counting.errors import ProfileError
from hanpyo.counting.ranking import (
    Profile,
    check_profile,
    descending_points,
    positional_scores,
    ranking_profile,
    with_points,
)


def test_like_rankings_are_counted_together_and_blank_votes_left_out() -> None:
    votes = [Vote((1, 0), weight=2), Vote(()), Vote((0, 1)), Vote((1, 0))]
    assert dict(ranking_profile(votes)) == {(0, 1): 1, (1, 0): 3}


def test_three_two_one_points() -> None:
    scores = positional_scores(4, {(0, 1, 2): 2, (2, 3): 1}, descending_points(3))
    assert scores == (6, 4, 5, 2)


def test_places_beyond_the_points_are_worth_nothing() -> None:
    assert positional_scores(3, {(0, 1, 2): 5}, (1,)) == (5, 0, 0)


@pytest.mark.parametrize(
    ("profile", "problem"),
    [
        ({(0, 0): 1}, "twice"),
        ({(0, 3): 1}, "outside 0 to 2"),
        ({(-1,): 1}, "outside 0 to 2"),
        ({(0,): 0}, "weight 0"),
    ],
)
def test_a_profile_that_cannot_be_counted_is_refused(profile: Profile, problem: str) -> None:
    with pytest.raises(ProfileError, match=problem):
        check_profile(3, profile)


def test_points_are_written_beside_a_ranking_by_place() -> None:
    vote = with_points(Vote((2, 0, 1), weight=7), (5, 3))
    assert (vote.options, vote.points, vote.weight) == ((2, 0, 1), (5, 3, 0), 7)
