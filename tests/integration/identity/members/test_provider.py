"""What a provider says of itself, and what is not believed of it."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from hanpyo.config import OidcProvider
from hanpyo.identity.openid import Provider, ProviderUnavailable, TokenRefused
from hanpyo.outbound import Limits, Outbound, Reach
from tests.service.clocks import Clock
from tests.service.openid import REDIRECT, Forger, forger


@pytest.fixture(scope="module")
def standing_liar() -> Iterator[Forger]:
    with forger() as made:
        yield made


@pytest.fixture
def liar(standing_liar: Forger) -> Forger:
    standing_liar.begin_anew(Clock()())
    standing_liar.discovery = {}
    return standing_liar


@pytest.fixture
def http() -> Outbound:
    return Outbound(Reach.OWN, limits=Limits(1.0))


def provider(issuer: str, http: Outbound, clock: Clock | None = None) -> Provider:
    place = OidcProvider(
        name="liar", issuer=issuer, client_id="hanpyo", client_secret=SecretStr("a-secret")
    )
    return Provider(place, REDIRECT, http, clock or Clock())


@pytest.mark.parametrize(
    "lie",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"token_endpoint": "file:///etc/passwd"},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": None},
        {"authorization_endpoint": "javascript:alert(1)"},
    ],
)
def test_a_discovery_that_leads_astray_is_not_followed(
    liar: Forger, http: Outbound, lie: dict[str, Any]
) -> None:
    liar.discovery = lie
    with pytest.raises(ProviderUnavailable):
        provider(liar.issuer, http).authorization_url("state", "nonce", "verifier")


@pytest.mark.parametrize("issuer", ["http://evil.example", "file:///etc", "https://a:b@c.example"])
def test_an_issuer_that_is_not_safe_is_not_asked(http: Outbound, issuer: str) -> None:
    with pytest.raises(ProviderUnavailable):
        provider(issuer, http).authorization_url("state", "nonce", "verifier")


def test_a_silent_provider_is_not_waited_for_by_everybody(liar: Forger, http: Outbound) -> None:
    clock, place = Clock(), "http://127.0.0.1:1"
    silent = provider(place, http, clock)
    for _ in range(3):
        with pytest.raises(ProviderUnavailable):
            silent.authorization_url("state", "nonce", "verifier")
    liar.published = [{"kty": "nonsense"}]
    odd = provider(liar.issuer, http, clock)
    with pytest.raises(ProviderUnavailable):
        odd.subject("code", "nonce", "verifier", None)


@pytest.mark.parametrize(
    ("lie", "reason"),
    [
        ({"aud": "other"}, "invalid_claim_aud"),
        ({"iss": "https://evil.example"}, "invalid_claim_iss"),
        ({"exp": 1}, "expired_token_exp"),
        ({"nonce": "other"}, "invalid_claim_nonce"),
    ],
)
def test_a_refusal_has_a_reason_without_a_person(
    liar: Forger, http: Outbound, lie: dict[str, Any], reason: str
) -> None:
    liar.claims, liar.nonce = lie, "nonce"
    with pytest.raises(TokenRefused) as caught:
        provider(liar.issuer, http).subject("code", "nonce", "verifier", None)
    assert caught.value.reason == reason
    assert "hana" not in str(caught.value)


def test_a_token_that_is_none_is_refused(liar: Forger, http: Outbound) -> None:
    for token in ("", "a.b.c", "x" * 20_000, "ew.ew.ew"):
        liar.token = token
        with pytest.raises(TokenRefused):
            provider(liar.issuer, http).subject("code", "nonce", "verifier", None)
