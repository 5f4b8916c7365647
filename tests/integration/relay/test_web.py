"""Ballots over HTTP: promises, states, refusals in one shape, and nothing of a choice."""

import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest
import structlog
from flask.testing import FlaskClient

from hanpyo.elections.catalogue import PublishedElection
from hanpyo.protocol.types import Secrecy
from hanpyo.relay.service import Relay
from hanpyo.web.app import create_app
from hanpyo.web.ballots import attach_relay
from tests.service.relaying import Works, ballot_of, body, relay_keys
from tests.service.scene import YES, Scene, voter

FRAMEWORK = {"Accept": "application/*"}
"""A header with which a request takes the long way."""


@pytest.fixture(scope="module")
def election(shared: Scene) -> PublishedElection:
    return shared.publish(40, Secrecy.SEALED)


@pytest.fixture
def client(works: Works) -> Iterator[FlaskClient]:
    app = create_app(works.scene.runtime)
    attach_relay(app, works.relay)
    with app.test_client() as client:
        yield client


def path(election: PublishedElection) -> str:
    return f"/v1/elections/{election.id}/ballots"


def test_a_ballot_is_answered_with_a_promise_and_followed_to_the_record(
    client: FlaskClient, works: Works, election: PublishedElection
) -> None:
    given = ballot_of(works.scene, election, voter(0), YES)
    answer = client.post(path(election), json=body(given))
    assert answer.status_code == 202
    accepted = answer.get_json()
    assert accepted["promise"]["relay"] == works.keys[0].address
    assert len(accepted["receipt"]) == 19
    where = f"/v1/ballots/{accepted['digest']}"
    waiting = client.get(where)
    assert waiting.get_json()["state"] == "queued"
    assert waiting.get_json()["promise"] == accepted["promise"]
    works.run()
    shown = client.get(where).get_json()
    assert shown["state"] == "recorded"
    assert shown["block"] > 0
    assert shown["transaction"].startswith("0x")
    text = str(shown)
    assert given.payload.hex() not in text
    assert given.signature.hex() not in text
    again = client.get(where, headers={"If-None-Match": client.get(where).headers["ETag"]})
    assert again.status_code == 304


def test_the_same_ballot_gets_the_same_answer(
    client: FlaskClient, works: Works, election: PublishedElection
) -> None:
    sent = body(ballot_of(works.scene, election, voter(1), YES))
    first, second = (client.post(path(election), json=sent) for _ in range(2))
    assert first.get_json() == second.get_json()


def test_the_short_way_answers_as_the_framework_does(
    client: FlaskClient, works: Works, election: PublishedElection
) -> None:
    sent = body(ballot_of(works.scene, election, voter(8), YES))
    short = client.post(path(election), json=sent)
    long = client.post(path(election), json=sent, headers=FRAMEWORK)
    assert (short.status, short.data) == (long.status, long.data)
    assert len({answer.headers.pop("X-Request-Id") for answer in (short, long)}) == 2
    assert dict(short.headers) == dict(long.headers)


def test_either_way_a_ballot_is_counted(
    client: FlaskClient, works: Works, election: PublishedElection
) -> None:
    def counted() -> float:
        text = client.get("/metrics").text
        return float(re.findall(r"hanpyo_http_requests_total\{.*ballots.*202.*\} (.*)", text)[0])

    sent = body(ballot_of(works.scene, election, voter(9), YES))
    before = counted()
    client.post(path(election), json=sent)
    client.post(path(election), json=sent, headers=FRAMEWORK)
    assert counted() == before + 2


def test_a_taken_ballot_leaves_no_line_and_a_refused_one_does(
    client: FlaskClient, works: Works, election: PublishedElection
) -> None:
    sent = body(ballot_of(works.scene, election, voter(13), YES))
    with structlog.testing.capture_logs() as lines:
        for headers in ({}, FRAMEWORK):
            assert client.post(path(election), json=sent, headers=headers).status_code == 202
        assert lines == []
        client.post(path(election), json=sent | {"voter": 14})
    (line,) = lines
    assert (line["status"], line["code"]) == (422, "ballot_signature_invalid")


