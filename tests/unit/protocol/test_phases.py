import pytest

from hanpyo.protocol.phases import Phase, desk_is_open, phase_at
from hanpyo.protocol.types import Secrecy
from tests.strategies import example_manifest

SEALED = example_manifest()
OPEN = example_manifest(secrecy=Secrecy.OPEN)


@pytest.mark.parametrize(
    ("now", "phase"),
    [
        (0, Phase.FROZEN),
        (999, Phase.FROZEN),
        (1000, Phase.VOTING),
        (1999, Phase.VOTING),
        (2000, Phase.CLOSED),
        (3999, Phase.CLOSED),
        (4000, Phase.OPENING),
        (9999, Phase.OPENING),
    ],
)
def test_times_alone_move_an_election_on(now: int, phase: Phase) -> None:
    assert phase_at(OPEN, now, key_known=False) is phase
    assert phase_at(SEALED, now, key_known=True) is phase


def test_a_key_not_released_in_time_leaves_the_outcome_undetermined() -> None:
    assert phase_at(SEALED, 5000, key_known=False) is Phase.OPENING
    assert phase_at(SEALED, 5001, key_known=False) is Phase.UNDETERMINED


@pytest.mark.parametrize(
    ("now", "is_open"), [(999, False), (1000, True), (2999, True), (3000, False)]
)
def test_the_desk_is_open_until_its_barrier(now: int, is_open: bool) -> None:
    assert desk_is_open(SEALED, now) is is_open
