"""Streams over real sockets, from two applications that share nothing but the database."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import httpx
import pytest

from hanpyo.config import Settings
from hanpyo.db.database import Database
from hanpyo.runtime import Runtime
from hanpyo.web.app import create_app
from tests.integration.indexer.following import Following
from tests.service.scene import YES, Scene
from tests.service.serving import served

HEARD_WITHIN = 40.0


def short(place: Scene, threads: int = 32) -> Settings:
    """Settings with which a stream ends before a test grows old."""
    before = place.runtime.settings
    return before.model_copy(
        update={
            "web": before.web.model_copy(update={"threads": threads}),
            "index": before.index.model_copy(update={"stream_seconds": 2.0}),
            "chain": before.chain.model_copy(update={"poll": 0.1}),
        }
    )


@contextmanager
def streaming(runtime: Runtime) -> Iterator[str]:
    """A served application whose last stream has ended at the end."""
    with served(create_app(runtime)) as base:
        yield base
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:
            thread.join()


@pytest.fixture
def applications(place: Scene) -> Iterator[tuple[str, str]]:
    """Two applications, each with connections of its own."""
    with ExitStack() as stack:
        urls = []
        for _ in range(2):
            database = Database(place.runtime.settings.database)
            stack.callback(database.close)
            runtime = replace(place.runtime, database=database, settings=short(place))
            urls.append(stack.enter_context(streaming(runtime)))
        yield urls[0], urls[1]


class Listener:
    """A client that keeps what it hears."""

    def __init__(self, url: str, seen: int | None = None) -> None:
        self.headers = {} if seen is None else {"Last-Event-ID": str(seen)}
        self.url = url
        self.heard: list[str] = []
        self.status = 0
        self._news = threading.Condition()

    @contextmanager
    def listening(self) -> Iterator["Listener"]:
        client = httpx.Client(timeout=HEARD_WITHIN)
        thread = threading.Thread(target=self._listen, args=(client,))
        thread.start()
        try:
            yield self
        finally:
            self._response.close()
            thread.join()
            client.close()

    def _listen(self, client: httpx.Client) -> None:
        with client.stream("GET", self.url, headers=self.headers) as response:
            self._response = response
            self.status = response.status_code
            try:
                for line in response.iter_lines():
                    with self._news:
                        self.heard.append(line)
                        self._news.notify_all()
            except httpx.HTTPError:
                return

    def wait_for(self, line: str) -> None:
        with self._news:
            assert self._news.wait_for(lambda: line in self.heard, HEARD_WITHIN), self.heard


def url(base: str, following: Following) -> str:
    return f"{base}/v1/elections/{following.election.id}/stream"


def test_clients_of_two_processes_hear_the_same_block(
    applications: tuple[str, str], open_election: Following
) -> None:
    first, second = (Listener(url(each, open_election)) for each in applications)
    before = open_election.head().number
    with first.listening(), second.listening():
        for listener in (first, second):
            listener.wait_for(f"id: {before}")
        open_election.cast(YES, [7])
        open_election.follow()
        after = open_election.head().number
        for listener in (first, second):
            listener.wait_for(f"id: {after}")
            listener.wait_for("event: tally")
    assert after > before


def test_a_client_comes_back_to_another_process(
    applications: tuple[str, str], open_election: Following
) -> None:
    seen = open_election.head().number
    listener = Listener(url(applications[1], open_election), seen)
    with listener.listening():
        listener.wait_for("retry: 500")
        open_election.scene.controls.mine()
        open_election.follow()
        listener.wait_for(f"id: {seen + 1}")
    assert f"id: {seen}" not in listener.heard


def test_a_sealed_elections_stream_has_no_tally(
    applications: tuple[str, str], sealed_election: Following
) -> None:
    sealed_election.follow()
    listener = Listener(url(applications[0], sealed_election))
    with listener.listening():
        listener.wait_for("event: turnout")
        sealed_election.scene.controls.mine()
        sealed_election.follow()
        listener.wait_for(f"id: {sealed_election.head().number}")
    assert "event: tally" not in listener.heard


def test_streams_are_bounded(place: Scene, open_election: Following) -> None:
    runtime = replace(place.runtime, settings=short(place, threads=2))
    with streaming(runtime) as base:
        first = Listener(url(base, open_election))
        with first.listening():
            first.wait_for("event: turnout")
            refused = httpx.get(url(base, open_election))
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_streams")
    assert int(refused.headers["Retry-After"]) > 0


def test_an_unknown_election_has_no_stream(applications: tuple[str, str]) -> None:
    refused = httpx.get(f"{applications[0]}/v1/elections/{'0' * 32}/stream")
    assert refused.status_code == 404
