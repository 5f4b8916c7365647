"""The public API: what it shows, how fresh, to whom, and what it keeps to itself."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from hanpyo.db.models import Election
from hanpyo.indexer.alarms import BELOW_FINAL, raise_alarm, release_alarms
from tests.integration.indexer.following import Following
from tests.service.scene import Scene

ORIGIN = {"Origin": "https://elsewhere.example"}


def path(following: Following, rest: str = "") -> str:
    return f"/v1/elections/{following.election.id}{rest}"


def refusal(response: TestResponse) -> tuple[int, str]:
    return response.status_code, response.get_json()["code"]


@pytest.fixture
def halted(place: Scene) -> Iterator[None]:
    database = place.runtime.database

    def alarm(session: Session) -> None:
        raise_alarm(session, BELOW_FINAL, number=1, known=bytes(32), found=None, now=1)

    def release(session: Session) -> None:
        for each in release_alarms(session, 2):
            each.settled_at = 2

    database.transact(alarm)
    yield
    database.transact(release)


def test_elections_are_listed_in_pages_with_their_warnings(
    client: FlaskClient, open_election: Following, sealed_election: Following
) -> None:
    found: list[Any] = []
    after = ""
    while True:
        page = client.get(f"/v1/elections?limit=1{after}").get_json()
        found += page["elections"]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    wanted = {open_election.election.id, sealed_election.election.id}
    assert {each["id"] for each in found} == wanted
    assert len(found) == 2
    assert all("operator-controlled-chain" in each["labels"] for each in found)


def test_an_election_shows_what_is_frozen_and_where_it_stands(
    client: FlaskClient, open_election: Following
) -> None:
    told = client.get(path(open_election)).get_json()
    manifest = open_election.election.manifest
    assert (told["phase"], told["secrecy"], told["secrecyLost"]) == ("voting", "open", False)
    assert told["manifest"] == "0x" + manifest.encode().hex()
    assert told["roll"] | {"root": ""} == {
        "size": 10,
        "weight": "55",
        "largestWeight": "10",
        "root": "",
        "inFile": False,
    }
    assert told["times"]["closesAt"] == manifest.timetable.closes_at
    assert told["text"]["title"] == "시험 투표"
    assert told["address"] == open_election.election.address


def test_a_test_election_says_so(
    client: FlaskClient, place: Scene, open_election: Following
) -> None:
    def flag(test: bool) -> None:
        with place.runtime.database.write() as session:
            session.get_one(Election, open_election.election.id).test = test

    flag(True)
    told = client.get(path(open_election)).get_json()
    flag(False)
    assert told["labels"] == ["operator-controlled-chain", "test-election"]


def test_turnout_is_of_live_ballots(client: FlaskClient, open_election: Following) -> None:
    told = client.get(path(open_election, "/turnout")).get_json()
    assert (told["heads"], told["weight"], told["touched"]) == (4, "10", 2)
    assert told["parts"] == [{"channel": "online", "group": 0, "heads": 4, "weight": "10"}]
    assert [each["heads"] for each in told["hours"]] == [4]
    assert told["hours"][0]["hour"] % 3_600 == 0
    assert told["cursor"]["block"] == open_election.head().number
    assert told["cursor"]["stale"] is False


def test_an_open_tally_is_live(client: FlaskClient, open_election: Following) -> None:
    told = client.get(path(open_election, "/tally")).get_json()
    (item,) = told["items"]
    assert [(each["heads"], each["weight"]) for each in item["options"]] == [
        (0, "0"),
        (3, "8"),
        (1, "2"),
        (0, "0"),
    ]
    assert told["final"] is False


def test_a_sealed_tally_is_kept(client: FlaskClient, sealed_election: Following) -> None:
    assert refusal(client.get(path(sealed_election, "/tally"))) == (409, "tally_sealed")
    assert client.get(path(sealed_election, "/turnout")).get_json()["heads"] == 3


def test_results_wait_for_the_close(client: FlaskClient, open_election: Following) -> None:
    assert refusal(client.get(path(open_election, "/results"))) == (409, "not_counted_yet")


def test_the_log_comes_in_pages_in_chain_order(
    client: FlaskClient, open_election: Following
) -> None:
    events: list[Any] = []
    after = ""
    while True:
        page = client.get(path(open_election, f"/events?limit=3{after}")).get_json()
        events += page["events"]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    places = [(each["block"], each["logIndex"]) for each in events]
    assert places == sorted(set(places))
    kinds = [each["kind"] for each in events]
    assert kinds[:3] == ["TextPublished", "RollPublished", "ElectionFrozen"]
    assert (kinds.count("BallotRecorded"), kinds.count("BallotWithdrawn")) == (6, 1)
    assert kinds.count("BatchRecorded") == 1


def test_acts_of_a_voter_number_show_which_counts(
    client: FlaskClient, open_election: Following
) -> None:
    told = client.get(path(open_election, "/acts?voter=1")).get_json()
    assert [each["payload"]["revision"] for each in told["acts"]] == [0, 1]
    last = told["acts"][-1]
    assert told["live"] == [last["block"], last["logIndex"]]
    gone = client.get(path(open_election, "/acts?voter=4")).get_json()
    assert (len(gone["acts"]), gone["live"]) == (2, None)
    assert client.get(path(open_election, "/acts?voter=9")).get_json()["acts"] == []


@pytest.mark.parametrize(
    ("rest", "status"),
    [
        ("/acts", 422),
        ("/acts?voter=-1", 422),
        ("/acts?voter=x", 422),
        ("/acts?voter=4294967296", 422),
        ("/acts?voter=1&voter=2", 422),
        ("/events?after=x", 422),
        ("/events?limit=0", 422),
        ("/turnout?format=xml", 422),
        ("/turnout?more=1", 422),
    ],
)
def test_queries_that_say_nothing_are_refused(
    client: FlaskClient, open_election: Following, rest: str, status: int
) -> None:
    assert client.get(path(open_election, rest)).status_code == status


@pytest.mark.parametrize("rest", ["", "/turnout", "/tally", "/results", "/events", "/acts?voter=1"])
def test_what_is_not_on_the_chain_does_not_exist(client: FlaskClient, rest: str) -> None:
    response = client.get(f"/v1/elections/{'0' * 32}{rest}")
    assert refusal(response) == (404, "unknown_election")


def test_a_draft_is_nobodys_business(
    client: FlaskClient, place: Scene, open_election: Following
) -> None:
    def state(name: str) -> None:
        with place.runtime.database.write() as session:
            session.get_one(Election, open_election.election.id).state = name

    state("publishing")
    response = client.get(path(open_election, "/turnout"))
    state("published")
    assert refusal(response) == (404, "unknown_election")


@pytest.mark.parametrize("rest", ["", "/turnout", "/tally", "/events", "/acts?voter=1"])
def test_an_answer_is_kept_until_the_cursor_moves(
    client: FlaskClient, open_election: Following, rest: str
) -> None:
    url = path(open_election, rest)
    first = client.get(url)
    tag = first.headers["ETag"]
    again = client.get(url, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    open_election.scene.controls.mine()
    open_election.follow()
    moved = client.get(url, headers={"If-None-Match": tag})
    assert moved.status_code == 200
    assert moved.headers["ETag"] != tag


@pytest.mark.parametrize("rest", ["", "/turnout", "/tally", "/events", "/acts?voter=1"])
def test_pages_of_any_origin_may_read(
    client: FlaskClient, open_election: Following, rest: str
) -> None:
    response = client.get(path(open_election, rest), headers=ORIGIN)
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in response.headers
    assert "Set-Cookie" not in response.headers


def test_old_data_is_called_stale(
    client: FlaskClient, place: Scene, open_election: Following
) -> None:
    clock = place.runtime.clock
    place.runtime.clock = lambda: clock() + 7_200
    told = client.get(path(open_election, "/turnout")).get_json()
    place.runtime.clock = clock
    assert told["cursor"]["stale"] is True
    assert told["cursor"]["age"] >= 7_200


def test_no_tally_is_shown_while_final_blocks_are_in_doubt(
    client: FlaskClient, open_election: Following, halted: None
) -> None:
    assert refusal(client.get(path(open_election, "/tally"))) == (409, "tally_halted")
    told = client.get(path(open_election, "/turnout")).get_json()
    assert (told["cursor"]["halted"], told["cursor"]["stale"]) == (True, True)


@pytest.mark.parametrize("rest", ["/turnout", "/tally", "/events", "/acts"])
def test_exports_are_csv_and_json_ld(
    client: FlaskClient, open_election: Following, rest: str
) -> None:
    query = "?voter=1&format=" if rest == "/acts" else "?format="
    told = client.get(path(open_election, f"{rest}{query}json")).get_json()
    sheet = client.get(path(open_election, f"{rest}{query}csv"))
    assert sheet.content_type == "text/csv; charset=utf-8"
    assert "attachment" in sheet.headers["Content-Disposition"]
    assert sheet.data.startswith("\ufeff".encode())
    rows = list(csv.DictReader(io.StringIO(sheet.data.decode("utf-8-sig"))))
    linked = client.get(path(open_election, f"{rest}{query}jsonld"))
    assert linked.content_type == "application/ld+json"
    document = linked.get_json()
    assert document["@type"] == "Dataset"
    records = next(told[name] for name in ("parts", "cells", "events", "acts") if name in told)
    assert len(rows) == len(document["records"]) == len(records) > 0
