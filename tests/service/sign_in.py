"""Signing in as a person would: a browser that keeps cookie and CSRF token, and an account."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pyotp
from apiflask import APIFlask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hanpyo.db.models import Role
from hanpyo.identity.staff import accounts
from hanpyo.identity.staff.desk import Desk
from tests.service.clocks import Clock

PASSWORD = "correct horse battery"


def answer_of(response: TestResponse) -> dict[str, Any]:
    """The JSON object of an answer."""
    body = response.get_json()
    assert isinstance(body, dict)
    return body


def refusal_of(response: TestResponse) -> tuple[int, str]:
    """Status and code of a refusal."""
    return response.status_code, answer_of(response)["code"]


@dataclass
class Browser:
    """One browser at the public URL; every request shows the newest CSRF token."""

    app: APIFlask
    base_url: str
    csrf: str = ""
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    @property
    def cookie_name(self) -> str:
        https = self.base_url.startswith("https:")
        return "__Host-hanpyo_staff" if https else "hanpyo_staff"

    @property
    def token(self) -> str | None:
        """What the session cookie holds."""
        cookie = self.client.get_cookie(self.cookie_name, urlsplit(self.base_url).hostname or "")
        return None if cookie is None else cookie.value

    def plant(self, token: str) -> None:
        """Put a session cookie there, as another page of the host might."""
        host = urlsplit(self.base_url).hostname or ""
        secure = self.base_url.startswith("https:")
        self.client.set_cookie(self.cookie_name, token, domain=host, secure=secure)

    def request(self, method: str, path: str, **more: Any) -> TestResponse:
        headers = {"X-CSRF-Token": self.csrf} | more.pop("headers", {})
        answer = self.client.open(
            path, method=method, base_url=self.base_url, headers=headers, **more
        )
        if answer.is_json and answer.data:
            self.csrf = answer_of(answer).get("csrfToken", self.csrf)
        return answer

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.request("GET", path, **more)

    def post(self, path: str, json: Any = None) -> TestResponse:
        return self.request("POST", path, json=json)

    def put(self, path: str, json: Any = None) -> TestResponse:
        return self.request("PUT", path, json=json)

    def delete(self, path: str) -> TestResponse:
        return self.request("DELETE", path)


@dataclass
class Person:
    """An account with an authenticator app, whose clock is the test's."""

    mail: str
    secret: str
    clock: Clock

    def code(self) -> str:
        """A code that was not used yet: the app is looked at a step later."""
        self.clock.forward(30)
        return pyotp.TOTP(self.secret).at(int(self.clock()))

    def give_password(self, browser: Browser, password: str = PASSWORD) -> TestResponse:
        return browser.post("/v1/staff/session", {"mail": self.mail, "password": password})

    def sign_in(self, browser: Browser) -> None:
        assert self.give_password(browser).status_code == 201
        answer = browser.post("/v1/staff/session/totp", {"code": self.code()})
        assert answer.status_code == 200, answer.json


def invite(
    desk: Desk, organisation_id: str | None, role: Role, mail: str = "kim@example.org"
) -> str:
    """The token of an invitation."""
    link = accounts.invite(desk, "console", organisation_id, role, name="김담당", mail=mail)
    return link.url.partition("#")[2]


def join(
    browser: Browser,
    desk: Desk,
    clock: Clock,
    role: Role = Role.OPERATOR,
    organisation_id: str | None = None,
    *,
    mail: str = "kim@example.org",
) -> Person:
    """Set an account up by an invitation, as far as the whole session."""
    token = invite(desk, organisation_id, role, mail)
    answer = browser.post("/v1/staff/set-up", {"token": token, "password": PASSWORD})
    assert answer.status_code == 201, answer.json
    secret = answer_of(browser.post("/v1/staff/me/totp"))["secret"]
    code = pyotp.TOTP(secret).at(int(clock()))
    answer = browser.put("/v1/staff/me/totp", {"code": code})
    assert answer.status_code == 200, answer.json
    return Person(mail, secret, clock)
