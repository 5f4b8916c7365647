"""Pabulib files are read whole and exactly, or refused with the line, the field and the reason."""

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from pabutools.election import parse_pabulib as parse_with_pabutools

from hanpyo.counting.ballots import Method, Vote
from hanpyo.elections.pabulib import PabulibError, VoteType, parse_pabulib, read_pabulib
from tests.strategies.pabulib import FILES, VECTORS

APPROVAL = (VECTORS / "approval_greedy.pb").read_text("utf-8")
CUMULATIVE = (VECTORS / "cumulative_equal_shares.pb").read_text("utf-8")
SCORING = (VECTORS / "scoring_unknown.pb").read_text("utf-8")


def vector(name: str) -> bytes:
    return (VECTORS / f"{name}.pb").read_bytes()


def test_an_approval_file_is_read_whole() -> None:
    election = parse_pabulib(APPROVAL)
    assert election.vote_type is VoteType.APPROVAL
    assert election.title == "Village budget, 1"
    assert election.budget.amount == 100
    assert election.budget.costs == (60, 50, 30, 10)
    assert [project.project_id for project in election.projects] == [
        "well",
        "path",
        "bench",
        "tree",
    ]
    assert [project.selected for project in election.projects] == [1, 0, 1, 1]
    assert election.cast[0] == Vote((0, 2, 3))
    assert [vote.voting_method for vote in election.votes][2:4] == ["paper", "internet"]


def test_quotes_and_semicolons_inside_a_cell_are_read() -> None:
    election = parse_pabulib(APPROVAL)
    assert election.projects[1].name == 'Path; with "lamps"'
    assert election.notes[-1] == 'comment of the file: #1: A semicolon; and a "quote" in a cell.'


def test_the_limits_become_the_rule_of_the_item() -> None:
    rule = parse_pabulib(APPROVAL).item_rule
    assert (rule.method, rule.min_choices, rule.most_choices) == (Method.APPROVAL, 1, 3)
    assert (rule.costs, rule.max_cost) == ((60, 50, 30, 10), 110)


def test_a_byte_order_mark_line_endings_spaces_and_empty_lines_do_not_matter() -> None:
    election = read_pabulib(vector("ordinal_short_rankings"))
    assert election.cast == (Vote((0, 1, 2)), Vote((1, 2)), Vote((0,)), Vote((2, 1, 0)))


def test_money_is_scaled_to_whole_units() -> None:
    election = read_pabulib(vector("ordinal_short_rankings"))
    assert election.scales.money == 4
    assert (election.budget.amount, election.budget.costs) == (4002, (2001, 2400, 2001))


def test_points_are_scaled_to_whole_units() -> None:
    election = parse_pabulib(CUMULATIVE)
    assert election.scales.points == 2
    assert election.cast[2:4] == (Vote((1,), (9,)), Vote((0, 1), (2, 6)))
    rule = election.item_rule
    assert (rule.max_points, rule.min_total_points, rule.max_total_points) == (10, 2, 12)


def test_limits_the_file_leaves_open_come_from_its_votes_and_are_noted() -> None:
    election = parse_pabulib(SCORING)
    assert election.item_rule.max_points == 9
    assert any("max_points" in note for note in election.notes)
    election = parse_pabulib(CUMULATIVE.replace("max_sum_points;6\n", ""))
    assert election.item_rule.max_total_points == 10
    assert any("max_sum_points" in note for note in election.notes)


def test_a_cumulative_option_may_get_all_points_unless_the_file_says_less() -> None:
    election = parse_pabulib(CUMULATIVE.replace("max_points;5\n", ""))
    assert election.item_rule.max_points == 12


@pytest.mark.parametrize("empty", ["3;None;None", "3;;", "3", "3; ; "])
def test_an_empty_vote_is_a_blank_ballot_and_zero_points_no_choice(empty: str) -> None:
    election = parse_pabulib(SCORING.replace("3;None;None", empty))
    assert election.cast[2:] == (Vote(()), Vote((1,), (4,)))
    assert election.votes[3].unpaid == (0,)
    assert election.notes[1:] == (
        "blank ballots (votes that name no project): 1",
        "choices of 0 points, left out of the ballots: 1",
    )


def test_a_choice_of_one_is_held_as_such() -> None:
    rule = read_pabulib(vector("choose_one_stopping")).item_rule
    assert (rule.method, rule.most_choices) == (Method.CHOOSE_ONE, 1)


def test_a_fully_funded_budget_is_noted() -> None:
    election = parse_pabulib(APPROVAL.replace("rule;greedy", "rule;greedy\nfully_funded;1"))
    assert any("fully_funded" in note for note in election.notes)


def test_a_file_without_title_words_still_has_a_title() -> None:
    text = APPROVAL.replace("description;Village budget\n", "").replace("instance;1\n", "")
    assert parse_pabulib(text).title == "participatory budget"


