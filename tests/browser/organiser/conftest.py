"""One hall for the modules of staff, and the hostile organisation in it."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from hanpyo.db.models import Role
from tests.browser.organiser.hall import Hall
from tests.browser.organiser.hostile import Hostile, found_by_foes
from tests.browser.town import town
from tests.service.registrar_mail import mailbox
from tests.service.staff import QUICK_PASSWORDS, new_organisation


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


@pytest.fixture(scope="package")
def hostile(hall: Hall) -> Hostile:
    """An organisation that writes hostile texts everywhere."""
    return found_by_foes(hall)


@pytest.fixture
def organiser(phone: BrowserContext, hall: Hall) -> BrowserContext:
    """An organiser's phone."""
    hall.sign_in(phone, Role.ORGANISER)
    return phone
