"""The guard of every handler: cookies, CSRF, and who is let in where."""

from pathlib import Path

import pytest
from apiflask import APIFlask
from flask import Flask

from hanpyo.config import load_settings
from hanpyo.db.database import Database
from hanpyo.db.models import Election, Role
from hanpyo.db.vault import MasterKey, Vault
from hanpyo.errors import HanpyoError
from hanpyo.identity.staff.desk import desk_of
from hanpyo.runtime import Runtime
from hanpyo.web import guard
from hanpyo.web.app import create_app
from tests.service.clocks import Clock
from tests.service.sign_in import PASSWORD, Browser, Person, invite, refusal_of
from tests.service.staff import (
    QUICK_PASSWORDS,
    StaffClient,
    new_organisation,
    staff_browser,
)

ME = "/v1/staff/me"
FORGED = (403, "csrf_refused")


def test_under_https_the_cookie_is_the_hosts_alone(browser: Browser, person: Person) -> None:
    answer = person.give_password(browser)
    name, _, rest = answer.headers["Set-Cookie"].partition("=")
    flags = {part.strip() for part in rest.split(";")[1:]}
    assert name == "__Host-hanpyo_staff"
    assert flags == {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}
    assert answer.headers["Cache-Control"] == "no-store"


def test_over_plain_http_the_cookie_is_as_strict_as_it_can_be(tmp_path: Path, clock: Clock) -> None:
    database = Database(f"sqlite:///{tmp_path / 'http.db'}")
    database.create_schema()
    url = "http://localhost:8080"
    settings = load_settings(data=tmp_path, staff=QUICK_PASSWORDS, web={"public_url": url})
    runtime = Runtime(settings, database, Vault([MasterKey.generate(1)]), clock=clock)
    browser = Browser(create_app(runtime), url)
    token = invite(desk_of(runtime), None, Role.OPERATOR)
    answer = browser.post("/v1/staff/set-up", {"token": token, "password": PASSWORD})
    name, _, rest = answer.headers["Set-Cookie"].partition("=")
    assert name == "hanpyo_staff"
    assert {part.strip() for part in rest.split(";")[1:]} == {"HttpOnly", "Path=/", "SameSite=Lax"}
    assert browser.post("/v1/staff/me/totp").status_code == 200
    database.close()


@pytest.mark.parametrize("shown", ["", "x", "한표".encode().decode("latin-1"), "A" * 43])
def test_a_change_without_the_sessions_token_is_refused(
    browser: Browser, person: Person, shown: str
) -> None:
    for path in ("/v1/staff/me/totp", "/v1/organisations", "/v1/staff/me/passkeys/options"):
        answer = browser.request(
            "POST", path, json={"name": "한표"}, headers={"X-CSRF-Token": shown}
        )
        assert refusal_of(answer) == FORGED
    answer = browser.request("DELETE", "/v1/staff/session", headers={"X-CSRF-Token": shown})
    assert refusal_of(answer) == FORGED
    assert browser.get(ME, headers={"X-CSRF-Token": shown}).status_code == 200


def test_the_token_of_another_session_is_refused(
    browser: Browser, other_browser: Browser, person: Person, other_person: Person
) -> None:
    headers = {"X-CSRF-Token": other_browser.csrf}
    answer = browser.request("DELETE", "/v1/staff/session", headers=headers)
    assert refusal_of(answer) == FORGED


def test_the_token_of_the_half_session_does_not_serve_the_whole(
    browser: Browser, person: Person
) -> None:
    person.give_password(browser)
    before = browser.csrf
    browser.post("/v1/staff/session/totp", {"code": person.code()})
    answer = browser.request("DELETE", "/v1/staff/session", headers={"X-CSRF-Token": before})
    assert refusal_of(answer) == FORGED


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://vote.example", 401),
        ("https://evil.example", 403),
        ("https://vote.example.evil.example", 403),
        ("null", 403),
    ],
)
def test_another_site_signs_nobody_in(other_browser: Browser, origin: str, status: int) -> None:
    body = {"mail": "kim@example.org", "password": PASSWORD}
    answer = other_browser.request(
        "POST", "/v1/staff/session", json=body, headers={"Origin": origin}
    )
    assert answer.status_code == status


