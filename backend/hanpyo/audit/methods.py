"""Rankings and budgets counted again by the method that the published text names.

The text is a JSON object with `title` and `items`; an item has `title`, `options` and, where its
decision is a count, `counting`: an object with `method` and what the method needs.

- A budget: `method` as `BudgetRule` writes it ("equal-shares completion=add1 utility=cost
  increment=1", "greedy-skip threshold=0"), `budget`, `costs` of the options, and for rankings
  `places`: "from_max_length", "from_vote_length" or "borda" (points by place), else "none".
- A ranking: `method` as `RankRule` writes it ("stv seats=3", "irv seats=1").

Anything else is told as uncounted, never guessed.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from hanpyo.audit.tally import Count
from hanpyo.counting.ballots import Vote
from hanpyo.counting.budget import Budget
from hanpyo.counting.equal_shares import Completion
from hanpyo.counting.errors import CountingError
from hanpyo.counting.rank_rule import RankMethod, RankRule, elect
from hanpyo.counting.ranking import descending_points, with_points
from hanpyo.counting.selection import BudgetRule, select
from hanpyo.protocol.agenda import POINT_METHODS, Method
from hanpyo.protocol.choices import Blank, Valid, decode
from hanpyo.protocol.manifest import Manifest
from hanpyo.protocol.voting_code import VotingCode, voting_code_in

_RANKINGS: Final = frozenset(RankMethod)
_RAISING: Final = (Completion.ADD1, Completion.ADD1U)
_LONGEST_TITLE: Final = 200
MOST_ROUNDS: Final = 1_000_000
"""Rounds of add1 that an audit waits for; a text that asks for more is not counted."""
_DEEPEST: Final = 100
_BRACKETS: Final = re.compile(rb'"(?:[^"\\]|\\.)*"?|[][{}]', re.DOTALL)
"""Brackets, and strings, in which they mean nothing; one that never ends is looked at once."""


@dataclass(frozen=True, slots=True)
class Text:
    """What the published text says of each item; missing titles are numbers."""

    titles: tuple[tuple[str, tuple[str, ...]], ...]
    counting: tuple[Mapping[str, object] | None, ...]
    voting_code: VotingCode


@dataclass(frozen=True, slots=True)
class Counted:
    """An item's count: lines for people, and the selected options (from 1) in order."""

    lines: tuple[str, ...]
    selected: tuple[int, ...]


class Uncountable(CountingError):
    """The text names no method that can be applied here."""

    code: ClassVar[str] = "uncountable"


def read_text(manifest: Manifest, text: bytes | None) -> Text:
    """The text's titles and counting methods; whatever does not have the form is left out."""
    try:
        content: object = None if text is None or _is_too_deep(text) else json.loads(text)
    except ValueError:
        content = None
    listed = content.get("items") if isinstance(content, dict) else None
    items = listed if isinstance(listed, list) else []
    titles: list[tuple[str, tuple[str, ...]]] = []
    counting: list[Mapping[str, object] | None] = []
    for number, item in enumerate(manifest.items):
        own = items[number] if number < len(items) else None
        entry = own if isinstance(own, dict) else {}
        given = entry.get("options")
        options = given if isinstance(given, list) and len(given) == item.options else []
        names = [_words(each) for each in options]
        titles.append(
            (
                _words(entry.get("title", f"{number + 1}")),
                tuple(names or [str(option) for option in range(1, item.options + 1)]),
            )
        )
        method = entry.get("counting")
        counting.append(method if isinstance(method, dict) else None)
    return Text(tuple(titles), tuple(counting), voting_code_in(content))


def _is_too_deep(text: bytes) -> bool:
    """Whether brackets are nested beyond what a parser can follow without harm to its process."""
    depth = 0
    for found in _BRACKETS.finditer(text):
        depth += {b"[": 1, b"{": 1, b"]": -1, b"}": -1}.get(found[0], 0)
        if depth > _DEEPEST:
            return True
    return False


def count_item(
    manifest: Manifest, number: int, counted: Count, counting: Mapping[str, object]
) -> Counted:
    """One item counted by its method; raises `CountingError` where that cannot be done."""
    return count_votes(manifest, number, votes_of(manifest, number, counted), counting)


