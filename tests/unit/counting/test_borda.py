"""The Borda count, unranked options at zero."""

from hypothesis import given

from hanpyo.counting.borda import borda
from hanpyo.counting.ranking import Profile
from hanpyo.counting.ties import Tie, TieBreak
from tests.strategies.votes import profiles


def test_places_are_worth_one_less_than_the_options_down_to_nothing() -> None:
    result = borda(4, {(0, 1, 2, 3): 1, (3,): 2})
    assert result.scores == (3, 2, 1, 6)
    assert result.ranking == (3, 0, 1, 2)


def test_equal_scores_follow_the_stated_order_and_are_recorded() -> None:
    result = borda(3, {(0, 1): 1, (1, 0): 1}, TieBreak((2, 1, 0)))
    assert result.ranking == (1, 0, 2)
    assert result.ties == (Tie(1, "which equal score comes first", (1, 0), 1),)


@given(profiles(4))
def test_complete_rankings_share_out_every_point(profile: Profile) -> None:
    complete: Profile = {
        ranking: weight for ranking, weight in profile.items() if len(ranking) == 4
    }
    assert sum(borda(4, complete).scores) == 6 * sum(complete.values())


@given(profiles(4))
def test_an_option_first_on_every_ballot_wins(profile: Profile) -> None:
    first: dict[tuple[int, ...], int] = {}
    for ranking, weight in profile.items():
        moved = (2, *(option for option in ranking if option != 2))
        first[moved] = first.get(moved, 0) + weight
    assert borda(4, first).ranking[0] == 2