def test_a_line_separator_inside_a_name_does_not_end_the_line() -> None:
    assert parse_pabulib(APPROVAL.replace("Benches", "Ben\u2028ches")).projects[2].name == (
        "Ben\u2028ches"
    )


def test_semicolons_after_the_last_column_do_not_matter() -> None:
    text = APPROVAL.replace("voter_id;vote;voting_method;age", "voter_id;vote;voting_method;age;;")
    election = parse_pabulib(text.replace("c;path,bench;paper;None", "c;path,bench;paper;;;"))
    assert len(election.votes) == 6


def test_a_decimal_comma_is_read() -> None:
    assert parse_pabulib(APPROVAL.replace("budget;100", "budget;100,5")).budget.amount == 201


def test_what_was_read_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        parse_pabulib(APPROVAL).rule = "greedy"  # type: ignore[misc]  # the point of the test


BROKEN = {
    "wrong num_projects": ("num_projects;4", "num_projects;5", 7, "num_projects", "has 4"),
    "wrong num_votes": ("num_votes;6", "num_votes;7", 8, "num_votes", "states 7"),
    "missing num_votes": ("num_votes;6\n", "", 0, "num_votes", "missing"),
    "num_votes not whole": ("num_votes;6", "num_votes;6.5", 8, "num_votes", "whole number"),
    "budget in words": ("budget;100", "budget;plenty", 9, "budget", "not a number"),
    "budget in thousands": ("budget;100", "budget;1,000", 9, "budget", "thousands"),
    "budget below zero": ("budget;100", "budget;-1", 9, "budget", "is not 0 to"),
    "no budget": ("budget;100\n", "", 0, "budget", "missing"),
    "budget of endless digits": ("budget;100", f"budget;{'9' * 5000}", 9, "budget", "number"),
    "budget twice": ("budget;100", "budget;100\nbudget;90", 10, "budget", "twice"),
    "unknown vote type": ("vote_type;approval", "vote_type;veto", 10, "vote_type", "'veto'"),
    "no rule": ("rule;greedy\n", "", 0, "rule", "missing"),
    "project twice": ("bench;30", "path;30", 23, "project_id", "twice"),
    "project without name for itself": ("bench;30", ";30", 23, "project_id", "missing"),
    "comma in a project id": ("bench;30", '"b,c";30', 23, "project_id", "comma"),
    "no cost": ("bench;30;", "bench;;", 23, "cost", "missing"),
    "cost in words": ("bench;30;", "bench;cheap;", 23, "cost", "not a number"),
    "cost below zero": ("bench;30;", "bench;-30;", 23, "cost", "is not 0 to"),
    "cost beyond 64 bits": ("bench;30;", f"bench;{1 << 64};", 23, "cost", "is not 0 to"),
    "votes below zero": ("bench;30;3", "bench;30;-3", 23, "votes", "whole number"),
    "cells without a column": ("Benches;None;1", "Ben;ches;None;1", 23, "columns", "quotes"),
    "unknown project in a vote": ("c;path,bench", "c;path,pond", 29, "vote", "'pond'"),
    "project twice in a vote": ("c;path,bench", "c;path,path", 29, "vote", "twice"),
    "empty place in a vote": ("c;path,bench", "c;path,,bench", 29, "vote", "empty place"),
    "voter twice": ("c;path,bench", "a;path,bench", 29, "voter_id", "'a' votes twice"),
    "voter without a name": ("c;path,bench", ";path,bench", 29, "voter_id", "missing"),
    "too many choices": (
        "c;path,bench",
        "c;path,bench,tree,well",
        29,
        "vote",
        "voter 'c' names more options",
    ),
    "cost above the cap": ("c;path,bench", "c;well,path,bench", 29, "vote", "cost more"),
    "too few choices": ("min_length;1", "min_length;2", 32, "vote", "names fewer options"),
    "limits that cross": ("min_length;1", "min_length;4", 0, "META", "contradict"),
    "section missing": ("PROJECTS\n", "", 24, "VOTES", "once each"),
    "section twice": ("VOTES\n", "PROJECTS\n", 25, "PROJECTS", "once each"),
    "no META": ("META\n", "", 1, "META", "does not begin"),
    "META without its columns": ("key;value", "name;value", 2, "META", "key;value"),
    "column missing": ("project_id;cost", "id;cost", 20, "project_id", "missing"),
    "votes without their column": ("voter_id;vote;", "voter_id;ballot;", 26, "vote", "missing"),
    "column twice": ("voter_id;vote;", "voter_id;vote;vote;", 26, "columns", "of its own"),
    "column without a name": ("voter_id;vote;", "voter_id;;vote;", 26, "columns", "of its own"),
    "votes of unequal strength": (
        "voter_id;vote;voting_method",
        "voter_id;vote;vote_strength",
        27,
        "vote_strength",
        "not a number",
    ),
}


