"""A record that is read on gives what reading it whole gives, through reorganisations too."""

from collections.abc import Iterator

import pytest

from hanpyo.elections.record import read_record
from hanpyo.elections.record_keeper import RecordKeeper
from hanpyo.protocol.types import Secrecy
from tests.service.life import Life
from tests.service.scene import Scene, scene

YES, NO = bytes([1]), bytes([2])


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with scene("sqlite", tmp_path_factory.mktemp("keeper")) as running:
        yield running


def test_reading_on_and_reading_whole_are_the_same(stage: Scene) -> None:
    life, keeper = Life(stage), RecordKeeper()
    election = stage.publish(secrecy=Secrecy.OPEN)
    contract = life.contract(election)
    for number in range(3):
        life.cast(election, (number, YES, 0), (number + 10, NO, 0))
        life.cast(election, (number, NO, 1))
        assert keeper.read(contract).record == read_record(contract)
    assert keeper.read(contract).record == read_record(contract)


@pytest.mark.parametrize("depth", [1, 2, 5])
def test_after_a_reorganisation_the_record_is_the_new_chains(stage: Scene, depth: int) -> None:
    life, keeper = Life(stage), RecordKeeper()
    election = stage.publish(secrecy=Secrecy.OPEN)
    contract = life.contract(election)
    for number in range(5):
        life.cast(election, (number, YES, 0))
    assert set(keeper.read(contract).record.firsts) == set(range(5))
    stage.controls.reorganise(depth)
    assert set(keeper.read(contract).record.firsts) == set(range(5 - depth))
    assert keeper.read(contract).record == read_record(contract)
    stage.organiser.reconcile()


def test_only_the_records_read_last_are_kept(stage: Scene) -> None:
    life, keeper = Life(stage), RecordKeeper()
    contracts = [life.contract(stage.publish(voters=2)) for _ in range(6)]
    for contract in contracts:
        keeper.read(contract)
    keeper.forget(contracts[-1])
    assert len(keeper._readings) == 3
