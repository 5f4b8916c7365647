"""Signing in with a password and a code, and every way in which it must not work."""

import dataclasses
import logging
from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest
from apiflask import APIFlask
from argon2 import PasswordHasher
from sqlalchemy import select

from hanpyo.db.models import Staff, StaffSession
from hanpyo.identity.staff import sessions
from hanpyo.identity.staff.desk import Desk, desk_of
from hanpyo.identity.staff.passwords import Passwords
from hanpyo.identity.staff.records import lookup_of
from hanpyo.runtime import Runtime
from hanpyo.web.app import create_app
from tests.integration.identity.staff.conftest import PUBLIC_URL
from tests.service.clocks import Clock
from tests.service.sign_in import PASSWORD, Browser, Person, answer_of, join, refusal_of

ME = "/v1/staff/me"


def test_a_password_is_half_and_a_code_the_whole(other_browser: Browser, person: Person) -> None:
    half = person.give_password(other_browser)
    assert half.status_code == 201
    assert answer_of(half)["secondFactor"] is False
    refused = other_browser.get(ME)
    assert refusal_of(refused) == (401, "second_factor_needed")
    whole = other_browser.post("/v1/staff/session/totp", {"code": person.code()})
    assert answer_of(whole)["secondFactor"] is True
    me = answer_of(other_browser.get(ME))
    assert (me["name"], me["mail"], me["totp"]) == ("김담당", person.mail, True)
    assert me["roles"] == [{"organisationId": None, "role": "operator"}]


def test_mails_are_found_in_any_case(other_browser: Browser, person: Person) -> None:
    body = {"mail": " KIM@Example.org", "password": PASSWORD}
    assert other_browser.post("/v1/staff/session", body).status_code == 201


def test_an_unknown_mail_and_a_wrong_password_get_the_same_answer_for_the_same_work(
    app: APIFlask, other_browser: Browser, person: Person, desk: Desk
) -> None:
    class Counting:
        def __init__(self) -> None:
            self.verified: list[str] = []

        def hash(self, password: str) -> str:
            return desk.passwords.hasher.hash(password)

        def verify(self, hash: str, password: str) -> bool:  # noqa: A002
            self.verified.append(hash)
            return desk.passwords.hasher.verify(hash, password)

        def check_needs_rehash(self, hash: str) -> bool:  # noqa: A002
            return False

    hasher = Counting()
    app.extensions["hanpyo.staff"] = dataclasses.replace(desk, passwords=Passwords(hasher))
    answers = [
        other_browser.post("/v1/staff/session", {"mail": mail, "password": "wrong " + PASSWORD})
        for mail in (person.mail, "nobody@example.org")
    ]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].data == answers[1].data
    assert len(answers[0].headers) == len(answers[1].headers)
    parameters = {kept.rpartition("$")[0].rpartition("$")[0] for kept in hasher.verified}
    assert len(hasher.verified) == 2
    assert len(parameters) == 1


def test_tries_are_limited_alike_whether_or_not_there_is_an_account(
    other_browser: Browser, person: Person, clock: Clock
) -> None:
    def answers(mail: str) -> list[int]:
        body = {"mail": mail, "password": "wrong " + PASSWORD}
        return [other_browser.post("/v1/staff/session", body).status_code for _ in range(12)]

    known, unknown = answers(person.mail), answers("nobody@example.org")
    assert known == unknown == [401] * 10 + [429] * 2
    assert person.give_password(other_browser).status_code == 429
    clock.forward(15 * 60)
    assert person.give_password(other_browser).status_code == 201


def test_a_client_that_guesses_does_not_keep_the_owner_out(
    other_browser: Browser, person: Person
) -> None:
    def attempt(address: str, password: str) -> int:
        answer = other_browser.request(
            "POST",
            "/v1/staff/session",
            json={"mail": person.mail, "password": password},
            environ_base={"REMOTE_ADDR": address},
        )
        return answer.status_code

    guessed = [attempt("203.0.113.7", "wrong " + PASSWORD) for _ in range(20)]
    assert guessed == [401] * 10 + [429] * 10
    assert attempt("198.51.100.9", PASSWORD) == 201


def test_many_clients_together_are_limited_too(
    other_browser: Browser, person: Person, desk: Desk
) -> None:
    def attempt(number: int) -> int:
        answer = other_browser.request(
            "POST",
            "/v1/staff/session",
            json={"mail": person.mail, "password": "wrong " + PASSWORD},
            environ_base={"REMOTE_ADDR": f"2001:db8:0:{number:x}::1"},
        )
        return answer.status_code

    for _ in range(98):
        desk.limits.hit(f"staff-password:{lookup_of(desk.vault, person.mail).hex()}", 100, 900)
    assert [attempt(number) for number in range(4)] == [401] * 2 + [429] * 2


