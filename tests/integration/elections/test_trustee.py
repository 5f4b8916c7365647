"""`hanpyo trustee`: the key leaves its file when the barrier is final, and not before."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from eth_account import Account

from hanpyo.chain.contracts import ElectionContract
from hanpyo.elections.catalogue import PublishedElection
from hanpyo.elections.keyfiles import write_private
from hanpyo.secrecy.trustee import TrusteeKey
from hanpyo.web.app import create_app
from tests.commands import Ran, run
from tests.service.life import Life
from tests.service.scene import Scene, scene
from tests.service.serving import served

PASSWORD = "correct horse"
ETHER = 10**18


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with scene("sqlite", tmp_path_factory.mktemp("trustee")) as running:
        yield running


@pytest.fixture
def life(stage: Scene) -> Life:
    return Life(stage)


@pytest.fixture
def election(life: Life) -> PublishedElection:
    return life.publish(life.draft())


@pytest.fixture
def contract(life: Life, election: PublishedElection) -> ElectionContract:
    return life.contract(election)


def write_keystore(path: Path, key: bytes) -> None:
    """A keystore that opens quickly; one as it should be takes seconds."""
    write_private(path, orjson.dumps(Account.encrypt(key, PASSWORD, kdf="pbkdf2", iterations=1)))


class Desk:
    """The files of one trustee, who also has an account with money."""

    def __init__(self, life: Life, folder: Path) -> None:
        self.password = folder / "password"
        self.password.touch(0o600)
        self.password.write_text(PASSWORD)
        self.key, self.keystore = folder / "trustee.json", folder / "account.json"
        write_keystore(self.key, life.trustee.secret.to_bytes(32, "big"))
        account = Account.create()
        write_keystore(self.keystore, account.key)
        life.scene.controls.set_balance(account.address, ETHER)
        life.scene.controls.mine()
        self.node = life.scene.node.url

    def run(self, command: str, address: str, *more: object) -> Ran:
        own = ("--keystore", self.keystore, "--account-password-file", self.password)
        way = () if "--service" in more else own
        return run(
            *("trustee", command, self.key, "--password-file", self.password),
            *("--rpc", self.node, "--election", address, "--confirmations", 3),
            *(*way, *more),
        )


@pytest.fixture
def desk(life: Life, tmp_path: Path) -> Desk:
    return Desk(life, tmp_path)


def test_a_key_is_made_encrypted_and_shown_as_a_point(tmp_path: Path) -> None:
    password, file = tmp_path / "password", tmp_path / "key.json"
    password.touch(0o600)
    password.write_text(PASSWORD)
    made = run("trustee", "key", file, "--password-file", password, "--json")
    assert made.status == 0
    point = made.report["trusteeKey"]
    assert set(point) == {"x", "y"}
    assert file.stat().st_mode & 0o077 == 0
    assert "secret" not in file.read_text()
    again = run("trustee", "key", file, "--password-file", password)
    assert (again.status, "file_refused" in again.errors) == (2, True)


def test_release_refuses_until_the_barrier_is_final(
    life: Life, election: PublishedElection, contract: ElectionContract, desk: Desk
) -> None:
    times = election.manifest.timetable
    for moment, said in (
        (times.opens_at, "the voting is not over"),
        (times.barrier_at, "not final"),
    ):
        life.advance_to(moment)
        refused = desk.run("release", election.address)
        assert refused.status == 2
        assert "key_too_early" in refused.errors
        assert said in refused.errors
    assert contract.secret() == 0
    life.scene.controls.mine(3)
    assert desk.run("release", election.address, "--json").report == {"stage": "released"}
    assert contract.secret() == life.trustee.secret
    progress, _ = contract.progress()
    assert not progress.secrecy_lost
    assert desk.run("release", election.address).status == 0


def test_another_elections_key_is_refused(
    life: Life, election: PublishedElection, desk: Desk, tmp_path: Path
) -> None:
    desk.key = tmp_path / "other.json"
    write_keystore(desk.key, TrusteeKey.generate().secret.to_bytes(32, "big"))
    refused = desk.run("release", election.address)
    assert (refused.status, "wrong_trustee_key" in refused.errors) == (2, True)


def test_an_open_election_has_no_key_to_release(life: Life, desk: Desk) -> None:
    election = life.publish(life.draft(life.content(secrecy="open")))
    refused = desk.run("release", election.address)
    assert (refused.status, "not_sealed" in refused.errors) == (2, True)


def test_after_the_deadline_it_is_told_and_nothing_is_sent(
    life: Life, election: PublishedElection, contract: ElectionContract, desk: Desk
) -> None:
    life.advance_to(election.manifest.timetable.key_deadline + 1)
    for command in ("release", "watch"):
        late = desk.run(command, election.address)
        assert (late.status, "key_too_late" in late.errors) == (2, True)
    assert contract.secret() == 0


def test_one_way_must_be_chosen(election: PublishedElection, desk: Desk) -> None:
    both = desk.run("release", election.address, "--service", "http://127.0.0.1:1")
    assert both.status == 2
    assert "--service with --id" in both.errors


def test_watch_waits_and_releases_by_itself(
    life: Life, election: PublishedElection, contract: ElectionContract, desk: Desk
) -> None:
    ended: list[Ran] = []

    def watch() -> None:
        ended.append(desk.run("watch", election.address, "--poll", 0.05))

    watching = threading.Thread(target=watch)
    watching.start()
    times = election.manifest.timetable
    for moment in (times.opens_at, times.closes_at):
        life.advance_to(moment)
        assert contract.secret() == 0
    life.advance_to(times.barrier_at)
    life.scene.controls.mine(3)
    watching.join(30)
    assert ended[0].status == 0
    assert contract.secret() == life.trustee.secret


@pytest.fixture
def service(life: Life) -> Iterator[str]:
    with served(create_app(life.scene.runtime)) as url:
        yield url


def test_the_service_takes_the_key_and_pays(
    life: Life, election: PublishedElection, contract: ElectionContract, desk: Desk, service: str
) -> None:
    way: tuple[Any, ...] = ("--service", service, "--id", election.id)
    times = election.manifest.timetable
    life.advance_to(times.barrier_at)
    life.scene.controls.mine(3)
    early = desk.run("release", election.address, *way)
    assert (early.status, "service_refused" in early.errors) == (2, True)
    assert str(times.opening_at) in early.errors
    life.advance_to(times.opening_at)
    assert desk.run("release", election.address, *way).status == 0
    assert contract.secret() == 0
    life.run(life.closer())
    assert contract.secret() == life.trustee.secret
