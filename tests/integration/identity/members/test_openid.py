"""OpenID Connect: a whole login at a real provider, and every answer that proves nothing."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import RSAKey

from hanpyo.elections.people import Person
from hanpyo.identity.openid import challenge_of
from tests.service.databases import KINDS
from tests.service.openid import Forger, forger, log_in, real_provider, shared_secret, unsigned
from tests.service.village import Village, Visitor, village

METHODS = "oidc link mail"


@pytest.fixture(scope="module")
def liar() -> Iterator[Forger]:
    with forger() as made:
        yield made


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with real_provider() as made:
        yield made


@pytest.fixture(scope="module", params=KINDS)
def standing_hall(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    issuer: str,
    liar: Forger,
) -> Iterator[Village]:
    folder: Path = tmp_path_factory.mktemp("openid")
    real = {
        "name": "test",
        "issuer": issuer,
        "client_id": "hanpyo",
        "client_secret": "a-secret-of-the-test",
    }
    false = {"name": "liar", "issuer": liar.issuer, "client_id": "hanpyo"}
    with village(request.param, folder, identity={"providers": (real, false)}) as made:
        yield made


@pytest.fixture
def hall(standing_hall: Village, liar: Forger) -> Village:
    standing_hall.begin_anew()
    standing_hall.elections.clear()
    people = (person("test:hana"), person("liar:hana"))
    standing_hall.publish("L3", METHODS, people=people)
    liar.begin_anew(standing_hall.clock())
    return standing_hall


def person(subject: str) -> Person:
    return Person(name=subject, mail=f"{subject[:4]}@example.org", subject=subject)


def begin(hall: Village, visitor: Visitor, provider: str) -> tuple[str, dict[str, str], str]:
    """A challenge, the query of the provider's URL, and that URL."""
    path = "/v1/sessions/challenges"
    if not visitor.token:
        path = f"/v1/elections/{hall.election}/challenges"
    answer = visitor.post(path, {"method": f"oidc:{provider}"})
    assert answer.status_code == 201, answer.json
    url = answer.json["show"]["authorizationUrl"]
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    return answer.json["challenge"], query, url


def bounced(visitor: Visitor, said: dict[str, str]) -> dict[str, str]:
    """What our callback hands to our page."""
    answer = visitor.client.get("/v1/oidc/callback", query_string=said)
    assert answer.status_code == 303
    place, _, fragment = answer.headers["Location"].partition("#")
    assert place == "http://localhost:8080/v"
    return {name: values[0] for name, values in parse_qs(fragment).items()}


def with_real_time(hall: Village) -> None:
    hall.clock.now = time.time()


def test_a_login_at_a_real_provider_reaches_l3(hall: Village) -> None:
    with_real_time(hall)
    hall.elections.clear()
    hall.publish("L3", METHODS, people=(person("test:hana"),))
    visitor = hall.visitor()
    challenge, query, url = begin(hall, visitor, "test")
    assert query["code_challenge_method"] == "S256"
    page = bounced(visitor, log_in(url, "hana"))
    assert page["state"] == challenge
    answer = visitor.answer(page["state"], code=page["code"], iss=page["iss"])
    assert (answer.status_code, answer.json["level"]) == (201, "L3")
    replayed = visitor.client.post(
        "/v1/sessions/verifications",
        json={"challenge": challenge, "answer": {"code": page["code"]}},
    )
    assert replayed.status_code == 401


def test_a_stranger_at_the_provider_is_refused_as_anybody(hall: Village) -> None:
    with_real_time(hall)
    hall.publish("L3", METHODS, people=(person("test:hana"),))
    visitor = hall.visitor()
    _, _, url = begin(hall, visitor, "test")
    page = bounced(visitor, log_in(url, "somebody"))
    answer = visitor.answer(page["state"], code=page["code"])
    assert (answer.status_code, answer.json["code"]) == (401, "proof_refused")


def test_the_provider_refuses_a_code_with_another_challenges_verifier(hall: Village) -> None:
    with_real_time(hall)
    visitor = hall.visitor()
    _, _, url = begin(hall, visitor, "test")
    page = bounced(visitor, log_in(url, "hana"))
    other, _, _ = begin(hall, visitor, "test")
    assert visitor.answer(other, code=page["code"]).status_code == 401


def test_a_code_that_another_browser_got_is_refused(hall: Village) -> None:
    with_real_time(hall)
    victim, attacker = hall.visitor(), hall.visitor()
    challenge, _, url = begin(hall, attacker, "test")
    page = bounced(victim, log_in(url, "hana"))
    assert victim.answer(challenge, code=page["code"]).status_code == 401
    begin(hall, victim, "test")
    assert victim.answer(challenge, code=page["code"]).status_code == 401