def test_one_client_cannot_try_many_mails(other_browser: Browser, person: Person) -> None:
    statuses = [
        other_browser.post(
            "/v1/staff/session", {"mail": f"n{number}@example.org", "password": PASSWORD}
        ).status_code
        for number in range(61)
    ]
    assert statuses == [401] * 60 + [429]


def test_wrong_codes_lock_longer_and_longer(
    other_browser: Browser, person: Person, clock: Clock
) -> None:
    def wrong() -> int:
        code = f"{(int(person.code()) + 1) % 10**6:06d}"
        return other_browser.post("/v1/staff/session/totp", {"code": code}).status_code

    person.give_password(other_browser)
    assert [wrong() for _ in range(6)] == [401] * 5 + [429]
    right = other_browser.post("/v1/staff/session/totp", {"code": person.code()})
    assert refusal_of(right) == (429, "second_factor_locked")
    clock.forward(15 * 60)
    person.give_password(other_browser)
    assert [wrong() for _ in range(6)] == [401] * 5 + [429]
    clock.forward(15 * 60)
    person.give_password(other_browser)
    assert wrong() == 429
    clock.forward(15 * 60)
    person.sign_in(other_browser)


def test_parallel_tries_get_no_more_codes_than_others(runtime: Runtime, clock: Clock) -> None:
    app = create_app(runtime)
    browser = Browser(app, PUBLIC_URL)
    desk = desk_of(runtime)
    person = join(browser, desk, clock)
    person.give_password(browser)
    clock.forward(30)
    right = pyotp.TOTP(person.secret).at(int(clock()))
    wrong = [f"{(int(right) + step) % 10**6:06d}" for step in range(100, 130)]

    def attempt(code: str) -> int:
        each = Browser(app, PUBLIC_URL, browser.csrf)
        each.plant(browser.token or "")
        return each.post("/v1/staff/session/totp", {"code": code}).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(attempt, wrong))
    assert statuses.count(401) == 5
    assert statuses.count(429) == 25


def test_a_code_that_many_show_at_once_serves_one(runtime: Runtime, clock: Clock) -> None:
    app = create_app(runtime)
    desk = desk_of(runtime)
    person = join(Browser(app, PUBLIC_URL), desk, clock)
    browsers = [Browser(app, PUBLIC_URL) for _ in range(6)]
    for each in browsers:
        person.give_password(each)
    code = person.code()

    def attempt(each: Browser) -> int:
        return each.post("/v1/staff/session/totp", {"code": code}).status_code

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(attempt, browsers))[:2] == [200, 401]


def test_a_code_serves_once(other_browser: Browser, person: Person, browser: Browser) -> None:
    person.give_password(other_browser)
    code = person.code()
    assert other_browser.post("/v1/staff/session/totp", {"code": code}).status_code == 200
    assert browser.post("/v1/staff/session/totp", {"code": code}).status_code == 401


def test_a_planted_session_stays_the_planters(
    browser: Browser, other_browser: Browser, person: Person
) -> None:
    person.give_password(browser)
    planted = browser.token
    assert planted is not None
    other_browser.plant(planted)
    person.give_password(other_browser)
    half = other_browser.token
    assert half not in (planted, None)
    other_browser.post("/v1/staff/session/totp", {"code": person.code()})
    assert other_browser.token not in (planted, half, None)
    assert other_browser.get(ME).status_code == 200
    for token in (planted, half):
        browser.plant(token or "")
        assert browser.get("/v1/staff/session").status_code == 401


def test_a_token_of_ones_own_choice_is_no_session(other_browser: Browser, person: Person) -> None:
    other_browser.plant("x" * 43)
    assert other_browser.get(ME).status_code == 401
    person.sign_in(other_browser)
    assert other_browser.token != "x" * 43


def test_the_database_holds_no_token(
    browser: Browser, person: Person, quick_runtime: Runtime
) -> None:
    with quick_runtime.database.read() as session:
        rows = session.scalars(select(StaffSession)).all()
        staff = session.scalars(select(Staff)).one()
    kept = repr([vars(row) for row in (*rows, staff)])
    for secret in (browser.token, browser.csrf, person.secret, PASSWORD, person.mail, "김담당"):
        assert secret
        assert secret not in kept


def test_a_session_ends_without_use(browser: Browser, person: Person, clock: Clock) -> None:
    for _ in range(3):
        clock.forward(29 * 60)
        assert browser.get(ME).status_code == 200
    clock.forward(31 * 60)
    assert browser.get(ME).status_code == 401


def test_a_session_ends_for_good_however_it_is_used(
    browser: Browser, person: Person, clock: Clock
) -> None:
    statuses = []
    for _ in range(12 * 3):
        clock.forward(20 * 60)
        statuses.append(browser.get(ME).status_code)
    assert statuses == [200] * 35 + [401]


