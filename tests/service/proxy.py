"""A node that misbehaves on order: an HTTP proxy in front of a real one.

Each fault is a function of the request's body, which forwards, answers or breaks as it likes; the
proxy applies the one that is set, to every request or to the methods named.
"""

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.request import Request, urlopen

_JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: an HTTP status, headers and a body; or None for a cut connection."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: dict(_JSON))
    body: bytes = b""


Forward = Callable[[bytes], bytes]
Fault = Callable[[bytes, Forward], Answer | None]


def times_out(seconds: float) -> Fault:
    """Takes the request and says nothing; the node never sees it."""

    def fault(body: bytes, forward: Forward) -> Answer | None:
        time.sleep(seconds)
        return None

    return fault


def takes_and_times_out(seconds: float) -> Fault:
    """The node gets the request, and the answer is lost."""

    def fault(body: bytes, forward: Forward) -> Answer | None:
        forward(body)
        time.sleep(seconds)
        return None

    return fault


def too_many_requests(retry_after: int = 0) -> Fault:
    """429 with Retry-After."""
    headers = _JSON | {"Retry-After": str(retry_after)}
    return lambda body, forward: Answer(429, headers, b'{"error": "slow down"}')


def html(body: bytes, forward: Forward) -> Answer:
    """A page of a load balancer, with status 200."""
    return Answer(200, {"Content-Type": "text/html"}, b"<html>502 Bad Gateway</html>")


def truncated(body: bytes, forward: Forward) -> Answer:
    """Half of the answer."""
    whole = forward(body)
    return Answer(body=whole[: len(whole) // 2])


def cut(body: bytes, forward: Forward) -> None:
    """The connection is reset."""


def wrong_ids(body: bytes, forward: Forward) -> Answer:
    """Answers to other requests."""
    return Answer(body=_each(forward(body), lambda entry: entry | {"id": 999_999}))


def nulls(body: bytes, forward: Forward) -> Answer:
    """Every result is null."""
    return Answer(body=_each(forward(body), lambda entry: entry | {"result": None}))


def reversed_batches(body: bytes, forward: Forward) -> Answer:
    """Batches are answered in reverse order, which the protocol allows."""
    answer = json.loads(forward(body))
    return Answer(body=json.dumps(answer[::-1] if isinstance(answer, list) else answer).encode())


def no_logs(body: bytes, forward: Forward) -> Answer:
    """Logs are silently empty."""
    return Answer(body=_rewrite(body, forward, "eth_getLogs", lambda result: []))


def doubled_logs(body: bytes, forward: Forward) -> Answer:
    """Every log stands twice."""
    return Answer(body=_rewrite(body, forward, "eth_getLogs", lambda result: result + result))


def other_chain(body: bytes, forward: Forward) -> Answer:
    """Another chain's id."""
    return Answer(body=_rewrite(body, forward, "eth_chainId", lambda result: "0x7"))


class FaultyNode:
    """The proxy. `url` is its address; `fault` the fault in force, None to forward faithfully."""

    def __init__(self, upstream: str) -> None:
        self._upstream = upstream
        self.fault: Fault | None = None
        self.methods: Sequence[str] | None = None
        self.requests = 0
        self.hurt = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # a head and a body would wait 40 ms for each other

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                answer = outer._answer(body)
                if answer is None:
                    self.connection.setsockopt(
                        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
                    )
                    self.close_connection = True
                    self.connection.close()
                    return
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, *_: object) -> None:
                """Tests print nothing."""

        self._server = _Quiet(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Where the proxy listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @contextmanager
    def failing(self, fault: Fault, methods: Sequence[str] | None = None) -> Iterator[None]:
        """Misbehave for a while, in these methods alone where they are named."""
        self.fault, self.methods = fault, methods
        try:
            yield
        finally:
            self.fault, self.methods = None, None

    def _answer(self, body: bytes) -> Answer | None:
        self.requests += 1
        fault, methods = self.fault, self.methods
        if fault is None or (methods is not None and not _mentions(body, methods)):
            return Answer(body=self._forward(body))
        self.hurt += 1
        return fault(body, self._forward)

    def _forward(self, body: bytes) -> bytes:
        request = Request(self._upstream, body, _JSON)
        with urlopen(request, timeout=60) as response:
            answer: bytes = response.read()
            return answer


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is part of the test."""


def _requests(body: bytes) -> list[dict[str, Any]]:
    content = json.loads(body)
    return content if isinstance(content, list) else [content]


def _mentions(body: bytes, methods: Sequence[str]) -> bool:
    return any(request["method"] in methods for request in _requests(body))


def _each(answer: bytes, change: Callable[[dict[str, Any]], dict[str, Any]]) -> bytes:
    content = json.loads(answer)
    changed = [change(e) for e in content] if isinstance(content, list) else change(content)
    return json.dumps(changed).encode()


def _rewrite(body: bytes, forward: Forward, method: str, change: Callable[[Any], Any]) -> bytes:
    asked = {request["id"] for request in _requests(body) if request["method"] == method}

    def each(entry: dict[str, Any]) -> dict[str, Any]:
        if entry.get("id") in asked and "result" in entry:
            return entry | {"result": change(entry["result"])}
        return entry

    return _each(forward(body), each)
