"""What runs beside: ended rows deleted, and personal data moved to a new master key."""

import dataclasses

from sqlalchemy import func, select

from hanpyo.db.models import RateCounter, Role, Staff, StaffInvitation, StaffPasskey, StaffSession
from hanpyo.db.vault import MasterKey, Vault
from hanpyo.identity.staff import accounts
from hanpyo.identity.staff.desk import Desk
from hanpyo.identity.staff.housekeeping import Housekeeping
from hanpyo.identity.staff.resealing import reseal_staff, staff_sealed_with
from hanpyo.runtime import Runtime
from tests.service.authenticator import Authenticator
from tests.service.clocks import Clock
from tests.service.sign_in import (
    PASSWORD,
    Browser,
    Person,
    answer_of,
    invite,
    join,
    refusal_of,
)
from tests.service.staff import new_organisation


def test_what_has_ended_is_deleted(
    browser: Browser,
    other_browser: Browser,
    person: Person,
    quick_runtime: Runtime,
    clock: Clock,
) -> None:
    def rows() -> list[int]:
        kinds = (StaffSession, StaffInvitation, RateCounter)
        with quick_runtime.database.read() as session:
            counts = [session.scalar(select(func.count()).select_from(kind)) for kind in kinds]
        return [count or 0 for count in counts]

    task = Housekeeping(quick_runtime.database, clock)
    held = quick_runtime.leases.take(task.name)
    assert held is not None
    before = rows()
    assert task.step(held) is False
    assert rows() == before
    clock.forward(73 * 3600)
    held = quick_runtime.leases.take(task.name)
    assert held is not None
    task.step(held)
    assert rows() == [0, 0, 0]


def test_a_new_master_key_seals_and_finds_everything(
    browser: Browser, quick_runtime: Runtime, desk: Desk, clock: Clock
) -> None:
    old, new = MasterKey.generate(1), MasterKey.generate(2)
    before, both, after = Vault([old]), Vault([new, old]), Vault([new])
    desks = browser.app.extensions
    desks["hanpyo.staff"] = earlier = dataclasses.replace(desk, vault=before)
    person = join(browser, earlier, clock)
    device = Authenticator("https://vote.example", "vote.example")
    asked = answer_of(browser.post("/v1/staff/me/passkeys/options"))["publicKey"]
    browser.post("/v1/staff/me/passkeys", {"name": "전화", "credential": device.create(asked)})
    browser.post("/v1/staff/me/totp")
    waiting = invite(earlier, None, Role.OPERATOR, "lee@example.org")
    with quick_runtime.database.write() as session:
        assert (staff_sealed_with(session, 1), staff_sealed_with(session, 2)) == (7, 0)
        assert reseal_staff(session, both) == 4
        session.flush()
        assert (staff_sealed_with(session, 1), staff_sealed_with(session, 2)) == (0, 7)
    desks["hanpyo.staff"] = dataclasses.replace(desk, vault=after)
    person.sign_in(browser)
    me = answer_of(browser.get("/v1/staff/me"))
    assert (me["name"], me["mail"], me["passkeys"][0]["name"]) == ("김담당", person.mail, "전화")
    body = {"token": waiting, "password": PASSWORD}
    assert browser.post("/v1/staff/set-up", body).status_code == 201
    with quick_runtime.database.read() as session:
        sealed = [row.mail for row in session.scalars(select(Staff))]
        sealed += [row.name for row in session.scalars(select(StaffPasskey))]
    assert {each[0] for each in sealed} == {after.current}


def test_while_keys_are_exchanged_staff_sign_in_and_take_roles(
    browser: Browser, other_browser: Browser, quick_runtime: Runtime, desk: Desk, clock: Clock
) -> None:
    old, new = MasterKey.generate(1), MasterKey.generate(2)
    desks = browser.app.extensions
    desks["hanpyo.staff"] = earlier = dataclasses.replace(desk, vault=Vault([old]))
    person = join(browser, earlier, clock)
    desks["hanpyo.staff"] = between = dataclasses.replace(desk, vault=Vault([new, old]))
    person.sign_in(other_browser)
    assert accounts.id_of(between, person.mail) == accounts.id_of(earlier, person.mail)
    organisation = new_organisation(quick_runtime)
    role = invite(between, organisation, Role.CLERK, person.mail)
    assert other_browser.post("/v1/staff/me/roles", {"token": role}).status_code == 204
    twice = invite(between, organisation, Role.CLERK, person.mail)
    refused = browser.post("/v1/staff/set-up", {"token": twice, "password": PASSWORD})
    assert refusal_of(refused)[0] == 409
