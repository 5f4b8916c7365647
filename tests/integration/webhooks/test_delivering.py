"""Webhooks end to end: a real chain, a real receiver, and receivers that misbehave."""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from hanpyo.db.models import Role, Webhook, WebhookDelivery
from hanpyo.outbound import OutboundRefused
from hanpyo.protocol.types import Secrecy
from hanpyo.web.app import create_app
from hanpyo.webhooks import registry
from hanpyo.webhooks.delivering import FIRST_PAUSE, TRIES, Delivering
from hanpyo.webhooks.signing import headers_of, new_secret
from tests.integration.indexer.following import Following
from tests.service.clocks import Clock
from tests.service.databases import KINDS
from tests.service.scene import YES, Scene, scene
from tests.service.serving import handled
from tests.service.staff import QUICK_PASSWORDS, new_organisation, staff_browser


@dataclass
class Receiver:
    """Whom an organisation wants told; answers `status`."""

    status: int = 204
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def events(self) -> list[str]:
        return [orjson.loads(body)["type"] for _, body in self.heard]


@pytest.fixture
def receiver() -> Iterator[tuple[str, Receiver]]:
    told = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.heard.append((dict(self.headers.items()), body))
            self.send_response(told.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    with handled(Handler) as url:
        yield f"{url}/hook", told


@pytest.fixture(params=KINDS, scope="module")
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    folder: Path = tmp_path_factory.mktemp("webhooks")
    settings = {"webhooks": {"allow_loopback": True, "most": 3}, "staff": QUICK_PASSWORDS}
    with scene(request.param, folder, history=100, **settings) as running:
        yield running


@pytest.fixture
def following(place: Scene) -> Following:
    found = Following(place, place.publish(10, Secrecy.OPEN))
    place.controls.mine(15)
    found.follow()
    return found


@pytest.fixture
def clock(place: Scene) -> Iterator[Clock]:
    before = place.runtime.clock
    found = Clock(int(before()))
    place.runtime.clock = found
    yield found
    place.runtime.clock = before


def deliver(place: Scene) -> None:
    task = Delivering(place.runtime)
    held = place.runtime.leases.take(task.name)
    assert held is not None
    for _ in range(20):
        if not task.step(held):
            return
    raise AssertionError("there is always more to deliver")


def register(following: Following, url: str, *events: str) -> registry.Registered:
    organisation = following.election.organisation_id
    runtime = following.scene.runtime
    return registry.register(runtime, "test", organisation, url, events or registry.EVENTS)


def messages(place: Scene, webhook: str) -> list[WebhookDelivery]:
    with place.runtime.database.read() as session:
        query = select(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook)
        return list(session.scalars(query.order_by(WebhookDelivery.created_at)))


def test_an_organisation_hears_of_its_election_once(
    place: Scene, following: Following, receiver: tuple[str, Receiver], clock: Clock
) -> None:
    url, told = receiver
    made = register(following, url)
    deliver(place)
    assert told.events == ["election.frozen"]
    following.cast(YES, range(3))
    following.follow()
    deliver(place)
    deliver(place)
    assert told.events == ["election.frozen", "turnout"]
    body = orjson.loads(told.heard[-1][1])
    assert body["data"] == {"heads": 3, "weight": "3"}
    assert body["election"]["id"] == following.election.id
    following.reorganise(1)
    following.follow()
    following.scene.controls.advance_to(following.election.manifest.timetable.closes_at)
    following.follow()
    deliver(place)
    assert told.events[2:] == ["reorganised", "turnout", "election.closed"]
    assert all(each.delivered for each in messages(place, made.webhook.id))


def test_turnout_is_told_now_and_then(
    place: Scene, following: Following, receiver: tuple[str, Receiver], clock: Clock
) -> None:
    url, told = receiver
    register(following, url, "turnout")
    for number in range(3):
        following.cast(YES, [number])
        following.follow()
        deliver(place)
    assert len(told.heard) == 1
    clock.forward(60)
    deliver(place)
    assert [orjson.loads(body)["data"]["heads"] for _, body in told.heard] == [1, 3]


def test_a_message_is_signed_as_standard_webhooks_say(
    place: Scene, following: Following, receiver: tuple[str, Receiver]
) -> None:
    url, told = receiver
    made = register(following, url, "election.frozen")
    deliver(place)
    ((headers, body),) = told.heard
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = b64decode(made.secret.removeprefix("whsec_"))
    expected = b64encode(hmac.digest(key, signed, "sha256")).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert headers["webhook-id"] == orjson.loads(body)["id"]
    assert made.secret not in repr(made)


def test_standards_own_example() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    headers = headers_of(
        secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
    )
    expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert headers["webhook-signature"] == expected
    assert new_secret() != new_secret()


def test_a_receiver_that_fails_is_tried_again_later_and_later(
    place: Scene, following: Following, receiver: tuple[str, Receiver], clock: Clock
) -> None:
    url, told = receiver
    told.status = 500
    made = register(following, url, "election.frozen")
    for number in range(TRIES + 2):
        deliver(place)
        clock.forward(FIRST_PAUSE * 2**number - 1)
        deliver(place)
        clock.forward(1)
    assert len(told.heard) == TRIES
    assert len({headers["webhook-id"] for headers, _ in told.heard}) == 1
    (message,) = messages(place, made.webhook.id)
    assert (message.delivered, message.last_result) == (False, "500")
    assert message.ended_at is not None


def test_a_receiver_that_is_gone_is_left_alone(
    place: Scene, following: Following, receiver: tuple[str, Receiver], clock: Clock
) -> None:
    url, told = receiver
    told.status = 410
    made = register(following, url, "election.frozen", "turnout")
    deliver(place)
    following.cast(YES, [1])
    following.follow()
    clock.forward(86_400)
    deliver(place)
    assert len(told.heard) == 1
    with place.runtime.database.read() as session:
        assert session.get_one(Webhook, made.webhook.id).disabled_at is not None


def test_a_dead_receiver_holds_up_no_other(
    place: Scene, following: Following, receiver: tuple[str, Receiver]
) -> None:
    url, told = receiver
    dead = register(following, "http://127.0.0.1:9/", "election.frozen")
    register(following, url, "election.frozen")
    deliver(place)
    assert told.events == ["election.frozen"]
    (message,) = messages(place, dead.webhook.id)
    assert (message.tries, message.last_result) == (1, "outbound_failed")


def test_secrets_are_sealed(place: Scene, following: Following) -> None:
    made = register(following, "https://example.org/", "turnout")
    with place.runtime.database.read() as session:
        row = session.get_one(Webhook, made.webhook.id)
    assert b64decode(made.secret.removeprefix("whsec_")) not in row.sealed_secret
    assert made.secret.encode() not in row.sealed_secret


@pytest.mark.parametrize("url", ["http://example.org/", "file:///etc/passwd", "https://u:p@x.org/"])
def test_what_may_not_be_told_is_not_registered(place: Scene, url: str) -> None:
    organisation = new_organisation(place.runtime)
    if url.startswith("http:"):
        settings = place.runtime.settings
        strict = settings.webhooks.model_copy(update={"allow_loopback": False})
        place.runtime.settings = settings.model_copy(update={"webhooks": strict})
    try:
        with pytest.raises(OutboundRefused):
            registry.register(place.runtime, "test", organisation, url, ["turnout"])
    finally:
        if url.startswith("http:"):
            place.runtime.settings = settings


def test_organisers_manage_their_own_addresses_over_http(place: Scene) -> None:
    app, runtime = create_app(place.runtime), place.runtime
    own, other = new_organisation(runtime), new_organisation(runtime)
    organiser = staff_browser(app, runtime, own, Role.ORGANISER)
    clerk = staff_browser(app, runtime, own, Role.CLERK)
    stranger = staff_browser(app, runtime, other, Role.ORGANISER)
    path = f"/v1/organisations/{own}/webhooks"
    wanted: dict[str, Any] = {"url": "https://example.org/hook", "events": ["turnout"]}
    made = organiser.post(path, json=wanted)
    assert made.status_code == 201
    told = made.get_json()
    assert told["secret"].startswith("whsec_")
    listed = organiser.get(path).get_json()["webhooks"]
    assert [each["id"] for each in listed] == [told["id"]]
    assert "secret" not in listed[0]
    assert clerk.post(path, json=wanted).status_code == 403
    assert stranger.get(path).status_code == 404
    assert stranger.delete(f"{path}/{told['id']}").status_code == 404
    theirs = f"/v1/organisations/{other}/webhooks/{told['id']}"
    assert stranger.delete(theirs).status_code == 404
    assert stranger.get(f"{theirs}/deliveries").status_code == 404
    assert organiser.get(f"{path}/{told['id']}/deliveries").get_json() == {"deliveries": []}
    assert organiser.delete(f"{path}/{told['id']}").status_code == 204
    assert organiser.delete(f"{path}/{told['id']}").status_code == 404


@pytest.mark.parametrize(
    "wanted",
    [
        {"url": "https://example.org/", "events": []},
        {"url": "https://example.org/", "events": ["everything"]},
        {"url": "http://169.254.169.254/\n", "events": ["turnout"]},
        {"url": "", "events": ["turnout"]},
        {"url": "https://example.org/", "events": ["turnout"], "secret": "mine"},
        {"url": 5, "events": ["turnout"]},
    ],
)
def test_bad_addresses_are_refused_over_http(place: Scene, wanted: dict[str, Any]) -> None:
    own = new_organisation(place.runtime)
    organiser = staff_browser(create_app(place.runtime), place.runtime, own, Role.ORGANISER)
    assert organiser.post(f"/v1/organisations/{own}/webhooks", json=wanted).status_code == 422


def test_an_organisation_has_a_bounded_number_of_addresses(place: Scene) -> None:
    own = new_organisation(place.runtime)
    for _ in range(3):
        registry.register(place.runtime, "test", own, "https://example.org/", ["turnout"])
    with pytest.raises(registry.TooManyWebhooks):
        registry.register(place.runtime, "test", own, "https://example.org/", ["turnout"])
