"""An installation with a name, mail and an organisation whose staff sign in quickly."""

from dataclasses import dataclass

from playwright.sync_api import BrowserContext

from hanpyo.db.models import Role
from hanpyo.identity.staff import sessions
from hanpyo.identity.staff.desk import Desk, desk_of
from tests.browser.town import Town
from tests.service.registrar_mail import Mailbox
from tests.service.staff import new_staff


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
