"""The application on a real socket, and other servers, in threads of this process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from flask import Flask
from werkzeug.serving import BaseWSGIServer, make_server

_POLL = 0.02


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The URL at which `app` answers, for clients that are processes or libraries of their own."""
    with _running(make_server("127.0.0.1", 0, app, threaded=True)) as url:
        yield url


@contextmanager
def handled(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """The URL at which `handler` answers."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True  # one that never answers does not keep the test from ending
    with _running(server) as url:
        yield url


@contextmanager
def _running(server: ThreadingHTTPServer | BaseWSGIServer) -> Iterator[str]:
    thread = threading.Thread(target=server.serve_forever, args=(_POLL,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
