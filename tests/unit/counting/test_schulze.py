"""The Schulze method, against the paper's figures and against paths found one by one."""

from itertools import pairwise, permutations

from hypothesis import given

from hanpyo.counting.ranking import Profile
from hanpyo.counting.schulze import Matrix, pairwise_preferences, schulze
from hanpyo.counting.ties import Tie, TieBreak
from tests.strategies.votes import profiles

A, B, C, D, E = range(5)
FORTY_FIVE_VOTERS: Profile = {
    (A, C, B, E, D): 5,
    (A, D, E, C, B): 5,
    (B, E, D, A, C): 8,
    (C, A, B, E, D): 3,
    (C, A, E, B, D): 7,
    (C, B, A, D, E): 2,
    (D, C, E, B, A): 7,
    (E, B, A, D, C): 8,
}
"""The example with 45 voters that Schulze and most accounts of the method use."""


def test_the_example_of_45_voters() -> None:
    result = schulze(5, FORTY_FIVE_VOTERS)
    assert result.ranking == (E, A, C, B, D)
    assert result.winners == (E,)
    assert result.ties == ()
    assert result.preferences[A] == (0, 20, 26, 30, 22)
    assert result.paths == (
        (0, 28, 28, 30, 24),
        (25, 0, 28, 33, 24),
        (25, 29, 0, 29, 24),
        (25, 28, 28, 0, 24),
        (25, 28, 28, 31, 0),
    )


def test_unranked_options_stand_level_below_the_ranked() -> None:
    assert pairwise_preferences(3, {(1,): 4}) == ((0, 0, 0), (4, 0, 4), (0, 0, 0))


def test_an_even_pair_is_no_link() -> None:
    result = schulze(2, {(0, 1): 3, (1, 0): 3})
    assert result.paths == ((0, 0), (0, 0))
    assert result.winners == (0, 1)


def test_a_tie_is_settled_by_the_stated_order_and_recorded() -> None:
    profile: Profile = {(0, 1, 2): 1, (1, 0, 2): 1}
    result = schulze(3, profile, TieBreak((1, 0, 2)))
    assert result.ranking == (1, 0, 2)
    assert result.ties == (Tie(1, "who stands first of those left", (0, 1), 1),)


def test_links_are_measured_in_winning_votes_not_margins() -> None:
    assert schulze(2, {(0, 1): 6, (1, 0): 5}).paths == ((0, 6), (0, 0))


def _widest(preferences: Matrix, start: int, end: int) -> int:
    """The strongest of all simple paths, each looked at in turn."""
    inner = [option for option in range(len(preferences)) if option not in (start, end)]
    best = 0
    for length in range(len(inner) + 1):
        for middle in permutations(inner, length):
            path = (start, *middle, end)
            links = [
                preferences[x][y] if preferences[x][y] > preferences[y][x] else 0
                for x, y in pairwise(path)
            ]
            best = max(best, min(links))
    return best


@given(profiles(4))
def test_paths_are_the_strongest_of_all(profile: Profile) -> None:
    result = schulze(4, profile)
    for start, end in permutations(range(4), 2):
        assert result.paths[start][end] == _widest(result.preferences, start, end)


@given(profiles(4))
def test_an_option_that_beats_every_other_wins(profile: Profile) -> None:
    result = schulze(4, profile)
    votes = result.preferences
    for option in range(4):
        others = [other for other in range(4) if other != option]
        if all(votes[option][other] > votes[other][option] for other in others):
            assert result.winners == (option,)


@given(profiles(4))
def test_nobody_is_ranked_above_one_that_stands_above_them(profile: Profile) -> None:
    result = schulze(4, profile)
    for place, option in enumerate(result.ranking):
        for later in result.ranking[place + 1 :]:
            assert result.paths[option][later] >= result.paths[later][option]


@given(profiles(4))
def test_there_is_always_a_winner_and_everyone_is_ranked(profile: Profile) -> None:
    result = schulze(4, profile)
    assert result.ranking[0] in result.winners
    assert sorted(result.ranking) == [0, 1, 2, 3]
