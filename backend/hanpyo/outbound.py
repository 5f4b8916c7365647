"""Requests to addresses that people configured: never to this network, never led elsewhere.

The name is resolved once, every address it has must be a public one, and the connection goes to
that very address, so that a name that changes meanwhile leads nowhere else. Redirects are answers
like any other, time and size are bounded, and only https is spoken; http and this machine only
where a setting allows it.
"""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import ClassVar, Final
from urllib.parse import SplitResult, urlsplit

from hanpyo.errors import Invalid, Unavailable

_LONGEST_URL: Final = 2_000
_CHUNK: Final = 16_384
_PORTS: Final = {"https": 443, "http": 80}
_TRANSLATED: Final = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
_ADDRESS = IPv4Address | IPv6Address


class OutboundRefused(Invalid):
    """An address that this service does not talk to."""

    code: ClassVar[str] = "outbound_refused"


class OutboundFailed(Unavailable):
    """No complete answer came from the other side."""

    code: ClassVar[str] = "outbound_failed"


@dataclass(frozen=True, slots=True)
class Reply:
    """What the other side answered; `body` is at most the cap."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds for everything from the name to the last byte, and bytes of the answer."""

    seconds: float = 10.0
    answer: int = 64 * 1024


class Outbound:
    """A client for addresses from outside. Safe to share between threads."""

    def __init__(
        self,
        *,
        allow_loopback: bool = False,
        limits: Limits | None = None,
        context: ssl.SSLContext | None = None,
        resolve: Callable[..., Sequence[tuple[object, ...]]] = socket.getaddrinfo,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`allow_loopback` lets http and https reach this machine, and http nothing else."""
        self._loopback = allow_loopback
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
        schemes = ("https", "http") if self._loopback else ("https",)
        if parts.scheme not in schemes:
            raise OutboundRefused("url", "begins with something else than https://")
        if not parts.hostname or parts.username is not None or parts.password is not None:
            raise OutboundRefused("url", "has no host, or carries a name or password")
        if port == 0 or "\\" in url or "%" in parts.netloc:
            raise OutboundRefused("url", "has an unusable host or port")
        return parts

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """POST `body`; raises `OutboundRefused`, `OutboundFailed`."""
        return self.send("POST", url, body, headers)

    def send(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Reply:
        """One request and its answer, whatever its status; raises as `post`."""
        parts = self.check(url)
        end = self._monotonic() + self._limits.seconds
        address = self._address(parts)
        connection = _Pinned(parts, address, self._context, self._left(end))
        watch = threading.Timer(self._left(end), connection.cut)
        watch.daemon = True
        watch.start()
        try:
            connection.request(method, _target(parts), body, dict(headers))
            return self._read(connection)
        except (OSError, http.client.HTTPException, ValueError) as error:
            name = type(error).__name__
            raise OutboundFailed(f"{parts.hostname} did not answer: {name}") from error
        finally:
            watch.cancel()
            connection.close()

    def _address(self, parts: SplitResult) -> str:
        """The address to connect to, when every address of the name may be reached."""
        port = parts.port or _PORTS[parts.scheme]
        try:
            found = self._resolve(parts.hostname, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise OutboundFailed(f"{parts.hostname} has no address") from error
        addresses = [str(entry[4][0]) for entry in found]  # type: ignore[index]
        allowed = self._is_local if parts.scheme == "http" else self._is_allowed
        if not addresses or not all(map(allowed, addresses)):
            raise OutboundRefused("url", "leads to an address that is not public")
        return addresses[0]

    def _is_local(self, text: str) -> bool:
        return self._loopback and ip_address(text.partition("%")[0]).is_loopback

    def _is_allowed(self, text: str) -> bool:
        return self._is_local(text) or is_public(text)

    def _read(self, connection: http.client.HTTPConnection) -> Reply:
        response = connection.getresponse()
        body = b""
        while len(body) < self._limits.answer:
            chunk = response.read1(min(_CHUNK, self._limits.answer - len(body)))
            if not chunk:
                break
            body += chunk
        return Reply(response.status, dict(response.headers.items()), body)

    def _left(self, end: float) -> float:
        left = end - self._monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def is_public(text: str) -> bool:
    """Whether an IP address is one of the public internet: no private, local or special range."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    return all(_is_global(each) for each in (address, *_embedded(address)))


def _is_global(address: _ADDRESS) -> bool:
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not address.is_unspecified
    )


def _embedded(address: _ADDRESS) -> tuple[_ADDRESS, ...]:
    """IPv4 addresses that an IPv6 one stands for."""
    if isinstance(address, IPv4Address):
        return ()
    teredo = address.teredo or ()
    found = [each for each in (address.ipv4_mapped, address.sixtofour, *teredo) if each]
    if any(address in network for network in _TRANSLATED):
        found.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return tuple(found)


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
