"""Who may open which of the staff's pages, and that every form of theirs shows its CSRF token.

A route that is new and forgotten in `MAY` fails.
"""

import io
import re
from collections.abc import Iterator, Mapping
from typing import Final

import pytest
from flask.testing import FlaskClient
from openpyxl import Workbook
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from hanpyo.db.models import Notice, Role
from hanpyo.db.models.audit_log import AuditEntry
from hanpyo.identity.staff import sessions
from hanpyo.identity.staff.desk import desk_of
from hanpyo.web.pages.office.back import ENDPOINT
from tests.printed import read
from tests.service.callers import PEOPLE, Installation, draft, installation, other_organisation
from tests.service.staff import StaffClient, staff_browser

UNKNOWN: Final = "f" * 32
PREFIX: Final = "pages_office."
NOBODY: Final = ("sign_in_page", "sign_in", "set_up_page", "set_up")
"""For whoever has no session."""
SELF: Final = (
    "second_factor_page",
    "second_factor",
    "new_factor_page",
    "begin_totp",
    "confirm_totp",
    "sign_out",
    "dashboard",
    "account_page",
    "change_password",
    "remove_totp",
    "remove_passkey",
    "take_role",
)
"""About one's own account: any role, and none."""
ORGANISER, CLERK, REGISTRAR, OBSERVER = Role.ORGANISER, Role.CLERK, Role.REGISTRAR, Role.OBSERVER
ALL: Final = (ORGANISER, CLERK, REGISTRAR, OBSERVER)
KEEPERS: Final = (ORGANISER, REGISTRAR)
SEEKERS: Final = (ORGANISER, REGISTRAR, CLERK)
MAY: Final[Mapping[str, tuple[Role, ...]]] = {
    **dict.fromkeys(("log_page", "log_file"), ALL),
    **dict.fromkeys(
        ("election_page", "agenda_page", "classes_page", "channels_page", "dates_page", "key_page"),
        ALL,
    ),
    **dict.fromkeys(("preview_page", "checklist_page", "result_page", "roll_template"), ALL),
    **dict.fromkeys(("roll_page", "search_roll"), SEEKERS),
    **dict.fromkeys(
        ("upload_roll", "accept_roll", "export_roll", "private_list", "correct_member"), KEEPERS
    ),
    **dict.fromkeys(("desk_page", "record_appearance"), (CLERK,)),
    **dict.fromkeys(
        (
            "new_election_page",
            "create_election",
            "change_agenda",
            "change_classes",
            "new_item_page",
            "add_item",
            "item_page",
            "change_item",
            "remove_item",
            "move_item",
            "change_channels",
            "change_dates",
            "change_key",
            "publish",
            "cancel",
            "make_test",
            "erase_people",
            "messages_page",
            "invite",
            "remind",
            "people_page",
            "invite_person",
            "withdraw_invitation",
            "change_roles",
            "webhooks_page",
            "add_webhook",
            "remove_webhook",
        ),
        (ORGANISER,),
    ),
    **dict.fromkeys(("create_organisation", "invite_organiser_page"), (Role.OPERATOR,)),
    "invite_organiser": (Role.OPERATOR, ORGANISER),
}
FORM: Final = {"role": "clerk", "name": "김담당", "mail": "kim@example.org"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation("sqlite", tmp_path_factory.mktemp("office")) as found:
        yield found


def rules(made: Installation) -> list[tuple[str, str, Rule]]:
    """(name, method, rule) of every route of the staff's pages."""
    return [
        (rule.endpoint.removeprefix(PREFIX), method, rule)
        for rule in made.app.url_map.iter_rules()
        if rule.endpoint.startswith(PREFIX) and ENDPOINT not in rule.endpoint
        for method in (rule.methods or set()) & {"GET", "POST"}
    ]


def address(rule: Rule, organisation: str, election: str) -> str:
    """The address of a route for these things."""
    values = {
        "organisation_id": organisation,
        "election_id": election,
        "staff_id": UNKNOWN,
        "member_id": UNKNOWN,
        "invitation_id": UNKNOWN,
        "webhook_id": UNKNOWN,
        "passkey_id": UNKNOWN,
        "place": 1,
    }
    path = rule.rule.replace("int:", "")
    for name, value in values.items():
        path = path.replace(f"<{name}>", str(value))
    return path


def send(browser: StaffClient, method: str, path: str, csrf: str | None = None) -> TestResponse:
    """A page opened, or its form sent as a browser sends it."""
    if method == "GET":
        return browser.client.get(path, base_url=browser.base_url)
    token = browser.csrf if csrf is None else csrf
    data = {**FORM, "csrf": token, "file": (io.BytesIO(b""), "roll.csv")}
    return browser.client.post(
        path, base_url=browser.base_url, data=data, content_type="multipart/form-data"
    )


@pytest.mark.parametrize("role", [*ALL, Role.OPERATOR])
def test_a_role_opens_what_it_may_and_nothing_else(made: Installation, role: Role) -> None:
    where = None if role is Role.OPERATOR else made.organisation
    for name, method, rule in rules(made):
        if name in (*NOBODY, *SELF):
            continue
        browser = staff_browser(made.app, made.runtime, where, role)
        election = made.election.id if name in ("messages_page", "remind") else made.draft
        answer = send(browser, method, address(rule, made.organisation, election))
        place = (name, method, answer.status_code)
        if role in MAY[name] or (role is Role.OPERATOR and name == "invite_person"):
            assert answer.status_code != 403, place
        else:
            assert answer.status_code in (403, 404), place
        if name in ("publish", "cancel"):
            assert answer.status_code != 303, place


def test_every_route_says_who_may(made: Installation) -> None:
    known = {*NOBODY, *SELF, *MAY}
    assert {name for name, _, _ in rules(made)} == known


def test_an_address_of_a_form_opened_as_a_page_leads_to_its_page(made: Installation) -> None:
    browser = staff_browser(made.app, made.runtime, made.organisation, *ALL)
    found = rules(made)
    pages = {rule.rule for _, method, rule in found if method == "GET"}
    for name, method, rule in found:
        if method == "GET" or rule.rule in pages:
            continue
        path = address(rule, made.organisation, made.draft)
        answer = browser.client.get(path, base_url=browser.base_url)
        assert answer.status_code == 303, name
        page = answer.headers["Location"]
        assert browser.client.get(page, base_url=browser.base_url).status_code == 200, name


def test_a_file_that_is_too_large_is_said_to_be(made: Installation) -> None:
    browser = staff_browser(made.app, made.runtime, made.organisation, Role.ORGANISER)
    data = {"csrf": browser.csrf, "file": (io.BytesIO(bytes(400_000)), "roll.csv")}
    answer = browser.client.post(
        f"/staff/elections/{made.draft}/roll", data=data, base_url=browser.base_url
    )
    assert answer.status_code == 413
    assert "너무 큰 파일입니다" in answer.text


def test_nobody_is_led_to_the_sign_in(made: Installation) -> None:
    client: FlaskClient = made.app.test_client()
    for name, method, rule in rules(made):
        if name in NOBODY:
            continue
        answer = client.open(address(rule, made.organisation, made.draft), method=method)
        assert answer.status_code == 303, name
        assert answer.headers["Location"].startswith("/staff/sign-in?next="), name


def test_half_a_session_opens_nothing(made: Installation) -> None:
    browser = staff_browser(made.app, made.runtime, made.organisation, *ALL)
    with made.runtime.database.write() as session:
        half = sessions.start(session, desk_of(made.runtime), browser.staff_id, second_factor=False)
    browser.client.set_cookie("hanpyo_staff", half.token, domain="localhost")
    for name, method, rule in rules(made):
        if name not in MAY:
            continue
        path = address(rule, made.organisation, made.draft)
        answer = send(browser, method, path, half.csrf)
        assert answer.status_code == 303, name
        assert answer.headers["Location"].startswith("/staff/second-factor"), name


def test_another_organisations_things_are_not_there(made: Installation) -> None:
    theirs = other_organisation(made)
    browser = staff_browser(made.app, made.runtime, made.organisation, *ALL)
    for name, method, rule in rules(made):
        if name not in MAY or "<" not in rule.rule:
            continue
        path = address(rule, theirs["organisation"], theirs["draft"])
        assert send(browser, method, path).status_code in (403, 404), name


@pytest.mark.parametrize("token", ["", "wrong", "\u00fc"])
def test_a_form_without_its_token_is_refused(made: Installation, token: str) -> None:
    browser = staff_browser(made.app, made.runtime, made.organisation, *ALL)
    before = _entries(made)
    for name, method, rule in rules(made):
        if method == "GET" or name in NOBODY:
            continue
        path = address(rule, made.organisation, made.draft)
        assert send(browser, method, path, token).status_code == 403, name
    assert _entries(made) == before


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://[", "file://"])
def test_signing_in_takes_no_form_of_another_site(made: Installation, origin: str) -> None:
    client = made.app.test_client()
    for path in ("/staff/sign-in", "/staff/set-up"):
        answer = client.post(path, data=FORM, headers={"Origin": origin})
        assert answer.status_code == 403, path


@pytest.mark.parametrize(
    "place",
    [
        "https://evil.example",
        "//evil.example",
        "/staff/../x//y",
        "/staff/\\evil",
        "/v",
        "/staff/\n",
    ],
)
def test_signing_in_leads_to_no_other_place(made: Installation, place: str) -> None:
    page = made.app.test_client().get("/staff/sign-in", query_string={"next": place}).text
    assert 'name="next" value="/staff"' in page


def test_pages_are_kept_nowhere_and_send_no_address_away(made: Installation) -> None:
    browser = staff_browser(made.app, made.runtime, made.organisation, *ALL)
    answer = send(browser, "GET", "/staff")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


def test_the_api_takes_no_token_from_a_form(made: Installation) -> None:
    browser = staff_browser(made.app, made.runtime, made.organisation, *ALL)
    path = f"/v1/elections/{made.election.id}/reminders"
    assert send(browser, "POST", path).status_code == 403


def test_a_test_of_an_election_takes_neither_roll_nor_key(made: Installation) -> None:
    browser = staff_browser(made.app, made.runtime, made.organisation, Role.ORGANISER)
    key = {"csrf": browser.csrf, "key": "0x1 0x2"}
    place = f"/staff/elections/{made.draft}"
    client, base = browser.client, browser.base_url
    assert client.post(f"{place}/key", data=key, base_url=base).status_code == 303
    answer = client.post(f"{place}/test", data={"csrf": browser.csrf}, base_url=base)
    test = answer.headers["Location"].partition("?")[0]
    page = client.get(test, base_url=base).text
    assert "시험 투표입니다. 결과에 쓰이지 않습니다." in page
    assert "[시험 투표] 초안" in page
    shown = browser.get(f"/v1{test.removeprefix('/staff')}/draft").get_json()
    assert shown["test"] is True
    assert "trusteeKey" not in shown["definition"]
    assert browser.get(f"/v1{test.removeprefix('/staff')}/members").get_json()["members"] == []


def test_failed_messages_are_shown_with_their_reason_and_a_masked_name(
    made: Installation,
) -> None:
    browser = staff_browser(made.app, made.runtime, made.organisation, Role.ORGANISER)
    place, base = f"/staff/elections/{made.election.id}", browser.base_url
    data = {"csrf": browser.csrf, "letters": "none", "again": "1"}
    answer = browser.client.post(f"{place}/invitations", data=data, base_url=base)
    assert answer.headers["Location"] == f"{place}/messages?done=invited"
    with made.runtime.database.write() as session:
        query = select(Notice).where(Notice.template == "invitation").limit(2)
        first, second = session.scalars(query).all()
        first.state, first.fault, second.fault = "failed", "smtp_550", "smtp_timeout"
        first.sealed = None
    page = browser.client.get(f"{place}/messages", base_url=base).text
    for shown in ("smtp_550", "그만둠", "smtp_timeout", "계속 보내는 중", "김○○○"):
        assert shown in page, shown
    assert "김회원" not in page
    assert "member0@" not in page


def test_letters_hold_their_codes_and_the_log_holds_none(made: Installation) -> None:
    browser = staff_browser(made.app, made.runtime, made.organisation, Role.ORGANISER)
    data = {"csrf": browser.csrf, "letters": "all", "again": "1"}
    answer = browser.client.post(
        f"/staff/elections/{made.election.id}/invitations", data=data, base_url=browser.base_url
    )
    codes = re.findall(r'letter-code">([0-9A-Z-]+)<', answer.text)
    assert len(codes) == len(set(codes)) == 6
    assert answer.headers["Cache-Control"] == "no-store"
    log = send(browser, "GET", f"/staff/organisations/{made.organisation}/log.ndjson").text
    assert "members.invited" in log
    assert not any(code in log for code in codes)


def test_letters_come_as_pdf_once(made: Installation, caplog: pytest.LogCaptureFixture) -> None:
    browser = staff_browser(made.app, made.runtime, made.organisation, Role.ORGANISER)
    place, base = f"/staff/elections/{made.election.id}", browser.base_url
    data = {"csrf": browser.csrf, "letters": "all", "print": "pdf"}
    answer = browser.client.post(f"{place}/invitations", data=data | {"again": "1"}, base_url=base)
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    pages = read(answer.data).pages
    code = re.compile(r"^[0-9A-Z]{4}(?:-[0-9A-Z]{2,4}){4}$", re.MULTILINE)
    codes = [code.findall(page.text) for page in pages]
    assert len({each for [each] in codes}) == len(PEOPLE)
    for page, person in zip(pages, PEOPLE, strict=True):
        assert f"{person.name} 귀하" in page.text
        assert "@" not in page.text
    log = send(browser, "GET", f"/staff/organisations/{made.organisation}/log.ndjson").text
    assert not any(each in log + caplog.text for [each] in codes)
    repeated = browser.client.post(f"{place}/invitations", data=data, base_url=base)
    assert repeated.headers["Location"] == f"{place}/messages?done=invited"


def test_a_letter_speaks_the_language_of_whoever_prints_it(made: Installation) -> None:
    browser = staff_browser(made.app, made.runtime, made.organisation, Role.ORGANISER)
    data = {"csrf": browser.csrf, "letters": "all", "print": "pdf", "again": "1"}
    answer = browser.client.post(
        f"/staff/elections/{made.election.id}/invitations?lang=en",
        data=data,
        base_url=browser.base_url,
    )
    assert "You are invited to vote." in read(answer.data).pages[0].text


def test_an_operator_makes_an_organisation_and_invites_its_organiser(made: Installation) -> None:
    browser = staff_browser(made.app, made.runtime, None, Role.OPERATOR)
    data = {"csrf": browser.csrf, "name": "새조합"}
    client, base = browser.client, browser.base_url
    answer = client.post("/staff/organisations", data=data, base_url=base)
    place = answer.headers["Location"]
    assert place.endswith("/organiser")
    form = {"csrf": browser.csrf, "name": "최주최", "mail": "choi@example.org"}
    page = client.post(place, data=form, base_url=base).text
    assert "/staff/set-up#" in page
    assert client.post(place, data=form | {"mail": "x"}, base_url=base).status_code == 422


def test_a_member_is_found_and_corrected_masked(made: Installation) -> None:
    browser = staff_browser(made.app, made.runtime, made.organisation, Role.REGISTRAR)
    other = draft(made.runtime, made.organisation)
    place, base = f"/staff/elections/{other}/roll", browser.base_url
    file = (io.BytesIO("이름,휴대폰\n김한표,010-1234-5678\n".encode()), "roll.csv")
    page = browser.client.post(
        place,
        data={"csrf": browser.csrf, "file": file},
        content_type="multipart/form-data",
        base_url=base,
    ).text
    kept = re.search(r'name="preview" value="(\w+)"', page)
    assert kept is not None
    assert "김한표" not in page
    accepted = {"csrf": browser.csrf, "preview": kept[1]}
    assert browser.client.post(f"{place}/accept", data=accepted, base_url=base).status_code == 303
    wanted = {"csrf": browser.csrf, "phone": "010-1234-5678"}
    page = browser.client.post(f"{place}/search", data=wanted, base_url=base).text
    member = re.search(r"roll/members/(\w+)", page)
    assert member is not None
    change = {"csrf": browser.csrf, "phone": "010-9999-0000"}
    corrected = browser.client.post(f"{place}/members/{member[1]}", data=change, base_url=base)
    assert corrected.status_code == 303
    assert "010-****-0000" in browser.client.get(place, base_url=base).text
    again = browser.client.post(f"{place}/accept", data=accepted, base_url=base)
    assert again.status_code == 404
    assert "명부 파일을 다시 올려 주세요" in again.text


def test_a_workbook_is_read_as_well(made: Installation) -> None:
    browser = staff_browser(made.app, made.runtime, made.organisation, Role.ORGANISER)
    book = Workbook()
    sheet = book.create_sheet("명부", 0)
    sheet.append(["이름", "이메일", "지분"])
    sheet.append(["<b>김한표</b>", "kim@example.org", "1/2"])
    sheet.append(["이한표", "lee@example.org", "3/2"])
    content = io.BytesIO()
    book.save(content)
    content.seek(0)
    other = draft(made.runtime, made.organisation)
    data = {"csrf": browser.csrf, "file": (content, "<img src=x>.xlsx")}
    page = browser.client.post(
        f"/staff/elections/{other}/roll", data=data, base_url=browser.base_url
    ).text
    assert "선거인 2명을 읽었습니다" in page
    assert "2명, 의결권 2" in page
    assert "<img" not in page
    assert "<b>" not in page


def _entries(made: Installation) -> int:
    with made.runtime.database.read() as session:
        return len(session.scalars(select(AuditEntry.seq)).all())
