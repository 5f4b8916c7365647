"""The rows of a `.pb` file as projects and votes, every figure a whole number of a stated unit.

Money and points are integers in `1/money` and `1/points` of the file's unit (`Scales`), the
smallest that make every figure of the file whole.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import lcm

from hanpyo.counting.ballots import Flaw, Vote
from hanpyo.elections.pabulib_text import PabulibError, Row, Sections, exact_number

MOST_MONEY = (1 << 64) - 1
"""The largest cost that an agenda item of the record holds."""

POINT_LIMITS = ("min_points", "max_points", "min_sum_points", "max_sum_points")
COST_LIMITS = ("min_sum_cost", "max_sum_cost")


class VoteType(StrEnum):
    """How the city's voters voted, in the format's words."""

    APPROVAL = "approval"
    CHOOSE_ONE = "choose-1"
    ORDINAL = "ordinal"
    CUMULATIVE = "cumulative"
    SCORING = "scoring"


POINT_TYPES = frozenset({VoteType.CUMULATIVE, VoteType.SCORING})
"""The vote types whose votes give points."""


@dataclass(frozen=True, slots=True)
class Scales:
    """How many units of the record make one unit of the file's money and of its points."""

    money: int
    points: int


@dataclass(frozen=True, slots=True)
class PabulibProject:
    """One project: its identifier in the file, its cost, its name, and what the city published.

    `votes` is how many voters named it, `score` the sum of its points (scaled), `selected` 1 where
    the rule chose it, 0 where not, and more where the city decided otherwise; None where
    unpublished.
    """

    line: int
    project_id: str
    cost: int
    name: str
    votes: int | None
    score: int | None
    selected: int | None


@dataclass(frozen=True, slots=True)
class PabulibVote:
    """One voter's vote, over project numbers from 0 in the order of the file.

    `unpaid` are the projects that the file names with 0 points: no choice on a ballot.
    """

    line: int
    voter_id: str
    vote: Vote
    voting_method: str | None
    unpaid: tuple[int, ...] = ()


def read_scales(sections: Sections) -> Scales:
    """The smallest scales at which all money and all points of the file are whole."""
    meta = sections.meta
    money = [meta.number(key) for key in ("budget", *COST_LIMITS)]
    money += [row.number("cost") for row in sections.projects]
    points = [meta.number(key) for key in POINT_LIMITS]
    points += [row.number("score") for row in sections.projects]
    points += [value for row in sections.votes for value in _points(row)]
    return Scales(_common_denominator(money), _common_denominator(points))


def read_projects(rows: Iterable[Row], scales: Scales) -> tuple[PabulibProject, ...]:
    """The projects in the order of the file; raises `PabulibError` where one cannot be read."""
    projects: dict[str, PabulibProject] = {}
    for row in rows:
        project = _project(row, scales)
        if project.project_id in projects:
            raise PabulibError(row.line, "project_id", f"{project.project_id!r} is given twice")
        projects[project.project_id] = project
    return tuple(projects.values())


def read_votes(
    rows: Iterable[Row],
    projects: tuple[PabulibProject, ...],
    vote_type: VoteType,
    scales: Scales,
) -> tuple[PabulibVote, ...]:
    """The votes in the order of the file; raises `PabulibError` where one cannot be read."""
    numbers = {project.project_id: number for number, project in enumerate(projects)}
    votes: dict[str, PabulibVote] = {}
    for row in rows:
        voter_id = row.required("voter_id")
        if voter_id in votes:
            raise PabulibError(row.line, "voter_id", f"{voter_id!r} votes twice")
        options = _options(row, numbers)
        unpaid: tuple[int, ...] = ()
        if vote_type in POINT_TYPES:
            vote, unpaid = _point_vote(row, options, scales)
        else:
            vote = Vote(options)
        votes[voter_id] = PabulibVote(row.line, voter_id, vote, row.text("voting_method"), unpaid)
    return tuple(votes.values())


def money(row: Row, column: str, scales: Scales) -> int | None:
    """A scaled amount of money, or None where the cell is absent."""
    value = row.number(column)
    if value is None:
        return None
    scaled = value * scales.money
    if not 0 <= scaled <= MOST_MONEY:
        raise PabulibError(
            row.at(column), column, f"{value} is not 0 to {MOST_MONEY // scales.money}"
        )
    return int(scaled)


def whole(row: Row, column: str) -> int | None:
    """A whole number from 0 up, or None where the cell is absent."""
    value = row.number(column)
    if value is None:
        return None
    if value.denominator != 1 or value < 0:
        raise PabulibError(row.at(column), column, f"{value} is not a whole number from 0 up")
    return int(value)


def present(row: Row, column: str, value: int | None) -> int:
    """`value`; raises `PabulibError` where it is absent."""
    if value is None:
        raise PabulibError(row.at(column), column, "is missing")
    return value


def _common_denominator(values: Iterable[Fraction | None]) -> int:
    return lcm(*(value.denominator for value in values if value is not None))


def _project(row: Row, scales: Scales) -> PabulibProject:
    project_id = row.required("project_id")
    if "," in project_id:
        raise PabulibError(row.line, "project_id", "a comma separates the projects of a vote")
    score = row.number("score")
    return PabulibProject(
        line=row.line,
        project_id=project_id,
        cost=present(row, "cost", money(row, "cost", scales)),
        name=row.text("name") or project_id,
        votes=whole(row, "votes"),
        score=None if score is None else int(score * scales.points),
        selected=whole(row, "selected"),
    )


def _options(row: Row, numbers: dict[str, int]) -> tuple[int, ...]:
    project_ids = _listed(row, "vote")
    for project_id in project_ids:
        if project_id not in numbers:
            raise PabulibError(row.line, "vote", f"there is no project {project_id!r}")
    if len(set(project_ids)) != len(project_ids):
        raise PabulibError(row.line, "vote", Flaw.DUPLICATE_OPTION)
    return tuple(numbers[project_id] for project_id in project_ids)


def _point_vote(row: Row, options: tuple[int, ...], scales: Scales) -> tuple[Vote, tuple[int, ...]]:
    points = tuple(int(value * scales.points) for value in _points(row))
    if len(points) != len(options):
        raise PabulibError(
            row.line, "points", f"{len(points)} values for the {len(options)} projects of the vote"
        )
    if any(value < 0 for value in points):
        raise PabulibError(row.line, "points", "points below 0 cannot be on a ballot")
    given = {option: value for option, value in zip(options, points, strict=True) if value}
    unpaid = tuple(option for option in options if option not in given)
    return Vote(tuple(given), tuple(given.values())), unpaid


def _points(row: Row) -> tuple[Fraction, ...]:
    return tuple(exact_number(row.line, "points", text) for text in _listed(row, "points"))


def _listed(row: Row, column: str) -> tuple[str, ...]:
    text = row.text(column)
    if text is None:
        return ()
    values = tuple(value.strip() for value in text.split(","))
    if not all(values):
        raise PabulibError(row.at(column), column, f"{text!r} has an empty place between commas")
    return values
