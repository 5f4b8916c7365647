"""`hanpyo registrar`: key, private list, letters, report and erasure."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hanpyo.cli import main
from hanpyo.elections.catalogue import PublishedElection
from hanpyo.registrar.errors import KeyTaken
from tests.service.attesting import PASSPHRASE, private_list, request_for
from tests.service.registrar_processes import RegistrarProcess
from tests.service.scene import Scene, voter


@pytest.fixture(scope="module")
def published(lone: Scene) -> PublishedElection:
    return lone.publish(voters=4)


@pytest.fixture(scope="module")
def books(
    lone: Scene, published: PublishedElection, tmp_path_factory: pytest.TempPathFactory
) -> RegistrarProcess:
    """A registrar's folder and configuration, with a private list; no process."""
    folder = tmp_path_factory.mktemp("registrar")
    made = RegistrarProcess(
        folder, lone.officials.registrars.keys[0], lone.node.url, lone.node.chain_id
    )
    (folder / "list").write_bytes(private_list(published))
    made.private_file("passphrase", PASSPHRASE)
    return made


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["registrar", *map(str, arguments)])


def at(books: RegistrarProcess, published: PublishedElection) -> tuple[object, ...]:
    return ("--config", books.config, "--election", published.address)


def lists(books: RegistrarProcess) -> tuple[object, ...]:
    return ("--list", books.folder / "list", "--passphrase-file", books.folder / "passphrase")


def test_a_key_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("password")
    password.chmod(0o600)
    made = run("key", tmp_path / "key.json", "--password-file", password, "--json")
    assert json.loads(made.output)["address"].startswith("0x")
    assert (tmp_path / "key.json").stat().st_mode & 0o077 == 0


def test_contacts_are_taken_in_and_erased(
    books: RegistrarProcess, published: PublishedElection
) -> None:
    taken = run("import-roll", *at(books, published), *lists(books), "--json")
    assert json.loads(taken.output) == {"reachable": 4}
    erased = run("erase", *at(books, published), "--yes")
    assert erased.exit_code == 0
    again = run("erase", *at(books, published), "--yes", "--json")
    assert list(json.loads(again.output)) == ["erased"]


def test_letters_have_a_code_for_each_voter_in_a_private_file(
    books: RegistrarProcess, published: PublishedElection
) -> None:
    out = books.folder / "letters.csv"
    made = run("letters", *at(books, published), *lists(books), "--out", out)
    assert made.output == f"4 letters in {out}\n"
    other = books.folder / "again.csv"
    told = run("letters", *at(books, published), *lists(books), "--out", other, "--json")
    assert json.loads(told.output) == {"letters": 4, "file": str(other)}
    assert out.stat().st_mode & 0o077 == 0
    with out.open(encoding="utf-8-sig", newline="") as file:
        codes = [row["확인 번호"] for row in csv.DictReader(file)]
    assert len({*codes}) == 4
    assert all(len(code) == 19 for code in codes)


def test_a_clean_report_ends_with_zero_and_an_alarm_with_one(
    lone: Scene, books: RegistrarProcess, published: PublishedElection
) -> None:
    clean = run("report", *at(books, published))
    assert clean.exit_code == 0, clean.output
    assert "Signed: nothing" in clean.output
    with books.desk() as desk:
        desk.office.attest(request_for(published, voter(0)))
        with pytest.raises(KeyTaken):
            desk.office.attest(request_for(published, voter(0)))
    alarmed = run("report", *at(books, published))
    assert alarmed.exit_code == 1
    assert "1 credentials; 1 keys bound" in alarmed.output
    assert "1 key_taken; 1 alarms" in alarmed.output


def test_a_wrong_passphrase_and_an_unknown_election_are_told_in_one_line(
    books: RegistrarProcess, published: PublishedElection
) -> None:
    books.private_file("wrong", "another passphrase")
    place = ("--list", books.folder / "list", "--passphrase-file", books.folder / "wrong")
    refused = run("import-roll", *at(books, published), *place)
    assert (refused.exit_code, "bad_private_list" in refused.output) == (2, True)
    nowhere = ("--config", books.config, "--election", "0x" + "11" * 20)
    unknown = run("import-roll", *nowhere, *lists(books))
    assert (unknown.exit_code, "election_unknown" in unknown.output) == (2, True)
