"""Requests to addresses that people configured: within the reach they have, never led elsewhere.

The name is resolved once, every address it has must be within reach, and the connection goes to
that very address, so that a name that changes meanwhile leads nowhere else. Redirects are answers
like any other, no proxy is taken from the environment, time and size are bounded, and only https is
spoken; http with this machine alone, where the reach allows it.
"""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, ClassVar, Final
from urllib.parse import SplitResult, urlsplit

import orjson

from hanpyo.addresses import is_loopback, is_private, is_public
from hanpyo.errors import Invalid, Unavailable

_LONGEST_URL: Final = 2_000
_CHUNK: Final = 16_384
_PORTS: Final = {"https": 443, "http": 80}
_SUCCESS: Final = range(200, 300)


class Reach(IntEnum):
    """How far requests may go, by who wrote the address down."""

    PUBLIC = 0
    """The public internet: for what organisations configure, and what others' answers say."""
    MACHINE = 1
    """This machine too, over http too: for development and tests."""
    OWN = 2
    """The operator's own networks too: for what stands in the installation's settings."""


class OutboundRefused(Invalid):
    """An address that this service does not talk to."""

    code: ClassVar[str] = "outbound_refused"


class OutboundFailed(Unavailable):
    """The other side did not answer as it should; `reason` is a stable name."""

    code: ClassVar[str] = "outbound_failed"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the other side did not answer as it should: {reason}")


@dataclass(frozen=True, slots=True)
class Reply:
    """What the other side answered; `cut_off` says that `body` is only what the cap allows."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cut_off: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds for everything from the name to the last byte, and bytes of the answer."""

    seconds: float = 10.0
    answer: int = 64 * 1024


class Outbound:
    """A client for addresses from outside. Safe to share between threads."""

    def __init__(
        self,
        reach: Reach = Reach.PUBLIC,
        *,
        limits: Limits | None = None,
        context: ssl.SSLContext | None = None,
        resolve: Callable[..., Sequence[tuple[object, ...]]] = socket.getaddrinfo,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`limits` bound each request."""
        self._reach = reach
        self._limits = limits or Limits()
        self._context = context or ssl.create_default_context()
        self._resolve = resolve
        self._monotonic = monotonic

    def check(self, url: str) -> SplitResult:
        """The parts of a URL that may be configured; raises `OutboundRefused`. Resolves nothing."""
        if len(url) > _LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
            raise OutboundRefused("url", "is too long or holds characters that no URL has")
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise OutboundRefused("url", "is not a URL") from error
        schemes = ("https",) if self._reach is Reach.PUBLIC else ("https", "http")
        if parts.scheme not in schemes:
            raise OutboundRefused("url", "begins with something else than https://")
        if not parts.hostname or parts.username is not None or parts.password is not None:
            raise OutboundRefused("url", "has no host, or carries a name or password")
        if port == 0 or "\\" in url or "%" in parts.netloc:
            raise OutboundRefused("url", "has an unusable host or port")
        return parts

    def require(self, url: str) -> str:
        """The address behind a URL that leads within reach; raises as `send`."""
        return self._address(self.check(url))

    def narrowed(self, origin: str) -> "Outbound":
        """Who goes where the answers of `origin` lead: from the public internet into no network.

        Raises as `send`.
        """
        reach = Reach.PUBLIC if is_public(self.require(origin)) else self._reach
        return Outbound(
            reach,
            limits=self._limits,
            context=self._context,
            resolve=self._resolve,
            monotonic=self._monotonic,
        )

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """POST `body`; raises `OutboundRefused`, `OutboundFailed`."""
        return self.send("POST", url, body, headers)

    def send(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Reply:
        """One request and its answer, whatever its status; raises as `post`."""
        parts = self.check(url)
        end = self._monotonic() + self._limits.seconds
        address = self._address(parts)
        left = end - self._monotonic()
        if left <= 0:
            raise OutboundFailed("timeout")
        connection = _Pinned(parts, address, self._context, left)
        watch = threading.Timer(left, connection.cut)
        watch.daemon = True
        watch.start()
        try:
            connection.request(method, _target(parts), body, dict(headers))
            return self._read(connection)
        except (OSError, http.client.HTTPException, ValueError) as error:
            late = isinstance(error, TimeoutError) or self._monotonic() >= end
            raise OutboundFailed("timeout" if late else "unreachable") from error
        finally:
            watch.cancel()
            connection.close()

    def _address(self, parts: SplitResult) -> str:
        """The address to connect to, when every address of the name may be reached."""
        port = parts.port or _PORTS[parts.scheme]
        try:
            found = self._resolve(parts.hostname, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise OutboundFailed("unreachable") from error
        addresses = [str(entry[4][0]) for entry in found]  # type: ignore[index]
        allowed = self._is_local if parts.scheme == "http" else self._is_within
        if not addresses or not all(map(allowed, addresses)):
            raise OutboundRefused("url", "leads to an address that is not public or not allowed")
        return addresses[0]

    def _is_local(self, address: str) -> bool:
        return self._reach >= Reach.MACHINE and is_loopback(address)

    def _is_within(self, address: str) -> bool:
        own = self._reach is Reach.OWN and is_private(address)
        return own or self._is_local(address) or is_public(address)

    def _read(self, connection: http.client.HTTPConnection) -> Reply:
        response = connection.getresponse()
        body, most = b"", self._limits.answer
        while len(body) <= most and (chunk := response.read1(_CHUNK)):
            body += chunk
        headers = dict(response.headers.items())
        return Reply(response.status, headers, body[:most], cut_off=len(body) > most)


def fetch_json(
    outbound: Outbound,
    method: str,
    url: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The JSON object of a 2xx answer; an empty one is `{}`. Raises as `send`."""
    reply = outbound.send(method, url, body, headers or {})
    if reply.status not in _SUCCESS:
        raise OutboundFailed(f"status_{reply.status}")
    if reply.cut_off:
        raise OutboundFailed("too_long")
    try:
        found = orjson.loads(reply.body or b"{}")
    except orjson.JSONDecodeError:
        raise OutboundFailed("not_json") from None
    if not isinstance(found, dict):
        raise OutboundFailed("not_an_object")
    return found


def _target(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


class _Pinned(http.client.HTTPConnection):
    """A connection to one address, whatever the name resolves to by now."""

    def __init__(
        self, parts: SplitResult, address: str, context: ssl.SSLContext, timeout: float
    ) -> None:
        host = parts.hostname or ""
        port = parts.port or _PORTS[parts.scheme]
        super().__init__(host, port, timeout=timeout)
        self.default_port = _PORTS[parts.scheme]
        self._address = address
        self._tls = context if parts.scheme == "https" else None

    def connect(self) -> None:
        """Connect to the address; over TLS the name must be the certificate's."""
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._tls is not None:
            self.sock = self._tls.wrap_socket(
                self.sock, server_hostname=self.host, do_handshake_on_connect=False
            )
            self.sock.do_handshake()

    def cut(self) -> None:
        """End whatever waits on the connection, from another thread: the time is over."""
        with suppress(OSError, AttributeError):
            self.sock.shutdown(socket.SHUT_RDWR)
