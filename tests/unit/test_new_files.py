"""New files: whole or not there, private, and never over another one."""

from errno import ENOSPC
from pathlib import Path
from typing import BinaryIO

import pytest

from hanpyo.new_files import new_file


def test_a_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    with new_file(tmp_path / "key") as file:
        file.write(b"secret")
    assert (tmp_path / "key").read_bytes() == b"secret"
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def fill_the_disk(file: BinaryIO) -> None:
    file.write(b"half of a secret")
    raise OSError(ENOSPC, "No space left on device")


def test_what_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left"), new_file(tmp_path / "key") as file:
        fill_the_disk(file)
    assert not list(tmp_path.iterdir())


def test_nothing_is_overwritten_and_no_link_followed(tmp_path: Path) -> None:
    (tmp_path / "kept").write_bytes(b"kept")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for name in ("kept", "link"):
        with pytest.raises(FileExistsError), new_file(tmp_path / name):
            pytest.fail("opened")
    assert (tmp_path / "kept").read_bytes() == b"kept"
    assert not (tmp_path / "elsewhere").exists()
