"""Everything together: the demonstration opens, members vote by console and client, anyone audits.

All tasks run in their threads, the API on a real socket, the registrars from keystores.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from hanpyo.chain.node import ENDOWMENT, EmbeddedNode
from hanpyo.client import HanpyoClient, HanpyoClientError, ServiceUnreachable
from hanpyo.config import load_settings
from hanpyo.db.models import ChainHead, Election
from hanpyo.operation.composition import runner_of
from hanpyo.operation.demonstrating import demonstrate
from hanpyo.operation.embedded import _keystore, _with_keys
from hanpyo.operation.shown import Opened, Shown, keep, kept, takes_ballots
from hanpyo.runtime import Runtime
from hanpyo.web.app import create_app
from tests.commands import run
from tests.service.databases import KINDS
from tests.service.scene import Scene, scene
from tests.service.serving import served

CHOICES = ("1=1", "2=1", "3=2", "4=1", "5=1,3")


@dataclass(frozen=True)
class Whole:
    """A running service with its demonstration."""

    url: str
    runtime: Runtime
    shown: Shown
    password: Path
    folder: Path

    def vote(self, link: str, key: str, *arguments: str) -> tuple[str, ...]:
        """A command line; the key is made here, with a password that needs no slow derivation."""
        _keystore(self.folder / key, self.password)
        return (
            *("vote", link, *arguments, "--key", str(self.folder / key)),
            *("--password-file", str(self.password), "--service", self.url, "--json"),
        )


@pytest.fixture(scope="module", params=KINDS)
def whole(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Whole]:
    folder = tmp_path_factory.mktemp("whole")
    keys = _with_keys(load_settings(data=folder))
    given: dict[str, Any] = {
        "relay": keys.relay.model_dump() | {"batch_age": 0.1},
        "registrars": keys.registrars.model_dump(),
    }
    with scene(request.param, folder, history=64, **given) as place:
        relay = place.runtime.settings.relay.keystores[0]
        place.controls.set_balance(_address(relay), ENDOWMENT)
        runner = runner_of(place.runtime)
        runner.start()
        try:
            shown = demonstrate(place.runtime, sleep=lambda _: _pass_time(place))
            _wait_until_it_is_known(place)
            with served(create_app(place.runtime)) as url:
                yield Whole(url, place.runtime, shown, folder / "keystores" / "password", folder)
        finally:
            assert runner.stop()


def _address(keystore: Path) -> str:
    return f"0x{json.loads(keystore.read_text())['address']}"


def _wait_until_it_is_known(place: Scene) -> None:
    """Wait for the index to see that voting has begun: time stands still from here on."""
    for _ in range(200):
        with place.runtime.database.read() as session:
            head, election = session.get(ChainHead, 1), session.scalars(select(Election)).one()
        if head and election.opens_at and head.timestamp >= election.opens_at:
            return
        time.sleep(0.05)
    raise AssertionError("the index does not follow")


def _pass_time(place: Scene) -> None:
    """Blocks of a second, without waiting for one."""
    time.sleep(0.05)
    place.controls.pass_time(1)


def test_members_vote_and_change_their_minds(whole: Whole) -> None:
    first = run(*whole.vote(whole.shown.voters[0], "first.json", *CHOICES))
    assert first.status == 0, first.errors
    assert first.report["state"] in ("recorded", "final")
    again = run(*whole.vote(whole.shown.voters[0], "first.json", "1=2"))
    assert again.status == 0, again.errors
    assert again.report["voter"] == first.report["voter"]
    assert again.report["receipt"] != first.report["receipt"]
    gone = run(*whole.vote(whole.shown.voters[1], "second.json", "--withdraw"))
    assert gone.status == 0, gone.errors
    other = run(*whole.vote(whole.shown.voters[2], "third.json", *CHOICES))
    assert other.report["voter"] != first.report["voter"]


def test_a_member_may_name_the_election_and_a_node_of_their_own(whole: Whole) -> None:
    node, here = whole.runtime.rpc.url, whole.shown.address
    checked = ("--election", here, "--rpc", node)
    same = run(*whole.vote(whole.shown.voters[6], "seventh.json", *CHOICES, *checked))
    assert same.status == 0, same.errors
    elsewhere = ("--election", "0x" + "12" * 20)
    refused = run(*whole.vote(whole.shown.voters[6], "seventh.json", *CHOICES, *elsewhere))
    assert refused.status == 2
    assert "another_election" in refused.errors
    with EmbeddedNode() as foreign:
        stranger = ("--rpc", foreign.url)
        refused = run(*whole.vote(whole.shown.voters[6], "seventh.json", *CHOICES, *stranger))
    assert refused.status == 2
    assert "there is no Hanpyo election" in refused.errors


def test_another_key_of_the_same_member_is_refused(whole: Whole) -> None:
    run(*whole.vote(whole.shown.voters[3], "fourth.json", *CHOICES))
    refused = run(*whole.vote(whole.shown.voters[3], "stranger.json", *CHOICES))
    assert refused.status == 2
    assert "409" in refused.errors or "403" in refused.errors


@pytest.mark.parametrize(
    ("link", "choices", "said"),
    [
        ("0" * 22, CHOICES, "service_refused"),
        (None, ("1=9",), "choice"),
        (None, ("9=1",), "choice"),
        (None, ("one",), "choice"),
    ],
)
def test_what_cannot_be_cast_is_one_line(
    whole: Whole, link: str | None, choices: tuple[str, ...], said: str
) -> None:
    ran = run(*whole.vote(link or whole.shown.voters[4], "fifth.json", *choices))
    assert ran.status == 2
    assert said in ran.errors
    assert ran.errors.count("\n") == 1


def test_the_client_reads_what_anybody_may(whole: Whole) -> None:
    run(*whole.vote(whole.shown.voters[5], "sixth.json", *CHOICES))
    with HanpyoClient(whole.url) as client:
        assert whole.shown.election_id in [each.id for each in client.elections.all()]
        election = client.elections.get(whole.shown.election_id)
        assert election.address.lower() == whole.shown.address
        assert "operator-controlled-chain" in election.labels
        assert client.elections.turnout(election.id).heads >= 1
        assert next(iter(client.elections.events(election.id))).block > 0
        assert client.ballots.relay(election.id).relay.startswith("0x")
        assert client.members.methods(election.id).required == "L0"
        with pytest.raises(HanpyoClientError) as unknown:
            client.elections.get("0" * 32)
        assert (unknown.value.status, unknown.value.problem) == (404, "unknown_election")
        with pytest.raises(HanpyoClientError) as nobody:
            client.members.me()
        assert nobody.value.status == 401


def test_staff_set_up_and_see_their_election(whole: Whole) -> None:
    with HanpyoClient(whole.url) as client:
        state = client.staff.set_up(whole.shown.organiser, "a long pass phrase of mine")
        assert state.csrf_token
        client.staff.begin_totp()
        with pytest.raises(HanpyoClientError):
            client.staff.confirm_totp("000000")
        with pytest.raises(HanpyoClientError) as used:
            client.staff.set_up(whole.shown.organiser, "a long pass phrase of mine")
        assert used.value.status in (401, 404, 409, 422)


def test_another_start_shows_the_demonstration_that_is_still_open(whole: Whole) -> None:
    again = demonstrate(whole.runtime)
    assert again == replace(whole.shown, opened=Opened.EARLIER)
    web = whole.runtime.settings.web.model_copy(update={"public_url": "http://localhost:9000/"})
    moved = replace(whole.runtime, settings=whole.runtime.settings.model_copy(update={"web": web}))
    link = demonstrate(moved).voters[7]
    assert link == "http://localhost:9000/v#" + whole.shown.voters[7].partition("#")[2]


def test_one_that_is_over_is_not_shown_again(whole: Whole) -> None:
    tomorrow = replace(whole.runtime, clock=lambda: whole.runtime.clock() + 100_000)
    assert not takes_ballots(tomorrow, whole.shown)
    assert not takes_ballots(whole.runtime, replace(whole.shown, election_id="0" * 32))


def test_what_is_kept_of_it_is_private_and_may_be_broken(whole: Whole) -> None:
    file = whole.folder / "demonstration.json"
    assert file.stat().st_mode & 0o077 == 0
    for broken in (b"", b"[]", b"{}", b'{"election_id": 1}'):
        file.write_bytes(broken)
        assert kept(whole.runtime) is None
    file.unlink()
    assert kept(whole.runtime) is None
    keep(whole.runtime, whole.shown)
    assert kept(whole.runtime) == replace(whole.shown, opened=Opened.EARLIER)


def test_anyone_audits_it(whole: Whole) -> None:
    ran = run(*("audit", "--rpc", f"{whole.url}/rpc", "--election", whole.shown.address, "--json"))
    assert ran.status == 0, ran.errors
    assert ran.report["ok"] is True


def test_a_service_that_is_away_is_told() -> None:
    with HanpyoClient("http://127.0.0.1:9") as client, pytest.raises(ServiceUnreachable):
        client.elections.get("0" * 32)
