"""Binding a voter key: once for a voter and epoch, with the registrars' credential."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from hanpyo.elections.officials import new_key
from hanpyo.identity.binding import newest
from hanpyo.protocol.messages import Credential, digest
from hanpyo.protocol.signatures import address_of, point_key_id, recover
from hanpyo.protocol.types import KeyType
from hanpyo.registrar.errors import RegistrarRefused, RegistrarsUnavailable
from tests.service.village import PEOPLE, Village
from tests.strategies.passkeys import p256_public


def address_body() -> dict[str, str]:
    return {"type": "address", "address": "0x" + address_of(new_key()).hex()}


def test_a_key_gets_a_credential_that_the_registrars_signed(place: Village) -> None:
    visitor, body = place.with_code(1), address_body()
    answer = visitor.post("/v1/me/key", body)
    assert answer.status_code == 200, answer.json
    said = answer.json
    assert (said["voter"], said["weight"], said["class"], said["epoch"]) == (1, "2", 0, 0)
    key = bytes.fromhex(said["key"][2:])
    assert key[-20:].hex() == body["address"][2:]
    signed = digest(place.published.domain, Credential(1, key, 2, 0, 0))
    registrars = place.published.manifest.registrars
    assert [
        recover(signed, bytes.fromhex(each["signature"][2:])) for each in said["attestations"]
    ] == [registrars[each["index"]] for each in said["attestations"]]
    [request] = place.registrars.asked
    assert (request.evidence.level, request.evidence.methods) == ("L2", ("link", "mail"))
    assert visitor.get("/v1/me").json["key"] == {
        "key": said["key"],
        "epoch": 0,
        "boundAt": int(place.clock()),
        "attested": True,
    }


def test_the_same_key_again_gives_the_same_credential(place: Village) -> None:
    body = address_body()
    first = place.with_code(0).post("/v1/me/key", body)
    place.clock.forward(60)
    again = place.with_code(0).post("/v1/me/key", body)
    assert first.json == again.json
    assert len(place.registrars.asked) == 1


def test_another_key_is_refused(place: Village) -> None:
    visitor = place.with_code(0)
    visitor.post("/v1/me/key", address_body())
    answer = visitor.post("/v1/me/key", address_body())
    assert (answer.status_code, answer.json["code"]) == (409, "another_key_bound")


def test_of_keys_that_race_one_is_bound(place: Village) -> None:
    visitors = [place.with_code(0), place.with_code(0, "sms")]
    start = Barrier(2)

    def attempt(number: int) -> int:
        start.wait()
        return visitors[number].post("/v1/me/key", address_body()).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(attempt, range(2))) == [200, 409]


def test_a_session_below_the_level_binds_nothing(place: Village) -> None:
    answer = place.by_link(0).post("/v1/me/key", address_body())
    assert (answer.status_code, answer.json["code"]) == (403, "level_too_low")
    assert place.registrars.asked == []


@pytest.mark.parametrize(
    ("failure", "status"),
    [(RegistrarsUnavailable("too few", 7), 503), (RegistrarRefused("proof_missing"), 403)],
)
def test_when_registrars_fail_the_binding_waits_for_the_same_key(
    place: Village, failure: RegistrarsUnavailable | RegistrarRefused, status: int
) -> None:
    visitor, body = place.with_code(0), address_body()
    place.registrars.failure = failure
    assert visitor.post("/v1/me/key", body).status_code == status
    place.registrars.failure = None
    assert visitor.post("/v1/me/key", address_body()).status_code == 409
    assert visitor.post("/v1/me/key", body).status_code == 200


def test_proofs_go_to_the_registrars(place: Village) -> None:
    registrar = place.published.manifest.registrars[0]
    proof = {"registrar": "0x" + registrar.hex(), "proof": "0x" + "ab" * 32}
    place.with_code(0).post("/v1/me/key", address_body() | {"proofs": [proof]})
    assert place.registrars.asked[0].proofs == {registrar: b"\xab" * 32}


def test_registrars_send_codes_to_members_at_the_level(place: Village) -> None:
    below = place.by_link(0).post("/v1/me/registrar-codes", {})
    assert below.status_code == 403
    answer = place.with_code(0).post("/v1/me/registrar-codes", {"purpose": "rebind"})
    assert (answer.status_code, answer.json) == (202, {"registrars": 1})
    assert place.registrars.codes == [(0, "rebind")]


def test_points_are_bound_as_their_key_ids(place: Village) -> None:
    x, y = p256_public(77)
    point = {"x": f"0x{x:064x}", "y": f"0x{y:064x}"}
    for voter, (name, kind) in enumerate((("p256", KeyType.P256), ("webauthn", KeyType.WEBAUTHN))):
        answer = place.with_code(voter).post("/v1/me/key", {"type": name, **point})
        assert answer.json["key"] == "0x" + point_key_id(kind, x, y).hex()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"type": "address", "address": "0x" + "00" * 20}, "bad_voter_key"),
        ({"type": "address", "address": "0x" + "00" * 18 + "0100"}, "bad_voter_key"),
        ({"type": "address", "address": "0xA" + "b" * 39}, "bad_voter_key"),
        ({"type": "p256", "x": "0x" + "11" * 32, "y": "0x" + "22" * 32}, "bad_voter_key"),
        ({"type": "p256", "x": "0x" + "00" * 32, "y": "0x" + "00" * 32}, "bad_voter_key"),
        ({"type": "p256", "address": "0x" + "11" * 20}, "invalid_body"),
        ({"type": "address", "x": "0x" + "11" * 32, "y": "0x" + "22" * 32}, "invalid_body"),
        ({"type": "address"}, "invalid_body"),
    ],
)
def test_keys_that_nobody_can_vote_with_are_refused(
    place: Village, body: dict[str, str], code: str
) -> None:
    answer = place.with_code(0).post("/v1/me/key", body)
    assert (answer.status_code, answer.json["code"]) == (422, code)


def test_after_the_close_nothing_is_bound(place: Village) -> None:
    visitor = place.with_code(0)
    place.see_head(place.published.manifest.timetable.closes_at)
    answer = visitor.post("/v1/me/key", address_body())
    assert (answer.status_code, answer.json["code"]) == (409, "voting_over")


def test_the_member_is_told_by_every_contact(place: Village) -> None:
    place.with_code(1).post("/v1/me/key", address_body())
    told = [(row, letter) for row, letter in place.letters() if row.template == "key_bound"]
    assert {letter.recipient for _, letter in told} == {PEOPLE[1].mail, PEOPLE[1].phone}
    assert {letter.parameters["voter"] for _, letter in told} == {"1"}


def test_a_binding_keeps_what_was_shown_and_never_the_session(place: Village) -> None:
    place.with_code(0).post("/v1/me/key", address_body())
    with place.runtime.database.read() as session:
        binding = newest(session, place.election, 0)
    assert binding is not None
    assert '"family":"mail"' in binding.factors


def test_without_a_session_there_is_nothing(place: Village) -> None:
    visitor = place.visitor()
    for method, path in (("GET", "/v1/me"), ("POST", "/v1/me/key"), ("POST", "/v1/me/rebind")):
        body = address_body() if method == "POST" else None
        answer = visitor.request(method, path, body)
        assert (answer.status_code, answer.json["code"]) == (401, "session_missing")
    visitor.token = "x" * 43
    assert visitor.get("/v1/me").status_code == 401


def test_a_session_ends_by_time_and_by_word(place: Village) -> None:
    timed, ended = place.with_code(0), place.with_code(0)
    assert ended.request("DELETE", "/v1/me/session").status_code == 204
    assert ended.get("/v1/me").status_code == 401
    place.clock.forward(3_600)
    assert timed.get("/v1/me").status_code == 401


def test_voters_and_elections_are_apart(place: Village) -> None:
    """A session reads and changes what is its own member's in its own election, and no more."""
    first = place.with_code(0)
    first.post("/v1/me/key", address_body())
    second = place.with_code(1)
    assert second.get("/v1/me").json["key"] is None
    home = place.election
    other = place.publish()
    visitor = place.visitor()
    visitor.post("/v1/sessions", {"token": place.code(0, election=other)})
    place.add_code(visitor, "mail")
    said = visitor.get("/v1/me").json
    assert (said["election"], said["key"]) == (other, None)
    assert visitor.post("/v1/me/key", address_body()).status_code == 200
    assert first.get("/v1/me").json["election"] == home
