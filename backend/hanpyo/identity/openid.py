"""One OpenID Connect provider: what it says of itself, its keys, and whether a token is its.

The provider stands in the settings; nothing else leads to a connection. Keys are kept and read
again when a token names one that is not known, at most once a minute, so that a provider may change
keys and a stranger may not make us ask. Tokens are refused with a reason that names no person.
"""

import base64
import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Final
from urllib.parse import quote_plus, urlencode

from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]  # it carries no types
from joserfc import jwt
from joserfc.errors import ClaimError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from hanpyo.config import OidcProvider
from hanpyo.errors import HanpyoError, Unavailable
from hanpyo.outbound import Outbound, OutboundFailed, OutboundRefused, fetch_json

ALGORITHMS: Final = (
    "RS256",
    "PS256",
    "ES256",
    "RS384",
    "PS384",
    "ES384",
    "RS512",
    "PS512",
    "ES512",
)
"""Signatures with public keys alone: neither `none` nor a shared secret is one."""

LEEWAY: Final = 60
_KEPT_SECONDS: Final = 3_600
_ASKED_AGAIN_SECONDS: Final = 60
_SILENT_SECONDS: Final = 10
"""After a failure nobody waits for the provider again so soon."""
_LONGEST_TOKEN: Final = 16_384
_LONGEST_SUBJECT: Final = 255
_ENDPOINTS: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class TokenRefused(HanpyoError):
    """An answer of the provider that proves nothing; `reason` is a stable name."""

    code: ClassVar[str] = "token_refused"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the provider's answer proves nothing: {reason}")


class ProviderUnavailable(Unavailable):
    """The provider does not answer now."""

    code: ClassVar[str] = "provider_unavailable"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where a provider takes requests, as its discovery document says."""

    authorization: str
    token: str
    keys: str
    outbound: Outbound


class Provider:
    """One provider. Safe to share between threads."""

    def __init__(
        self,
        place: OidcProvider,
        redirect_uri: str,
        outbound: Outbound,
        clock: Callable[[], float],
    ) -> None:
        self.name = place.name
        self._place = place
        self._redirect_uri = redirect_uri
        self._outbound = outbound
        self._clock = clock
        self._lock = threading.Lock()
        self._endpoints: Endpoints | None = None
        self._keys: KeySet | None = None
        self._keys_at = 0.0
        self._failed_at = 0.0

    def authorization_url(self, state: str, nonce: str, verifier: str) -> str:
        """Where the member's browser goes; raises `ProviderUnavailable`."""
        query = {
            "response_type": "code",
            "client_id": self._place.client_id,
            "redirect_uri": self._redirect_uri,
            "scope": "openid",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge_of(verifier),
            "code_challenge_method": "S256",
        }
        where = self._discovered().authorization
        return f"{where}{'&' if '?' in where else '?'}{urlencode(query)}"

    def subject(self, code: str, nonce: str, verifier: str, issuer: str | None) -> str:
        """The subject that an authorization code stands for.

        `issuer` is what the redirect named (RFC 9207), if anything. Raises `TokenRefused`,
        `ProviderUnavailable`.
        """
        if issuer is not None and issuer != self._place.issuer:
            raise TokenRefused("wrong_issuer")
        answer = self._exchange(code, verifier)
        token, access = answer.get("id_token"), answer.get("access_token")
        if not isinstance(token, str) or len(token) > _LONGEST_TOKEN:
            raise TokenRefused("no_id_token")
        return self._verified(token, access if isinstance(access, str) else None, nonce)

    def _exchange(self, code: str, verifier: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "client_id": self._place.client_id,
            "code_verifier": verifier,
        }
        endpoints = self._discovered()
        try:
            return fetch_json(
                endpoints.outbound,
                "POST",
                endpoints.token,
                urlencode(form).encode(),
                {"Content-Type": "application/x-www-form-urlencoded"} | self._basic(),
            )
        except OutboundRefused as error:
            raise _unavailable() from error
        except OutboundFailed as error:
            if error.reason in ("status_400", "status_401"):
                raise TokenRefused("code_refused") from None
            raise _unavailable() from error

    def _basic(self) -> dict[str, str]:
        """Who asks, as RFC 6749 section 2.3.1 writes it."""
        secret = self._place.client_secret
        if secret is None:
            return {}
        pair = f"{quote_plus(self._place.client_id)}:{quote_plus(secret.get_secret_value())}"
        return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}

    def _verified(self, token: str, access: str | None, nonce: str) -> str:
        decoded = self._decoded(token)
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {
                "iss": {"essential": True, "value": self._place.issuer},
                "aud": {"essential": True, "value": self._place.client_id},
            },
            {"nonce": nonce, "client_id": self._place.client_id, "access_token": access},
        )
        try:
            claims.validate(now=int(self._clock()), leeway=LEEWAY)
        except ClaimError as error:
            raise TokenRefused(f"{error.error}_{error.claim}") from None
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT:
            raise TokenRefused("claim_sub")
        return subject

    def _decoded(self, token: str) -> jwt.Token:
        try:
            try:
                return jwt.decode(token, self._current_keys(again=False), ALGORITHMS)
            except InvalidKeyIdError:
                return jwt.decode(token, self._current_keys(again=True), ALGORITHMS)
        except JoseError as error:
            raise TokenRefused(error.error) from None
        except ValueError:
            raise TokenRefused("malformed") from None

    def _discovered(self) -> Endpoints:
        with self._lock:
            if self._endpoints is None:
                self._endpoints = self._discover(
                    self._get(self._outbound, _discovery_url(self._place.issuer))
                )
            return self._endpoints

    def _discover(self, said: dict[str, Any]) -> Endpoints:
        issuer = self._place.issuer
        named = [str(said.get(name)) for name in _ENDPOINTS]
        try:
            outbound = self._outbound.narrowed(issuer)
            for each in named:
                outbound.require(each)
        except (OutboundFailed, OutboundRefused) as error:
            raise _unavailable() from error
        if said.get("issuer") != issuer:
            raise _unavailable()
        authorization, token, keys = named
        return Endpoints(authorization, token, keys, outbound)

    def _get(self, outbound: Outbound, url: str) -> dict[str, Any]:
        """What the provider publishes there; under the lock, so that one thread asks."""
        if 0 <= self._clock() - self._failed_at < _SILENT_SECONDS:
            raise _unavailable()
        try:
            return fetch_json(outbound, "GET", url)
        except (OutboundFailed, OutboundRefused) as error:
            self._failed_at = self._clock()
            raise _unavailable() from error

    def _current_keys(self, *, again: bool) -> KeySet:
        """The provider's keys; read anew when old, or when `again` and a minute has passed."""
        endpoints = self._discovered()
        with self._lock:
            age = self._clock() - self._keys_at
            wanted = _ASKED_AGAIN_SECONDS if again else _KEPT_SECONDS
            if self._keys is None or not 0 <= age < wanted:
                try:
                    published: Any = self._get(endpoints.outbound, endpoints.keys)
                    self._keys = KeySet.import_key_set(published)
                except (JoseError, ValueError, KeyError) as error:
                    raise _unavailable() from error
                self._keys_at = self._clock()
            return self._keys


def challenge_of(verifier: str) -> str:
    """PKCE's S256 challenge of a verifier (RFC 7636)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _discovery_url(issuer: str) -> str:
    return f"{issuer.rstrip('/')}/.well-known/openid-configuration"


def _unavailable() -> ProviderUnavailable:
    return ProviderUnavailable("the sign-in provider does not answer; try again soon")
