"""A registrar elsewhere, over HTTP: its answers are small, come in bounded time, and are checked.

The URL is the operator's; no redirect is followed and no proxy taken from the environment.
"""

import ssl
import time
from collections.abc import Sequence
from typing import Any, ClassVar, Final, TypeVar
from urllib.parse import urlsplit

import httpx
import orjson
import structlog
from pydantic import ValidationError

from hanpyo.config import ConfigError
from hanpyo.protocol.messages import Credential
from hanpyo.protocol.types import Address
from hanpyo.registrar.errors import REFUSALS, RegistrarError, RegistrarSilent
from hanpyo.registrar.requests import (
    About,
    AboutBody,
    AttestationBody,
    AttestationRequest,
    CodeBody,
    ListBody,
    Purpose,
    SignatureBody,
    Wire,
    plain,
)

_LARGEST: Final = 16 * 1024
_OK: Final = 200
_log = structlog.get_logger(__name__)

_W = TypeVar("_W", bound=Wire)


class RemoteRefusal(RegistrarError):
    """The registrar refuses; `reason` is its code."""

    code: ClassVar[str] = "registrar_refusal"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__("the registrar refuses")


class RemoteRegistrar:
    """A registrar behind a URL, as `client.Registrar`. Safe to share between threads."""

    local: ClassVar[bool] = False

    def __init__(
        self, *, name: str, address: Address, url: str, token: str, seconds: float = 8.0
    ) -> None:
        """`seconds` bounds one exchange. Raises `ConfigError` for what is no http(s) URL."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise ConfigError(f"registrars: the URL of {name} is not an http or https URL")
        self.name = name
        self.address = address
        self._seconds = seconds
        is_https = parts.scheme == "https"
        tls = ssl.create_default_context() if is_https else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._client = httpx.Client(
            base_url=url.rstrip("/") + "/",
            headers={"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"},
            timeout=httpx.Timeout(seconds, connect=min(seconds, 3.0)),
            follow_redirects=False,
            trust_env=False,
            verify=tls,
        )

    def attest(self, request: AttestationRequest) -> bytes:
        """See `client.Registrar`; raises `RemoteRefusal`, `RegistrarSilent`."""
        return self._signature("v1/attestations", AttestationBody.of(request, self.address))

    def attest_rebind(self, request: AttestationRequest) -> bytes:
        """See `client.Registrar`; raises as `attest`."""
        return self._signature("v1/rebinds", AttestationBody.of(request, self.address))

    def sign_list(self, election: Address, credentials: Sequence[Credential]) -> bytes:
        """See `client.Registrar`; raises as `attest`."""
        return self._signature("v1/lists", ListBody.of(election, credentials))

    def send_code(self, election: Address, voter: int, purpose: Purpose) -> None:
        """See `client.Registrar`; raises as `attest`."""
        body = CodeBody(election="0x" + election.hex(), voter=voter, purpose=purpose)
        self._exchange("POST", "v1/member-codes", body)

    def describe(self) -> About:
        """See `client.Registrar`; raises `RegistrarSilent`, also when it is another registrar."""
        about = self._read(AboutBody, self._exchange("GET", "v1/about", None)).value
        if about.address != self.address:
            raise RegistrarSilent("another registrar answers at this URL")
        return about

    def close(self) -> None:
        """See `client.Registrar`."""
        self._client.close()

    def _signature(self, path: str, body: Wire) -> bytes:
        answer = self._read(SignatureBody, self._exchange("POST", path, body))
        return bytes.fromhex(answer.signature[2:])

    def _read(self, model: type[_W], answer: bytes) -> _W:
        try:
            return model.model_validate_json(answer)
        except ValidationError:
            raise RegistrarSilent("the registrar's answer is not what was asked for") from None

    def _exchange(self, method: str, path: str, body: Wire | None) -> bytes:
        content = None if body is None else orjson.dumps(plain(body))
        headers = {} if body is None else {"Content-Type": "application/json"}
        deadline = time.monotonic() + self._seconds
        try:
            with self._client.stream(method, path, content=content, headers=headers) as response:
                answer = _bounded(response, deadline)
        except httpx.HTTPError as error:
            kind = type(error).__name__
            raise RegistrarSilent(f"the registrar did not answer: {kind}") from None
        if response.status_code != _OK:
            raise self._refusal(response.status_code, answer)
        return answer

    def _refusal(self, status: int, answer: bytes) -> RegistrarError:
        """A refusal by its code, where the answer is a problem of a registrar."""
        code = _problem(answer).get("code")
        if isinstance(code, str) and code in REFUSALS:
            return RemoteRefusal(code)
        _log.warning("registrar_answers", name=self.name, status=status)
        return RegistrarSilent(f"the registrar answers with HTTP {status}")


def _bounded(response: httpx.Response, deadline: float) -> bytes:
    answer = bytearray()
    for chunk in response.iter_raw():
        answer += chunk
        if len(answer) > _LARGEST:
            raise RegistrarSilent("the registrar's answer is too large")
        if time.monotonic() > deadline:
            raise RegistrarSilent("the registrar's answer takes too long")
    return bytes(answer)


def _problem(answer: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(answer)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
