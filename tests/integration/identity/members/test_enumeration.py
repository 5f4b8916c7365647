"""Nobody learns who is on a roll: answers, headers, rows and outbox are the same for strangers."""

import re
from typing import Any

import pytest
from sqlalchemy import event, select

from hanpyo.db.models import Challenge, Notice, RateCounter
from tests.service.village import PEOPLE, Village

_RANDOM = re.compile(r"[0-9a-f]{32}")
_CONTACTS = {
    "mail": (PEOPLE[0].mail, "nobody@example.org"),
    "sms": (PEOPLE[0].phone, "+821099999999"),
}


def seen(answer: Any) -> tuple[int, str, dict[str, str]]:
    """An answer as an attacker compares it: random ids are no information."""
    headers = {k: v for k, v in answer.headers.items() if k not in ("X-Request-Id", "Date")}
    return answer.status_code, _RANDOM.sub("*", answer.text), headers


@pytest.mark.parametrize("method", ["mail", "sms"])
def test_members_and_strangers_get_the_same_answers(place: Village, method: str) -> None:
    path = f"/v1/elections/{place.election}/challenges"
    told = []
    for contact in _CONTACTS[method]:
        visitor = place.visitor()
        begun = visitor.post(path, {"method": method, "contact": contact})
        guesses = [visitor.answer(begun.json["challenge"], code="000000") for _ in range(7)]
        more = [visitor.post(path, {"method": method, "contact": contact}) for _ in range(6)]
        told.append([seen(each) for each in (begun, *guesses, *more)])
    assert told[0] == told[1]
    assert told[0][-1][0] == 429


@pytest.mark.parametrize("method", ["mail", "sms"])
def test_members_and_strangers_leave_the_same_rows(place: Village, method: str) -> None:
    path = f"/v1/elections/{place.election}/challenges"
    counts = []
    for contact in _CONTACTS[method]:
        place.visitor().post(path, {"method": method, "contact": contact})
        with place.runtime.database.read() as session:
            counts.append(
                [session.query(table).count() for table in (Challenge, Notice, RateCounter)]
            )
    first, second = counts
    assert [each - before for each, before in zip(second, first, strict=True)][:2] == first[:2]
    with place.runtime.database.read() as session:
        states = session.execute(select(Notice.state, Notice.sealed).order_by(Notice.state)).all()
    assert [state for state, _ in states] == ["void", "waiting"]
    assert states[0].sealed is None


@pytest.mark.parametrize("method", ["mail", "sms"])
def test_the_database_does_the_same_work_for_members_and_strangers(
    place: Village, method: str
) -> None:
    path = f"/v1/elections/{place.election}/challenges"
    work: list[list[str]] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        work[-1].append(statement)

    engine = place.runtime.database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        for contact in _CONTACTS[method]:
            work.append([])
            visitor = place.visitor()
            begun = visitor.post(path, {"method": method, "contact": contact})
            visitor.answer(begun.json["challenge"], code="000000")
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert work[0] == work[1]
    assert len(work[0]) > 5


def test_a_contact_that_two_members_share_signs_in_neither(place: Village) -> None:
    shared = place.publish(people=(PEOPLE[0], PEOPLE[0]))
    path = f"/v1/elections/{shared}/challenges"
    answer = place.visitor().post(path, {"method": "mail", "contact": PEOPLE[0].mail})
    assert answer.status_code == 201
    assert place.letters() == []


def test_a_member_without_the_contact_looks_like_one_with_it(place: Village) -> None:
    told = []
    for person in (0, 3):
        visitor = place.by_link(person)
        begun = visitor.post("/v1/sessions/challenges", {"method": "mail"})
        told.append((seen(begun), seen(visitor.answer(begun.json["challenge"], code="1"))))
    assert told[0] == told[1]


def test_nothing_of_the_roll_is_shown_below_the_level(place: Village) -> None:
    body = place.by_link(0).get("/v1/me").json
    hidden = ("name", "voter", "weight", "class", "listed", "key")
    assert {name: body[name] for name in hidden} == dict.fromkeys(hidden)
    reached = place.with_code(0).get("/v1/me").json
    assert (reached["voter"], reached["weight"], reached["class"]) == (0, "1", 0)