def test_half_a_session_ends_soon(other_browser: Browser, person: Person, clock: Clock) -> None:
    person.give_password(other_browser)
    clock.forward(10 * 60)
    answer = other_browser.post("/v1/staff/session/totp", {"code": person.code()})
    assert refusal_of(answer) == (401, "not_signed_in")


def test_signing_out_ends_the_session_and_takes_the_cookie(
    browser: Browser, other_browser: Browser, person: Person
) -> None:
    token = browser.token
    assert browser.delete("/v1/staff/session").status_code == 204
    assert browser.token is None
    other_browser.plant(token or "")
    assert other_browser.get(ME).status_code == 401


def test_signing_out_everywhere_ends_every_session(
    browser: Browser, other_browser: Browser, person: Person
) -> None:
    person.sign_in(other_browser)
    assert browser.delete("/v1/staff/sessions").status_code == 204
    assert other_browser.get(ME).status_code == 401


def test_a_changed_password_ends_the_other_sessions(
    browser: Browser, other_browser: Browser, person: Person
) -> None:
    person.sign_in(other_browser)
    new = "another horse battery"
    wrong = browser.put(ME + "/password", {"current": "wrong " + PASSWORD, "new": new})
    assert wrong.status_code == 401
    weak = browser.put(ME + "/password", {"current": PASSWORD, "new": "kim@kim@kim@kim"})
    assert weak.status_code == 422
    right = browser.put(ME + "/password", {"current": PASSWORD, "new": new})
    assert right.status_code == 204
    assert browser.get(ME).status_code == 200
    assert other_browser.get(ME).status_code == 401
    assert person.give_password(other_browser).status_code == 401
    assert person.give_password(other_browser, new).status_code == 201


def test_how_one_signs_in_is_changed_with_a_fresh_factor_only(
    browser: Browser, person: Person, clock: Clock
) -> None:
    clock.forward(16 * 60)
    body = {"current": PASSWORD, "new": "another horse battery"}
    for answer in (
        browser.put(ME + "/password", body),
        browser.post(ME + "/totp"),
        browser.post(ME + "/passkeys/options"),
        browser.delete(ME + "/totp"),
    ):
        assert refusal_of(answer) == (403, "fresh_second_factor_needed")
    assert browser.post("/v1/staff/session/totp", {"code": person.code()}).status_code == 200
    assert browser.put(ME + "/password", body).status_code == 204


def test_a_password_alone_adds_no_factor(other_browser: Browser, person: Person) -> None:
    person.give_password(other_browser)
    for answer in (
        other_browser.post(ME + "/totp"),
        other_browser.put(ME + "/totp", {"code": "123456"}),
        other_browser.post(ME + "/passkeys/options"),
        other_browser.post(ME + "/passkeys", {"name": "전화", "credential": {}}),
    ):
        assert refusal_of(answer) == (401, "second_factor_needed")


def test_the_last_factor_stays(browser: Browser, person: Person) -> None:
    answer = browser.delete(ME + "/totp")
    assert refusal_of(answer) == (409, "last_second_factor")


def test_a_hash_of_old_parameters_is_made_anew(
    other_browser: Browser, person: Person, quick_runtime: Runtime, desk: Desk
) -> None:
    with quick_runtime.database.write() as session:
        staff = session.scalars(select(Staff)).one()
        staff.password_hash = PasswordHasher(2, 16, 1).hash(PASSWORD)
    assert person.give_password(other_browser).status_code == 201
    with quick_runtime.database.read() as session:
        kept = session.scalars(select(Staff)).one().password_hash
    assert kept is not None
    assert not desk.passwords.is_outdated(kept)
    assert person.give_password(other_browser).status_code == 201


def test_nothing_of_a_sign_in_is_logged_or_shown_by_repr(
    browser: Browser,
    person: Person,
    desk: Desk,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    person.sign_in(browser)
    signed_in = sessions.who(desk, browser.token)
    out = capfd.readouterr()
    shown = caplog.text + out.out + out.err + repr(signed_in)
    for secret in (browser.token, browser.csrf, person.mail, PASSWORD, person.secret):
        assert secret
        assert secret not in shown


@pytest.mark.parametrize(
    "body",
    [
        None,
        {},
        {"mail": "kim@example.org"},
        {"mail": "kim@example.org", "password": PASSWORD, "next": "https://evil.example"},
        {"mail": ["kim@example.org"], "password": PASSWORD},
        {"mail": "kim@example.org", "password": "x" * 201},
        {"mail": "kim", "password": PASSWORD},
        {"mail": "kim@example.org\r\nBcc: all@example.org", "password": PASSWORD},
    ],
)
def test_a_malformed_sign_in_is_refused(other_browser: Browser, body: object) -> None:
    answer = other_browser.post("/v1/staff/session", body)
    assert answer.status_code in (400, 415, 422)
    assert other_browser.token is None
