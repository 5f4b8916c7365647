"""A count of a file's own ballots gives the published figures, or names the differences."""

from dataclasses import replace
from pathlib import Path

import pytest

from hanpyo.counting.ballots import Vote
from hanpyo.counting.equal_shares import Completion
from hanpyo.counting.selection import BudgetMethod, BudgetRule
from hanpyo.elections.pabulib import PabulibElection, parse_pabulib, read_pabulib
from hanpyo.elections.pabulib_figures import (
    Difference,
    PlacePoints,
    city_rule_of,
    count_figures,
    differences,
    place_points_of,
    published_fields,
)
from tests.strategies.pabulib import FILES, VECTORS

PUBLISHED = {
    "approval_greedy": ("votes", "selected"),
    "choose_one_stopping": ("votes", "selected"),
    "cumulative_equal_shares": ("votes", "score", "selected"),
    "ordinal_short_rankings": ("votes", "score", "selected"),
    "scoring_unknown": ("votes", "score"),
    "France_Toulouse_2019": ("votes", "score"),
    "Netherlands_Amsterdam_523": ("votes",),
    "Poland_Krakow_2018_Grzegorzki": ("votes", "score"),
    "Poland_Swiecie_2023": ("votes", "selected"),
    "Poland_Warszawa_2019_Brodno": ("votes", "selected"),
}

SELECTED = {
    "approval_greedy": 3,
    "choose_one_stopping": 1,
    "cumulative_equal_shares": 2,
    "ordinal_short_rankings": 1,
    "France_Toulouse_2019": 14,
    "Netherlands_Amsterdam_523": 2,
    "Poland_Krakow_2018_Grzegorzki": 7,
    "Poland_Swiecie_2023": 17,
    "Poland_Warszawa_2019_Brodno": 14,
}


def text_of(name: str) -> str:
    return (VECTORS / f"{name}.pb").read_bytes().decode("utf-8-sig")


APPROVAL = text_of("approval_greedy")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_count_of_the_file_gives_every_published_figure(path: Path) -> None:
    election = read_pabulib(path.read_bytes())
    counted = count_figures(election, election.cast)
    assert differences(election, counted) == ()
    assert published_fields(election) == PUBLISHED.get(path.stem, published_fields(election))
    number = len(counted.selection.options) if counted.selection else None
    assert number == SELECTED.get(path.stem, number if path.stem not in PUBLISHED else None)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_one_ballot_less_is_a_difference_in_each_project_it_named(path: Path) -> None:
    election = read_pabulib(path.read_bytes())
    dropped = next(vote for vote in election.cast if not vote.is_blank)
    rest = list(election.cast)
    rest.remove(dropped)
    found = differences(election, count_figures(election, rest))
    names = {election.projects[option].project_id for option in dropped.options}
    assert {d.project_id for d in found if d.field == "votes"} == names


def test_a_difference_names_project_field_and_both_figures() -> None:
    election = parse_pabulib(APPROVAL.replace("well;60;4", "well;60;5"))
    found = differences(election, count_figures(election, election.cast))
    assert found == (Difference("well", "votes", 5, 4),)


def test_an_invalid_ballot_is_not_counted() -> None:
    election = parse_pabulib(APPROVAL)
    counted = count_figures(election, [*election.cast, Vote((0, 1, 2, 3)), Vote((9,))])
    assert differences(election, counted) == ()


def rule_of(text: str) -> BudgetRule | None:
    return city_rule_of(parse_pabulib(text)).rule


def test_greedy_passes_over_what_no_longer_fits() -> None:
    assert rule_of(APPROVAL) == BudgetRule(BudgetMethod.GREEDY_SKIP)


def test_greedy_stops_where_only_that_gives_the_published_selection() -> None:
    election = parse_pabulib(text_of("choose_one_stopping"))
    assert city_rule_of(election).rule == BudgetRule(BudgetMethod.GREEDY_STOP)
    assert "stops" in city_rule_of(election).reason


