import platform
from pathlib import Path

import pytest

from hanpyo.chain import binary
from hanpyo.chain.binary import ANVIL_VARIABLE, AnvilNotFound, find_anvil


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_the_variable_comes_first(tmp_path: Path) -> None:
    named = program(tmp_path / "mine")
    assert find_anvil({ANVIL_VARIABLE: str(named)}) == named


@pytest.mark.parametrize("kind", ["missing", "folder", "not executable"])
def test_a_variable_that_names_no_program_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "anvil"
    if kind == "folder":
        path.mkdir()
    elif kind == "not executable":
        path.write_text("")
    with pytest.raises(AnvilNotFound, match="is not a program"):
        find_anvil({ANVIL_VARIABLE: str(path)})


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder, with this package installed far from any node_modules."""
    monkeypatch.setattr(binary, "__file__", str(tmp_path / "site-packages" / "binary.py"))
    return tmp_path / "work"


def test_path_comes_last(elsewhere: Path) -> None:
    anvil = program(elsewhere / "bin" / "anvil")
    assert find_anvil({"PATH": str(anvil.parent)}, elsewhere) == anvil


def test_no_anvil_anywhere_says_what_to_do(elsewhere: Path) -> None:
    with pytest.raises(AnvilNotFound, match="make setup"):
        find_anvil({"PATH": str(elsewhere)}, elsewhere)


def test_an_unknown_machine_has_no_packaged_anvil(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    with pytest.raises(AnvilNotFound):
        find_anvil({"PATH": str(elsewhere)}, elsewhere)


def test_the_projects_modules_are_found_from_any_folder_inside(tmp_path: Path) -> None:
    machine = {"x86_64": "amd64", "aarch64": "arm64", "arm64": "arm64"}[platform.machine()]
    package = f"anvil-{platform.system().lower()}-{machine}"
    anvil = program(tmp_path / "node_modules" / "@foundry-rs" / package / "bin" / "anvil")
    inside = tmp_path / "deep" / "inside"
    inside.mkdir(parents=True)
    assert find_anvil({}, inside) == anvil