def count_votes(
    manifest: Manifest,
    number: int,
    votes: Sequence[Vote],
    counting: Mapping[str, object],
    most_rounds: int = MOST_ROUNDS,
) -> Counted:
    """As `count_item`, of votes that are at hand; `most_rounds` of add1 are waited for."""
    method = counting.get("method")
    if not isinstance(method, str):
        raise Uncountable("the text names no counting method")
    name = method.split(" ")[0]
    if name in _RANKINGS:
        return _rank(manifest, number, votes, method)
    return _spend(manifest, number, votes, method, counting, most_rounds=most_rounds)


def votes_of(manifest: Manifest, number: int, counted: Count) -> list[Vote]:
    """The valid and blank votes on an item, by voter number; options from 0."""
    found = []
    for voter in sorted(counted.choices):
        act, choices = counted.choices[voter]
        vote = vote_of(manifest, number, choices, act.terms.class_, act.terms.weight)
        if vote is not None:
            found.append(vote)
    return found


def vote_of(
    manifest: Manifest, number: int, choices: bytes, class_: int, weight: int
) -> Vote | None:
    """The vote on an item in a ballot's choices; None where it is invalid or not entitled."""
    item = manifest.items[number]
    group = manifest.classes[class_].group
    if item.eligible is not None and group not in item.eligible:
        return None
    verdict = decode(manifest, choices, class_)[number]
    if isinstance(verdict, Blank):
        return Vote((), (), weight)
    if not isinstance(verdict, Valid):
        return None
    pointed = item.method in POINT_METHODS
    return Vote(
        tuple(option - 1 for option, _ in verdict.marks),
        tuple(points for _, points in verdict.marks) if pointed else (),
        weight,
    )


def _spend(
    manifest: Manifest,
    number: int,
    votes: Sequence[Vote],
    method: str,
    counting: Mapping[str, object],
    *,
    most_rounds: int,
) -> Counted:
    item = manifest.items[number]
    budget = Budget(_integer(counting, "budget"), _costs(counting, item.options, item.costs))
    places = str(counting.get("places", "none"))
    ranked = item.method is Method.RANKING
    scored = (
        [_placed(vote, places, item.options, item.maximum) for vote in votes] if ranked else votes
    )
    rule = BudgetRule.parse(method)
    voters = max(1, sum(vote.weight for vote in votes))
    if rule.completion in _RAISING and budget.amount // (voters * rule.increment) > most_rounds:
        raise Uncountable(f"{method} would take more than {most_rounds} rounds")
    selection = select(rule, budget, scored)
    selected = tuple(option + 1 for option in selection.options)
    lines = (
        f"{method}: {len(selected)} options for {selection.cost} of {budget.amount}",
        *(f"tie at step {tie.step}: {_numbers(tie.options)}" for tie in selection.ties),
    )
    return Counted(lines, selected)


def _placed(vote: Vote, places: str, options: int, most: int) -> Vote:
    """A ranked vote with the points of its places."""
    highest = {
        "from_max_length": most,
        "from_vote_length": len(vote.options),
        "borda": options - 1,
    }.get(places)
    return vote if highest is None else with_points(vote, descending_points(highest))


def _rank(manifest: Manifest, number: int, votes: Sequence[Vote], method: str) -> Counted:
    item = manifest.items[number]
    if item.method is not Method.RANKING:
        raise Uncountable(f"{method} counts rankings, this item has none")
    elected = elect(RankRule.parse(method), item.options, votes)
    ties = len(elected.count.ties)
    lines = (f"{method}: {len(elected.options)} elected, {ties} ties",)
    return Counted(lines, tuple(option + 1 for option in elected.options))


def _costs(
    counting: Mapping[str, object], options: int, own: tuple[int, ...] | None
) -> tuple[int, ...]:
    given = counting.get("costs", list(own) if own is not None else None)
    if not isinstance(given, list) or len(given) != options:
        raise Uncountable("the costs of the options are not given")
    if not all(isinstance(cost, int) and not isinstance(cost, bool) for cost in given):
        raise Uncountable("a cost is not a whole number")
    return tuple(given)


def _integer(counting: Mapping[str, object], name: str) -> int:
    value = counting.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Uncountable(f"{name} is not a whole number")
    return value


def _numbers(options: Sequence[int]) -> str:
    return ", ".join(str(option + 1) for option in options)


def _words(value: object) -> str:
    """A title: a string, or the strings of a table of languages.

    Whoever wrote it must not be able to write over the report: controls are shown as such.
    """
    text = " / ".join(map(str, value.values())) if isinstance(value, dict) else str(value)
    shown = "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)
    return shown if len(shown) <= _LONGEST_TITLE else shown[:_LONGEST_TITLE] + "…"
