"""What staff do for members: who may, and what it leaves in the audit log."""

import csv
import io
from pathlib import Path

import pytest
from sqlalchemy import select

from hanpyo.built import Assets
from hanpyo.db.models import AccessCode, AuditEntry, Election, Role
from tests.printed import read
from tests.service.sign_in import answer_of
from tests.service.staff import StaffClient, new_organisation, staff_browser
from tests.service.village import Village


def organisation(place: Village) -> str:
    with place.runtime.database.read() as session:
        return session.get_one(Election, place.election).organisation_id


def staff(place: Village, *roles: Role, elsewhere: bool = False) -> StaffClient:
    home = new_organisation(place.runtime) if elsewhere else organisation(place)
    return staff_browser(place.app, place.runtime, home, *roles)


def actions(place: Village) -> list[tuple[str, str]]:
    with place.runtime.database.read() as session:
        rows = session.execute(
            select(AuditEntry.action, AuditEntry.details)
            .where(AuditEntry.chain == organisation(place))
            .order_by(AuditEntry.seq)
        )
        return [(action, details) for action, details in rows]


def test_an_organiser_invites_and_reminds(place: Village) -> None:
    browser = staff(place, Role.ORGANISER)
    path = f"/v1/elections/{place.election}"
    invited = browser.post(f"{path}/invitations", json={"letters": "unreachable"})
    assert invited.status_code == 202
    said = answer_of(invited)
    assert (said["messages"], len(said["letters"])) == (5, 1)
    reminded = browser.post(f"{path}/reminders")
    assert (reminded.status_code, answer_of(reminded)["messages"]) == (202, 5)
    assert actions(place)[-2:] == [
        ("members.invited", '{"letters":1,"members":4,"messages":5}'),
        ("members.reminded", '{"letters":0,"members":4,"messages":5}'),
    ]


def test_letters_come_as_a_list_for_a_printer(place: Village) -> None:
    browser = staff(place, Role.ORGANISER)
    path = f"/v1/elections/{place.election}/invitations.csv"
    answer = browser.post(path, json={"letters": "all"})
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    assert answer.headers["Cache-Control"] == "no-store"
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert len(rows) == 4


def test_letters_come_as_pages_to_print(place: Village) -> None:
    browser = staff(place, Role.ORGANISER)
    path = f"/v1/elections/{place.election}/invitations.pdf"
    answer = browser.post(path, json={"letters": "all"})
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="letters.pdf"'
    assert answer.headers["X-Accel-Buffering"] == "no"
    assert "ETag" not in answer.headers
    assert len(read(answer.data).pages) == 4
    again = browser.post(path, json={"letters": "all"})
    assert read(again.data).pages == ()


def test_no_code_is_made_where_letters_cannot_be_drawn(
    place: Village, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    browser = staff(place, Role.ORGANISER)
    monkeypatch.setitem(place.app.extensions, "hanpyo.assets", Assets(tmp_path))
    path = f"/v1/elections/{place.election}/invitations.pdf"
    assert answer_of(browser.post(path, json={"letters": "all"}))["code"] == "assets_missing"
    assert place.letters() == []
    with place.runtime.database.read() as session:
        assert session.query(AccessCode).count() == 0


def test_two_clerks_record_an_appearance(place: Village) -> None:
    path = f"/v1/elections/{place.election}/appearances"
    first, second = staff(place, Role.CLERK), staff(place, Role.CLERK)
    assert first.post(path, json={"voter": 0}).json == {"confirmed": False}
    assert first.post(path, json={"voter": 0}).status_code == 409
    assert second.post(path, json={"voter": 0}).json == {"confirmed": True}
    assert second.post(path, json={"voter": 77}).status_code == 404


@pytest.mark.parametrize(
    ("role", "elsewhere", "status"),
    [
        (Role.OBSERVER, False, 403),
        (Role.REGISTRAR, False, 403),
        (Role.ORGANISER, True, 404),
        (Role.CLERK, True, 404),
    ],
)
def test_others_may_not(place: Village, role: Role, elsewhere: bool, status: int) -> None:
    browser = staff(place, role, elsewhere=elsewhere)
    for path, body in (
        ("invitations", {}),
        ("invitations.csv", {}),
        ("invitations.pdf", {}),
        ("reminders", None),
        ("appearances", {"voter": 0}),
    ):
        answer = browser.post(f"/v1/elections/{place.election}/{path}", json=body)
        assert answer.status_code == status
    assert place.letters() == []


def test_a_members_session_is_no_staffs(place: Village) -> None:
    visitor = place.with_code(0)
    answer = visitor.post(f"/v1/elections/{place.election}/reminders")
    assert answer.status_code == 401