def test_a_form_of_another_site_is_no_sign_in(other_browser: Browser) -> None:
    body = '{"mail":"kim@example.org","password":"correct horse battery"}'
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        answer = other_browser.request("POST", "/v1/staff/session", data=body, content_type=kind)
        assert answer.status_code == 415


def test_no_answer_sends_the_browser_where_the_caller_says(
    other_browser: Browser, person: Person
) -> None:
    body = {"mail": person.mail, "password": PASSWORD}
    for query in ("next=https://evil.example", "return_to=//evil.example", "url=javascript:1"):
        answer = other_browser.post(f"/v1/staff/session?{query}", body)
        assert answer.status_code == 201
        assert "Location" not in answer.headers


def outcome(app: Flask, who: StaffClient, role: Role, place: str | None) -> str:
    """What `require` says to somebody."""
    cookie = who.client.get_cookie(guarded_name(app), "vote.example")
    assert cookie is not None
    headers = {"Cookie": f"{cookie.key}={cookie.value}"}
    with app.test_request_context(headers=headers):
        try:
            guard.require(role, place)
        except HanpyoError as refusal:
            return refusal.code
    return "let in"


def guarded_name(app: Flask) -> str:
    with app.test_request_context():
        return guard.session_cookie()


@pytest.mark.parametrize(
    ("held", "asked", "expected"),
    [
        (Role.ORGANISER, Role.ORGANISER, "let in"),
        (Role.CLERK, Role.CLERK, "let in"),
        (Role.REGISTRAR, Role.REGISTRAR, "let in"),
        (Role.OBSERVER, Role.OBSERVER, "let in"),
        (Role.ORGANISER, Role.OBSERVER, "let in"),
        (Role.CLERK, Role.OBSERVER, "let in"),
        (Role.ORGANISER, Role.CLERK, "role_missing"),
        (Role.CLERK, Role.ORGANISER, "role_missing"),
        (Role.OBSERVER, Role.ORGANISER, "role_missing"),
        (Role.OBSERVER, Role.REGISTRAR, "role_missing"),
    ],
)
def test_a_role_is_asked_for_in_its_organisation(
    app: APIFlask, quick_runtime: Runtime, held: Role, asked: Role, expected: str
) -> None:
    own, other = new_organisation(quick_runtime), new_organisation(quick_runtime)
    who = staff_browser(app, quick_runtime, own, held)
    assert outcome(app, who, asked, own) == expected
    assert outcome(app, who, asked, other) == "not_found"
    assert outcome(app, who, asked, "ee" * 16) == "not_found"
    assert outcome(app, who, Role.OPERATOR, None) == "role_missing"


def test_an_operator_is_nobody_inside_an_organisation(
    app: APIFlask, quick_runtime: Runtime
) -> None:
    place = new_organisation(quick_runtime)
    who = staff_browser(app, quick_runtime, None, Role.OPERATOR)
    assert outcome(app, who, Role.OPERATOR, None) == "let in"
    for role in Role:
        assert outcome(app, who, role, place) == "not_found"


def test_an_election_is_its_organisations(app: APIFlask, quick_runtime: Runtime) -> None:
    own, other = new_organisation(quick_runtime), new_organisation(quick_runtime)
    with quick_runtime.database.write() as session:
        election = Election(
            organisation_id=own,
            title="시험 투표",
            definition="{}",
            identity="L2",
            methods="mail",
            created_at=1,
            changed_at=1,
        )
        session.add(election)
        session.flush()
        election_id = election.id

    def outcomes(place: str) -> list[str]:
        who = staff_browser(app, quick_runtime, place, Role.ORGANISER)
        cookie = who.client.get_cookie(guarded_name(app), "vote.example")
        assert cookie is not None
        found = []
        for asked in (election_id, "ee" * 16):
            with app.test_request_context(headers={"Cookie": f"{cookie.key}={cookie.value}"}):
                try:
                    _, row = guard.require_for_election(Role.ORGANISER, asked)
                    found.append(row.id)
                except HanpyoError as refusal:
                    found.append(refusal.code)
        return found

    assert outcomes(own) == [election_id, "not_found"]
    assert outcomes(other) == ["not_found", "not_found"]
