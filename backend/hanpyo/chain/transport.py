"""One HTTP POST of JSON to a node, over kept connections, and every way it can fail, typed.

Safe to share between threads: a connection serves one request at a time, then waits in a pool. No
redirect is followed, no proxy taken from the environment, and no message shows more of the URL than
scheme, host and port (the rest may hold a key).
"""

import http.client
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlsplit

from hanpyo.chain.errors import (
    AnswerTooLarge,
    InvalidNodeUrl,
    MalformedAnswer,
    NodeBusy,
    NodeRefused,
    NodeTimeout,
    NodeUnavailable,
    NodeUnreachable,
)

_CHUNK: Final = 1 << 16
_TOO_MANY_REQUESTS: Final = 429
_OK: Final = 200
_SERVER_FAULT: Final = 500
_REQUEST_TIMEOUT: Final = 408


class HttpTransport:
    """POSTs bytes to one URL and returns the body of a 200 answer."""

    def __init__(
        self,
        url: str,
        *,
        timeout: float = 30.0,
        max_answer: int = 64 << 20,
        headers: Mapping[str, str] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`timeout` in seconds bounds one whole exchange; `max_answer` its body in bytes.

        `headers` go with every request (a provider's authorisation). Raises `InvalidNodeUrl`.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise InvalidNodeUrl("the URL of a node must start with http:// or https://")
        if parts.username or parts.password:
            raise InvalidNodeUrl("give a node's credentials as a header, not inside its URL")
        try:
            port = parts.port
        except ValueError:
            raise InvalidNodeUrl("the URL of a node has a port that is not a number") from None
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._host = parts.hostname
        self._port = port
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._timeout = timeout
        self._max_answer = max_answer
        self._headers = {"Content-Type": "application/json", **(headers or {})}
        self._monotonic = monotonic
        self._idle: list[http.client.HTTPConnection] = []
        self._lock = threading.Lock()
        self.name = f"{parts.scheme}://{self._host}" + (f":{port}" if port else "")

    def post(self, body: bytes) -> bytes:
        """The body of the answer to `body`; raises `TransportError` or `ChainError`."""
        deadline = self._monotonic() + self._timeout
        connection = self._take()
        try:
            answer, reusable = self._exchange(connection, body, deadline)
        except BaseException as error:
            connection.close()
            if isinstance(error, TimeoutError):
                message = f"{self.name} did not answer within {self._timeout} s"
                raise NodeTimeout(message) from error
            if isinstance(error, http.client.IncompleteRead):
                raise MalformedAnswer(f"{self.name} cut its answer short") from error
            if isinstance(error, (OSError, http.client.HTTPException)):
                kind = type(error).__name__
                raise NodeUnreachable(f"{self.name} cannot be reached ({kind})") from error
            raise
        if reusable:
            with self._lock:
                self._idle.append(connection)
        else:
            connection.close()
        return answer

    def close(self) -> None:
        """Close the connections that wait in the pool; the transport stays usable."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _take(self) -> http.client.HTTPConnection:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        if self._tls is None:
            return http.client.HTTPConnection(self._host, self._port)
        return http.client.HTTPSConnection(self._host, self._port, context=self._tls)

    def _exchange(
        self, connection: http.client.HTTPConnection, body: bytes, deadline: float
    ) -> tuple[bytes, bool]:
        self._limit(connection, deadline)
        if connection.sock is None:
            connection.connect()
        connection.request("POST", self._path, body, self._headers)
        self._limit(connection, deadline)
        response = connection.getresponse()
        answer = self._read(connection, response, deadline)
        self._check_status(response)
        return answer, not response.will_close

    def _read(
        self,
        connection: http.client.HTTPConnection,
        response: http.client.HTTPResponse,
        deadline: float,
    ) -> bytes:
        chunks: list[bytes] = []
        size = 0
        while True:
            self._limit(connection, deadline)
            chunk = response.read1(_CHUNK)
            if not chunk:
                break
            size += len(chunk)
            if size > self._max_answer:
                raise AnswerTooLarge(
                    f"{self.name} answered with more than {self._max_answer} bytes: ask for less"
                )
            chunks.append(chunk)
        if response.length:
            raise http.client.IncompleteRead(b"", response.length)
        response.close()
        return b"".join(chunks)

    def _limit(self, connection: http.client.HTTPConnection, deadline: float) -> None:
        left = deadline - self._monotonic()
        if left <= 0:
            raise TimeoutError
        connection.timeout = left
        if connection.sock is not None:
            connection.sock.settimeout(left)

    def _check_status(self, response: http.client.HTTPResponse) -> None:
        status = response.status
        if status == _OK:
            return
        if status == _TOO_MANY_REQUESTS:
            pause = _seconds(response.getheader("Retry-After"))
            raise NodeBusy(f"{self.name} asks for fewer requests (HTTP 429)", pause)
        if status >= _SERVER_FAULT or status == _REQUEST_TIMEOUT:
            raise NodeUnavailable(f"{self.name} is failing (HTTP {status})")
        raise NodeRefused(
            f"{self.name} refuses requests (HTTP {status}): check its URL and credentials"
        )


def _seconds(value: str | None) -> float | None:
    return float(value) if value is not None and value.isascii() and value.isdigit() else None
