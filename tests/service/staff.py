"""Members of staff for tests, signed in without the toil of signing in."""

import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from apiflask import APIFlask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hanpyo.db.models import Organisation, Role, Staff
from hanpyo.identity.staff import roles, sessions
from hanpyo.identity.staff.desk import desk_of
from hanpyo.runtime import Runtime

QUICK_PASSWORDS = {"password_memory": 8, "password_passes": 1}
"""Settings of the section `staff` with which a password costs a test nothing."""


@dataclass(frozen=True)
class StaffClient:
    """A browser of somebody signed in: it holds the cookie and shows the CSRF token."""

    client: FlaskClient
    staff_id: str
    csrf: str
    base_url: str

    def open(self, method: str, path: str, **more: Any) -> TestResponse:
        """Any request."""
        headers = {"X-CSRF-Token": self.csrf} | more.pop("headers", {})
        return self.client.open(
            path, method=method, headers=headers, base_url=self.base_url, **more
        )

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.open("GET", path, **more)

    def post(self, path: str, **more: Any) -> TestResponse:
        return self.open("POST", path, **more)

    def put(self, path: str, **more: Any) -> TestResponse:
        return self.open("PUT", path, **more)

    def patch(self, path: str, **more: Any) -> TestResponse:
        return self.open("PATCH", path, **more)

    def delete(self, path: str, **more: Any) -> TestResponse:
        return self.open("DELETE", path, **more)


def new_organisation(runtime: Runtime, name: str = "한표협동조합") -> str:
    """The id of a fresh organisation."""
    with runtime.database.write() as session:
        organisation = Organisation(name=name, created_at=runtime.now())
        session.add(organisation)
        session.flush()
        return organisation.id


def new_staff(runtime: Runtime, organisation_id: str | None, *held: Role) -> str:
    """The id of a fresh account with roles in one organisation (None: the installation)."""
    mail = f"{secrets.token_hex(4)}@example.org"
    staff_id = secrets.token_hex(16)
    with runtime.database.write() as session:
        session.add(
            Staff(
                id=staff_id,
                name=runtime.vault.seal("김담당".encode(), f"staff:{staff_id}:name"),
                mail=runtime.vault.seal(mail.encode(), f"staff:{staff_id}:mail"),
                mail_lookup=runtime.vault.lookup("staff-mail", mail),
                created_at=runtime.now(),
            )
        )
        session.flush()
        for role in held:
            roles.grant(session, staff_id, organisation_id, role, runtime.now())
    return staff_id


def browser_of(app: APIFlask, runtime: Runtime, staff_id: str) -> StaffClient:
    """A browser in which this account has just signed in with both factors."""
    desk = desk_of(runtime)
    with runtime.database.write() as session:
        started = sessions.start(session, desk, staff_id, second_factor=True)
    client, address = app.test_client(), urlsplit(runtime.settings.web.public_url)
    https = address.scheme == "https"
    name = "__Host-hanpyo_staff" if https else "hanpyo_staff"
    host = address.hostname or "localhost"
    client.set_cookie(name, started.token, domain=host, secure=https)
    return StaffClient(client, staff_id, started.csrf, f"{address.scheme}://{address.netloc}")


def staff_browser(
    app: APIFlask, runtime: Runtime, organisation_id: str | None, *held: Role
) -> StaffClient:
    """A browser of a fresh account with these roles."""
    return browser_of(app, runtime, new_staff(runtime, organisation_id, *held))
