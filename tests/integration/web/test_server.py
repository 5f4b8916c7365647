"""The shipped server on a real socket: slow and silent clients, broken and ambiguous requests."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

THREADS = 4
PLACE = "/v1/small/things"
GOOD = b'{"voterNumber": 5}'
SERVE = f"""
import sys
from pathlib import Path
from hanpyo.config import load_settings
from hanpyo.web.server import Server
from tests.unit.web.small_app import small_app
settings = load_settings(web={{"port": 0, "threads": {THREADS}, "max_body": 1024}})
def opening():
    return small_app(Path(sys.argv[1]), max_body=1024)
def ready(url):
    print(url, flush=True)
Server(settings, opening, lambda: None, workers=1, ready=ready).run()
"""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("server")
    root = Path(__file__).resolve().parents[3]
    with subprocess.Popen(
        [sys.executable, "-c", SERVE, str(folder)], stdout=subprocess.PIPE, text=True, cwd=root
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()
            process.wait(30)


def connected(url: str) -> socket.socket:
    parts = urlsplit(url)
    return socket.create_connection((parts.hostname or "", parts.port or 0), timeout=20)


def answered(url: str, request: bytes) -> int:
    """The status of the answer to raw bytes; 0 where the connection just ends."""
    with connected(url) as client:
        client.sendall(request)
        line = client.makefile("rb").readline().split()
    return int(line[1]) if len(line) > 1 else 0


def head(*lines: str, method: str = "POST", path: str = PLACE) -> bytes:
    own = [f"{method} {path} HTTP/1.1", "Host: localhost", "Content-Type: application/json"]
    return "\r\n".join([*own, *lines, "", ""]).encode()


def chunked(body: bytes, size: int = 100) -> bytes:
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def test_a_body_says_how_long_it_is(url: str) -> None:
    """In chunks it would be cut off at the limit and taken for whole."""
    large = b'{"voterNumber": 5, "word": "' + b"a" * 2_000 + b'"}'
    request = head("Transfer-Encoding: chunked", "Connection: close")
    for body in (GOOD, large):
        assert answered(url, request + chunked(body)) == 411
    announced = head(f"Content-Length: {len(large)}", "Connection: close")
    assert answered(url, announced + large) == 413


@pytest.mark.parametrize(
    "request_",
    [
        head(f"Content-Length: {len(GOOD)}", "Transfer-Encoding: chunked") + chunked(GOOD),
        head("Content-Length: 5", f"Content-Length: {len(GOOD)}") + GOOD,
        head("Content-Length: -1") + GOOD,
        head("Content-Length: 1_8") + GOOD,
        head("Content-Length: " + "9" * 5_000) + GOOD,
        head("Transfer-Encoding: gzip, chunked") + chunked(GOOD),
        head("Transfer-Encoding: xchunked") + chunked(GOOD),
        head("Transfer-Encoding: chunked") + b"-5\r\nhello\r\n0\r\n\r\n",
        head("X y: 1") + GOOD,
        head("X: a\0b") + GOOD,
        head(" folded: yes") + GOOD,
        head("Content-Length: 0", path="/v1/small/things HTTP/1.1 x"),
        head("Content-Length: 0", path="/" + "a" * 9_000),
        head("X: " + "a" * 9_000),
        head(*(f"X-{number}: 1" for number in range(10_000))),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET\r\n\r\n",
    ],
)
def test_a_request_with_two_readings_is_refused(url: str, request_: bytes) -> None:
    try:
        status = answered(url, request_)
    except ConnectionError:
        status = 0
    assert status == 0 or 400 <= status < 500 or status == 501
    assert httpx.post(url + PLACE, json={"voterNumber": 5}).status_code == 201


def test_slow_clients_hold_up_nobody_else(url: str) -> None:
    with ExitStack() as open_ones:
        for sent in (b"POST /v1/small/things HT", head("Content-Length: 900") + b'{"v'):
            client = open_ones.enter_context(connected(url))
            client.sendall(sent)
        for _ in range(100):
            open_ones.enter_context(connected(url))
        began = time.monotonic()
        assert httpx.post(url + PLACE, json={"voterNumber": 5}, timeout=10).status_code == 201
        assert time.monotonic() - began < 5


def test_silent_clients_are_let_go(url: str) -> None:
    """One for each thread, in the middle of a request: they hold the service up for seconds."""
    with ExitStack() as open_ones:
        for _ in range(THREADS):
            client = open_ones.enter_context(connected(url))
            client.sendall(b"POST /v1/small/things HT")
        answer = httpx.post(url + PLACE, json={"voterNumber": 5}, timeout=25)
        assert answer.status_code == 201
