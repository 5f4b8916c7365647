"""Ballots end to end: from the first POST to the final tally, by the processes that serve.

PostgreSQL with `hanpyo web` and `hanpyo worker`, and SQLite with `hanpyo serve`, both with their
default settings over a node that mines once a second. The chain's time is moved where an election
would wait; everything else takes the time it takes. What is timed ends when the API says it.
"""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import httpx

from bench.load.ballots import Desk, bodies
from bench.load.paper import write_keystores
from bench.load.posting import post
from bench.load.stage import block_a_second, peak_memory, stamp
from bench.report import Row, show, write
from hanpyo.chain.contracts import ElectionContract
from hanpyo.elections.catalogue import PublishedElection
from hanpyo.protocol.types import Secrecy
from tests.service.databases import KINDS
from tests.service.processes import Running, running
from tests.service.scene import Scene, booth, scene

BALLOTS: Final = 10_000
CONNECTIONS: Final = 12
_PARTS: Final = {"sqlite": ("serve",), "postgresql": ("web", "worker")}
_POLL: Final = 0.1
_PATIENCE: Final = 300.0


def main() -> None:
    """Measure, print and write `bench/results/service.json`."""
    rows = measure()
    show(rows)
    print(f"written to {write('service', rows)}")


def measure(
    ballots: int = BALLOTS,
    kinds: Sequence[str] = KINDS,
    secrecies: Sequence[Secrecy] = (Secrecy.OPEN, Secrecy.SEALED),
) -> list[Row]:
    """Seconds of each stage and peak memory, on each database and for each kind of election."""
    return [row for kind in kinds for secrecy in secrecies for row in _run(kind, secrecy, ballots)]


def _run(kind: str, secrecy: Secrecy, ballots: int) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="hanpyo-bench-") as name, scene(kind, Path(name)) as at:
        stamp(at.runtime.database)
        election = at.publish(ballots, secrecy)
        file = Path(name) / "ballots"
        desk = Desk(booth(election), at.officials.registrars)
        file.write_bytes(b"\n".join(bodies(desk, range(ballots))) + b"\n")
        with block_a_second(at.node.rpc), _installation(kind, at, Path(name)) as parts:
            course = _Course(at, election, parts[0].url, ballots)
            course.follow(file)
            memory = {part.log.name.partition("-")[0]: part.process.pid for part in parts}
            memory["the node"] = at.node.process_id
            peaks = {name: peak_memory(pid) for name, pid in memory.items()}
        title = f"{kind}, {ballots:,} {secrecy.name.lower()} ballots"
        return [
            *(Row(f"{title}, {stage}", round(took, 1), "s") for stage, took in course.stages),
            *(
                Row(f"{title}, peak memory of {name}", max(found.values()), "MiB a process")
                for name, found in peaks.items()
            ),
        ]


@contextmanager
def _installation(kind: str, at: Scene, folder: Path) -> Iterator[list[Running]]:
    """The processes of an installation over the scene's chain and database."""
    keys = folder / "keys"
    keys.mkdir()
    password_file, (keystore,) = write_keystores(keys, [bytes(at.node.accounts[1].key)])
    settings = {
        "HANPYO_DATABASE_URL": str(at.runtime.settings.database_url),
        "HANPYO_CHAIN__RPC_URLS": f'["{at.node.url}"]',
        "HANPYO_RELAY__KEYSTORES": f'["{keystore}"]',
        "HANPYO_RELAY__PASSWORD_FILE": str(password_file),
        "HANPYO_WEB__PORT": "0",
        "HANPYO_LOG__LEVEL": "warning",
    }
    with ExitStack() as stack:
        parts = [
            stack.enter_context(running(part, folder / "data", settings=settings))
            for part in _PARTS[kind]
        ]
        parts[0].wait_until("/readyz")
        yield parts
        for part in reversed(parts):
            part.end()


class _Course:
    """One election from the first POST on; `stages` says what took how many seconds."""

    def __init__(self, at: Scene, election: PublishedElection, url: str, ballots: int) -> None:
        self._at = at
        self._election = election
        self._base = f"{url}/v1/elections/{election.id}"
        self._url = url
        self._ballots = ballots
        self._http = httpx.Client(timeout=30, trust_env=False)
        self.stages: list[tuple[str, float]] = []

    def follow(self, file: Path) -> None:
        """Post, wait for the record, close, wait for the final tally."""
        began = time.perf_counter()
        stretch = post(f"{self._base}/ballots", file, CONNECTIONS, [self._ballots])[0]
        self.stages.append(("first POST to last promise", stretch.seconds))
        times = self._election.manifest.timetable
        self._stage("until all are in the read model", self._is_recorded)
        if self._election.manifest.secrecy is Secrecy.SEALED:
            self._at.controls.advance_to(times.opening_at)
            self._release()
            self._stage("key released until all are opened", self._is_opened)
        self._at.controls.advance_to(times.certify_at)
        self._stage("until the tally is final", self._is_final)
        self.stages.append(("first POST to final tally", time.perf_counter() - began))
        self._http.close()

    def _stage(self, name: str, is_over: Callable[[], bool]) -> None:
        began = time.perf_counter()
        while not is_over():
            if time.perf_counter() - began > _PATIENCE:
                raise SystemExit(f"{name}: not over after {_PATIENCE:.0f} seconds")
            time.sleep(_POLL)
        self.stages.append((name, time.perf_counter() - began))

    def _release(self) -> None:
        trustee = self._at.officials.trustee
        if trustee is None:
            raise SystemExit("a sealed election has a trustee")
        contract = ElectionContract(self._at.node.rpc, self._election.address)
        self._at.organiser.transact(contract.release_key(trustee.secret))

    def _ask(self, what: str) -> dict[str, Any]:
        answer = self._http.get(f"{self._base}/{what}")
        found: dict[str, Any] = answer.raise_for_status().json()
        return found

    def _is_recorded(self) -> bool:
        return bool(self._ask("turnout")["heads"] == self._ballots)

    def _is_opened(self) -> bool:
        return bool(self._ask("turnout")["opened"] == self._ballots)

    def _is_final(self) -> bool:
        tally = self._ask("tally")
        if not tally["final"]:
            return False
        heads = [option["heads"] for option in tally["items"][0]["options"]]
        if heads != [0, -(-self._ballots // 2), self._ballots // 2, 0]:
            raise SystemExit(f"the tally is wrong: {heads}")
        return True
