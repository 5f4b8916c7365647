"""An installation with a name, mail and an organisation whose staff sign in quickly."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from hanpyo.db.models import Role
from hanpyo.identity.staff import sessions
from hanpyo.identity.staff.desk import Desk, desk_of
from tests.browser.town import Town, town
from tests.service.registrar_mail import Mailbox, mailbox
from tests.service.staff import QUICK_PASSWORDS, new_organisation, new_staff


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


@pytest.fixture(scope="package")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """An installation without elections."""
    with mailbox() as mail:
        settings: dict[str, Any] = {
            "HANPYO_MAIL__HOST": "127.0.0.1",
            "HANPYO_MAIL__PORT": str(mail.port),
            "HANPYO_MAIL__SECURITY": "none",
            "HANPYO_MAIL__SENDER": "vote@hanpyo.example",
        } | {f"HANPYO_STAFF__{name.upper()}": str(cost) for name, cost in QUICK_PASSWORDS.items()}
        with town(tmp_path_factory.mktemp("hall"), **settings) as found:
            runtime = found.deployment.scene.runtime
            yield Hall(found, mail, new_organisation(runtime))


@pytest.fixture
def organiser(phone: BrowserContext, hall: Hall) -> BrowserContext:
    """An organiser's phone."""
    hall.sign_in(phone, Role.ORGANISER)
    return phone
