"""`hanpyo operator`: from an empty database to people, and the check of what they did."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from hanpyo.config import load_settings
from hanpyo.db.database import Database
from hanpyo.db.models import Organisation
from hanpyo.runtime import Runtime, open_vault
from hanpyo.web.app import create_app
from tests.commands import run
from tests.service.sign_in import PASSWORD, Browser

URL = "https://vote.example"


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The database of an installation that the environment names."""
    monkeypatch.setenv("HANPYO_DATA", str(tmp_path))
    monkeypatch.setenv("HANPYO_STAFF__PASSWORD_MEMORY", "8")
    monkeypatch.setenv("HANPYO_STAFF__PASSWORD_PASSES", "1")
    monkeypatch.setenv("HANPYO_WEB__PUBLIC_URL", URL)
    database = Database(f"sqlite:///{tmp_path / 'hanpyo.db'}")
    yield database
    database.close()


@pytest.fixture
def installed(database: Database) -> Database:
    database.create_schema()
    return database


def browser_of(database: Database) -> Browser:
    settings = load_settings()
    return Browser(create_app(Runtime(settings, database, open_vault(settings))), URL)


def test_without_tables_the_way_out_is_told(database: Database) -> None:
    ran = run("operator", "create-organisation", "한표협동조합")
    assert ran.status == 2
    assert "hanpyo migrate" in ran.errors


def test_an_organisation_and_its_first_organiser(installed: Database) -> None:
    made = run("operator", "create-organisation", "한표협동조합", "--json")
    assert made.status == 0, made.errors
    place = made.report["id"]
    with installed.read() as session:
        assert session.get_one(Organisation, place).name == "한표협동조합"
    invited = run(
        *("operator", "invite", "kim@example.org"),
        *("--organisation", place, "--role", "organiser"),
    )
    assert invited.status == 0, invited.errors
    link = invited.output.strip()
    assert link.startswith(f"{URL}/staff/set-up#")
    browser = browser_of(installed)
    body = {"token": link.partition("#")[2], "password": PASSWORD}
    answer = browser.post("/v1/staff/set-up", body)
    assert answer.status_code == 201


@pytest.mark.parametrize(
    "arguments",
    [
        ("--role", "organiser"),
        ("--role", "operator", "--organisation", "ee" * 16),
        ("--role", "king"),
        (),
    ],
)
def test_a_role_is_held_where_it_can_be(installed: Database, arguments: tuple[str, ...]) -> None:
    assert run("operator", "invite", "kim@example.org", *arguments).status == 2


def test_there_is_no_such_organisation(installed: Database) -> None:
    ran = run("operator", "invite", "kim@example.org", "--role", "clerk", "--organisation", "ee")
    assert ran.status == 2
    assert "[not_found]" in ran.errors
    assert "kim@example.org" not in ran.errors


def test_a_reset_of_nobody(installed: Database) -> None:
    ran = run("operator", "reset", "kim@example.org")
    assert (ran.status, "[not_found]" in ran.errors) == (2, True)


def test_logs_are_checked_here_and_from_a_file(installed: Database, tmp_path: Path) -> None:
    place = run("operator", "create-organisation", "한표협동조합", "--json").report["id"]
    run("operator", "invite", "kim@example.org", "--role", "operator")
    ran = run("operator", "verify-log")
    assert ran.status == 0
    assert set(ran.output.splitlines()) == {
        f"PASS {place}: 1 entries, 0 published",
        "PASS installation: 2 entries, 0 published",
    }
    file = tmp_path / "log.ndjson"
    exported = run("operator", "export-log", "--organisation", place, "--out", file)
    assert exported.status == 0
    own = tmp_path / "text.json"
    own.write_text('{"log":"0x' + file.read_text().partition('"hash":"0x')[2][:64] + '"}')
    assert run("operator", "verify-log", "--file", file, "--election-text", own).status == 0
    other = tmp_path / "other.json"
    other.write_text('{"log":"0x' + "12" * 32 + '"}')
    failed = run("operator", "verify-log", "--file", file, "--election-text", other)
    assert (failed.status, failed.output[:4]) == (1, "FAIL")
    file.write_text(file.read_text().replace('"at":1', '"at":2'))
    assert run("operator", "verify-log", "--file", file).status == 1
    assert run("operator", "verify-log", "--election-text", own).status == 2


def test_an_altered_log_is_an_exit_status(installed: Database) -> None:
    run("operator", "create-organisation", "한표협동조합")
    with installed.write() as session:
        session.execute(text("DROP TRIGGER audit_entry_no_update"))
        session.execute(text("UPDATE audit_entry SET actor = 'somebody'"))
    ran = run("operator", "verify-log", "--json")
    assert ran.status == 1
    assert all(each["fault"] for each in ran.report)
