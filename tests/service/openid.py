"""OpenID providers for tests: npm's oidc-provider, and one that forges tokens as it is told."""

import hmac
import json
import re
import subprocess
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.service.serving import handled

REDIRECT = "http://localhost:8080/v1/oidc/callback"
_SCRIPT = Path(__file__).parent / "openid_provider.mjs"


@contextmanager
def real_provider(redirect: str = REDIRECT) -> Iterator[str]:
    """The issuer of a running oidc-provider, whose client is `hanpyo` and comes back there."""
    with subprocess.Popen(
        ["node", str(_SCRIPT), redirect], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.stdin.close()


def log_in(url: str, login: str) -> dict[str, str]:
    """Go through a provider's pages as this person; what its redirect to us carries."""
    with httpx.Client() as browser:
        answer = browser.get(url)
        for _ in range(12):
            where = urljoin(str(answer.url), answer.headers.get("location", ""))
            if where.startswith(REDIRECT):
                query = parse_qs(urlsplit(where).query)
                return {name: values[0] for name, values in query.items()}
            if answer.is_redirect:
                answer = browser.get(where)
                continue
            action = re.search(r'action="([^"]+)"', answer.text)
            prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
            assert action is not None, answer.text[:500]
            assert prompt is not None
            form = {"prompt": prompt[1], "login": login, "password": "any"}
            answer = browser.post(urljoin(str(answer.url), action[1]), data=form)
    raise AssertionError("the provider never sent the browser back")


@dataclass
class Forger:
    """A provider that signs whatever a test wants; it answers every code."""

    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "first"}))
    published: list[dict[str, Any]] = field(default_factory=list)
    issuer: str = ""
    nonce: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    token: str | None = None
    discovery: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    keys_asked: int = 0
    seen: list[dict[str, str]] = field(default_factory=list)
    now: float = 0.0

    def begin_anew(self, now: float) -> None:
        """Be honest again."""
        self.key = RSAKey.generate_key(2048, {"kid": f"key-{time.monotonic_ns()}"})
        self.published = [self.key.as_dict(private=False)]
        self.claims, self.header, self.token, self.status = {}, {}, None, 200
        self.keys_asked, self.now = 0, now

    def id_token(self, nonce: str) -> str:
        """The token of the moment."""
        if self.token is not None:
            return self.token
        honest = {
            "iss": self.issuer,
            "sub": "hana",
            "aud": "hanpyo",
            "exp": int(self.now) + 300,
            "iat": int(self.now),
            "nonce": nonce,
        }
        claims = {k: v for k, v in (honest | self.claims).items() if v is not None}
        header = {"alg": "RS256", "kid": self.key.kid} | self.header
        return jwt.encode(header, claims, self.key)

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if path == "/.well-known/openid-configuration":
            places = {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/auth",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            }
            return 200, places | self.discovery
        if path == "/keys":
            self.keys_asked += 1
            return 200, {"keys": self.published}
        self.seen.append(form)
        tokens = {"access_token": "an-access-token", "id_token": self.id_token(self.nonce)}
        return self.status, tokens


@contextmanager
def forger() -> Iterator[Forger]:
    """A running forger."""
    made = Forger()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say(*made.answer(self.path, {}))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._say(*made.answer(self.path, form))

        def _say(self, status: int, content: dict[str, Any]) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            if status in (301, 302, 307):
                self.send_header("Location", f"{made.issuer}/token")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with handled(Handler) as made.issuer:
        yield made


def unsigned(claims: dict[str, Any]) -> str:
    """A token with `alg` none."""
    return _joined({"alg": "none", "typ": "JWT"}, claims) + "."


def shared_secret(claims: dict[str, Any], key: RSAKey) -> str:
    """A token whose HMAC key is the provider's public key, as an old attack has it."""
    signed = _joined({"alg": "HS256", "typ": "JWT", "kid": key.kid}, claims)
    mac = hmac.digest(key.as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{_encoded(mac)}"


def _joined(*parts: dict[str, Any]) -> str:
    return ".".join(_encoded(json.dumps(each).encode()) for each in parts)


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
