"""The operator's page: every setting is on it as it is in the code."""

import re

import pytest
from pydantic import BaseModel

from hanpyo.config import Settings
from hanpyo.db.database import _BOUNDS
from scripts.make_settings import PAGE, page, rows
from tests.unit.docs.pages import PAGES, ROOT

TEXT = PAGES["docs/operate.md"]


def test_the_table_of_settings_is_that_of_the_code() -> None:
    assert page(TEXT) == TEXT
    assert PAGE.read_text(encoding="utf-8") == TEXT


@pytest.mark.parametrize(("name", "meaning"), [(name, said) for name, _, said in rows(Settings)])
def test_every_setting_is_named_and_explained(name: str, meaning: str) -> None:
    assert meaning
    assert f"| `{name}` |" in TEXT


def test_an_undocumented_setting_would_fail() -> None:
    class More(BaseModel):
        unheard_of: int = 1

    ((name, default, meaning),) = rows(More)
    assert (name, default, meaning) == ("unheard_of", "`1`", "")
    assert f"`{name}`" not in TEXT


def test_the_bounds_that_a_pooler_drops_are_told_as_the_code_has_them() -> None:
    assert f"`options={_BOUNDS}`" in TEXT
    for name, value in re.findall(r"-c (\w+)=(\w+)", _BOUNDS):
        assert f"ALTER ROLE hanpyo SET {name} = '{value}';" in TEXT


def test_the_examples_set_what_exists() -> None:
    known = {name for name, _, _ in rows(Settings)}
    section = ""
    for line in (ROOT / "deploy" / "hanpyo.toml").read_text().splitlines():
        if match := re.fullmatch(r"\[(\w+)\]", line):
            section = f"{match[1]}."
        elif match := re.match(r"(\w+) = ", line):
            assert section + match[1] in known


def test_the_page_says_that_the_examples_are_not_tested() -> None:
    assert "no test of this repository runs them" in TEXT
    for name in ("compose.yaml", "nginx.conf", "Dockerfile"):
        assert re.search(r"[Nn]ot run by the tests", (ROOT / "deploy" / name).read_text())
    units = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
    assert [unit.stem for unit in units] == ["hanpyo-serve", "hanpyo-web", "hanpyo-worker"]
    assert all("Not run by the tests" in unit.read_text() for unit in units)
