"""Invitations, roles that act and end at once, and those who cannot be removed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from apiflask import APIFlask
from sqlalchemy import func, select

from hanpyo.db.models import Role, Staff, StaffInvitation, StaffRole
from hanpyo.errors import HanpyoError
from hanpyo.identity.staff import accounts, people
from hanpyo.identity.staff.audit_log import read, verify
from hanpyo.identity.staff.desk import Desk, desk_of
from hanpyo.runtime import Runtime
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
from tests.service.staff import browser_of, new_organisation, new_staff, staff_browser

SET_UP = "/v1/staff/set-up"
LINK_REFUSED = (404, "link_refused")
LAST = (409, "last_of_its_kind")


@pytest.fixture
def place(quick_runtime: Runtime) -> str:
    return new_organisation(quick_runtime)


def set_up(browser: Browser, token: str, password: str = PASSWORD) -> tuple[int, str]:
    answer = browser.post(SET_UP, {"token": token, "password": password})
    return answer.status_code, answer_of(answer).get("code", "")


def test_an_organisation_begins_with_an_operator_and_runs_without(
    browser: Browser, other_browser: Browser, person: Person, clock: Clock
) -> None:
    made = answer_of(browser.post("/v1/organisations", {"name": "한표협동조합"}))
    place = f"/v1/organisations/{made['id']}"
    body = {"name": "이조직", "mail": "lee@example.org", "role": "organiser"}
    link = answer_of(browser.post(f"{place}/invitations", body))
    assert link["url"].startswith("https://vote.example/staff/set-up#")
    assert set_up(other_browser, link["url"].partition("#")[2]) == (201, "")
    refused = browser.post(f"{place}/invitations", body | {"role": "clerk"})
    assert refusal_of(refused) == (404, "not_found")
    assert refusal_of(browser.get(f"{place}/log")) == (404, "not_found")


def test_a_link_serves_once_and_not_for_ever(
    browser: Browser, other_browser: Browser, desk: Desk, place: str, clock: Clock
) -> None:
    token = invite(desk, place, Role.CLERK)
    assert set_up(browser, token, "short") == (422, "invalid")
    assert set_up(browser, token, "kim@example.org!") == (422, "invalid")
    assert set_up(browser, token) == (201, "")
    assert set_up(other_browser, token) == LINK_REFUSED
    late = invite(desk, place, Role.CLERK, "lee@example.org")
    clock.forward(72 * 3600)
    assert set_up(other_browser, late) == LINK_REFUSED
    assert set_up(other_browser, "x" * 43) == LINK_REFUSED


def test_tokens_of_links_are_not_guessed(other_browser: Browser, desk: Desk) -> None:
    answers = [set_up(other_browser, f"{number:043d}")[0] for number in range(31)]
    assert answers == [404] * 30 + [429]


def test_before_the_second_factor_nothing_works(
    browser: Browser, other_browser: Browser, desk: Desk, place: str
) -> None:
    assert set_up(browser, invite(desk, place, Role.ORGANISER)) == (201, "")
    for path in ("/v1/staff/me", f"/v1/organisations/{place}", f"/v1/organisations/{place}/log"):
        assert refusal_of(browser.get(path)) == (401, "second_factor_needed")
    body = {"mail": "kim@example.org", "password": PASSWORD}
    assert refusal_of(other_browser.post("/v1/staff/session", body)) == (403, "set_up_unfinished")


def test_an_invitation_never_changes_an_account(
    browser: Browser, other_browser: Browser, person: Person, desk: Desk, place: str
) -> None:
    token = invite(desk, place, Role.CLERK, "KIM@example.org")
    assert set_up(other_browser, token, "the inviters own password") == (409, "account_exists")
    assert other_browser.token is None
    assert person.give_password(other_browser).status_code == 201
    taken = browser.post("/v1/staff/me/roles", {"token": token})
    assert taken.status_code == 204
    assert browser.get(f"/v1/organisations/{place}/log").status_code == 200
    again = browser.post("/v1/staff/me/roles", {"token": token})
    assert refusal_of(again) == LINK_REFUSED


def test_an_invitation_is_for_its_mail_alone(
    browser: Browser, person: Person, desk: Desk, place: str
) -> None:
    token = invite(desk, place, Role.ORGANISER, "lee@example.org")
    assert refusal_of(browser.post("/v1/staff/me/roles", {"token": token})) == LINK_REFUSED
    assert set_up(browser, token) == (201, "")


def test_a_withdrawn_invitation_is_void(
    app: APIFlask, quick_runtime: Runtime, desk: Desk, place: str, other_browser: Browser
) -> None:
    organiser = staff_browser(app, quick_runtime, place, Role.ORGANISER)
    token = invite(desk, place, Role.CLERK)
    listed = organiser.get(f"/v1/organisations/{place}/invitations").get_json()
    (waiting,) = listed["invitations"]
    assert (waiting["name"], waiting["role"]) == ("김담당", "clerk")
    path = f"/v1/organisations/{place}/invitations/{waiting['id']}"
    assert organiser.delete(path).status_code == 204
    assert organiser.delete(path).status_code == 404
    assert set_up(other_browser, token) == LINK_REFUSED


def test_of_two_links_of_one_mail_used_at_once_one_makes_the_account(
    runtime: Runtime, clock: Clock
) -> None:
    desk = desk_of(runtime)
    tokens = [invite(desk, None, Role.OPERATOR) for _ in range(4)]

    def use(token: str) -> str:
        try:
            accounts.set_up(desk, token, PASSWORD, "client")
        except HanpyoError as refusal:
            return refusal.code
        return "made"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(use, tokens)) == ["account_exists"] * 3 + ["made"]
    with runtime.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Staff)) == 1


def test_a_role_acts_at_once_and_ends_at_once(
    app: APIFlask, quick_runtime: Runtime, place: str
) -> None:
    organiser = staff_browser(app, quick_runtime, place, Role.ORGANISER)
    clerk = staff_browser(app, quick_runtime, place, Role.CLERK)
    roles = f"/v1/organisations/{place}/people/{clerk.staff_id}/roles"
    listing = f"/v1/organisations/{place}/people"
    assert clerk.get(listing).status_code == 403
    for _ in range(2):
        assert organiser.put(f"{roles}/organiser").status_code == 204
    assert clerk.get(listing).status_code == 200
    assert organiser.delete(f"{roles}/organiser").status_code == 204
    assert clerk.get(listing).status_code == 403
    assert organiser.delete(f"{roles}/clerk").status_code == 204
    assert clerk.get(f"/v1/organisations/{place}").status_code == 404
    assert organiser.delete(f"{roles}/clerk").status_code == 404
    actions = [
        entry["action"]
        for entry in organiser.get(f"/v1/organisations/{place}/log").get_json()["entries"]
    ]
    assert actions == ["staff.role_granted", "staff.role_revoked", "staff.role_revoked"]


def test_a_disabled_account_is_out_at_once(
    browser: Browser, other_browser: Browser, person: Person, other_person: Person
) -> None:
    (other,) = (
        each for each in answer_of(other_browser.get("/v1/staff/me")).items() if each[0] == "id"
    )
    assert browser.post(f"/v1/people/{other[1]}/disable").status_code == 204
    assert refusal_of(other_browser.get("/v1/staff/me")) == (401, "not_signed_in")
    refused = other_person.give_password(other_browser)
    assert refusal_of(refused) == (401, "sign_in_refused")
    assert refused.data == other_person.give_password(other_browser, "wrong password").data


def test_a_reset_takes_everything_and_sets_up_anew(
    browser: Browser, other_browser: Browser, person: Person, other_person: Person, place: str
) -> None:
    other = answer_of(other_browser.get("/v1/staff/me"))["id"]
    link = answer_of(browser.post(f"/v1/people/{other}/reset"))
    assert refusal_of(other_browser.get("/v1/staff/me")) == (401, "not_signed_in")
    assert refusal_of(other_person.give_password(other_browser)) == (401, "sign_in_refused")
    newer = answer_of(browser.post(f"/v1/people/{other}/reset"))
    assert set_up(other_browser, link["url"].partition("#")[2]) == LINK_REFUSED
    assert set_up(other_browser, newer["url"].partition("#")[2]) == (201, "")
    assert other_browser.post("/v1/staff/me/totp").status_code == 200


@pytest.mark.parametrize("deed", ["reset", "disabled"])
def test_what_an_operator_does_to_an_account_stands_in_its_organisations_logs(
    quick_runtime: Runtime, place: str, deed: str
) -> None:
    desk = desk_of(quick_runtime)
    staff_id = new_staff(quick_runtime, place, Role.CLERK)
    act = accounts.reset if deed == "reset" else accounts.disable
    act(desk, "console", staff_id)
    with quick_runtime.database.read() as session:
        for chain in (place, None):
            (entry,) = read(session, chain)
            assert (entry.action, entry.subject) == (f"staff.{deed}", f"staff:{staff_id}")


def test_the_last_organiser_and_the_last_operator_stay(
    app: APIFlask, quick_runtime: Runtime, place: str
) -> None:
    organiser = staff_browser(app, quick_runtime, place, Role.ORGANISER)
    operator = staff_browser(app, quick_runtime, None, Role.OPERATOR)
    role = f"/v1/organisations/{place}/people/{organiser.staff_id}/roles/organiser"
    assert refusal_of(organiser.delete(role)) == LAST
    assert refusal_of(operator.post(f"/v1/people/{organiser.staff_id}/disable")) == LAST
    assert refusal_of(operator.post(f"/v1/people/{operator.staff_id}/disable")) == LAST
    assert refusal_of(operator.delete(f"/v1/operators/{operator.staff_id}")) == LAST
    disabled = staff_browser(app, quick_runtime, place, Role.ORGANISER)
    assert operator.post(f"/v1/people/{disabled.staff_id}/disable").status_code == 204
    assert refusal_of(organiser.delete(role)) == LAST
    staff_browser(app, quick_runtime, place, Role.ORGANISER)
    assert organiser.delete(role).status_code == 204


def leave(desk: Desk, place: str, staff_id: str) -> None:
    people.revoke(desk, "console", place, staff_id, Role.ORGANISER)


def shut_out(desk: Desk, place: str, staff_id: str) -> None:
    accounts.disable(desk, "console", staff_id)


@pytest.mark.parametrize("first", [leave, shut_out])
def test_those_who_leave_at_once_leave_one(
    runtime: Runtime, first: Callable[[Desk, str, str], None]
) -> None:
    desk, place = desk_of(runtime), new_organisation(runtime)
    staff = [new_staff(runtime, place, Role.ORGANISER) for _ in range(4)]

    def go(number: int) -> str:
        act = first if number % 2 else leave
        try:
            act(desk, place, staff[number])
        except HanpyoError as refusal:
            return refusal.code
        return "gone"

    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(go, range(4)))
    assert outcomes == ["gone"] * 3 + ["last_of_its_kind"]
    with runtime.database.read() as session:
        left = session.scalar(
            select(func.count())
            .select_from(StaffRole)
            .join(Staff, Staff.id == StaffRole.staff_id)
            .where(Staff.disabled_at.is_(None))
        )
        assert left == 1
        assert verify(read(session, place)) == 3


def test_lists_come_in_pages(app: APIFlask, quick_runtime: Runtime, place: str) -> None:
    organiser = staff_browser(app, quick_runtime, place, Role.ORGANISER)
    expected = {organiser.staff_id}
    expected |= {new_staff(quick_runtime, place, Role.CLERK) for _ in range(4)}
    seen: list[str] = []
    after = ""
    for _ in range(3):
        path = f"/v1/organisations/{place}/people?limit=2{after}"
        page = organiser.get(path).get_json()
        seen += [each["id"] for each in page["people"]]
        after = f"&after={page['next']}"
    assert page["next"] is None
    assert len(seen) == 5
    assert set(seen) == expected


def test_the_log_comes_in_pages_and_as_a_file(
    app: APIFlask, quick_runtime: Runtime, place: str, desk: Desk
) -> None:
    for number in range(5):
        invite(desk, place, Role.CLERK, f"n{number}@example.org")
    observer = staff_browser(app, quick_runtime, place, Role.OBSERVER)
    first = observer.get(f"/v1/organisations/{place}/log?limit=3").get_json()
    rest = observer.get(f"/v1/organisations/{place}/log?limit=3&after={first['next']}").get_json()
    assert [each["seq"] for each in (*first["entries"], *rest["entries"])] == [1, 2, 3, 4, 5]
    assert rest["next"] is None
    file = observer.get(f"/v1/organisations/{place}/log/export")
    assert file.mimetype == "application/x-ndjson"
    assert len(file.data.splitlines()) == 5
    assert "example.org" not in file.text


def test_names_and_mails_are_sealed_at_rest_and_gone_from_used_invitations(
    quick_runtime: Runtime, desk: Desk, browser: Browser
) -> None:
    token = invite(desk, None, Role.OPERATOR)

    def kept() -> str:
        with quick_runtime.database.read() as session:
            rows = [*session.scalars(select(StaffInvitation)), *session.scalars(select(Staff))]
            return repr([vars(row) for row in rows])

    for needle in ("kim@example.org", repr("김담당".encode())[2:-1], token):
        assert needle not in kept()
    set_up(browser, token)
    with quick_runtime.database.read() as session:
        (row,) = session.scalars(select(StaffInvitation))
    assert (row.name, row.mail) == (None, None)


def test_a_person_of_two_organisations_keeps_them_apart(
    app: APIFlask, quick_runtime: Runtime, desk: Desk, clock: Clock, browser: Browser
) -> None:
    first, second = new_organisation(quick_runtime), new_organisation(quick_runtime)
    join(browser, desk, clock, Role.ORGANISER, first)
    token = invite(desk, second, Role.OBSERVER)
    assert browser.post("/v1/staff/me/roles", {"token": token}).status_code == 204
    assert browser.get(f"/v1/organisations/{first}/people").status_code == 200
    assert browser.get(f"/v1/organisations/{second}/people").status_code == 403
    staff_id = answer_of(browser.get("/v1/staff/me"))["id"]
    fresh = browser_of(app, quick_runtime, staff_id)
    assert len(fresh.get("/v1/organisations").get_json()["organisations"]) == 2
