"""How a ballot moves between its promise and the record: one table and one function.

::

              sign          act seen          act final
    queued ---------> sent ---------> recorded -------> final
      ^  |  act seen   |  ^             |
      |  +-------------|--|-----------> |
      |                |  +-------------+   the chain was reorganised, its transaction lives
      +----------------+----------------+   its batch failed for good, or skipped it in passing

    queued, sent ----> superseded, outdated, refused_by_wallet, too_late, refused

What ends a promise is decided on final blocks only, so nothing leads out of the last states.
"""

from collections.abc import Mapping
from typing import ClassVar, Final

from hanpyo.db.models.relay import BallotState
from hanpyo.errors import HanpyoError

QUEUED, SENT, RECORDED, FINAL = (
    BallotState.QUEUED,
    BallotState.SENT,
    BallotState.RECORDED,
    BallotState.FINAL,
)
_BROKEN: Final = frozenset(
    {
        BallotState.SUPERSEDED,
        BallotState.OUTDATED,
        BallotState.REFUSED_BY_WALLET,
        BallotState.TOO_LATE,
        BallotState.REFUSED,
    }
)
MOVES: Final[Mapping[BallotState, frozenset[BallotState]]] = {
    QUEUED: frozenset({SENT, RECORDED}) | _BROKEN,
    SENT: frozenset({QUEUED, RECORDED}) | _BROKEN,
    RECORDED: frozenset({QUEUED, SENT, FINAL}),
    FINAL: frozenset(),
} | dict.fromkeys(_BROKEN, frozenset())
SETTLED: Final = frozenset(state for state, moves in MOVES.items() if not moves)
"""States that nothing changes any more."""
OPEN: Final = frozenset(MOVES) - SETTLED
"""States in which the relay still owes something."""


class ImpossibleMove(HanpyoError):
    """A ballot was to leave a state by a way that does not exist: a fault of the program."""

    code: ClassVar[str] = "impossible_move"


def move(before: BallotState, after: BallotState) -> BallotState:
    """`after`, if it follows from `before`; raises `ImpossibleMove`."""
    if after not in MOVES[before]:
        raise ImpossibleMove(f"a ballot cannot go from {before} to {after}")
    return after
