"""The roll over HTTP: who may, what is shown, what is refused."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from apiflask import APIFlask
from openpyxl import Workbook

from hanpyo.config import load_settings
from hanpyo.db.database import Database
from hanpyo.db.models import Election, ElectionState, Role
from hanpyo.db.vault import MasterKey, Vault
from hanpyo.elections.drawing import draw_roll_of
from hanpyo.elections.private_list import read_private_list
from hanpyo.elections.roll_previews import LIFETIME
from hanpyo.identity.staff import audit_log
from hanpyo.protocol.roll import encode_roll
from hanpyo.runtime import Runtime
from hanpyo.web.app import create_app
from tests.service.clocks import Clock
from tests.service.databases import KINDS, ready_database
from tests.service.staff import QUICK_PASSWORDS, StaffClient, new_organisation, staff_browser

DEFINITION = {
    "title": "총회",
    "times": {"opens": 2_000_000_000, "closes": 2_000_000_060, "opening": 2_000_000_120},
    "classes": [{"name": "조합원"}, {"name": "대의원"}],
    "items": [{"title": "안건", "options": ["찬성", "반대"]}],
}
CSV = (
    "조합원번호,이름,휴대폰,이메일,생년월일,지분,구분\n"
    "1,김한표,010-1234-5678,kim@example.kr,1960-01-02,1/3,조합원\n"
    "2,박한표,010-8765-4321,park@example.kr,1970-03-04,2,대의원\n"
)
SECRETS = ("김한표", "박한표", "1234-5678", "1012345678", "kim@example", "01-02")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Browser = Any
"""A `StaffClient` whose answers are looked into freely."""
PASSPHRASE = "열두 글자가 넘는 암호문"


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module", params=KINDS)
def runtime(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, clock: Clock
) -> Iterator[Runtime]:
    folder = tmp_path_factory.mktemp("roll")
    with ready_database(request.param, folder) as url:
        database = Database(url)
        settings = load_settings(
            data=Path(folder), database_url=url, staff=QUICK_PASSWORDS, web={"max_upload": 300_000}
        )
        yield Runtime(settings, database, Vault([MasterKey.generate(1)]), clock=clock)
        database.close()


@pytest.fixture(scope="module")
def app(runtime: Runtime) -> APIFlask:
    return create_app(runtime)


@pytest.fixture
def organisation(runtime: Runtime) -> str:
    return new_organisation(runtime)


@pytest.fixture
def browser(app: APIFlask, runtime: Runtime, organisation: str) -> StaffClient:
    return staff_browser(app, runtime, organisation, Role.ORGANISER)


@pytest.fixture
def election(runtime: Runtime, organisation: str) -> str:
    with runtime.database.write() as session:
        made = Election(
            organisation_id=organisation,
            title="총회",
            definition=orjson.dumps(DEFINITION).decode(),
            identity="L2",
            methods="mail",
            created_at=1,
            changed_at=1,
        )
        session.add(made)
        session.flush()
        return made.id


@pytest.fixture
def place(election: str) -> str:
    return f"/v1/elections/{election}"


def upload(browser: Browser, place: str, data: str | bytes = CSV, kind: str = "text/csv") -> Any:
    body = data.encode() if isinstance(data, str) else data
    answer = browser.post(f"{place}/roll", data=body, content_type=kind)
    assert answer.status_code == 200, answer.json
    return answer.json


def accept(browser: Browser, place: str, data: str | bytes = CSV) -> None:
    preview = upload(browser, place, data)["previewId"]
    answer = browser.post(f"{place}/roll/accept", json={"previewId": preview})
    assert answer.status_code == 200, answer.json


def publish(runtime: Runtime, election: str, state: ElectionState) -> None:
    with runtime.database.write() as session:
        row = session.get_one(Election, election)
        row.roll = encode_roll(draw_roll_of(session, runtime.vault, election))
        row.state = state


def test_a_file_is_looked_over_accepted_and_listed_masked(browser: Browser, place: str) -> None:
    preview = upload(browser, place)
    assert (preview["rows"], preview["weight"], preview["errorCount"]) == (2, "7/3", 0)
    assert preview["classes"] == [
        {"number": 0, "name": "조합원", "heads": 1, "weight": "1/3"},
        {"number": 1, "name": "대의원", "heads": 1, "weight": "2"},
    ]
    assert {"title": "휴대폰", "field": "phone"} in preview["columns"]
    answer = browser.post(f"{place}/roll/accept", json={"previewId": preview["previewId"]})
    assert answer.json == {"members": 2}
    listed = browser.get(f"{place}/members?limit=1").json
    (kim,) = listed["members"]
    assert (kim["name"], kim["phone"], kim["mail"]) == ("김○○", "010-****-5678", "k***@example.kr")
    assert (kim["weight"], kim["class"], kim["voter"], kim["row"]) == ("1/3", 0, None, 2)
    (park,) = browser.get(f"{place}/members?limit=1&after={listed['next']}").json["members"]
    assert park["name"] == "박○○"


def test_no_answer_shows_a_person_whole(browser: Browser, place: str) -> None:
    shown = orjson.dumps(upload(browser, place)).decode()
    accept(browser, place)
    shown += browser.get(f"{place}/members").text
    shown += browser.post(f"{place}/members/search", json={"number": "1"}).text
    assert not [secret for secret in SECRETS if secret in shown]


def test_a_form_with_a_workbook_is_taken(browser: Browser, place: str) -> None:
    book, data = Workbook(), io.BytesIO()
    book.worksheets[0].append(["이름", "휴대폰"])
    book.worksheets[0].append(["김한표", 1012345678])
    book.save(data)
    form = {"file": (io.BytesIO(data.getvalue()), "명부.xlsx", XLSX)}
    answer = browser.post(f"{place}/roll", data=form, content_type="multipart/form-data")
    assert answer.json["rows"] == 1
    assert upload(browser, place, data.getvalue(), XLSX)["rows"] == 1


def test_a_file_with_errors_cannot_be_accepted(browser: Browser, place: str) -> None:
    preview = upload(browser, place, CSV + "3,최,010,x,600102,0,없음\n")
    assert preview["previewId"] is None
    assert preview["errorCount"] == 5
    first = preview["errors"][0]
    assert (first["row"], first["column"], first["code"]) == (4, "휴대폰", "bad_phone")
    assert first["korean"]
    assert first["english"]


def test_the_upload_alone_may_be_large(browser: Browser, place: str) -> None:
    many = "이름\n" + "".join(f"사람{number}\n" for number in range(12_000))
    assert 64 * 1024 < len(many.encode()) < 300_000
    assert upload(browser, place, many)["rows"] == 12_000
    answer = browser.post(f"{place}/roll", data=b"x" * 300_001, content_type="text/csv")
    assert answer.status_code == 413
    answer = browser.post(f"{place}/roll/accept", json={"previewId": "a" * 70_000})
    assert answer.status_code == 413


@pytest.mark.parametrize("kind", ["application/json", "text/html", "image/png"])
def test_other_content_is_not_taken(browser: Browser, place: str, kind: str) -> None:
    answer = browser.post(f"{place}/roll", data=b"{}", content_type=kind)
    assert answer.status_code == 415


def test_a_form_without_a_file_is_refused(browser: Browser, place: str) -> None:
    answer = browser.post(f"{place}/roll", data={"x": "y"}, content_type="multipart/form-data")
    assert answer.status_code == 422


def test_a_preview_is_used_once_and_in_its_election_only(
    browser: Browser, place: str, runtime: Runtime, organisation: str
) -> None:
    preview = upload(browser, place)["previewId"]
    with runtime.database.write() as session:
        other = Election(
            organisation_id=organisation,
            title="다른 총회",
            definition=orjson.dumps(DEFINITION).decode(),
            identity="L2",
            methods="mail",
            created_at=1,
            changed_at=1,
        )
        session.add(other)
        session.flush()
        elsewhere = f"/v1/elections/{other.id}"
    for where, status in ((elsewhere, 404), (place, 200), (place, 404)):
        answer = browser.post(f"{where}/roll/accept", json={"previewId": preview})
        assert answer.status_code == status


def test_a_preview_is_gone_after_an_hour(
    app: APIFlask, runtime: Runtime, organisation: str, place: str, clock: Clock
) -> None:
    early = staff_browser(app, runtime, organisation, Role.ORGANISER)
    preview = upload(early, place)["previewId"]
    clock.now += LIFETIME
    late = staff_browser(app, runtime, organisation, Role.ORGANISER)
    answer = late.post(f"{place}/roll/accept", json={"previewId": preview})
    assert answer.status_code == 404


def test_others_may_not_even_know(
    app: APIFlask, runtime: Runtime, organisation: str, browser: Browser, place: str
) -> None:
    accept(browser, place)
    stranger = staff_browser(app, runtime, new_organisation(runtime), Role.ORGANISER)
    observer = staff_browser(app, runtime, organisation, Role.OBSERVER)
    preview = {"previewId": "0" * 32}
    for who, status in ((stranger, 404), (observer, 403)):
        assert who.get(f"{place}/members").status_code == status
        assert who.get(f"{place}/roll/members.csv").status_code == status
        assert who.post(f"{place}/roll", data=b"x", content_type="text/csv").status_code == status
        assert who.post(f"{place}/roll/accept", json=preview).status_code == status
        assert who.post(f"{place}/members/search", json={"number": "1"}).status_code == status
        assert who.post(f"{place}/erasure", json={"confirm": "erase"}).status_code == status
        answer = who.post(f"{place}/roll/private-list", json={"passphrase": PASSPHRASE})
        assert answer.status_code == status
    assert app.test_client().get(f"{place}/members").status_code == 401


def test_a_forged_request_changes_nothing(browser: Browser, place: str) -> None:
    forged = {"X-CSRF-Token": "guessed"}
    answer = browser.post(f"{place}/roll", data=CSV, content_type="text/csv", headers=forged)
    assert (answer.status_code, answer.json["code"]) == (403, "csrf_refused")


def test_a_search_is_exact_and_logged_without_what_was_sought(
    browser: Browser, place: str, runtime: Runtime, organisation: str
) -> None:
    accept(browser, place)
    for given in (
        {"phone": "01012345678"},
        {"mail": "KIM@example.kr"},
        {"number": "1"},
        {"name": "김 한표", "birthDate": "19600102"},
    ):
        found = browser.post(f"{place}/members/search", json=given).json["members"]
        assert [member["number"] for member in found] == ["1"]
    nobody = browser.post(f"{place}/members/search", json={"phone": "010-1111-2222"})
    assert nobody.json["members"] == []
    for bad in ({}, {"name": "김"}, {"phone": "x"}, {"number": "1", "mail": "kim@example.kr"}):
        assert browser.post(f"{place}/members/search", json=bad).status_code == 422
    with runtime.database.read() as session:
        entries = audit_log.read(session, organisation)
        assert audit_log.verify(entries) == len(entries)
    assert [entry.action for entry in entries].count("member.looked_up") == 5
    assert not [secret for secret in SECRETS if secret in repr(entries)]


def test_a_member_is_corrected_before_the_draw_only(
    browser: Browser, place: str, runtime: Runtime, election: str
) -> None:
    accept(browser, place)
    (kim,) = browser.post(f"{place}/members/search", json={"number": "1"}).json["members"]
    path = f"{place}/members/{kim['id']}"
    changed = browser.patch(path, json={"phone": "010-5555-6666", "class": "대의원", "mail": ""})
    assert changed.json["phone"] == "010-****-6666"
    assert (changed.json["class"], changed.json["mail"]) == (1, None)
    assert browser.patch(path, json={"weight": "0"}).status_code == 422
    assert browser.patch(path, json={}).status_code == 422
    assert browser.patch(path, json={"number": "2"}).json["code"] == "already_on_roll"
    assert browser.patch(f"{place}/members/{'0' * 32}", json={"name": "김"}).status_code == 404
    publish(runtime, election, ElectionState.PUBLISHED)
    refused = browser.patch(path, json={"name": "새 소유자"})
    assert (refused.status_code, refused.json["code"]) == (409, "roll_frozen")
    again = browser.post(f"{place}/roll", data=CSV.encode(), content_type="text/csv")
    assert again.status_code == 409


def test_the_exported_roll_comes_back_unchanged_and_runs_nowhere(
    browser: Browser, place: str
) -> None:
    accept(browser, place, '이름,주소,휴대폰,지분\n"\'=HYPERLINK(""x"")",@집,010-1234-5678,4/3\n')
    exported = browser.get(f"{place}/roll/members.csv")
    assert exported.mimetype == "text/csv"
    assert "no-store" in exported.headers["Cache-Control"]
    cells = exported.data.decode("utf-8-sig").split('"')
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@")]
    accept(browser, place, exported.data)
    assert browser.get(f"{place}/roll/members.csv").data == exported.data


def test_the_template_is_a_roll(browser: Browser, place: str) -> None:
    preview = upload(browser, place, browser.get(f"{place}/roll/template.csv").data)
    assert (preview["rows"], preview["errorCount"], preview["warningCount"]) == (2, 0, 0)


def test_registrars_get_the_private_list_of_a_drawn_roll(
    browser: Browser, place: str, runtime: Runtime, election: str
) -> None:
    accept(browser, place)
    wanted = {"passphrase": PASSPHRASE}
    assert browser.post(f"{place}/roll/private-list", json=wanted).status_code == 409
    publish(runtime, election, ElectionState.PUBLISHED)
    answer = browser.post(f"{place}/roll/private-list", json=wanted)
    opened = read_private_list(answer.data, PASSPHRASE)
    assert {entry.person.name for entry in opened.entries} == {"김한표", "박한표"}
    (kim,) = browser.post(f"{place}/members/search", json={"number": "1"}).json["members"]
    assert opened.entries[kim["voter"]].person.name == "김한표"
    short = browser.post(f"{place}/roll/private-list", json={"passphrase": "짧다"})
    assert short.status_code == 422


def test_people_are_forgotten_after_the_election(
    browser: Browser, place: str, runtime: Runtime, election: str, organisation: str
) -> None:
    accept(browser, place)
    assert browser.post(f"{place}/erasure", json={}).status_code == 422
    early = browser.post(f"{place}/erasure", json={"confirm": "erase"})
    assert (early.status_code, early.json["code"]) == (409, "not_erasable")
    publish(runtime, election, ElectionState.CERTIFIED)
    for erased in (True, False):
        answer = browser.post(f"{place}/erasure", json={"confirm": "erase"})
        assert answer.json == {"erased": erased}
    members = browser.get(f"{place}/members").json["members"]
    assert [member["name"] for member in members] == [None, None]
    found = browser.post(f"{place}/members/search", json={"number": "1"}).json
    assert found["members"] == []
    with runtime.database.read() as session:
        actions = [entry.action for entry in audit_log.read(session, organisation)]
    assert actions.count("roll.erased") == 1
