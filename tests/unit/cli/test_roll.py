"""`hanpyo roll build`: files that are written once, and lists that are refused with their line."""

from pathlib import Path

import pytest

from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.roll import decode_roll
from tests.commands import Ran, run


def build(folder: Path, content: str, *options: str) -> Ran:
    (folder / "members.csv").write_text(content)
    files = ("--out", folder / "roll.bin", "--private", folder / "private.csv")
    return run("roll", "build", folder / "members.csv", *files, *options)


def test_a_roll_and_its_private_list_are_written(tmp_path: Path) -> None:
    report = build(tmp_path, "identity,weight\nkim,1\nlee,1/3\n", "--json").report
    data = (tmp_path / "roll.bin").read_bytes()
    assert sorted(entry.weight for entry in decode_roll(data)) == [1, 3]
    assert report == {
        "entries": 2,
        "weight": 4,
        "unit": 3,
        "rollHash": "0x" + keccak(data).hex(),
    }
    private = tmp_path / "private.csv"
    assert private.stat().st_mode & 0o077 == 0
    assert "kim" in private.read_text()
    assert b"kim" not in data


def test_people_are_told_what_was_written(tmp_path: Path) -> None:
    ran = build(tmp_path, "identity\nkim\n")
    assert ran.status == 0
    assert "1 entries" in ran.output


@pytest.mark.parametrize(
    ("content", "said"),
    [("identity\n", "empty"), ("identity\nkim\nkim\n", "line 3"), ("who\nkim\n", "columns")],
)
def test_a_wrong_list_writes_nothing(tmp_path: Path, content: str, said: str) -> None:
    ran = build(tmp_path, content)
    assert (ran.status, said in ran.errors) == (2, True)
    assert not (tmp_path / "roll.bin").exists()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    build(tmp_path, "identity\nkim\n")
    before = (tmp_path / "roll.bin").read_bytes()
    assert build(tmp_path, "identity\nlee\n").status == 2
    assert (tmp_path / "roll.bin").read_bytes() == before
