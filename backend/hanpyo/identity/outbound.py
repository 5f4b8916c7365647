"""Where this service may connect to when a URL comes from a setting or from a provider's answer.

HTTPS everywhere, plain HTTP only on this machine. No redirect is followed, no proxy or credential
is taken from the environment, times and sizes are bounded. A URL out of an answer may not lead from
the public network into a private one.
"""

import ipaddress
import socket
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

import httpx
import orjson

from hanpyo.errors import HanpyoError

_CONNECT_SECONDS: Final = 3.0
_SECONDS: Final = 8.0
_LONGEST_ANSWER: Final = 256 * 1024
_SUCCESS: Final = range(200, 300)


class OutboundFailed(HanpyoError):
    """The other side did not answer as it should; `reason` is a stable name."""

    code: ClassVar[str] = "outbound_failed"
    retryable: ClassVar[bool] = True

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the other side did not answer as it should: {reason}")


class UnsafeUrl(HanpyoError):
    """A URL that this service does not connect to."""

    code: ClassVar[str] = "unsafe_url"


def client(seconds: float = _SECONDS) -> httpx.Client:
    """An HTTP client within these rules; one serves many threads."""
    timeout = httpx.Timeout(seconds, connect=min(seconds, _CONNECT_SECONDS))
    return httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False)


def require_safe(url: str, *, within: str | None = None) -> str:
    """The URL, if this service may connect to it; raises `UnsafeUrl`.

    With `within`, the URL came from that server's answer: it may reach into a private network only
    if that server is in one itself.
    """
    parts = urlsplit(url)
    if parts.username or parts.password or not parts.hostname or parts.fragment:
        raise UnsafeUrl("the URL names no host, or more than it should")
    local = _is_loopback(parts.hostname)
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        raise UnsafeUrl("the URL is neither https nor on this machine")
    if within is not None and _is_private(parts.hostname):
        origin = urlsplit(within).hostname or ""
        if not _is_private(origin):
            raise UnsafeUrl("the URL leads into a private network")
    return url


def fetch_json(
    http: httpx.Client, method: str, url: str, *, success: range = _SUCCESS, **options: Any
) -> dict[str, Any]:
    """The JSON object that the other side answers; raises `OutboundFailed` with the reason."""
    try:
        with http.stream(method, url, **options) as answer:
            body = _bounded(answer)
    except httpx.TimeoutException:
        raise OutboundFailed("timeout") from None
    except (httpx.HTTPError, httpx.InvalidURL):
        raise OutboundFailed("unreachable") from None
    if answer.status_code not in success:
        raise OutboundFailed(f"status_{answer.status_code}")
    try:
        found = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError:
        raise OutboundFailed("not_json") from None
    if not isinstance(found, dict):
        raise OutboundFailed("not_an_object")
    return found


def _bounded(answer: httpx.Response) -> bytes:
    body = bytearray()
    for part in answer.iter_bytes():
        body += part
        if len(body) > _LONGEST_ANSWER:
            raise OutboundFailed("too_long")
    return bytes(body)


def _addresses(host: str) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    try:
        found = socket.getaddrinfo(host, None, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError):
        return []
    return [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found]


def _is_loopback(host: str) -> bool:
    addresses = _addresses(host)
    return bool(addresses) and all(each.is_loopback for each in addresses)


def _is_private(host: str) -> bool:
    return any(not each.is_global for each in _addresses(host))
