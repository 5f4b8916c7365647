"""Codes by mail and text message, and the birth date: levels, tries, reuse, floods."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from hanpyo.db.models import Challenge, MemberSession
from hanpyo.identity.codes import new_digits
from tests.service.village import PEOPLE, Village, Visitor

REFUSED = (401, "proof_refused")


def begin(place: Village, visitor: Visitor, method: str, contact: str = "") -> str:
    body = {"method": method, "contact": contact}
    path = "/v1/sessions/challenges"
    if not visitor.token:
        path = f"/v1/elections/{place.election}/challenges"
    answer = visitor.post(path, body)
    assert answer.status_code == 201, answer.json
    return str(answer.json["challenge"])


def wrong(code: str) -> str:
    return next(each for each in iter(lambda: new_digits(len(code)), "") if each != code)


@pytest.mark.parametrize(
    ("method", "contact", "digits"),
    [("mail", "Hana@Example.org", 8), ("sms", "010-2345-6781", 6)],
)
def test_a_code_to_the_contact_on_file_signs_in(
    place: Village, method: str, contact: str, digits: int
) -> None:
    visitor = place.visitor()
    challenge = begin(place, visitor, method, contact)
    code = place.sent_code()
    assert len(code) == digits
    answer = visitor.answer(challenge, code=f" {code[:3]} {code[3:]} ")
    assert (answer.status_code, answer.json["level"]) == (201, "L0")


def test_a_link_and_a_code_reach_the_level_and_renew_the_token(place: Village) -> None:
    visitor = place.by_link(0)
    before = visitor.token
    place.add_code(visitor, "mail")
    assert visitor.token != before
    assert visitor.get("/v1/me").json["level"] == "L2"
    old = place.visitor()
    old.token = before
    assert (old.get("/v1/me").status_code, old.get("/v1/me").json["code"]) == (
        401,
        "session_missing",
    )


def test_codes_over_two_channels_reach_the_level(place: Village) -> None:
    visitor = place.visitor()
    visitor.answer(begin(place, visitor, "mail", PEOPLE[0].mail or ""), code=place.sent_code())
    place.add_code(visitor, "sms")
    assert visitor.get("/v1/me").json["enough"]


def test_a_code_is_taken_once(place: Village) -> None:
    visitor = place.visitor()
    challenge = begin(place, visitor, "mail", PEOPLE[0].mail or "")
    code = place.sent_code()
    assert place.visitor().answer(challenge, code=code).status_code == 201
    again = place.visitor().answer(challenge, code=code)
    assert (again.status_code, again.json["code"]) == REFUSED


def test_a_code_ends(place: Village) -> None:
    visitor = place.visitor()
    challenge = begin(place, visitor, "mail", PEOPLE[0].mail or "")
    code = place.sent_code()
    place.clock.forward(600)
    assert visitor.answer(challenge, code=code).status_code == 401


def test_a_code_of_another_challenge_is_refused(place: Village) -> None:
    visitor = place.visitor()
    first = begin(place, visitor, "mail", PEOPLE[0].mail or "")
    place.sent_code()
    begin(place, visitor, "mail", PEOPLE[0].mail or "")
    assert visitor.answer(first, code=place.sent_code()).status_code == 401


def test_a_challenge_is_void_after_five_wrong_codes(place: Village) -> None:
    visitor = place.visitor()
    challenge = begin(place, visitor, "sms", PEOPLE[0].phone or "")
    code = place.sent_code()
    for _ in range(5):
        assert visitor.answer(challenge, code=wrong(code)).status_code == 401
    assert visitor.answer(challenge, code=code).status_code == 401


def test_tries_in_parallel_all_count(place: Village) -> None:
    challenge = begin(place, place.visitor(), "sms", PEOPLE[0].phone or "")
    code = place.sent_code()
    start = Barrier(8)

    def attempt(number: int) -> int:
        visitor = place.visitor(f"198.51.100.{number}")
        start.wait()
        return max(visitor.answer(challenge, code=wrong(code)).status_code for _ in range(3))

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(attempt, range(8))) == {401}
    with place.runtime.database.read() as session:
        assert session.get_one(Challenge, challenge).tries_left == 0
    assert place.visitor().answer(challenge, code=code).status_code == 401


def test_a_right_code_in_parallel_opens_one_session(place: Village) -> None:
    challenge = begin(place, place.visitor(), "sms", PEOPLE[0].phone or "")
    code = place.sent_code()
    start = Barrier(5)

    def attempt(number: int) -> int:
        visitor = place.visitor(f"198.51.100.{number}")
        start.wait()
        return visitor.answer(challenge, code=code).status_code

    with ThreadPoolExecutor(5) as pool:
        assert sorted(pool.map(attempt, range(5))) == [201, 401, 401, 401, 401]
    with place.runtime.database.read() as session:
        assert session.query(MemberSession).count() == 1


def test_codes_to_one_contact_are_few_whoever_asks(place: Village) -> None:
    path = f"/v1/elections/{place.election}/challenges"
    body = {"method": "sms", "contact": PEOPLE[0].phone}
    answers = [place.visitor(f"198.51.100.{n}").post(path, body) for n in range(6)]
    assert [each.status_code for each in answers] == [201] * 5 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert len(place.letters()) == 5


def test_wrong_codes_over_many_challenges_lock_the_contact(place: Village) -> None:
    tried = 0
    while tried < 25:
        visitor = place.visitor(f"198.51.100.{tried}")
        challenge = begin(place, visitor, "sms", PEOPLE[0].phone or "")
        code = place.sent_code()
        place.clock.forward(300)
        for _ in range(5):
            status = visitor.answer(challenge, code=wrong(code)).status_code
            tried += 1
            if status == 429:
                assert tried == 21
                return
    pytest.fail("nothing locked")


def test_strangers_use_up_nothing_of_a_member_who_is_signed_in(place: Village) -> None:
    path = f"/v1/elections/{place.election}/challenges"
    contact = {"method": "sms", "contact": PEOPLE[0].phone}
    tried: list[Any] = []
    for number in range(6):
        stranger = place.visitor(f"198.51.100.{number}")
        begun = stranger.post(path, contact)
        if begun.status_code == 201:
            guess = wrong(place.sent_code())
            tried += [stranger.answer(begun.json["challenge"], code=guess) for _ in range(5)]
    assert {begun.status_code, tried[-1].status_code} == {429}
    member = place.by_link(0)
    challenge = begin(place, member, "sms")
    assert member.answer(challenge, code=place.sent_code()).json["level"] == "L2"


def test_the_birth_date_raises_a_link_to_the_first_level_and_is_never_alone(
    place: Village,
) -> None:
    path = f"/v1/elections/{place.election}/challenges"
    alone = place.visitor().post(path, {"method": "birth"})
    assert (alone.status_code, alone.json["code"]) == (422, "method_unknown")
    visitor = place.by_link(0)
    answer = visitor.answer(begin(place, visitor, "birth"), birthDate="1961. 2. 3.")
    assert (answer.status_code, answer.json["level"]) == (201, "L1")


def test_birth_dates_are_guessed_hardly_ever(place: Village) -> None:
    statuses = []
    for year in range(1950, 1956):
        visitor = place.by_link(0)
        answer = visitor.answer(begin(place, visitor, "birth"), birthDate=f"{year}-02-03")
        statuses.append(answer.status_code)
    assert statuses == [401] * 5 + [429]


def test_a_member_without_a_birth_date_cannot_be_guessed(place: Village) -> None:
    visitor = place.by_link(3)
    for guess in ("None", "", "2000-01-01"):
        challenge = begin(place, visitor, "birth")
        assert visitor.answer(challenge, birthDate=guess).status_code == 401


def test_a_session_answers_its_own_challenges_alone(place: Village) -> None:
    first, second = place.by_link(0), place.by_link(1)
    challenge = begin(place, first, "mail")
    code = place.sent_code()
    assert second.answer(challenge, code=code).status_code == 401
    assert place.visitor().answer(challenge, code=code).status_code == 401
    assert first.answer(challenge, code=code).status_code == 201


def test_another_members_code_adds_nothing_to_a_session(place: Village) -> None:
    challenge = begin(place, place.visitor(), "mail", PEOPLE[1].mail or "")
    code = place.sent_code()
    assert place.by_link(0).answer(challenge, code=code).status_code == 401


def test_a_code_of_an_election_opens_no_other(place: Village) -> None:
    other = place.publish()
    visitor = place.visitor()
    challenge = begin(place, visitor, "mail", PEOPLE[0].mail or "")
    visitor.answer(challenge, code=place.sent_code())
    assert visitor.get("/v1/me").json["election"] == place.election != other


def test_a_contact_that_is_none_is_told_whoever_it_would_be(place: Village) -> None:
    path = f"/v1/elections/{place.election}/challenges"
    for method, contact in (("mail", "hana"), ("sms", "nine"), ("mail", "a@b\r\nBcc: c@d.org")):
        answer = place.visitor().post(path, {"method": method, "contact": contact})
        assert (answer.status_code, answer.json["code"]) == (422, "invalid")
