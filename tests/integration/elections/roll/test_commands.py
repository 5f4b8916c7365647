"""What the operator does at the console."""

from pathlib import Path

import pytest

from hanpyo.db.database import Database
from hanpyo.db.models import Election, ElectionState
from hanpyo.db.vault import MasterKey, Vault
from hanpyo.elections.private_list import read_private_list
from hanpyo.identity.staff import audit_log
from tests.commands import run
from tests.integration.elections.roll.people import KIM, draw, fill, rows

PASSPHRASE = "a passphrase of some length"
KEY = MasterKey.generate(7)


@pytest.fixture
def vault() -> Vault:
    return Vault([KEY])


@pytest.fixture
def settings(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets commands work on the test's database."""
    url = database.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("HANPYO_DATA", str(tmp_path))
    monkeypatch.setenv("HANPYO_DATABASE_URL", url)
    monkeypatch.setenv("HANPYO_MASTER_KEYS", KEY.text())


def test_the_operator_can_force_an_erasure_and_the_log_says_so(
    database: Database, vault: Vault, election: str, settings: None
) -> None:
    fill(database, vault, election, rows(2))
    with database.write() as session:
        row = session.get_one(Election, election)
        row.state = ElectionState.PUBLISHED
    assert run("roll", "erase", election, "--yes").status == 2
    ran = run("roll", "erase", election, "--yes", "--force", "--json")
    assert ran.report == {"election": election, "erased": True}
    with database.read() as session:
        (entry,) = audit_log.read(session, row.organisation_id)
    assert (entry.action, entry.actor, entry.details) == (
        "roll.erased",
        "console",
        {"forced": True},
    )


def test_the_private_list_is_written_sealed_and_for_the_owner_only(
    database: Database,
    vault: Vault,
    election: str,
    settings: None,
    tmp_path: Path,
) -> None:
    fill(database, vault, election, rows(2))
    draw(database, vault, election)
    password, out = tmp_path / "password", tmp_path / "list"
    password.write_text(PASSPHRASE + "\n")
    password.chmod(0o600)
    ran = run("roll", "private-list", election, "--out", out, "--password-file", password)
    assert ran.status == 0
    assert out.stat().st_mode & 0o077 == 0
    assert KIM in [each.person for each in read_private_list(out.read_bytes(), PASSPHRASE).entries]
