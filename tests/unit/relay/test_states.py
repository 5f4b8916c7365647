"""The table of moves is the whole truth about a ballot's states."""

from itertools import product

import pytest

from hanpyo.db.models import BallotState
from hanpyo.relay.states import MOVES, OPEN, SETTLED, ImpossibleMove, move


def test_every_state_has_its_row() -> None:
    assert set(MOVES) == set(BallotState) == OPEN | SETTLED


@pytest.mark.parametrize(("before", "after"), list(product(BallotState, BallotState)))
def test_only_what_is_drawn_is_possible(before: BallotState, after: BallotState) -> None:
    if after in MOVES[before]:
        assert move(before, after) is after
    else:
        with pytest.raises(ImpossibleMove, match=f"{before} to {after}"):
            move(before, after)


def test_what_is_settled_stays() -> None:
    assert BallotState.FINAL in SETTLED
    assert BallotState.RECORDED not in SETTLED
    assert not any(MOVES[state] for state in SETTLED)
