"""Passkeys: enrolled in a session, worth what that showed, and good as a voter key."""

import pytest
from sqlalchemy import update

from hanpyo.db.models import Passkey
from tests.service.authenticator import PRESENT, Authenticator
from tests.service.village import Village, Visitor

ORIGIN, HOST = "http://localhost:8080", "localhost"


def enrol(place: Village, device: Authenticator, visitor: Visitor) -> dict[str, str]:
    begun = visitor.post("/v1/me/passkeys/challenges")
    assert begun.status_code == 201, begun.json
    body = {
        "challenge": begun.json["challenge"],
        "credential": device.create(begun.json["options"]),
    }
    answer = visitor.post("/v1/me/passkeys", body)
    assert answer.status_code == 201, answer.json
    return dict(answer.json)


def begin(place: Village, visitor: Visitor) -> tuple[str, dict[str, str]]:
    path = f"/v1/elections/{place.election}/challenges"
    answer = visitor.post(path, {"method": "passkey"})
    return answer.json["challenge"], answer.json["show"]["options"]


def test_a_passkey_signs_in_with_the_factors_it_was_enrolled_with(place: Village) -> None:
    device = Authenticator(ORIGIN, HOST)
    enrol(place, device, place.with_code(0))
    visitor = place.visitor()
    challenge, options = begin(place, visitor)
    assert not options.get("allowCredentials")
    answer = visitor.answer(challenge, credential=device.get(options))
    assert (answer.status_code, answer.json["level"]) == (201, "L2")
    assert visitor.get("/v1/me").json["voter"] == 0


def test_an_enrolled_point_is_a_voter_key(place: Village) -> None:
    visitor = place.with_code(0)
    point = enrol(place, Authenticator(ORIGIN, HOST), visitor)
    answer = visitor.post("/v1/me/key", {"type": "webauthn", **point})
    assert answer.status_code == 200
    assert answer.json["key"].startswith("0x03")


def test_options_name_no_person(place: Village) -> None:
    begun = place.with_code(0).post("/v1/me/passkeys/challenges")
    assert begun.json["options"]["user"]["name"] == "No. 0"
    assert "김하나" not in begun.text


def test_below_the_level_nothing_is_enrolled(place: Village) -> None:
    assert place.by_link(0).post("/v1/me/passkeys/challenges").status_code == 403


@pytest.mark.parametrize("lie", ["origin", "rp", "unverified", "stranger", "replay", "counter"])
def test_assertions_that_prove_nothing_are_refused(place: Village, lie: str) -> None:
    device = Authenticator(ORIGIN, HOST)
    enrol(place, device, place.with_code(0))
    visitor = place.visitor()
    challenge, options = begin(place, visitor)
    if lie == "origin":
        device.origin = "https://evil.example"
    if lie == "rp":
        device.rp_id = "evil.example"
    if lie == "unverified":
        device.flags = PRESENT
    if lie == "stranger":
        device.key = Authenticator(ORIGIN, HOST).key
    credential = device.get(options)
    if lie in ("replay", "counter"):
        assert visitor.answer(challenge, credential=credential).status_code == 201
        visitor = place.visitor()
        challenge, options = begin(place, visitor)
    if lie == "counter":
        device.sign_count -= 1
        credential = device.get(options)
    answer = visitor.answer(challenge, credential=credential)
    assert (answer.status_code, answer.json["code"]) == (401, "proof_refused")


@pytest.mark.parametrize(
    "credential", [{}, {"id": "AA"}, {"id": 7}, {"id": "A" * 5_000}, {"id": "!!", "type": None}]
)
def test_what_is_no_assertion_is_refused(place: Village, credential: dict[str, object]) -> None:
    visitor = place.visitor()
    challenge, _ = begin(place, visitor)
    assert visitor.answer(challenge, credential=credential).status_code == 401


def test_an_enrolment_is_answered_once_and_by_its_own_session(place: Village) -> None:
    first, second = place.with_code(0), place.with_code(1)
    begun = first.post("/v1/me/passkeys/challenges").json
    body = {
        "challenge": begun["challenge"],
        "credential": Authenticator(ORIGIN, HOST).create(begun["options"]),
    }
    assert second.post("/v1/me/passkeys", body).status_code == 401
    assert first.post("/v1/me/passkeys", body).status_code == 201
    assert first.post("/v1/me/passkeys", body).status_code == 401
    assert place.visitor().answer(begun["challenge"], credential={}).status_code == 401


def test_a_passkey_of_another_election_is_a_stranger_here(place: Village) -> None:
    device = Authenticator(ORIGIN, HOST)
    enrol(place, device, place.with_code(0))
    place.elections.insert(0, place.publish())
    visitor = place.visitor()
    challenge, options = begin(place, visitor)
    assert visitor.answer(challenge, credential=device.get(options)).status_code == 401


def test_a_revoked_passkey_is_refused(place: Village) -> None:
    device = Authenticator(ORIGIN, HOST)
    enrol(place, device, place.with_code(0))
    place.runtime.database.transact(
        lambda session: session.execute(update(Passkey).values(revoked_at=1))
    )
    visitor = place.visitor()
    challenge, options = begin(place, visitor)
    assert visitor.answer(challenge, credential=device.get(options)).status_code == 401


def test_a_passkey_is_no_second_channel(place: Village) -> None:
    """Whoever had the mail alone cannot move the key by a passkey made with it."""
    device, visitor = Authenticator(ORIGIN, HOST), place.with_code(0)
    enrol(place, device, visitor)
    visitor.post("/v1/me/key", {"type": "address", "address": "0x" + "ab" * 20})
    challenge = visitor.post("/v1/sessions/challenges", {"method": "passkey"}).json
    credential = device.get(challenge["show"]["options"])
    assert visitor.answer(challenge["challenge"], credential=credential).status_code == 201
    answer = visitor.post("/v1/me/rebind", {"type": "address", "address": "0x" + "cd" * 20})
    assert answer.json["code"] == "second_factor_missing"
