"""How a ranking item elects, as one value: announced before the vote, applied by every auditor.

The text form is a method and its seats, and reads back to the same rule.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from hanpyo.counting.ballots import Vote
from hanpyo.counting.borda import BordaResult, borda
from hanpyo.counting.errors import RuleError
from hanpyo.counting.irv import IrvResult, instant_runoff
from hanpyo.counting.ranking import ranking_profile
from hanpyo.counting.schulze import SchulzeResult, schulze
from hanpyo.counting.stv import StvResult, single_transferable_vote
from hanpyo.counting.ties import TieBreak


class RankMethod(StrEnum):
    """The methods that elect from rankings."""

    INSTANT_RUNOFF = "irv"
    SINGLE_TRANSFERABLE_VOTE = "stv"
    BORDA = "borda"
    SCHULZE = "schulze"


@dataclass(frozen=True, slots=True)
class RankRule:
    """A method and how many options it elects; raises `RuleError` where they do not go together."""

    method: RankMethod
    seats: int = 1

    def __post_init__(self) -> None:
        if self.seats < 1:
            raise RuleError("seats", f"at least one seat is to be filled, not {self.seats}")
        if self.method is RankMethod.INSTANT_RUNOFF and self.seats != 1:
            raise RuleError("seats", f"instant-runoff voting fills one seat, not {self.seats}")

    def __str__(self) -> str:
        return f"{self.method} seats={self.seats}"

    @classmethod
    def parse(cls, text: str) -> "RankRule":
        """Reads the text form; raises `RuleError` for anything `str` would not have written."""
        name, _, seats = text.partition(" seats=")
        try:
            rule = cls(RankMethod(name), int(seats))
        except ValueError as error:
            raise RuleError("ranking rule", f"{text!r} is not a rule: {error}") from error
        if str(rule) != text:
            raise RuleError("ranking rule", f"{text!r} is not how {str(rule)!r} is written")
        return rule


@dataclass(frozen=True, slots=True)
class Elected:
    """The elected options in the order of their election, and the count they come from.

    Without any vote instant-runoff voting elects nobody.
    """

    options: tuple[int, ...]
    count: IrvResult | StvResult | BordaResult | SchulzeResult


def elect(
    rule: RankRule, options: int, votes: Iterable[Vote], tie_break: TieBreak | None = None
) -> Elected:
    """Applies `rule` to valid ranked `votes` over `options` options."""
    profile = ranking_profile(votes)
    if rule.method is RankMethod.INSTANT_RUNOFF:
        runoff = instant_runoff(options, profile, tie_break)
        return Elected(() if runoff.winner is None else (runoff.winner,), runoff)
    if rule.method is RankMethod.SINGLE_TRANSFERABLE_VOTE:
        transfers = single_transferable_vote(options, profile, rule.seats, tie_break)
        return Elected(transfers.elected, transfers)
    method = borda if rule.method is RankMethod.BORDA else schulze
    ranked = method(options, profile, tie_break)
    return Elected(ranked.ranking[: rule.seats], ranked)
