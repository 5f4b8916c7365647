"""Where links lead, what stands in headers, and whose limits an address has: never what a caller
says of itself.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.service.callers import Installation, installation

EVIL = {
    "Host": "evil.example",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Prefix": "/evil",
    "Forwarded": "host=evil.example",
    "X-Original-URL": "/v1/log",
    "X-Rewrite-URL": "/v1/log",
    "Referer": "https://evil.example/",
}
PLACE = "https://vote.example"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    web = {"public_url": PLACE, "trusted_proxies": 1}
    with installation("sqlite", tmp_path_factory.mktemp("links"), web=web) as found:
        yield found


@pytest.fixture(scope="module")
def client(made: Installation) -> FlaskClient:
    return made.app.test_client(use_cookies=False)


def test_links_are_built_from_the_settings_alone(made: Installation, client: FlaskClient) -> None:
    headers = made.headers("organiser") | EVIL
    body = {"name": "이초대", "mail": "lee@example.org", "role": "clerk"}
    path = f"/v1/organisations/{made.organisation}/invitations"
    link = client.post(path, json=body, headers=headers)
    assert link.status_code == 201, link.text
    assert link.get_json()["url"].startswith(f"{PLACE}/")
    sent = client.post(
        f"/v1/elections/{made.election.id}/invitations", json={"letters": "all"}, headers=headers
    )
    letters = sent.get_json()["letters"]
    assert letters
    assert all(letter["link"].startswith(f"{PLACE}/") for letter in letters)
    for path in (
        "/v1/openapi.json",
        f"/v1/elections/{made.election.id}/turnout?format=jsonld",
        "/v1/oidc/callback?state=s&code=c",
    ):
        answer = client.get(path, headers=EVIL)
        assert "evil" not in answer.text + str(answer.headers), path


@pytest.mark.parametrize(
    "query",
    [
        "next=https://evil.example",
        "state=s&code=c&next=//evil.example&redirect_uri=https://evil.example",
        "state=https://evil.example&code=//evil.example",
        "state=%0d%0aLocation:%20https://evil.example&code=c",
        "state=s&code=%23@evil.example",
        "error=x&error_description=https://evil.example",
        "",
    ],
)
def test_the_one_redirect_leads_to_our_own_page(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/v1/oidc/callback?{query}")
    assert answer.status_code == 303
    (location,) = answer.headers.getlist("Location")
    where, _, fragment = location.partition("#")
    assert where.startswith(f"{PLACE}/")
    assert "?" not in where
    assert not {"\r", "\n", "#", "@", " "} & set(fragment)
    assert answer.headers["Cache-Control"] == "no-store"


def test_nothing_that_is_sent_becomes_a_header(made: Installation, client: FlaskClient) -> None:
    marked = "x%0d%0aX-Evil:%20yes"
    paths = [
        f"/v1/elections/{marked}",
        f"/v1/elections/{made.election.id}/turnout?format={marked}",
        f"/v1/elections/{made.election.id}/events?after={marked}",
        f"/v1/ballots/{marked}",
        f"/v1/{marked}",
        f"/v1/oidc/callback?state={marked}&code={marked}&iss={marked}",
    ]
    for path in paths:
        answer = client.get(path, headers={"X-Request-Id": "chosen", "Origin": "https://a.example"})
        assert "X-Evil" not in answer.headers, path
        assert answer.headers["X-Request-Id"] != "chosen"


@pytest.mark.parametrize(
    "path",
    [
        "/static/../../config.py",
        "/static/..%2f..%2fconfig.py",
        "/static/%2e%2e/%2e%2e/etc/passwd",
        "/static//etc/passwd",
        "/static/..\\..\\config.py",
        "/v1/elections/..%2f..%2f..%2fetc%2fpasswd",
        "/v1/../../etc/passwd",
        "//etc/passwd",
        "/v1/elections/%2e%2e/roll/members.csv",
    ],
)
def test_no_path_leads_out_of_the_api(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in (308, 401, 404), answer.text
    assert "evil" not in answer.headers.get("Location", "")
    assert b"root:" not in answer.data
    assert b"import" not in answer.data


def test_a_redirect_of_the_router_stays_here(client: FlaskClient) -> None:
    for path in (
        "//evil.example/v1/elections",
        "/v1/elections/",
        "///evil.example",
        "/\\evil.example",
    ):
        answer = client.get(path, headers={"Host": "evil.example"})
        location = answer.headers.get("Location", "")
        assert answer.status_code in (200, 308, 404), path
        assert not location.startswith(("//", "/\\")), location


def tries(client: FlaskClient, count: int, forwarded: Any) -> list[int]:
    return [
        client.post(
            "/v1/staff/session",
            json={"mail": f"nobody{number}@example.org", "password": "wrong"},
            headers={"X-Forwarded-For": forwarded(number)},
        ).status_code
        for number in range(count)
    ]


def test_an_address_that_the_client_made_up_has_no_limits_of_its_own(client: FlaskClient) -> None:
    """The proxy appends whom it saw: whatever the client put before that counts for nothing."""
    spoofed = tries(client, 64, lambda number: f"198.51.100.{number}, 203.0.113.9")
    assert 429 in spoofed
    assert tries(client, 1, lambda _: "203.0.113.9") == [429]
    assert tries(client, 1, lambda _: "203.0.113.10") == [401]


def test_a_home_of_ipv6_is_one_client(client: FlaskClient) -> None:
    home = tries(client, 64, lambda number: f"2001:db8:1:2::{number:x}")
    assert 429 in home
    assert tries(client, 1, lambda _: "2001:db8:1:2:ffff::1") == [429]
    assert tries(client, 1, lambda _: "2001:db8:1:3::1") == [401]