def answered(hall: Village, liar: Forger, visitor: Visitor | None = None, **more: str) -> Any:
    """A login at the forger, whose tokens are as the test has set them."""
    visitor = visitor or hall.visitor()
    challenge, query, _ = begin(hall, visitor, "liar")
    liar.nonce = liar.claims.pop("another_nonce", query["nonce"])
    answer = visitor.answer(challenge, code="any", **more)
    sent = liar.seen[-1] if liar.seen else {}
    if answer.status_code == 201:
        assert challenge_of(sent["code_verifier"]) == query["code_challenge"]
    return answer


def test_an_honest_token_of_the_second_provider_is_taken(hall: Village, liar: Forger) -> None:
    assert answered(hall, liar).status_code == 201


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another-client"},
        {"aud": ["hanpyo", "another-client"]},
        {"aud": ["hanpyo", "other"], "azp": "other"},
        {"aud": None},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"exp": 1_700_000_000},
        {"exp": None},
        {"iat": 4_000_000_000},
        {"nbf": 4_000_000_000},
        {"nonce": "of another login"},
        {"nonce": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "test:hana"},
        {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    ],
)
def test_a_token_with_a_wrong_claim_is_refused(
    hall: Village, liar: Forger, claims: dict[str, Any]
) -> None:
    liar.claims = claims
    answer = answered(hall, liar)
    assert (answer.status_code, answer.json["code"]) == (401, "proof_refused")


def test_clocks_may_differ_by_a_minute(hall: Village, liar: Forger) -> None:
    now = int(hall.clock())
    liar.claims = {"exp": now - 30, "iat": now + 30}
    assert answered(hall, liar).status_code == 201
    liar.claims = {"exp": now - 90}
    assert answered(hall, liar).status_code == 401


def test_unsigned_tokens_and_shared_secrets_are_refused(hall: Village, liar: Forger) -> None:
    visitor = hall.visitor()
    claims = {
        "iss": liar.issuer,
        "sub": "hana",
        "aud": "hanpyo",
        "exp": int(hall.clock()) + 300,
        "iat": int(hall.clock()),
    }
    for made in ("none", "HS256"):
        challenge, query, _ = begin(hall, visitor, "liar")
        whole = claims | {"nonce": query["nonce"]}
        liar.token = unsigned(whole) if made == "none" else shared_secret(whole, liar.key)
        assert visitor.answer(challenge, code="any").status_code == 401


def test_a_key_under_anothers_name_is_refused(hall: Village, liar: Forger) -> None:
    assert answered(hall, liar).status_code == 201
    liar.key = RSAKey.generate_key(2048, {"kid": str(liar.key.kid)})
    assert answered(hall, liar).status_code == 401


def test_a_new_key_is_fetched_once_and_an_unknown_one_does_not_flood(
    hall: Village, liar: Forger
) -> None:
    assert answered(hall, liar).status_code == 201
    hall.clock.forward(61)
    liar.now = hall.clock()
    liar.key = RSAKey.generate_key(2048, {"kid": "renewed"})
    liar.published.append(liar.key.as_dict(private=False))
    asked = liar.keys_asked
    assert answered(hall, liar).status_code == 201
    assert liar.keys_asked == asked + 1
    liar.header = {"kid": "nobody's"}
    for _ in range(3):
        assert answered(hall, liar).status_code == 401
    assert liar.keys_asked == asked + 1


def test_a_token_of_an_earlier_login_is_refused(hall: Village, liar: Forger) -> None:
    assert answered(hall, liar).status_code == 201
    liar.token = liar.id_token(liar.nonce)
    assert answered(hall, liar).status_code == 401


def test_another_issuer_in_the_redirect_is_refused(hall: Village, liar: Forger) -> None:
    assert answered(hall, liar, iss="https://mix-up.example").status_code == 401


@pytest.mark.parametrize(("status", "told"), [(400, 401), (302, 503), (500, 503)])
def test_a_provider_that_does_not_answer_is_not_the_members_fault(
    hall: Village, liar: Forger, status: int, told: int
) -> None:
    liar.status = status
    assert answered(hall, liar).status_code == told


def test_a_subject_adds_to_its_own_members_session_alone(hall: Village, liar: Forger) -> None:
    stranger, own = hall.by_link(0), hall.by_link(1)
    assert answered(hall, liar, stranger).status_code == 401
    assert answered(hall, liar, own).json["level"] == "L3"


def test_the_callback_leads_to_our_page_alone(hall: Village) -> None:
    visitor = hall.visitor()
    for said in (
        {"state": "x", "code": "y", "redirect_uri": "https://evil.example", "next": "//evil"},
        {"error": "access_denied", "error_description": "<script>"},
        {"state": "x" * 9_000, "code": "\r\nSet-Cookie: a=b"},
    ):
        page = bounced(visitor, said)
        assert set(page) <= {"oidc", "state", "code", "error"}
        assert page.get("error") in (None, "provider_refused")
