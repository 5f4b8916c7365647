"""Holding a city's election again: a `.pb` file becomes one agenda item, its votes real ballots.

The figures come from the record on the chain, never from the file, and are held against what the
city published. What the record cannot hold is refused with the reason before anything is sent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from hanpyo.counting.ballots import Method as CountingMethod
from hanpyo.counting.ballots import Vote
from hanpyo.elections.holding import Act, Held
from hanpyo.elections.pabulib import PabulibElection
from hanpyo.elections.pabulib_figures import (
    CountedFigures,
    Difference,
    city_rule_of,
    count_figures,
    differences,
    place_points_of,
    published_fields,
)
from hanpyo.elections.pabulib_rows import PabulibProject
from hanpyo.elections.plan import Member, Plan, draw_roll
from hanpyo.protocol.agenda import Item, Method
from hanpyo.protocol.choices import Selection, Valid, decode, encode_unchecked
from hanpyo.protocol.manifest import Manifest
from hanpyo.protocol.roll import Random
from hanpyo.protocol.types import Secrecy

_METHODS = {
    CountingMethod.CHOOSE_ONE: Method.CHOOSE_ONE,
    CountingMethod.CHOOSE_UP_TO: Method.CHOOSE_UP_TO,
    CountingMethod.APPROVAL: Method.APPROVAL,
    CountingMethod.SCORE: Method.SCORE,
    CountingMethod.CUMULATIVE: Method.CUMULATIVE,
    CountingMethod.RANKING: Method.RANKING,
}
_MOST_LETTERS, _NAMES_LETTERS = 200, 30_000
"""The letters of a project's name that the published text keeps: of one, and of all together."""
_POINTED = frozenset({Method.SCORE, Method.CUMULATIVE})


@dataclass(frozen=True)
class Rerun:
    """A file made ready to be held: the plan, and one act for each of its votes."""

    election: PabulibElection
    plan: Plan
    acts: tuple[Act, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Figures:
    """What the chain's ballots come to, beside what the city published.

    `tally_agrees` says that the contract's own tally gives the same sums as its ballots.
    """

    counted: CountedFigures
    differences: tuple[Difference, ...]
    compared: tuple[str, ...]
    tally_agrees: bool

    @property
    def agree(self) -> bool:
        """Whether nothing published is contradicted and the contract's tally is the count."""
        return not self.differences and self.tally_agrees


def prepare(election: PabulibElection, secrecy: Secrecy, random: Random | None = None) -> Rerun:
    """The plan and the acts of a file; raises `AgendaError` and others for what has no record."""
    item = item_of(election)
    members = [Member(vote.voter_id) for vote in election.votes]
    roll, numbers = draw_roll(members, random)
    plan = Plan(secrecy, text_of(election), (item,), roll)
    acts = tuple(
        Act(number, encode_unchecked(plan.items, [_selection(item, vote)]))
        for number, vote in zip(numbers, election.cast, strict=True)
    )
    return Rerun(election, plan, acts, (*election.notes, *_looser(election)))


def item_of(election: PabulibElection) -> Item:
    """The file's rule as an agenda item."""
    rule = election.item_rule
    method = _METHODS[rule.method]
    most = rule.max_points if rule.max_points is not None else rule.max_total_points
    return Item(
        method=method,
        options=rule.options,
        minimum=max(1, rule.min_choices),
        maximum=rule.most_choices,
        points=(most or 1) if method in _POINTED else 1,
        sum_limit=(rule.max_total_points or 0) if method is Method.CUMULATIVE else 0,
        cost_cap=rule.max_cost or 0,
        costs=rule.costs or None,
    )


def text_of(election: PabulibElection) -> dict[str, Any]:
    """The published text: the file's names, and the city's rule for whoever recounts."""
    letters = min(_MOST_LETTERS, _NAMES_LETTERS // len(election.projects))
    item: dict[str, Any] = {
        "title": election.title,
        "options": [_name(project, letters) for project in election.projects],
        "ids": [project.project_id for project in election.projects],
    }
    rule = city_rule_of(election).rule
    if rule is not None:
        item["counting"] = {
            "method": str(rule),
            "budget": election.budget.amount,
            "costs": list(election.budget.costs),
            "places": place_points_of(election).name.lower(),
        }
    return {"title": election.title, "items": [item]}


def _name(project: PabulibProject, letters: int) -> str:
    """The project's name, cut where it is so long that a thousand would not fit a transaction."""
    name = project.name or project.project_id
    return name if len(name) <= letters else name[: letters - 1] + "…"


def figures(election: PabulibElection, held: Held) -> Figures:
    """Count the ballots on the chain and compare with the file."""
    manifest = held.contract.manifest
    votes = votes_on_record(manifest, held.record.live_choices().values())
    counted = count_figures(election, votes)
    pointed = manifest.items[0].method in _POINTED
    cells = held.results[0].heads
    sums = _point_totals(manifest, votes) if pointed else counted.votes
    return Figures(
        counted,
        differences(election, counted),
        published_fields(election),
        cells[1:-1] == sums and cells[-1] == 0,
    )


def votes_on_record(manifest: Manifest, ballots: Iterable[bytes]) -> list[Vote]:
    """The valid and blank votes of padded choices on the one item of a replayed election."""
    votes = []
    for choices in ballots:
        verdict = decode(manifest, choices, 0)[0]
        marks = verdict.marks if isinstance(verdict, Valid) else ()
        options = tuple(option - 1 for option, _ in marks)
        pointed = manifest.items[0].method in _POINTED
        votes.append(Vote(options, tuple(points for _, points in marks) if pointed else ()))
    return votes


def _point_totals(manifest: Manifest, votes: Sequence[Vote]) -> tuple[int, ...]:
    totals = [0] * manifest.items[0].options
    for vote in votes:
        for option, points in zip(vote.options, vote.points_given, strict=True):
            totals[option] += points
    return tuple(totals)


def _selection(item: Item, vote: Vote) -> Selection:
    options = [option + 1 for option in vote.options]
    if item.method in _POINTED:
        return dict(zip(options, vote.points, strict=True))
    return options


def _looser(election: PabulibElection) -> list[str]:
    """Limits of the file that the record does not enforce; every vote of the file keeps them."""
    rule = election.item_rule
    scored = rule.method is CountingMethod.SCORE
    limits = {
        "min_points": rule.min_points > 1,
        "min_sum_points": rule.min_total_points > 1,
        "max_sum_points": scored and rule.max_total_points is not None,
        "min_sum_cost": rule.min_cost > 0,
    }
    return [
        f"{name} is kept by every vote of the file; the contract does not enforce it"
        for name, given in limits.items()
        if given
    ]
