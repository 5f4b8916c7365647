"""Real participatory budgets from Pabulib's `.pb` files, as elections that can be held again.

A `PabulibElection` that was built keeps its own rules: the counts of projects and votes are those
META states, every vote names known projects once and stays within the file's limits. What the
record cannot hold is refused with its line and the reason: negative points, points that nobody
gave (`default_score`), votes of unequal strength, fewer than 2 or more than 1,024 projects.

An empty vote is a blank ballot. A project named with 0 points is no choice; where the city counted
it among the project's votes, the file is refused, because on a ballot it looks like no points at
all.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from hanpyo.counting.ballots import MAX_OPTIONS, MIN_OPTIONS, ItemRule, Vote
from hanpyo.counting.budget import Budget
from hanpyo.elections.pabulib_limits import check_votes, read_item_rule
from hanpyo.elections.pabulib_rows import (
    POINT_TYPES,
    PabulibProject,
    PabulibVote,
    Scales,
    VoteType,
    money,
    present,
    read_projects,
    read_scales,
    read_votes,
    whole,
)
from hanpyo.elections.pabulib_text import PabulibError, Row, Sections, decode, read_sections

__all__ = [
    "PabulibElection",
    "PabulibError",
    "PabulibProject",
    "PabulibVote",
    "VoteType",
    "parse_pabulib",
    "read_pabulib",
]


@dataclass(frozen=True)
class PabulibElection:
    """A whole file.

    `rule` is the city's budget rule in the file's words; `scales` the units of `budget`, costs and
    points; `item_rule` what a valid ballot is; `notes` what a reader must know about how it is
    held.
    """

    meta: Row
    vote_type: VoteType
    rule: str
    scales: Scales
    budget: Budget
    item_rule: ItemRule
    projects: tuple[PabulibProject, ...]
    votes: tuple[PabulibVote, ...]
    notes: tuple[str, ...]

    @cached_property
    def title(self) -> str:
        """The file's description and edition."""
        words = (self.meta.text("description"), self.meta.text("instance"))
        return ", ".join(word for word in words if word) or "participatory budget"

    @cached_property
    def cast(self) -> tuple[Vote, ...]:
        """The votes alone, in the order of the file."""
        return tuple(vote.vote for vote in self.votes)


def read_pabulib(data: bytes) -> PabulibElection:
    """Reads a `.pb` file; raises `PabulibError` with line and field for what is wrong in it."""
    return parse_pabulib(decode(data))


def parse_pabulib(text: str) -> PabulibElection:
    """Reads a `.pb` file's text; raises `PabulibError` with line and field for what is wrong."""
    sections = read_sections(text)
    meta = sections.meta
    vote_type = _vote_type(meta)
    sections.require_vote_column("vote")
    if vote_type in POINT_TYPES:
        sections.require_vote_column("points")
    _refuse_unholdable(sections)
    scales = read_scales(sections)
    projects = read_projects(sections.projects, scales)
    votes = read_votes(sections.votes, projects, vote_type, scales)
    _check_count(meta, "num_projects", len(projects))
    _check_count(meta, "num_votes", len(votes))
    item_rule, notes = read_item_rule(meta, vote_type, projects, votes, scales)
    check_votes(item_rule, votes)
    _refuse_counted_zeros(projects, votes)
    return PabulibElection(
        meta=meta,
        vote_type=vote_type,
        rule=meta.required("rule"),
        scales=scales,
        budget=Budget(
            present(meta, "budget", money(meta, "budget", scales)),
            tuple(project.cost for project in projects),
        ),
        item_rule=item_rule,
        projects=projects,
        votes=votes,
        notes=(*notes, *_vote_notes(votes), *_meta_notes(meta)),
    )


def _vote_type(meta: Row) -> VoteType:
    name = meta.required("vote_type").lower()
    try:
        return VoteType(name)
    except ValueError as error:
        raise PabulibError(
            meta.at("vote_type"), "vote_type", f"{name!r} is none of {', '.join(VoteType)}"
        ) from error


def _refuse_unholdable(sections: Sections) -> None:
    if sections.meta.number("default_score"):
        line = sections.meta.at("default_score")
        raise PabulibError(line, "default_score", "points that nobody gave cannot be on a ballot")
    for row in sections.votes:
        strength = row.number("vote_strength")
        if strength not in (None, 1):
            raise PabulibError(row.line, "vote_strength", f"{strength} is not one vote a voter")
    count = len(sections.projects)
    if not MIN_OPTIONS <= count <= MAX_OPTIONS:
        raise PabulibError(
            0, "PROJECTS", f"{count} projects; an item has {MIN_OPTIONS} to {MAX_OPTIONS} options"
        )
    if not sections.votes:
        raise PabulibError(0, "VOTES", "there is no vote to hold again")


def _check_count(meta: Row, key: str, found: int) -> None:
    stated = present(meta, key, whole(meta, key))
    if stated != found:
        raise PabulibError(meta.at(key), key, f"META states {stated}, the file has {found}")


def _refuse_counted_zeros(
    projects: Iterable[PabulibProject], votes: tuple[PabulibVote, ...]
) -> None:
    unpaid_counts = Counter(option for vote in votes for option in vote.unpaid)
    if not unpaid_counts:
        return
    named_counts = Counter(option for vote in votes for option in vote.vote.options)
    for number, project in enumerate(projects):
        unpaid, named = unpaid_counts[number], named_counts[number]
        if unpaid and project.votes == named + unpaid:
            raise PabulibError(
                project.line,
                "votes",
                f"counts {unpaid} voters who gave {project.project_id!r} 0 points; "
                "a ballot cannot tell them from voters who gave it none",
            )


def _vote_notes(votes: tuple[PabulibVote, ...]) -> list[str]:
    blank = sum(vote.vote.is_blank for vote in votes)
    unpaid = sum(len(vote.unpaid) for vote in votes)
    notes = [f"blank ballots (votes that name no project): {blank}"] if blank else []
    return notes + ([f"choices of 0 points, left out of the ballots: {unpaid}"] if unpaid else [])


def _meta_notes(meta: Row) -> list[str]:
    notes = []
    if meta.text("fully_funded") == "1":
        notes.append("the budget covered all projects before the vote (fully_funded)")
    if meta.text("experimental") == "1":
        notes.append("the data is artificial (experimental)")
    comment = meta.text("comment")
    return notes + ([f"comment of the file: {comment}"] if comment else [])
