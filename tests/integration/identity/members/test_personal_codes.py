"""Personal links and letters: what opens a session, and what does not."""

import pytest
from sqlalchemy import update

from hanpyo.db.models import AccessCode, Election
from hanpyo.identity.codes import new_letter_code, new_link_token
from tests.service.village import Village

REFUSED = (401, "proof_refused")


def test_a_link_opens_a_session_again_and_again(place: Village) -> None:
    token = place.code(0)
    answers = [place.visitor().post("/v1/sessions", {"token": token}) for _ in range(3)]
    assert [each.status_code for each in answers] == [201] * 3
    body = answers[0].json
    assert (body["election"], body["level"], body["required"]) == (place.election, "L0", "L2")
    assert not body["enough"]
    assert set(body["missing"]) == {"mail", "sms"}
    assert answers[0].headers["Cache-Control"] == "no-store"
    with place.runtime.database.read() as session:
        assert session.query(AccessCode).one().uses == 3


def test_a_letter_is_typed_forgivingly(place: Village) -> None:
    code = place.code(1, "letter", "post")
    typed = f"  {code.lower().replace('-', ' ').replace('1', 'l').replace('0', 'o')} "
    path = f"/v1/elections/{place.election}/sessions"
    assert place.visitor().post(path, {"method": "letter", "code": typed}).status_code == 201


def test_a_letters_slip_is_told_before_the_database_is_asked(place: Village) -> None:
    code = place.code(1, "letter", "post")
    slip = ("2" if code[0] != "2" else "3") + code[1:]
    path = f"/v1/elections/{place.election}/sessions"
    answer = place.visitor().post(path, {"method": "letter", "code": slip})
    assert (answer.status_code, answer.json["code"]) == (422, "mistyped_code")


def test_unknown_codes_are_refused(place: Village) -> None:
    path = f"/v1/elections/{place.election}/sessions"
    for method, code in (("link", new_link_token()), ("letter", new_letter_code())):
        answer = place.visitor().post(path, {"method": method, "code": code})
        assert (answer.status_code, answer.json["code"]) == REFUSED


@pytest.mark.parametrize("kind", ["link", "letter"])
def test_a_code_of_another_election_is_refused(place: Village, kind: str) -> None:
    other = place.publish()
    code = place.code(0, kind)
    answer = place.visitor().post(f"/v1/elections/{other}/sessions", {"method": kind, "code": code})
    assert (answer.status_code, answer.json["code"]) == REFUSED


def test_inviting_again_ends_what_was_sent_over_the_same_channel(place: Village) -> None:
    invitations = place.identity.invitations
    [astray, *_] = invitations.invite(place.election, "all").letters
    mailed = place.code(0)
    [fresh, *_] = invitations.invite(place.election, "all", again=True).letters
    tokens = [each.partition("#")[2] for each in (astray.link, fresh.link)]
    path = f"/v1/elections/{place.election}/sessions"
    tried = [
        *((path, {"method": "letter", "code": each.code}) for each in (astray, fresh)),
        *(("/v1/sessions", {"token": each}) for each in (tokens[0], mailed, tokens[1])),
    ]
    entered = [place.visitor().post(*each).status_code for each in tried]
    assert entered == [401, 201, 401, 401, 201]
    invitations.invite(place.election, "none", again=True)
    answer = place.visitor().post(path, {"method": "letter", "code": fresh.code})
    assert answer.status_code == 201


@pytest.mark.parametrize("kind", ["link", "letter"])
def test_an_expired_or_revoked_code_is_refused(place: Village, kind: str) -> None:
    path = f"/v1/elections/{place.election}/sessions"
    expired, revoked = place.code(0, kind), place.code(0, kind)
    place.runtime.database.transact(
        lambda session: session.execute(update(AccessCode).values(revoked_at=1))
    )
    answer = place.visitor().post(path, {"method": kind, "code": revoked})
    assert (answer.status_code, answer.json["code"]) == REFUSED
    place.runtime.database.transact(
        lambda session: session.execute(update(AccessCode).values(revoked_at=None))
    )
    place.clock.forward(86_400)
    answer = place.visitor().post(path, {"method": kind, "code": expired})
    assert (answer.status_code, answer.json["code"]) == REFUSED


def test_a_method_that_the_election_does_not_take_is_refused(place: Village) -> None:
    token = place.code(0)
    place.runtime.database.transact(
        lambda session: session.execute(update(Election).values(methods="letter mail"))
    )
    for path, body in (
        ("/v1/sessions", {"token": token}),
        (f"/v1/elections/{place.election}/sessions", {"method": "link", "code": token}),
    ):
        answer = place.visitor().post(path, body)
        assert (answer.status_code, answer.json["code"]) == (422, "method_unknown")


def test_codes_stand_in_the_database_as_hashes_alone(place: Village) -> None:
    token, letter = place.code(0), place.code(1, "letter", "post")
    visitor = place.by_link(0)
    with place.runtime.database.engine.connect() as connection:
        dump = "".join(
            str(connection.exec_driver_sql(f"SELECT * FROM {table}").all())
            for table in ("access_code", "member_session", "challenge", "notice")
        )
    for secret in (token, letter, letter.replace("-", ""), visitor.token):
        assert secret not in dump
