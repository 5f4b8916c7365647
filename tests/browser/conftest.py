"""One Chromium and one installation for the modules that a worker runs in a row."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright
from sqlalchemy import delete

from hanpyo.db.models import RateCounter
from tests.browser.browsers import PATIENCE, forget, launch, opened, visitor, watched
from tests.browser.town import Town, town


# Not for the session: while Playwright runs, no other test of the process could run asyncio.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium."""
    expect.set_options(timeout=PATIENCE)  # other tests may have the processors
    with sync_playwright() as playwright:
        launched = launch(playwright)
        yield launched
        launched.close()


@pytest.fixture(scope="package")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A running installation."""
    with town(tmp_path_factory.mktemp("town")) as found:
        yield found


@pytest.fixture(scope="module", name="town")
def unhindered(installation: Town) -> Town:
    """The installation, which has forgotten what this machine has tried in other modules."""
    installation.deployment.database.transact(lambda session: session.execute(delete(RateCounter)))
    return installation


@pytest.fixture(scope="module")
def lent(browser: Browser) -> Iterator[BrowserContext]:
    """A phone that people of a module have one after another: a new one costs a second each."""
    with opened(browser) as context:
        yield context


@pytest.fixture
def phone(lent: BrowserContext, town: Town) -> Iterator[BrowserContext]:
    """A person's phone."""
    try:
        with watched(lent):
            yield lent
    finally:
        forget(lent, town.url)


@pytest.fixture
def desktop(browser: Browser) -> Iterator[BrowserContext]:
    """A person's browser on a desk."""
    with visitor(browser, "desktop") as context:
        yield context
