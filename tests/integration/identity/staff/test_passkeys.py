"""Passkeys of a software authenticator: registered, shown, and every bent answer refused."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import select

from hanpyo.db.models import Role, StaffPasskey
from hanpyo.identity.staff.desk import Desk
from hanpyo.runtime import Runtime
from tests.service.authenticator import PRESENT, Authenticator, decode, encode
from tests.service.clocks import Clock
from tests.service.sign_in import (
    PASSWORD,
    Browser,
    Person,
    answer_of,
    invite,
    refusal_of,
)

ORIGIN, HOST = "https://vote.example", "vote.example"
ASK_NEW, NEW = "/v1/staff/me/passkeys/options", "/v1/staff/me/passkeys"
ASK, SHOW = "/v1/staff/session/passkey/options", "/v1/staff/session/passkey"
_JUNK: Sequence[Any] = (None, 7, "", "!!!", [], {}, "AAAA", "한표")
REFUSED = (401, "second_factor_refused")


@pytest.fixture
def device() -> Authenticator:
    return Authenticator(ORIGIN, HOST)


def options(browser: Browser, path: str) -> dict[str, Any]:
    found = answer_of(browser.post(path))["publicKey"]
    assert isinstance(found, dict)
    return found


def register(browser: Browser, device: Authenticator) -> None:
    credential = device.create(options(browser, ASK_NEW))
    answer = browser.post(NEW, {"name": "내 전화", "credential": credential})
    assert answer.status_code == 201, answer.json


def test_a_passkey_is_a_first_factor(browser: Browser, desk: Desk, device: Authenticator) -> None:
    token = invite(desk, None, Role.OPERATOR)
    browser.post("/v1/staff/set-up", {"token": token, "password": PASSWORD})
    asked = options(browser, ASK_NEW)
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert asked["rp"]["id"] == HOST
    answer = browser.post(NEW, {"name": "내 전화", "credential": device.create(asked)})
    assert answer_of(answer)["secondFactor"] is True
    (shown,) = answer_of(browser.get("/v1/staff/me"))["passkeys"]
    assert shown["name"] == "내 전화"


def test_a_passkey_finishes_signing_in_each_time(
    browser: Browser, other_browser: Browser, person: Person, device: Authenticator
) -> None:
    register(browser, device)
    for _ in range(2):
        person.give_password(other_browser)
        half = other_browser.token
        asked = options(other_browser, ASK)
        assert asked["userVerification"] == "required"
        assert [decode(each["id"]) for each in asked["allowCredentials"]] == [device.credential_id]
        answer = other_browser.post(SHOW, {"credential": device.get(asked)})
        assert answer_of(answer)["secondFactor"] is True
        assert other_browser.token != half


def test_a_passkey_still_serves_when_codes_are_locked(
    browser: Browser, other_browser: Browser, person: Person, device: Authenticator
) -> None:
    register(browser, device)
    person.give_password(other_browser)
    for number in range(6):
        other_browser.post("/v1/staff/session/totp", {"code": f"00000{number}"})
    answer = other_browser.post(SHOW, {"credential": device.get(options(other_browser, ASK))})
    assert answer.status_code == 200


def test_an_answer_serves_once(
    browser: Browser, other_browser: Browser, person: Person, device: Authenticator
) -> None:
    register(browser, device)
    person.give_password(other_browser)
    credential = device.get(options(other_browser, ASK))
    assert other_browser.post(SHOW, {"credential": credential}).status_code == 200
    assert refusal_of(other_browser.post(SHOW, {"credential": credential})) == REFUSED


def test_a_challenge_is_its_sessions_own_and_ends(
    browser: Browser,
    other_browser: Browser,
    person: Person,
    device: Authenticator,
    clock: Clock,
) -> None:
    register(browser, device)
    person.give_password(other_browser)
    of_another = options(browser, ASK)
    options(other_browser, ASK)
    answer = other_browser.post(SHOW, {"credential": device.get(of_another)})
    assert refusal_of(answer) == REFUSED
    late = options(other_browser, ASK)
    clock.forward(5 * 60 + 1)
    assert refusal_of(other_browser.post(SHOW, {"credential": device.get(late)})) == REFUSED
    assert refusal_of(other_browser.post(SHOW, {"credential": device.get(late)})) == REFUSED


def copied(device: Authenticator) -> None:
    device.sign_count -= 2


def unverified(device: Authenticator) -> None:
    device.flags = PRESENT


def absent(device: Authenticator) -> None:
    device.flags = 0x04


def elsewhere(device: Authenticator) -> None:
    device.origin = "https://evil.example"


def plain_http(device: Authenticator) -> None:
    device.origin = "http://vote.example"


def other_party(device: Authenticator) -> None:
    device.rp_id = "evil.example"


def other_key(device: Authenticator) -> None:
    device.key = Authenticator(ORIGIN, HOST).key


def other_credential(device: Authenticator) -> None:
    device.credential_id = bytes(32)


@pytest.mark.parametrize(
    "bend",
    [
        copied,
        unverified,
        absent,
        elsewhere,
        plain_http,
        other_party,
        other_key,
        other_credential,
    ],
)
def test_a_bent_answer_is_refused(
    browser: Browser,
    other_browser: Browser,
    person: Person,
    device: Authenticator,
    bend: Callable[[Authenticator], None],
) -> None:
    device.sign_count = 10
    register(browser, device)
    person.give_password(other_browser)
    asked = options(other_browser, ASK)
    bend(device)
    assert refusal_of(other_browser.post(SHOW, {"credential": device.get(asked)})) == REFUSED
    assert other_browser.get("/v1/staff/me").status_code == 401


@pytest.mark.parametrize("bend", [unverified, elsewhere, plain_http, other_party])
def test_a_bent_registration_is_refused(
    browser: Browser,
    person: Person,
    device: Authenticator,
    bend: Callable[[Authenticator], None],
) -> None:
    bend(device)
    credential = device.create(options(browser, ASK_NEW))
    answer = browser.post(NEW, {"name": "전화", "credential": credential})
    assert refusal_of(answer) == REFUSED


def test_a_registration_without_a_question_is_refused(
    browser: Browser, person: Person, device: Authenticator
) -> None:
    credential = device.create({"challenge": encode(bytes(32))})
    assert refusal_of(browser.post(NEW, {"name": "전화", "credential": credential})) == REFUSED


def test_what_is_no_answer_is_refused(
    browser: Browser, person: Person, device: Authenticator
) -> None:
    for place in ("id", "rawId", "type", "response"):
        for value in _JUNK:
            credential = device.create(options(browser, ASK_NEW)) | {place: value}
            answer = browser.post(NEW, {"name": "전화", "credential": credential})
            assert refusal_of(answer) == REFUSED, (place, value)


def test_a_broken_part_of_an_answer_is_refused(
    browser: Browser, person: Person, device: Authenticator
) -> None:
    register(browser, device)
    for part in ("clientDataJSON", "authenticatorData", "signature"):
        for value in ("", "AAAA", "!!", encode(b"[]"), encode(b"{}"), encode(b"\xff" * 37)):
            credential = device.get(options(browser, ASK))
            credential["response"][part] = value
            assert refusal_of(browser.post(SHOW, {"credential": credential})) == REFUSED, value


def test_anothers_passkey_does_not_serve(
    browser: Browser,
    other_browser: Browser,
    person: Person,
    other_person: Person,
    device: Authenticator,
) -> None:
    register(browser, device)
    register(other_browser, Authenticator(ORIGIN, HOST))
    other_person.give_password(other_browser)
    asked = options(other_browser, ASK)
    assert refusal_of(other_browser.post(SHOW, {"credential": device.get(asked)})) == REFUSED


def test_a_credential_has_one_owner(
    browser: Browser,
    other_browser: Browser,
    person: Person,
    other_person: Person,
    device: Authenticator,
) -> None:
    register(browser, device)
    credential = device.create(options(other_browser, ASK_NEW))
    answer = other_browser.post(NEW, {"name": "전화", "credential": credential})
    assert refusal_of(answer) == REFUSED


def test_factors_are_taken_away_but_for_the_last(
    browser: Browser,
    other_browser: Browser,
    person: Person,
    other_person: Person,
    device: Authenticator,
) -> None:
    register(browser, device)
    (own,) = answer_of(browser.get("/v1/staff/me"))["passkeys"]
    assert refusal_of(other_browser.delete(f"{NEW}/{own['id']}")) == (404, "not_found")
    assert browser.delete("/v1/staff/me/totp").status_code == 204
    assert refusal_of(browser.delete(f"{NEW}/{own['id']}")) == (409, "last_second_factor")
    register(browser, Authenticator(ORIGIN, HOST))
    assert browser.delete(f"{NEW}/{own['id']}").status_code == 204


def test_a_refusal_is_in_the_log_and_the_name_is_sealed(
    browser: Browser, person: Person, device: Authenticator, quick_runtime: Runtime
) -> None:
    register(browser, device)
    elsewhere(device)
    browser.post(SHOW, {"credential": device.get(options(browser, ASK))})
    entries = answer_of(browser.get("/v1/log"))["entries"]
    assert entries[-1]["action"] == "staff.passkey_refused"
    with quick_runtime.database.read() as session:
        (row,) = session.scalars(select(StaffPasskey))
    assert "전화".encode() not in row.name


def test_an_account_holds_ten_passkeys(browser: Browser, person: Person) -> None:
    for _ in range(10):
        register(browser, Authenticator(ORIGIN, HOST))
    device = Authenticator(ORIGIN, HOST)
    credential = device.create(options(browser, ASK_NEW))
    answer = browser.post(NEW, {"name": "전화", "credential": credential})
    assert answer.status_code == 409