def test_a_selection_that_no_greedy_reading_gives_is_said_and_differs() -> None:
    election = parse_pabulib(APPROVAL.replace("Trees;green;1", "Trees;green;0"))
    assert "no reading" in city_rule_of(election).reason
    found = differences(election, count_figures(election, election.cast))
    assert found == (Difference("tree", "selected", 0, 1),)


def test_a_score_threshold_keeps_projects_out() -> None:
    text = APPROVAL.replace("budget;100", "budget;100\nmin_project_score_threshold;3")
    election = parse_pabulib(text.replace("Trees;green;1", "Trees;green;0"))
    assert city_rule_of(election).rule == BudgetRule(BudgetMethod.GREEDY_SKIP, threshold=3)
    assert differences(election, count_figures(election, election.cast)) == ()


@pytest.mark.parametrize(
    ("name", "completion"),
    [
        ("equalshares", Completion.NONE),
        ("equalshares/add1", Completion.ADD1),
        ("EqualShares/add1u", Completion.ADD1U),
    ],
)
def test_equal_shares_are_read_with_their_completion(name: str, completion: Completion) -> None:
    rule = rule_of(APPROVAL.replace("rule;greedy", f"rule;{name}"))
    assert rule == BudgetRule(BudgetMethod.EQUAL_SHARES, completion=completion)


def test_an_increment_is_one_unit_of_the_files_money() -> None:
    text = APPROVAL.replace("rule;greedy", "rule;equalshares/add1")
    rule = rule_of(text.replace("budget;100", "budget;100.25"))
    assert rule is not None
    assert rule.increment == 4


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("rule;greedy", "rule;unknown", "'unknown'"),
        ("rule;greedy", "rule;greedy\nbudget_per_category;50,50", "budget_per_category"),
    ],
)
def test_a_rule_that_cannot_be_applied_is_named_and_the_votes_still_count(
    old: str, new: str, reason: str
) -> None:
    election = parse_pabulib(APPROVAL.replace(old, new))
    counted = count_figures(election, election.cast)
    assert counted.selection is None
    assert reason in counted.city_rule.reason
    assert differences(election, counted) == ()


def test_a_selection_with_exceptions_is_not_compared() -> None:
    election = parse_pabulib(APPROVAL.replace("Trees;green;1", "Trees;green;2"))
    assert published_fields(election) == ("votes",)
    assert differences(election, count_figures(election, election.cast)) == ()


def test_a_file_may_publish_nothing() -> None:
    election = parse_pabulib(APPROVAL)
    bare = replace(
        election,
        projects=tuple(replace(p, votes=None, selected=None) for p in election.projects),
    )
    assert published_fields(bare) == ()


def ordinal(scores: str) -> PabulibElection:
    lines = text_of("ordinal_short_rankings").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("project_id")) + 1
    for number, score in enumerate(scores.split()):
        cells = lines[start + number].split("; ")
        lines[start + number] = "; ".join([*cells[:3], score, cells[4]])
    return parse_pabulib("\n".join(lines))


@pytest.mark.parametrize(
    ("scores", "way"),
    [
        pytest.param("7 7 6", PlacePoints.FROM_MAX_LENGTH, id="3, 2, 1 whatever the length"),
        pytest.param("5 6 5", PlacePoints.FROM_VOTE_LENGTH, id="from the ranking's length"),
        pytest.param("4 4 3", PlacePoints.BORDA, id="2, 1, 0"),
        pytest.param("none none none", PlacePoints.FROM_MAX_LENGTH, id="unpublished"),
        pytest.param("1 1 1", PlacePoints.FROM_MAX_LENGTH, id="reproduced by none"),
    ],
)
def test_places_are_worth_what_gives_the_published_scores(scores: str, way: PlacePoints) -> None:
    assert place_points_of(ordinal(scores)) is way


def test_scores_that_no_way_gives_are_differences() -> None:
    election = ordinal("1 1 1")
    found = differences(election, count_figures(election, election.cast))
    assert {d.field for d in found} >= {"score"}


def test_other_vote_types_carry_their_own_points() -> None:
    assert place_points_of(parse_pabulib(APPROVAL)) is PlacePoints.NONE
