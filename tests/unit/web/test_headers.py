"""Headers of every answer, other origins, and addresses behind proxies."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from hanpyo.identity.limits import client_bucket
from tests.unit.web.small_app import small_app


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    return small_app(tmp_path).test_client()


@pytest.mark.parametrize("path", ["/v1/small/kept", "/v1/nowhere", "/v1/small/failures/conflict"])
def test_every_answer_is_hardened(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "camera=()" in headers["Permissions-Policy"]
    assert len(headers["X-Request-Id"]) == 16
    assert "Strict-Transport-Security" not in headers


def test_over_https_browsers_stay_there(tmp_path: Path) -> None:
    client = small_app(tmp_path, public_url="https://vote.example").test_client()
    assert client.get("/v1/small/kept").headers["Strict-Transport-Security"].startswith("max-age=")


def test_what_is_not_said_to_be_kept_is_not(client: FlaskClient) -> None:
    assert client.get("/v1/small/client").headers["Cache-Control"] == "no-store"


def test_other_origins_read_public_answers_only(client: FlaskClient) -> None:
    origin = {"Origin": "https://other.example"}
    public = client.get("/v1/small/kept", headers=origin).headers
    assert public["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in public
    for private in (
        client.get("/v1/small/client", headers=origin),
        client.post("/v1/small/things", headers=origin),
        client.options("/v1/small/things", headers=origin),
    ):
        assert "Access-Control-Allow-Origin" not in private.headers


def test_a_preflight_of_a_public_answer_allows_reading(client: FlaskClient) -> None:
    headers = client.options("/v1/small/kept", headers={"Origin": "https://other.example"}).headers
    assert headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"


def test_origins_may_be_named(tmp_path: Path) -> None:
    client = small_app(tmp_path, allowed_origins=("https://a.example",)).test_client()
    named = client.get("/v1/small/kept", headers={"Origin": "https://a.example"}).headers
    assert named["Access-Control-Allow-Origin"] == "https://a.example"
    assert "Origin" in named["Vary"]
    other = client.get("/v1/small/kept", headers={"Origin": "https://b.example"}).headers
    assert "Access-Control-Allow-Origin" not in other


@pytest.mark.parametrize(
    ("proxies", "forwarded", "peer", "expected"),
    [
        (0, "203.0.113.9", "192.0.2.1", "192.0.2.1"),
        (1, "203.0.113.9", "192.0.2.1", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "192.0.2.1", "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9, 203.0.113.10", "192.0.2.1", "203.0.113.9"),
        (1, "2001:db8:1:2:3:4:5:6", "192.0.2.1", "2001:db8:1:2::7"),
        (1, "::ffff:203.0.113.9", "192.0.2.1", "203.0.113.9"),
        (1, "<script>", "192.0.2.1", "unknown"),
        (0, "203.0.113.9", "fe80::1%eth0", "fe80::2"),
        (0, "203.0.113.9", "", "unknown"),
    ],
)
def test_an_address_is_believed_through_trusted_proxies_only(
    tmp_path: Path, proxies: int, forwarded: str, peer: str, expected: str
) -> None:
    browser = small_app(tmp_path, trusted_proxies=proxies).test_client()
    answer = browser.get(
        "/v1/small/client",
        headers={"X-Forwarded-For": forwarded},
        environ_overrides={"REMOTE_ADDR": peer},
    )
    assert answer.json == {"client": client_bucket(expected)}
