"""A step is repeated exactly when an input changed or a product is gone."""

from pathlib import Path

import pytest

from scripts.toolchain import stamps


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(stamps, "STAMPS", tmp_path / "stamps")
    return tmp_path


def test_nothing_is_fresh_at_first() -> None:
    assert not stamps.fresh("step", ["input"], [])


def test_unchanged_inputs_are_fresh(folder: Path) -> None:
    lock = folder / "lock"
    lock.write_text("one")
    stamps.write("step", [lock, "3.11"])
    assert stamps.fresh("step", [lock, "3.11"], [lock])


@pytest.mark.parametrize(("content", "version"), [("two", "3.11"), ("one", "3.12")])
def test_a_changed_input_is_stale(folder: Path, content: str, version: str) -> None:
    lock = folder / "lock"
    lock.write_text("one")
    stamps.write("step", [lock, "3.11"])
    lock.write_text(content)
    assert not stamps.fresh("step", [lock, version], [])


def test_a_missing_product_is_stale(folder: Path) -> None:
    stamps.write("step", ["input"])
    assert not stamps.fresh("step", ["input"], [folder / "gone"])
