"""An installation with a name, mail and an organisation whose staff sign in quickly."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from hanpyo.db.models import Role
from hanpyo.identity.staff import sessions
from hanpyo.identity.staff.desk import Desk, desk_of
from tests.browser.browsers import SIZES, visitor
from tests.browser.town import Town
from tests.service.deployment import deployment
from tests.service.registrar_mail import Mailbox, mailbox
from tests.service.staff import new_organisation, new_staff


@dataclass
class Hall:
    """The installation and what its people need; `mail` is the server that takes its mails."""

    town: Town
    mail: Mailbox
    organisation: str

    @property
    def url(self) -> str:
        """Where the pages are."""
        return self.town.url

    @property
    def desk(self) -> Desk:
        """The staff's use-cases, as the installation has them."""
        return desk_of(self.town.deployment.scene.runtime)

    def sign_in(self, context: BrowserContext, *held: Role, where: str | None = "") -> str:
        """Somebody with these roles signs in with both factors; the account's id."""
        runtime = self.town.deployment.scene.runtime
        place = self.organisation if where == "" else where
        staff_id = new_staff(runtime, place, *held)
        with runtime.database.write() as session:
            started = sessions.start(session, self.desk, staff_id, second_factor=True)
        cookie = {"name": "hanpyo_staff", "value": started.token, "url": self.url}
        context.add_cookies([cookie])  # type: ignore[list-item]
        return staff_id


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """An installation without elections."""
    port = free_port()
    url = f"http://localhost:{port}"
    with mailbox() as mail:
        settings: dict[str, Any] = {
            "HANPYO_WEB__PORT": str(port),
            "HANPYO_WEB__PUBLIC_URL": url,
            "HANPYO_MAIL__HOST": "127.0.0.1",
            "HANPYO_MAIL__PORT": str(mail.port),
            "HANPYO_MAIL__SECURITY": "none",
            "HANPYO_MAIL__SENDER": "vote@hanpyo.example",
        }
        with deployment("sqlite", tmp_path_factory.mktemp("hall"), **settings) as running:
            runtime = running.scene.runtime
            web = runtime.settings.web.model_copy(update={"public_url": url})
            runtime.settings = runtime.settings.model_copy(update={"web": web})
            yield Hall(Town(running, public=url), mail, new_organisation(runtime))


@pytest.fixture(params=list(SIZES))
def desk_browser(
    request: pytest.FixtureRequest, browser: Browser, hall: Hall
) -> Iterator[BrowserContext]:
    """An organiser's browser, once as a phone and once on a desk."""
    with visitor(browser, request.param) as context:
        hall.sign_in(context, Role.ORGANISER)
        yield context
