"""Server-Sent Events of one election: its state whenever its cursor moves.

Each message is a whole state, not a change, with the block number as its id, so that a client that
lost messages, or comes to another process, is right again with the next one. A client that already
has the newest state gets it when it moves. A stream ends after some seconds, so that it holds up no
shutdown; browsers come back by themselves, with the id of what they saw last.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import ClassVar, Final, Self

from hanpyo.errors import TooMany

_RETRY_MILLISECONDS: Final = 500
_BUSY_SECONDS: Final = 30


class TooManyStreams(TooMany):
    """The process serves as many streams as it may."""

    code: ClassVar[str] = "too_many_streams"


@dataclass(frozen=True, slots=True)
class Message:
    """A state of the election: `id` is the block, `tag` changes with every change."""

    id: int
    tag: str
    events: tuple[tuple[str, bytes], ...]

    def encode(self) -> bytes:
        """The state as events of the stream, one JSON line each."""
        parts = [
            b"id: %d\nevent: %s\ndata: %s\n\n" % (self.id, name.encode(), data)
            for name, data in self.events
        ]
        return b"".join(parts)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Seconds between looks, between signs of life, and until the stream ends."""

    poll: float = 1.0
    heartbeat: float = 10.0
    longest: float = 20.0


class Seats:
    """How many streams one process serves at once, and one client at most half of them.

    Each takes a thread of the web server. Who finds none may ask for the turnout now and then.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._a_client = max(1, most // 2)
        self._taken: Counter[str] = Counter()
        self._lock = threading.Lock()

    def take(self, client: str) -> "Seat":
        """A seat until it is given back; raises `TooManyStreams`."""
        with self._lock:
            if self._taken.total() >= self._most or self._taken[client] >= self._a_client:
                raise TooManyStreams("too many streams are open here; try again", _BUSY_SECONDS)
            self._taken[client] += 1
        return Seat(lambda: self._leave(client))

    def _leave(self, client: str) -> None:
        with self._lock:
            self._taken[client] -= 1
            if not self._taken[client]:
                del self._taken[client]


class Seat(AbstractContextManager["Seat"]):
    """One stream's seat, given back once whatever happens."""

    def __init__(self, release: Callable[[], None]) -> None:
        self._release: Callable[[], None] | None = release

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    def leave(self) -> None:
        """Give the seat back; harmless when given back."""
        release, self._release = self._release, None
        if release is not None:
            release()


def messages(
    look: Callable[[str | None], Message | None],
    seen: int | None,
    rhythm: Rhythm,
    *,
    monotonic: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[bytes]:
    """The bytes of a stream.

    `look(tag)` gives the newest state, None while it is still the one with this tag. `seen` is the
    id that the client saw last.
    """
    yield b"retry: %d\n\n" % _RETRY_MILLISECONDS
    end = monotonic() + rhythm.longest
    spoken, tag = monotonic(), None
    while monotonic() < end:
        found = look(tag)
        if found is not None:
            known, tag = tag is None and found.id == seen, found.tag
            if not known:
                yield found.encode()
                spoken = monotonic()
        elif monotonic() - spoken >= rhythm.heartbeat:
            yield b": alive\n\n"
            spoken = monotonic()
        sleep(rhythm.poll)
