"""The limits a `.pb` file sets its votes, as the rule of one agenda item, and the votes held to it.

The format's defaults are applied. A limit that the record needs and the file leaves open is taken
from the votes themselves, and said in a note. A vote outside the file's own limits refuses the
whole file: held again it would be invalid, and the city's figures could not come out.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from hanpyo.counting.ballots import ItemRule, Method, flaw
from hanpyo.counting.errors import RuleError
from hanpyo.elections.pabulib_rows import (
    POINT_TYPES,
    PabulibProject,
    PabulibVote,
    Scales,
    VoteType,
    money,
    whole,
)
from hanpyo.elections.pabulib_text import PabulibError, Row

MOST_POINTS = (1 << 16) - 1
MOST_TOTAL_POINTS = (1 << 32) - 1
"""The most points, for one option and in all, that an agenda item of the record holds."""

_METHODS = {
    VoteType.APPROVAL: Method.APPROVAL,
    VoteType.CHOOSE_ONE: Method.CHOOSE_ONE,
    VoteType.ORDINAL: Method.RANKING,
    VoteType.CUMULATIVE: Method.CUMULATIVE,
    VoteType.SCORING: Method.SCORE,
}


@dataclass(frozen=True, slots=True)
class _PointLimits:
    least: int = 0
    most: int | None = None
    least_in_all: int = 0
    most_in_all: int | None = None
    notes: tuple[str, ...] = ()


def read_item_rule(
    meta: Row,
    vote_type: VoteType,
    projects: tuple[PabulibProject, ...],
    votes: tuple[PabulibVote, ...],
    scales: Scales,
) -> tuple[ItemRule, tuple[str, ...]]:
    """The item's rule and the notes on it; raises `PabulibError` for limits that make no sense."""
    points = _PointLimits()
    if vote_type in POINT_TYPES:
        points = _point_limits(meta, vote_type, votes, scales)
    costs_count = any(meta.number(key) for key in ("min_sum_cost", "max_sum_cost"))
    longest = 1 if vote_type is VoteType.CHOOSE_ONE else whole(meta, "max_length") or len(projects)
    try:
        rule = ItemRule(
            method=_METHODS[vote_type],
            options=len(projects),
            min_choices=max(1, whole(meta, "min_length") or 1),
            max_choices=min(longest, len(projects)),
            min_points=points.least,
            max_points=points.most,
            min_total_points=points.least_in_all,
            max_total_points=points.most_in_all,
            costs=tuple(project.cost for project in projects) if costs_count else (),
            min_cost=money(meta, "min_sum_cost", scales) or 0,
            max_cost=money(meta, "max_sum_cost", scales) or None,
        )
    except RuleError as error:
        raise PabulibError(0, "META", f"the limits contradict each other: {error}") from error
    return rule, points.notes


def check_votes(rule: ItemRule, votes: Iterable[PabulibVote]) -> None:
    """Raises `PabulibError` for the first vote outside the limits."""
    for vote in votes:
        problem = flaw(rule, vote.vote)
        if problem:
            raise PabulibError(
                vote.line, "vote", f"voter {vote.voter_id!r} {problem}, so it could not be cast"
            )


def _point_limits(
    meta: Row, vote_type: VoteType, votes: tuple[PabulibVote, ...], scales: Scales
) -> _PointLimits:
    notes = []
    largest = max((max(vote.vote.points, default=0) for vote in votes), default=0)
    largest_sum = max((sum(vote.vote.points) for vote in votes), default=0)
    if largest > MOST_POINTS or largest_sum > MOST_TOTAL_POINTS:
        raise PabulibError(
            0, "points", f"more than {MOST_POINTS} for one project or {MOST_TOTAL_POINTS} in all"
        )
    most_in_all = _points(meta, "max_sum_points", scales)
    if vote_type is VoteType.CUMULATIVE and most_in_all is None:
        most_in_all = max(1, largest_sum)
        notes.append("the file states no max_sum_points; the largest sum of a vote is the limit")
    most = _points(meta, "max_points", scales)
    if most is None and vote_type is VoteType.CUMULATIVE:
        most = most_in_all
    if most is None:
        most = max(1, largest)
        notes.append("the file states no max_points; the most that a vote gives is the limit")
    return _PointLimits(
        least=max(0, _points(meta, "min_points", scales) or 0),
        most=min(most, MOST_POINTS),
        least_in_all=max(0, _points(meta, "min_sum_points", scales) or 0),
        most_in_all=None if most_in_all is None else min(most_in_all, MOST_TOTAL_POINTS),
        notes=tuple(notes),
    )


def _points(meta: Row, key: str, scales: Scales) -> int | None:
    value = meta.number(key)
    return None if value is None else int(value * scales.points)