@pytest.mark.parametrize(
    "change",
    [{"key": "0x" + "12" * 20}, {"voter": 40}, {"attestations": []}, {"revision": 1024}],
    ids=str,
)
def test_a_refusal_is_worded_the_same_either_way(
    client: FlaskClient, works: Works, election: PublishedElection, change: dict[str, Any]
) -> None:
    sent = body(ballot_of(works.scene, election, voter(10), YES)) | change
    short = client.post(path(election), json=sent)
    long = client.post(path(election), json=sent, headers=FRAMEWORK)
    assert (short.status_code, short.data) == (422, long.data)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Accept": "image/webp"}, 406),
        ({"Content-Encoding": "gzip"}, 415),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/json; charset=utf-8"}, 202),
    ],
    ids=str,
)
def test_a_request_that_asks_for_more_is_the_frameworks(
    client: FlaskClient,
    works: Works,
    election: PublishedElection,
    headers: dict[str, str],
    status: int,
) -> None:
    sent = orjson.dumps(body(ballot_of(works.scene, election, voter(11), YES)))
    given = {"Content-Type": "application/json"} | headers
    assert client.post(path(election), data=sent, headers=given).status_code == status


@pytest.mark.parametrize("length", ["9" * 5_000, "1_0", "-1", "100000000000"])
def test_a_length_that_cannot_be_is_the_frameworks(
    client: FlaskClient, election: PublishedElection, length: str
) -> None:
    answer = client.post(
        path(election),
        content_type="application/json",
        environ_overrides={"CONTENT_LENGTH": length, "wsgi.input": io.BytesIO(b"{}")},
    )
    assert 400 <= answer.status_code < 500


class Silent(io.RawIOBase):
    def read(self, _: int = -1) -> bytes:
        raise BlockingIOError


@pytest.mark.parametrize("given", [Silent, lambda: io.BytesIO(b'{"voter"')])
def test_a_client_that_falls_silent_is_told(
    client: FlaskClient, election: PublishedElection, given: Callable[[], io.IOBase]
) -> None:
    answer = client.post(
        path(election),
        content_type="application/json",
        environ_overrides={"CONTENT_LENGTH": "1000", "wsgi.input": given()},
    )
    assert answer.status_code == 400


def test_a_body_over_the_limit_is_not_read(
    client: FlaskClient, election: PublishedElection
) -> None:
    answer = client.post(path(election), data=b"[" * 2_000_000, content_type="application/json")
    assert answer.status_code == 413


def test_a_promise_of_an_earlier_key_is_shown_as_that_keys(
    client: FlaskClient, works: Works, election: PublishedElection
) -> None:
    sent = body(ballot_of(works.scene, election, voter(12), YES))
    accepted = client.post(path(election), json=sent).get_json()
    app = create_app(works.scene.runtime)
    attach_relay(app, Relay(works.scene.runtime, relay_keys(works.scene, 2)[1:]))
    with app.test_client() as changed:
        assert changed.post(path(election), json=sent).get_json() == accepted
        shown = changed.get(f"/v1/ballots/{accepted['digest']}").get_json()
    assert shown["promise"] == accepted["promise"]


def test_the_domain_is_compared_where_it_is_given(
    client: FlaskClient, works: Works, election: PublishedElection
) -> None:
    sent = body(ballot_of(works.scene, election, voter(2), YES))
    domain = election.domain
    for field, value in (("chainId", "1"), ("verifyingContract", "0x" + "11" * 20)):
        answer = client.post(path(election), json=sent | {field: value})
        assert answer.status_code == 422
        assert answer.get_json()["code"] == "domain_mismatch"
        assert answer.get_json()["errors"][0]["field"] == field
    right = {"chainId": str(domain.chain_id), "verifyingContract": "0x" + domain.election.hex()}
    assert client.post(path(election), json=sent | right).status_code == 202


