"""A client that costs little: a few kept connections, one request under way on each.

`python -m bench.load.posting URL FILE CONNECTIONS MARK …` posts the bodies in FILE, one a line, and
prints for each mark (so many posted) the seconds since the mark before and the latencies between.
It is a process of its own, so that it shares no interpreter with what it measures.
"""

import json
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

_ANSWER: Final = 1 << 16
_PATIENCE: Final = 30.0
_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"content-length:"


class PostingFailed(Exception):
    """A request was answered with something else than 202, or not at all."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The requests between two marks: how many, how long, and latencies in milliseconds."""

    requests: int
    seconds: float
    median: float
    p99: float

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


def post(url: str, bodies: Path, connections: int, marks: Sequence[int]) -> list[Stretch]:
    """Post the first bodies of a file, up to the last mark, by a process of its own.

    Raises `PostingFailed`.
    """
    command = [sys.executable, "-m", "bench.load.posting", url, str(bodies), str(connections)]
    done = subprocess.run([*command, *map(str, marks)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise PostingFailed(done.stderr.strip()[-2_000:])
    return [Stretch(**each) for each in json.loads(done.stdout)]


class _Connection:
    """One kept connection."""

    def __init__(self, host: str, port: int) -> None:
        self.socket = socket.create_connection((host, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent_at = 0.0
        self._answer = b""

    def send(self, request: bytes) -> None:
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def is_answered(self) -> bool:
        """Take what came; whether the answer is whole. Raises `PostingFailed`."""
        part = self.socket.recv(_ANSWER)
        self._answer += part
        head, found, body = self._answer.partition(_END)
        if not part:
            raise PostingFailed("the server closed the connection")
        if not found or len(body) < _length(head):
            return False
        if not head.startswith(b"HTTP/1.1 202 "):
            raise PostingFailed(self._answer.decode(errors="replace")[:1_000])
        self._answer = b""
        return True


def _length(head: bytes) -> int:
    at = head.lower().index(_LENGTH) + len(_LENGTH)
    return int(head[at:].split(b"\r", 1)[0])


def _run(url: str, requests: Iterator[bytes], connections: int) -> list[tuple[float, float]]:
    """When each request was answered, and its latency, in seconds."""
    parts = urlsplit(url)
    selector = selectors.DefaultSelector()
    done: list[tuple[float, float]] = []
    open_ = 0
    for _, request in zip(range(connections), requests, strict=False):  # the range ends first
        connection = _Connection(parts.hostname or "", parts.port or 80)
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.send(request)
        open_ += 1
    while open_:
        ready = selector.select(_PATIENCE)
        if not ready:
            raise PostingFailed("no answer came")
        for key, _ in ready:
            connection = key.data
            if not connection.is_answered():
                continue
            now = time.perf_counter()
            done.append((now, now - connection.sent_at))
            request = next(requests, b"")
            if request:
                connection.send(request)
            else:
                selector.unregister(connection.socket)
                connection.socket.close()
                open_ -= 1
    return done


def _requests(url: str, bodies: Path, count: int) -> Iterator[bytes]:
    parts = urlsplit(url)
    with bodies.open("rb") as lines:
        for _, line in zip(range(count), lines, strict=False):
            body = line.rstrip(b"\n")
            head = (
                f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            yield head.encode() + body


def _stretch(began: float, done: Sequence[tuple[float, float]]) -> dict[str, float]:
    latencies = sorted(latency * 1_000 for _, latency in done)
    return {
        "requests": len(done),
        "seconds": done[-1][0] - began,
        "median": round(latencies[len(latencies) // 2], 2),
        "p99": round(latencies[len(latencies) * 99 // 100], 2),
    }


def main(url: str, bodies: str, connections: str, *marks: str) -> None:
    """See the module."""
    ends = [0, *map(int, marks)]
    began = time.perf_counter()
    done = _run(url, _requests(url, Path(bodies), ends[-1]), int(connections))
    stretches = []
    for start, end in pairwise(ends):
        stretches.append(_stretch(began, done[start:end]))
        began = done[end - 1][0]
    print(json.dumps(stretches))


if __name__ == "__main__":
    main(*sys.argv[1:])
