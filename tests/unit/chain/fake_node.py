"""A node that misbehaves on demand: answers canned replies, or forwards to a real node and meddles.

Everything goes over real sockets on loopback.
"""

import http.client
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import orjson


@dataclass(frozen=True)
class Reply:
    """What goes back over the wire: `announced` bytes are promised, `drop` hangs up instead."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    announced: int | None = None
    drop: bool = False


def result(request: dict[str, Any], value: object) -> dict[str, Any]:
    """The JSON-RPC answer to `request` with this result."""
    return {"jsonrpc": "2.0", "id": request["id"], "result": value}


def refusal(request: dict[str, Any], code: int, text: str, data: object = None) -> dict[str, Any]:
    """The JSON-RPC answer to `request` with this error."""
    error = {"code": code, "message": text} | ({} if data is None else {"data": data})
    return {"jsonrpc": "2.0", "id": request["id"], "error": error}


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is part of the game."""


class FakeNode:
    """Serves `answer(request)`: a `Reply`, or anything else as JSON. `seen` lists the requests."""

    def __init__(self, answer: Callable[[Any], object]) -> None:
        self.seen: list[Any] = []
        self.headers: list[Mapping[str, str]] = []
        node = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # a head and a body would wait 40 ms for each other

            def do_POST(self) -> None:
                request = orjson.loads(self.rfile.read(int(self.headers["Content-Length"])))
                node.seen.append(request)
                node.headers.append(dict(self.headers))
                found = answer(request)
                reply = found if isinstance(found, Reply) else Reply(orjson.dumps(found))
                if reply.drop:
                    self.close_connection = True
                    return
                self.send_response(reply.status)
                size = len(reply.body) if reply.announced is None else reply.announced
                self.send_header("Content-Length", str(size))
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(reply.body)
                self.close_connection = reply.announced is not None

            def log_message(self, *arguments: object) -> None:
                """Say nothing."""

        self._server = _QuietServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


Meddler = Callable[[dict[str, Any], dict[str, Any]], dict[str, Any] | Reply]


class Proxy(FakeNode):
    """Forwards to the node at `upstream`.

    `before(request)` may return a `Reply` that the node never hears of; `after(request, answer)`
    may alter each answer, or replace the whole reply with the `Reply` it returns.
    """

    def __init__(self, upstream: str) -> None:
        super().__init__(self._answer)
        parts = urlsplit(upstream)
        self._upstream = (parts.hostname or "", parts.port or 80)
        self.before: Callable[[Any], Reply | None] = lambda request: None
        self.after: Meddler = lambda request, answer: answer

    def _answer(self, request: Any) -> object:
        stopped = self.before(request)
        if stopped is not None:
            return stopped
        answer = self._forward(request)
        requests = request if isinstance(request, list) else [request]
        answers = answer if isinstance(answer, list) else [answer]
        by_id = {entry["id"]: entry for entry in answers}
        altered = [self.after(entry, by_id[entry["id"]]) for entry in requests]
        for entry in altered:
            if isinstance(entry, Reply):
                return entry
        return altered if isinstance(request, list) else altered[0]

    def _forward(self, request: object) -> Any:
        connection = http.client.HTTPConnection(*self._upstream)
        try:
            headers = {"Content-Type": "application/json"}
            connection.request("POST", "/", orjson.dumps(request), headers)
            return orjson.loads(connection.getresponse().read())
        finally:
            connection.close()


def methods(request: Any) -> list[str]:
    """The methods called by one request or batch."""
    return [entry["method"] for entry in (request if isinstance(request, list) else [request])]
