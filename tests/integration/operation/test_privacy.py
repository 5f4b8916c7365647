"""What is personal stays where it belongs.

After a small election everything that leaves its people's hands is searched for them and for every
secret: logs at their loudest, the database as it lies there, each URL, each refusal, the chain, the
numbers, exports, messages to webhooks, and the evidence bundle.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from hanpyo.chain.node import ENDOWMENT
from hanpyo.config import load_settings
from hanpyo.operation.composition import runner_of
from hanpyo.operation.embedded import _with_keys
from hanpyo.web.app import create_app
from tests.service.databases import KINDS
from tests.service.haystacks import haystacks
from tests.service.leaks import forms_of, leaks
from tests.service.outlets import mail_server, sms_gateway
from tests.service.overheard import Heard, listening, receiving, recording
from tests.service.scene import scene
from tests.service.serving import served
from tests.service.small_election import CLERK, PEOPLE, STRANGER, Stage, hold
from tests.service.staff import QUICK_PASSWORDS

TOKEN = 22
"""Characters of 128 random bits: nobody finds such a token by its hash, which may be kept."""


@pytest.fixture(scope="module", params=KINDS)
def stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("privacy")
    keys = _with_keys(load_settings(data=folder))
    heard = Heard()
    with mail_server() as mailbox, sms_gateway() as gateway, receiving(heard) as hook:
        given: dict[str, Any] = {
            "relay": keys.relay.model_dump() | {"batch_age": 0.1},
            "registrars": keys.registrars.model_dump(),
            "staff": QUICK_PASSWORDS,
            "mail": {"host": "127.0.0.1", "port": mailbox.port, "security": "none"},
            "sms": {"url": gateway.url},
            "webhooks": {"allow_loopback": True, "turnout_every": 1},
        }
        with scene(request.param, folder, history=300, **given) as place, listening(heard):
            sender = json.loads(keys.relay.keystores[0].read_text())["address"]
            place.controls.set_balance(f"0x{sender}", ENDOWMENT)
            runner = runner_of(place.runtime)
            runner.start()
            app = create_app(place.runtime)
            app.wsgi_app = recording(app.wsgi_app, heard)  # type: ignore[method-assign]
            try:
                with served(app) as url:
                    made = Stage(place, url, heard, mailbox, gateway)
                    hold(made, hook)
                    yield made
            finally:
                assert runner.stop()


@pytest.fixture(scope="module")
def places(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return haystacks(stage, tmp_path_factory.mktemp("places"))


def test_nothing_personal_and_no_secret_is_anywhere(stage: Stage, places: dict[str, bytes]) -> None:
    assert all(len(content) > 100 for content in places.values()), list(map(len, places.values()))
    values = {form for who in (*PEOPLE, CLERK) for form in forms_of(who)}
    tokens = {each for each in stage.secrets if len(each) >= TOKEN}
    found = leaks(places, sorted(values | (set(stage.secrets) - tokens) | {STRANGER}))
    found += leaks(places, sorted(tokens), hashes=False)
    assert not found, "\n".join(found)


def test_people_were_told_and_the_secrets_were_real(stage: Stage) -> None:
    assert len(stage.secrets) > 20
    for who in PEOPLE[:2]:
        assert len(stage.mails(who.mail)) >= 3, who.number
    assert len([each for each in stage.gateway.taken if each["to"] == PEOPLE[1].phone]) >= 3


@pytest.mark.parametrize("where", ["the logs", "the database", "the chain", "URLs"])
def test_the_search_finds_what_is_planted(places: dict[str, bytes], where: str) -> None:
    who = PEOPLE[1]
    for planted in (
        (who.name or "").encode(),
        (who.mail or "").lower().encode().hex().encode(),
        b"tel 010-9174-6385;",
        f" {who.birth_date:%Y%m%d}.".encode(),
    ):
        content = {where: places[where][:5_000] + planted}
        assert leaks(content, sorted(forms_of(who))), planted