@pytest.mark.parametrize(("old", "new", "line", "field", "problem"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_refused_with_line_field_and_reason(
    old: str, new: str, line: int, field: str, problem: str
) -> None:
    assert APPROVAL.count(old) == 1
    with pytest.raises(PabulibError) as error:
        parse_pabulib(APPROVAL.replace(old, new))
    assert (error.value.line, error.value.field) == (line, field)
    assert problem in str(error.value)
    assert error.value.code == "pabulib_file"


BROKEN_POINTS = {
    "points without their column": (
        "voter_id;vote;points",
        "voter_id;vote;marks",
        "points: the co",
    ),
    "fewer points than projects": ("1;A,C;3,1", "1;A,C;3", "1 values for the 2"),
    "points without a project": ("1;A,C;3,1", "1;;3", "1 values for the 0"),
    "points below zero": ("1;A,C;3,1", "1;A,C;3,-1", "below 0"),
    "points in words": ("1;A,C;3,1", "1;A,C;3,many", "not a number"),
    "more points than allowed in all": ("1;A,C;3,1", "1;A,C;3,4", "more points in all"),
    "more points than allowed for one": ("2;A;5", "2;A;6", "more or fewer points"),
    "fewer points than asked for": ("2;A;5", "2;A;0.5", "fewer points in all"),
    "points beyond the record": ("2;A;5", "2;A;40000", "more than 65535"),
    "points nobody gave": ("max_points;5", "max_points;5\ndefault_score;1", "nobody gave"),
}


@pytest.mark.parametrize(("old", "new", "problem"), BROKEN_POINTS.values(), ids=BROKEN_POINTS)
def test_points_that_cannot_be_held_are_refused(old: str, new: str, problem: str) -> None:
    assert CUMULATIVE.count(old) == 1
    with pytest.raises(PabulibError, match=problem):
        parse_pabulib(CUMULATIVE.replace(old, new))


def test_a_stronger_vote_is_refused() -> None:
    text = CUMULATIVE.replace("voter_id;vote;points", "voter_id;vote;points;vote_strength")
    assert len(parse_pabulib(text).votes) == 5
    with pytest.raises(PabulibError, match="2 is not one vote a voter"):
        parse_pabulib(text.replace("2;A;5", "2;A;5;2"))


def test_zero_points_that_the_city_counted_as_votes_are_refused() -> None:
    with pytest.raises(PabulibError, match="gave 'x' 0 points"):
        parse_pabulib(SCORING.replace("x;5;2", "x;5;3"))


def test_a_single_project_is_no_question() -> None:
    text = CUMULATIVE.replace("B;4;2;7.5;Beta;1\nC;5;2;4;Gamma;0\n", "")
    with pytest.raises(PabulibError, match="2 to 1024 options"):
        parse_pabulib(text.replace("num_projects;3", "num_projects;1"))


def test_a_file_without_votes_is_refused() -> None:
    with pytest.raises(PabulibError, match="no vote to hold"):
        parse_pabulib(APPROVAL[: APPROVAL.index("a;well")])


def test_bytes_that_are_not_utf8_name_their_line() -> None:
    with pytest.raises(PabulibError, match="line 3, text: is not UTF-8"):
        read_pabulib("META\nkey;value\ndescription;Kraków\n".encode("iso8859-2"))


def test_a_cell_that_no_reader_can_hold_is_refused() -> None:
    with pytest.raises(PabulibError, match="line 1, text: cannot be read as cells"):
        parse_pabulib("x" * 200_000)


@pytest.mark.parametrize("text", ["", "\n\n", "key;value\n", "VOTES\nvoter_id;vote\n"])
def test_what_is_no_pabulib_file_is_refused(text: str) -> None:
    with pytest.raises(PabulibError):
        parse_pabulib(text)


@pytest.mark.parametrize("cut", range(0, APPROVAL.index("f;well"), 37))
def test_a_truncated_file_is_refused(cut: int) -> None:
    with pytest.raises(PabulibError):
        parse_pabulib(APPROVAL[:cut])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_pabutools_reads_the_same_projects_and_votes(path: Path) -> None:
    election = read_pabulib(path.read_bytes())
    instance, profile = parse_with_pabutools(str(path))
    scale = election.scales.money
    assert {p.project_id: p.cost for p in election.projects} == {
        p.name: p.cost * scale for p in instance
    }
    assert instance.budget_limit * scale == election.budget.amount
    names = [project.project_id for project in election.projects]
    for ours, theirs in zip(election.votes, profile, strict=True):
        named = {names[option] for option in (*ours.vote.options, *ours.unpaid)}
        assert named == {project.name for project in theirs}
