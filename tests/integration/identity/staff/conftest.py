"""An application over a fresh database, with time that the test moves and cheap passwords."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from apiflask import APIFlask

from hanpyo.config import load_settings
from hanpyo.db.database import Database
from hanpyo.db.vault import MasterKey, Vault
from hanpyo.identity.staff.desk import Desk
from hanpyo.runtime import Runtime
from hanpyo.web import guard
from hanpyo.web.app import create_app
from tests.service.clocks import Clock
from tests.service.databases import KINDS, ready_database
from tests.service.sign_in import Browser, Person, join
from tests.service.staff import QUICK_PASSWORDS

PUBLIC_URL = "https://vote.example"


def _runtime(kind: str, folder: Path, clock: Clock) -> Iterator[Runtime]:
    with ready_database(kind, folder) as url:
        database = Database(url)
        settings = load_settings(
            data=folder, database_url=url, staff=QUICK_PASSWORDS, web={"public_url": PUBLIC_URL}
        )
        yield Runtime(settings, database, Vault([MasterKey.generate(1)]), clock=clock)
        database.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=KINDS)
def runtime(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Runtime]:
    """On either database; for what the database decides."""
    yield from _runtime(request.param, tmp_path, clock)


@pytest.fixture
def quick_runtime(tmp_path: Path, clock: Clock) -> Iterator[Runtime]:
    """On SQLite; for what the database does not decide."""
    yield from _runtime("sqlite", tmp_path, clock)


@pytest.fixture
def app(quick_runtime: Runtime) -> APIFlask:
    return create_app(quick_runtime)


@pytest.fixture
def desk(app: APIFlask) -> Desk:
    with app.app_context():
        return guard.desk()


@pytest.fixture
def browser(app: APIFlask) -> Browser:
    return Browser(app, PUBLIC_URL)


@pytest.fixture
def other_browser(app: APIFlask) -> Browser:
    return Browser(app, PUBLIC_URL)


@pytest.fixture
def person(browser: Browser, desk: Desk, clock: Clock) -> Person:
    """An operator, signed in with `browser`."""
    return join(browser, desk, clock)


@pytest.fixture
def other_person(other_browser: Browser, desk: Desk, clock: Clock) -> Person:
    """Another operator, signed in with `other_browser`."""
    return join(other_browser, desk, clock, mail="lee@example.org")