@pytest.mark.parametrize(
    "change",
    [
        {"voter": True},
        {"voter": 1.0},
        {"voter": "3"},
        {"voter": -1},
        {"voter": 2**32},
        {"kind": 0},
        {"kind": 3},
        {"kind": 256},
        {"epoch": 2**16},
        {"revision": "0x02"},
        {"key": "0x12"},
        {"key": "0x" + "1g" * 20},
        {"key": "0x" + "12" * 64},
        {"keyType": 4},
        {"signature": "0x0"},
        {"signature": "0x" + "00" * 3_000},
        {"payload": None},
        {"attestations": [{"index": 255, "signature": "0x" + "00" * 64}]},
        {"attestations": [{"index": 0, "signature": "0x00"}]},
        {"choices": [1]},
        {"chainId": "-1"},
        {"chainId": 1},
        {"verifyingContract": "0x00"},
    ],
    ids=str,
)
def test_a_field_that_cannot_be_is_named(
    client: FlaskClient, works: Works, election: PublishedElection, change: dict[str, Any]
) -> None:
    sent = body(ballot_of(works.scene, election, voter(3), YES)) | change
    answer = client.post(path(election), json=sent)
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    (field,) = change
    assert answer.get_json()["errors"][0]["field"].startswith(field)


@pytest.mark.parametrize("field", ["voter", "key", "signature", "payload"])
def test_a_field_that_is_missing_is_named(
    client: FlaskClient, works: Works, election: PublishedElection, field: str
) -> None:
    sent = body(ballot_of(works.scene, election, voter(3), YES))
    del sent[field]
    answer = client.post(path(election), json=sent)
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["field"] == field


@pytest.mark.parametrize(
    "digest", ["0x", "0x12", "0x" + "00" * 32, "00" * 32, "0x" + "zz" * 32, "0x" + "00" * 33]
)
def test_a_ballot_that_is_not_known_is_not_found(client: FlaskClient, digest: str) -> None:
    answer = client.get(f"/v1/ballots/{digest}")
    assert answer.status_code == 404
    assert answer.get_json()["code"] == "unknown_ballot"


def test_an_unknown_election_is_not_found(
    client: FlaskClient, works: Works, election: PublishedElection
) -> None:
    sent = body(ballot_of(works.scene, election, voter(4), YES))
    assert client.post(f"/v1/elections/{'0' * 32}/ballots", json=sent).status_code == 404
    assert client.get(f"/v1/elections/{'0' * 32}/relay").status_code == 404


def test_the_relays_work_is_public(
    client: FlaskClient, works: Works, election: PublishedElection
) -> None:
    client.post(path(election), json=body(ballot_of(works.scene, election, voter(5), YES)))
    facts = client.get(f"/v1/elections/{election.id}/relay").get_json()
    assert facts["relay"] == works.keys[0].address
    assert facts["margin"] == works.scene.runtime.settings.relay.margin
    assert facts["waiting"] >= 1
    assert facts["oldestAge"] >= 0
    assert facts["nextIncludeBy"] > 0


def test_a_client_that_guesses_is_slowed_down_and_a_voter_is_not(
    client: FlaskClient, works: Works, election: PublishedElection
) -> None:
    good = body(ballot_of(works.scene, election, voter(6), YES))
    bad = good | {"key": "0x" + "12" * 20}
    address = {"REMOTE_ADDR": "192.0.2.7"}
    statuses = [
        client.post(path(election), json=bad, environ_base=address).status_code for _ in range(121)
    ]
    assert statuses == [422] * 120 + [429]
    assert client.post(path(election), json=good, environ_base=address).status_code == 202


def test_the_answer_is_unavailable_without_a_key(
    shared: Scene, election: PublishedElection
) -> None:
    with create_app(shared.runtime).test_client() as client:
        sent = body(ballot_of(shared, election, voter(7), YES))
        answer = client.post(path(election), json=sent)
    assert answer.status_code == 503
