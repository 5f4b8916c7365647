"""The headless shell is taken once from the archive, beside the files of the installed browser."""

from pathlib import Path

import pytest

from scripts.toolchain import headless_shell

APT = """#!/bin/sh
echo "$*" >> {calls}
[ -e {archive} ] && touch shell.deb
"""
DPKG = """#!/bin/sh
mkdir -p "$3/usr/lib/chromium" && touch "$3/usr/lib/chromium/chromium-headless-shell"
"""
VERSION = """#!/bin/sh
[ -e {installed}/icudtl.dat ] && printf 1.2-3
"""


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Debian with Chromium 1.2-3; the file `archive` stands for an archive that has its shell."""
    commands, installed = tmp_path / "bin", tmp_path / "chromium"
    commands.mkdir()
    installed.mkdir()
    (installed / "icudtl.dat").touch()
    places = {name: tmp_path / name for name in ("calls", "archive")} | {"installed": installed}
    for name, script in {"apt-get": APT, "dpkg": DPKG, "dpkg-query": VERSION}.items():
        (commands / name).write_text(script.format(**places))
        (commands / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(commands), prepend=":")
    monkeypatch.setattr(headless_shell, "INSTALLED", installed)
    monkeypatch.setattr(headless_shell, "_KEPT", tmp_path / "kept")
    return tmp_path


def test_the_shell_of_the_installed_version_is_unpacked_once(machine: Path) -> None:
    (machine / "archive").touch()
    for _ in range(2):
        headless_shell.unpack()
    assert (machine / "calls").read_text() == "download chromium-headless-shell=1.2-3\n"
    shell = headless_shell.unpacked()
    assert shell is not None
    assert (shell.parent / "icudtl.dat").resolve() == machine / "chromium" / "icudtl.dat"


def test_what_the_archive_lacks_is_asked_for_once(machine: Path) -> None:
    for _ in range(2):
        headless_shell.unpack()
    assert len((machine / "calls").read_text().splitlines()) == 1
    assert headless_shell.unpacked() is None


def test_where_chromium_is_no_package_nothing_is_asked_for(machine: Path) -> None:
    (machine / "archive").touch()
    (machine / "chromium" / "icudtl.dat").unlink()
    headless_shell.unpack()
    assert headless_shell.unpacked() is None
    assert not (machine / "calls").exists()
