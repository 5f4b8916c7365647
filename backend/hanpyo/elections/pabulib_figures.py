"""What a city published about its vote, held against a count of the same ballots.

A count is made from votes, wherever they come from: those of the file, or those opened from a
record. Two points that the format leaves open are settled by what the file itself publishes and
named in the result: how a ranking is worth points, and whether "greedy" skips a project that no
longer fits.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from hanpyo.counting.ballots import Vote, valid_votes
from hanpyo.counting.budget import Selection
from hanpyo.counting.equal_shares import Completion
from hanpyo.counting.ranking import descending_points, with_points
from hanpyo.counting.selection import BudgetMethod, BudgetRule, point_sums, select
from hanpyo.elections.pabulib import PabulibElection
from hanpyo.elections.pabulib_rows import VoteType

_OTHER_BUDGETS = ("budget_per_category", "budget_per_neighborhood")

_COMPLETIONS = {
    "equalshares": Completion.NONE,
    "equalshares/add1": Completion.ADD1,
    "equalshares/add1u": Completion.ADD1U,
}


class PlacePoints(StrEnum):
    """What the places of a ranking are worth, from the first down."""

    NONE = "votes carry their own points"
    FROM_MAX_LENGTH = "max_length, max_length - 1, …, 1"
    FROM_VOTE_LENGTH = "the ranking's own length, …, 1"
    BORDA = "num_projects - 1, …, 0"


@dataclass(frozen=True, slots=True)
class CityRule:
    """How the city spent its budget: a rule that can be applied, or None, and the reason."""

    rule: BudgetRule | None
    reason: str


@dataclass(frozen=True, slots=True)
class CountedFigures:
    """A count of one file's ballots: each project's voters and points (scaled), the selection."""

    votes: tuple[int, ...]
    scores: tuple[int, ...]
    place_points: PlacePoints
    city_rule: CityRule
    selection: Selection | None


@dataclass(frozen=True, slots=True)
class Difference:
    """A published figure that the count does not reproduce (points scaled as in the count)."""

    project_id: str
    field: str
    published: int
    counted: int


def count_figures(election: PabulibElection, votes: Sequence[Vote]) -> CountedFigures:
    """Counts `votes`, held under the file's rules, as the city did."""
    valid = valid_votes(election.item_rule, votes)
    place_points = place_points_of(election)
    city_rule = city_rule_of(election)
    scored = _scored(election, valid, place_points)
    options = len(election.projects)
    voters = Counter(option for vote in valid for option in vote.options)
    return CountedFigures(
        votes=tuple(voters[option] for option in range(options)),
        scores=point_sums(options, scored),
        place_points=place_points,
        city_rule=city_rule,
        selection=select(city_rule.rule, election.budget, scored) if city_rule.rule else None,
    )


def differences(election: PabulibElection, counted: CountedFigures) -> tuple[Difference, ...]:
    """Every published figure that `counted` does not reproduce; none means that all agree."""
    found = []
    chosen = _comparable_selection(election) if counted.selection else None
    bought = set(counted.selection.options) if counted.selection else set()
    for number, project in enumerate(election.projects):
        figures = [
            ("votes", project.votes, counted.votes[number]),
            ("score", project.score, counted.scores[number]),
            ("selected", chosen[number] if chosen else None, int(number in bought)),
        ]
        found += [
            Difference(project.project_id, field, published, value)
            for field, published, value in figures
            if published is not None and published != value
        ]
    return tuple(found)


def published_fields(election: PabulibElection) -> tuple[str, ...]:
    """Which figures the file publishes in a form that a count can be held against."""
    projects = election.projects
    fields = []
    if any(project.votes is not None for project in projects):
        fields.append("votes")
    if any(project.score is not None for project in projects):
        fields.append("score")
    if _comparable_selection(election):
        fields.append("selected")
    return tuple(fields)


def place_points_of(election: PabulibElection) -> PlacePoints:
    """How the city turned rankings into points: the first way that gives the published scores.

    Where none does, or no score is published, it is the first: max_length down to 1.
    """
    if election.vote_type is not VoteType.ORDINAL:
        return PlacePoints.NONE
    ways = (PlacePoints.FROM_MAX_LENGTH, PlacePoints.FROM_VOTE_LENGTH, PlacePoints.BORDA)
    return next((way for way in ways if _gives_scores(election, way)), ways[0])


def city_rule_of(election: PabulibElection) -> CityRule:
    """The city's budget rule, from the file's words and, for greedy, its published selection."""
    name = election.rule.lower()
    other = next((key for key in _OTHER_BUDGETS if election.meta.text(key)), None)
    if other:
        return CityRule(None, f"{other} splits the budget in ways that no rule here knows")
    if name in _COMPLETIONS:
        completion = _COMPLETIONS[name]
        increment = 1 if completion is Completion.NONE else election.scales.money
        rule = BudgetRule(BudgetMethod.EQUAL_SHARES, completion=completion, increment=increment)
        return CityRule(rule, f"the file states {election.rule}")
    if name == "greedy":
        return _greedy_rule(election)
    return CityRule(None, f"the file's rule is {election.rule!r}, which says too little to apply")


def _greedy_rule(election: PabulibElection) -> CityRule:
    threshold = election.meta.number("min_project_score_threshold") or 0
    least = int(threshold * election.scales.points)
    skipping = BudgetRule(BudgetMethod.GREEDY_SKIP, threshold=least)
    stopping = BudgetRule(BudgetMethod.GREEDY_STOP, threshold=least)
    published = _comparable_selection(election)
    if published and _selects(election, skipping) != published:
        if _selects(election, stopping) == published:
            return CityRule(stopping, "greedy; the published selection stops where money ends")
        return CityRule(skipping, "greedy; no reading of it gives the published selection")
    return CityRule(skipping, "greedy, passing over what no longer fits")


def _selects(election: PabulibElection, rule: BudgetRule) -> tuple[int, ...]:
    scored = _scored(election, election.cast, place_points_of(election))
    bought = set(select(rule, election.budget, scored).options)
    return tuple(int(number in bought) for number in range(len(election.projects)))


def _comparable_selection(election: PabulibElection) -> tuple[int, ...] | None:
    """The published selection, where every project has one and none is marked as an exception."""
    selected = [project.selected for project in election.projects]
    flags = tuple(flag for flag in selected if flag in (0, 1))
    return flags if len(flags) == len(selected) else None


def _gives_scores(election: PabulibElection, way: PlacePoints) -> bool:
    published = [project.score for project in election.projects]
    scores = point_sums(len(published), _scored(election, election.cast, way))
    return all(
        score is None or score == counted for score, counted in zip(published, scores, strict=True)
    )


def _scored(election: PabulibElection, votes: Sequence[Vote], way: PlacePoints) -> tuple[Vote, ...]:
    if way is PlacePoints.NONE:
        return tuple(votes)
    if way is PlacePoints.FROM_VOTE_LENGTH:
        return tuple(with_points(vote, descending_points(len(vote.options))) for vote in votes)
    borda = way is PlacePoints.BORDA
    highest = len(election.projects) - 1 if borda else election.item_rule.most_choices
    points = descending_points(highest)
    return tuple(with_points(vote, points) for vote in votes)
