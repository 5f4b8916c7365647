"""What a handler is given, and how every refusal looks."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.unit.web.small_app import small_app

JSON = "application/json"
GOOD = b'{"voterNumber": 5, "choices": [{"choice": 2}]}'


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    app = small_app(tmp_path_factory.mktemp("app"), max_body=1024)
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app.test_client()


def refusal(response: Any, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.mimetype == "application/problem+json"
    body: dict[str, Any] = response.get_json(force=True)
    assert body["status"] == status
    assert body["code"] == code
    assert body["type"] == f"urn:hanpyo:problem:{code}"
    assert body["detail"]
    assert "Traceback" not in response.text
    return body


def test_a_good_body_is_read(client: FlaskClient) -> None:
    response = client.post("/v1/small/things", data=GOOD, content_type=JSON + "; charset=utf-8")
    assert response.status_code == 201
    assert response.json == {"voterNumber": 5, "choices": [{"choice": 2}], "word": ""}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"{}", "voterNumber"),
        (b'{"voterNumber": true}', "voterNumber"),
        (b'{"voterNumber": 1.0}', "voterNumber"),
        (b'{"voterNumber": "2"}', "voterNumber"),
        (b'{"voterNumber": "0x02"}', "voterNumber"),
        (b'{"voterNumber": -1}', "voterNumber"),
        (b'{"voterNumber": null}', "voterNumber"),
        (b'{"voterNumber": %d}' % 2**256, "voterNumber"),
        (b'{"voterNumber": 1, "voter_number": 1}', "voter_number"),
        (b'{"voterNumber": 1, "more": 1}', "more"),
        (b'{"voterNumber": 1, "choices": [{"choice": 256}]}', "choices.0.choice"),
        (b'{"voterNumber": 1, "choices": {"0": {"choice": 2}}}', "choices"),
        (b'{"voterNumber": 1, "word": "A"}', "word"),
        (b'{"voterNumber": 1, "word": "secret"}', "word"),
    ],
)
def test_every_field_at_fault_is_named(client: FlaskClient, body: bytes, field: str) -> None:
    response = client.post("/v1/small/things", data=body, content_type=JSON)
    errors = refusal(response, 422, "invalid_body")["errors"]
    assert field in [each["field"] for each in errors]
    assert all(each["message"] for each in errors)
    assert "secret" not in response.text


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b'{"voterNumber":NaN}', b'{"voterNumber":1,"voterNumber":1}', b"[]", b"1", b'"x"'],
)
def test_what_is_no_object_with_one_meaning_is_400(client: FlaskClient, body: bytes) -> None:
    refusal(client.post("/v1/small/things", data=body, content_type=JSON), 400, "malformed_json")


@pytest.mark.parametrize(
    "kind", [None, "text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""]
)
def test_another_content_type_is_415(client: FlaskClient, kind: str | None) -> None:
    response = client.post("/v1/small/things", data=GOOD, content_type=kind)
    refusal(response, 415, "unsupported_media_type")


def test_a_body_over_the_limit_is_413(client: FlaskClient) -> None:
    large = b'{"voterNumber": 1, "word": "' + b"a" * 1024 + b'"}'
    response = client.post("/v1/small/things", data=large, content_type=JSON)
    refusal(response, 413, "request_entity_too_large")


def test_a_route_may_take_larger_bodies(client: FlaskClient) -> None:
    response = client.post("/v1/small/uploads", data=b"x" * 100_000)
    assert response.json == {"bytes": 100_000}
    refused = client.post("/v1/small/uploads", data=b"x" * (8 * 1024 * 1024 + 1))
    refusal(refused, 413, "request_entity_too_large")


def test_the_usual_refusals_are_problems(client: FlaskClient) -> None:
    refusal(client.get("/v1/nowhere"), 404, "not_found")
    wrong_method = client.delete("/v1/small/things")
    refusal(wrong_method, 405, "method_not_allowed")
    assert "POST" in wrong_method.headers["Allow"]
    nothing_fits = client.get("/v1/small/rows", headers={"Accept": "audio/ogg"})
    refusal(nothing_fits, 406, "not_acceptable")


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("conflict", 409, "conflict"),
        ("not_found", 404, "not_found"),
        ("too_many", 429, "too_many_requests"),
        ("unavailable", 503, "unavailable"),
        ("plain", 422, "hanpyo_error"),
        ("bug", 500, "internal_error"),
    ],
)
def test_failures_have_the_status_of_their_kind(
    client: FlaskClient, kind: str, status: int, code: str
) -> None:
    response = client.get(f"/v1/small/failures/{kind}")
    refusal(response, status, code)
    assert ("Retry-After" in response.headers) == (status in (429, 503))
    assert "010" not in response.text


@pytest.mark.parametrize("number", [2**63, 10**40])
def test_a_number_that_no_database_holds_is_not_found(client: FlaskClient, number: int) -> None:
    refusal(client.get(f"/v1/small/numbers/{number}"), 404, "not_found")


def test_nul_goes_nowhere(client: FlaskClient) -> None:
    refusal(client.get("/v1/small/failures/%00"), 404, "not_found")
    refusal(client.get("/v1/small/rows?after=%00"), 400, "bad_request")


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "limit=1.5", "more=1", "limit=1&limit=2", "limit="]
)
def test_a_wrong_query_is_422(client: FlaskClient, query: str) -> None:
    refusal(client.get(f"/v1/small/rows?{query}"), 422, "invalid_query")


@pytest.mark.parametrize(
    "after", ["x", "W10", "WzEsMl0", "W251bGwsIngiXQ", "%F0%9F%98%80", "W1tdXQ"]
)
def test_a_foreign_cursor_is_422(client: FlaskClient, after: str) -> None:
    body = refusal(client.get(f"/v1/small/rows?after={after}"), 422, "invalid")
    assert body["errors"][0]["field"] == "after"


@pytest.mark.parametrize("limit", [1, 7, 50, 120, 200])
def test_pages_show_each_row_once(client: FlaskClient, limit: int) -> None:
    seen: list[str] = []
    following: str | None = ""
    while following is not None:
        after = f"&after={following}" if following else ""
        page = client.get(f"/v1/small/rows?limit={limit}{after}").get_json()
        assert len(page["items"]) <= limit
        seen += page["items"]
        following = page["next"]
    assert seen == [f"{number:032x}" for number in range(120)]


def test_an_answer_that_is_known_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get("/v1/small/kept")
    assert first.json == {"a": 1}
    assert first.headers["Cache-Control"] == "public, max-age=5"
    again = client.get("/v1/small/kept", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    other = client.get("/v1/small/kept", headers={"If-None-Match": '"other"'})
    assert other.status_code == 200
