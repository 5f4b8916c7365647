"""The guard keeps whole states alone: a node that is killed while it writes leaves half of one."""

from pathlib import Path

import pytest

from hanpyo.chain.guard import Keeper

FIRST = b'{"block":{"number":"0x1"},"historical_states":null}'
SECOND = b'{"block":{"number":"0x2"},"transactions":[],"historical_states":null}'


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return tmp_path / "written.json"


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "kept.json"


@pytest.fixture
def keeper(written: Path, kept: Path) -> Keeper:
    return Keeper(written, kept)


def test_each_whole_state_replaces_the_last(keeper: Keeper, written: Path, kept: Path) -> None:
    for state in (FIRST, SECOND):
        written.write_bytes(state)
        keeper.look()
        assert kept.read_bytes() == state


def test_nothing_is_kept_before_anything_is_written(keeper: Keeper, kept: Path) -> None:
    keeper.look()
    assert not kept.exists()


@pytest.mark.parametrize("length", range(0, len(SECOND), 7))
def test_half_a_state_never_replaces_a_whole_one(
    keeper: Keeper, written: Path, kept: Path, length: int
) -> None:
    written.write_bytes(FIRST)
    keeper.look()
    written.write_bytes(SECOND[:length])
    keeper.look()
    assert kept.read_bytes() == FIRST
    written.write_bytes(SECOND)
    keeper.look()
    assert kept.read_bytes() == SECOND


def test_a_disk_without_room_is_tried_again(keeper: Keeper, written: Path, kept: Path) -> None:
    blocked = kept.with_name("kept.json.copy")
    blocked.mkdir()
    written.write_bytes(FIRST)
    keeper.look()
    assert not kept.exists()
    blocked.rmdir()
    keeper.look()
    assert kept.read_bytes() == FIRST
