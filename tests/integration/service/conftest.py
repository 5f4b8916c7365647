"""Two installations for one suite: everything on one machine, and spread over processes."""

import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from itertools import cycle
from pathlib import Path
from typing import Any

import orjson
import pytest

from hanpyo.chain.controls import Controls
from hanpyo.chain.rpc import Rpc
from hanpyo.client import HanpyoClient
from tests.commands import Ran, run
from tests.service.deployment import deployment
from tests.service.processes import environment, running
from tests.service.serving import handled

PATIENCE = 90.0
SETTINGS: dict[str, Any] = {
    "HANPYO_CHAIN__CONFIRMATIONS": "2",
    "HANPYO_CHAIN__POLL": "0.2",
    "HANPYO_INDEX__STREAM_SECONDS": "5",
    "HANPYO_RELAY__BATCH_AGE": "0.2",
    "HANPYO_RELAY__MARGIN": "30",
    "HANPYO_STAFF__PASSWORD_MEMORY": "8",
    "HANPYO_STAFF__PASSWORD_PASSES": "1",
    "HANPYO_WEBHOOKS__ALLOW_LOOPBACK": "true",
    "HANPYO_WEBHOOKS__TURNOUT_EVERY": "1",
}


@dataclass
class Service:
    """A running installation, whichever way it is put together."""

    urls: tuple[str, ...]
    controls: Controls
    environment: Mapping[str, str] = field(repr=False)
    logged: Callable[[], str] = field(repr=False)

    def __post_init__(self) -> None:
        self._turns = cycle(self.urls)

    def client(self) -> HanpyoClient:
        """A client of the next web process in turn."""
        return HanpyoClient(next(self._turns))

    def command(self, *arguments: object) -> Ran:
        """A command of the operator's, with the installation's own settings."""
        before = dict(os.environ)
        os.environ.clear()
        os.environ.update(self.environment)
        try:
            return run(*arguments)
        finally:
            os.environ.clear()
            os.environ.update(before)

    def wait(self, holds: Callable[[], bool], what: str) -> None:
        """Until something holds, while blocks come faster than by the clock."""
        deadline = time.monotonic() + PATIENCE
        while not holds():
            if time.monotonic() > deadline:
                raise AssertionError(f"not in {PATIENCE:.0f} s: {what}\n{self._ends_of_logs()}")
            self.controls.mine()
            time.sleep(0.1)

    def _ends_of_logs(self) -> str:
        """What the processes had to say last, but for their requests."""
        lines = [line for line in self.logged().splitlines() if '"request"' not in line]
        return "\n".join(lines[-40:])

    def advance_to(self, timestamp: int) -> None:
        """Move the chain's time."""
        if self.controls.now() < timestamp:
            self.controls.advance_to(timestamp)


@pytest.fixture(scope="module", params=["embedded", "spread"])
def service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """`hanpyo serve` on SQLite with its own chain; or two webs, two workers, PostgreSQL, a node."""
    folder = tmp_path_factory.mktemp(request.param)
    with {"embedded": _embedded, "spread": _spread}[request.param](folder) as found:
        yield found


@contextmanager
def _embedded(folder: Path) -> Iterator[Service]:
    data = folder / "data"
    with running("serve", data, "--port", "0", settings=SETTINGS) as process:
        process.wait_until("/healthz")
        rpc = Rpc(f"http://127.0.0.1:{_port_of_anvil(process.process.pid)}")
        try:
            settings = environment(data, **SETTINGS)
            yield Service((process.url,), Controls(rpc), settings, process.logged)
            assert process.end(signal.SIGTERM) == 0
            assert "Traceback" not in process.logged()
        finally:
            rpc.close()


@contextmanager
def _spread(folder: Path) -> Iterator[Service]:
    with deployment("postgresql", folder, webs=2, workers=2, **SETTINGS) as found:
        children = (*found.webs, *found.workers)
        yield Service(
            tuple(found.urls()),
            found.node.controls,
            found.environment,
            lambda: "\n".join(child.logged() for child in children),
        )
        for child in children:
            child.signal(signal.SIGTERM)
        for child in children:
            assert child.wait_end() == 0
            assert "Traceback" not in child.logged()


def _port_of_anvil(pid: int) -> int:
    """Where the chain of a `hanpyo serve` listens, on this machine only."""
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        line = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
        if b"--port" in line:
            return int(line[line.index(b"--port") + 1])
    raise AssertionError("no chain runs there")


@dataclass
class Receiver:
    """Whom the organisation wants told."""

    url: str = ""
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def events(self) -> list[str]:
        return [orjson.loads(body)["type"] for _, body in self.heard]


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    told = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.heard.append(({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    with handled(Handler) as url:
        told.url = f"{url}/hook"
        yield told
