"""Rankings and budgets of a certified election counted by the method that its text names.

The contract certifies the ballots and their sums; what follows from a ranking or a budget everybody
counts alone. This is the service's own count for its pages, made once and kept in mind. What
would keep it busy for long is left to the auditor, which anybody may run.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Final

from sqlalchemy.orm import Session

from hanpyo.audit.methods import count_votes, read_text, vote_of
from hanpyo.counting.errors import CountingError
from hanpyo.db.database import Database
from hanpyo.db.models import Act, VoterState
from hanpyo.elections.catalogue import PublishedElection
from hanpyo.indexer.queries import counting
from hanpyo.indexer.situation import Situation
from hanpyo.protocol.agenda import Item, Method
from hanpyo.protocol.phases import Phase
from hanpyo.protocol.types import Secrecy

_KEPT: Final = 64
_MOST_MARKS: Final = 2_000_000
"""Ballots times options of a method that looks at each ballot once."""
_MOST_MARKS_AGAIN: Final = 200_000
"""The same of a method that looks at them again in every round."""
_MOST_ROUNDS: Final = 100
_MOST_RANKED: Final = 150
"""Options of a ranking: comparing all pairs takes their third power."""
_LONGEST_NAME: Final = 200
_ONCE: Final = ("borda", "greedy-skip", "greedy-stop")


@dataclass(frozen=True, slots=True)
class Selected:
    """What the text's method makes of an item.

    `options` are those selected, from 1 and in order; None where it was not counted here. Of a
    budget, `budget` is what there was to spend and `costs` what each option costs.
    """

    method: str
    options: tuple[int, ...] | None
    budget: int | None = None
    costs: tuple[int, ...] = ()

    @property
    def spent(self) -> int:
        """What the selected options cost together."""
        return sum(self.costs[option - 1] for option in self.options or () if self.costs)


class Selections:
    """Counts of one process. Safe to share between threads; one counts at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: OrderedDict[tuple[str, int | None], Mapping[int, Selected]] = OrderedDict()
        self._lock = Lock()

    def read(self, found: Situation) -> Mapping[int, Selected]:
        """By item, for those whose text names a method; empty before the certificate."""
        if found.phase is not Phase.CERTIFIED or found.halted:
            return {}
        key = (found.election.id, found.progress.certified_block)
        with self._lock:
            known = self._known.get(key)
            if known is None:
                known = self._known[key] = self._count(found.election)
                while len(self._known) > _KEPT:
                    self._known.popitem(last=False)
        return known

    def _count(self, election: PublishedElection) -> Mapping[int, Selected]:
        named = read_text(election.manifest, election.text.encode()).counting
        wanted = {number: text for number, text in enumerate(named) if text is not None}
        if not wanted:
            return {}
        with self._database.read() as session:
            ballots = _ballots(session, election)
        return {
            number: _counted(election, number, ballots, text) for number, text in wanted.items()
        }


Ballot = tuple[bytes, int, int]
"""Choices, class and weight of a ballot that counts."""


def _ballots(session: Session, election: PublishedElection) -> Sequence[Ballot]:
    """The ballots that count, by voter number."""
    sealed = election.manifest.secrecy is Secrecy.SEALED
    choices = VoterState.opened if sealed else Act.payload
    query = (
        counting(choices, Act.class_, Act.weight)
        .where(
            Act.election_id == election.id,
            VoterState.voided.is_not(True),
            choices.is_not(None),
        )
        .order_by(Act.voter)
    )
    return [(said, class_, weight) for said, class_, weight in session.execute(query)]


def _counted(
    election: PublishedElection,
    number: int,
    ballots: Sequence[Ballot],
    text: Mapping[str, object],
) -> Selected:
    manifest, method = election.manifest, str(text.get("method", ""))[:_LONGEST_NAME]
    if not _is_quick(manifest.items[number], method, len(ballots)):
        return Selected(method, None)
    votes = [vote_of(manifest, number, *ballot) for ballot in ballots]
    valid = [vote for vote in votes if vote is not None]
    try:
        counted = count_votes(manifest, number, valid, text, _MOST_ROUNDS)
    except CountingError:
        return Selected(method, None)
    budget = text.get("budget")
    if not isinstance(budget, int):
        return Selected(method, counted.selected)
    given = text.get("costs")
    costs = given if isinstance(given, list) else manifest.items[number].costs
    return Selected(method, counted.selected, budget, tuple(costs or ()))


def _is_quick(item: Item, method: str, ballots: int) -> bool:
    once = method.partition(" ")[0] in _ONCE
    ranked = item.method is not Method.RANKING or item.options <= _MOST_RANKED
    return ranked and ballots * item.options <= (_MOST_MARKS if once else _MOST_MARKS_AGAIN)
