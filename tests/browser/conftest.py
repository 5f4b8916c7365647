"""One Chromium for the session, and one installation for each module."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.browser.browsers import SIZES, launch, visitor
from tests.browser.town import Town
from tests.service.deployment import deployment


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium."""
    with sync_playwright() as playwright:
        launched = launch(playwright)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A running installation without an election yet."""
    with deployment("sqlite", tmp_path_factory.mktemp("town")) as running:
        yield Town(running)


@pytest.fixture(params=list(SIZES))
def sized(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    """A person's browser, once as a phone and once on a desk."""
    with visitor(browser, request.param) as context:
        yield context


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """A person's phone."""
    with visitor(browser) as context:
        yield context
