"""Durable intake beside a bare Flask handler: checked and committed before the answer, both.

Ours is `POST /v1/elections/{id}/ballots` under gunicorn as `hanpyo web` runs it: it checks the
voter's and two registrars' signatures, signs a promise and commits a row. The peer checks one
EIP-712 signature with the same verifier and commits one row, by the same driver into the same
database, under the same server. The same bodies are posted to both over kept connections.
"""

import statistics
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bench.load.ballots import Desk, bodies
from bench.load.paper import Paper, see_head, write_keystores
from bench.load.posting import Stretch, post
from bench.load.serving import BARE_TABLE, make_bare_table, serving
from bench.report import Row, show, write
from hanpyo.db.database import Database
from hanpyo.elections.officials import new_key
from hanpyo.protocol.types import Secrecy
from tests.service.databases import KINDS, fresh_database

SIZES: Final = (1_000, 10_000, 100_000)
ROUNDS: Final = 7
ROUND: Final = 1_000
SEALED: Final = 2_000
WARM: Final = 200
WORKERS: Final = 2
CONNECTIONS: Final = 12
_PEER: Final = "bare Flask handler"
_NO_NODE: Final = "http://127.0.0.1:9"


def main() -> None:
    """Measure, print and write `bench/results/intake.json`."""
    rows = measure()
    show(rows)
    print(f"written to {write('intake', rows)}")


def measure(
    sizes: Sequence[int] = SIZES,
    *,
    rounds: int = ROUNDS,
    each: int = ROUND,
    sealed: int = SEALED,
    warm: int = WARM,
    kinds: Sequence[str] = KINDS,
    workers: int = WORKERS,
) -> list[Row]:
    """On each database: rates and latencies in rounds of `each` ballots that alternate with the
    peer's, and our rate up to each size; the rate of `sealed` ballots, if any, on the last.
    """
    with tempfile.TemporaryDirectory(prefix="hanpyo-bench-") as name:
        folder = Path(name)
        most = max(sizes[-1], rounds * each)
        open_ = _Trial(folder, most, Secrecy.OPEN, warm, workers)
        rows = [
            row
            for kind in kinds
            for row in (*open_.beside_the_peer(kind, rounds, each), *open_.alone(kind, sizes))
        ]
        if sealed:
            closed = _Trial(folder, sealed, Secrecy.SEALED, warm, workers)
            rows += closed.alone(kinds[-1], [sealed], "sealed ballots")
    return rows


class _Door:
    """A server of one kind over a fresh database, that has been posted to."""

    def __init__(self, target: str, database: Database, table: str) -> None:
        self._target = target
        self._database = database
        self._table = table
        self._posted = 0

    def post(self, file: Path, marks: Sequence[int]) -> list[Stretch]:
        """Post the ballots of a file up to each mark."""
        found = post(self._target, file, CONNECTIONS, marks)
        self._posted += marks[-1]
        return found

    def check(self) -> None:
        """What was answered is in the database."""
        with self._database.engine.connect() as connection:
            count = connection.exec_driver_sql(f"SELECT count(*) FROM {self._table}").scalar_one()
        if count != self._posted:
            raise SystemExit(f"{self._posted} ballots were answered, {count} are kept")


class _Trial:
    """One election with its ballots, posted into fresh databases."""

    def __init__(
        self, folder: Path, ballots: int, secrecy: Secrecy, warm: int, workers: int
    ) -> None:
        self._folder = folder
        self._warm = warm
        self._workers = workers
        self._paper = Paper.of(ballots + warm, secrecy)
        desk = Desk(self._paper.booth, self._paper.officials.registrars)
        self._bodies = bodies(desk, range(ballots + warm))

    def beside_the_peer(self, kind: str, rounds: int, each: int) -> list[Row]:
        """Both in turns, so that whatever else the machine does slows both down alike."""
        ours: list[Stretch] = []
        bare: list[Stretch] = []
        with self._door(kind, "ours") as our_door, self._door(kind, "bare") as bare_door:
            turns = [(our_door, ours), (bare_door, bare)]
            for place in range(rounds):
                file = self._file(self._warm + place * each, each)
                for door, found in turns:
                    found.extend(door.post(file, [each]))
                turns.reverse()
        ratios = [one.rate / peer.rate for one, peer in zip(ours, bare, strict=True)]

        def beside(name: str, field: str, unit: str, digits: int) -> Row:
            value, peer = (
                round(statistics.median(getattr(one, field) for one in found), digits)
                for found in (ours, bare)
            )
            return Row(f"{kind}, {name}", value, unit, _PEER, peer)

        return [
            beside("durable intake", "rate", "ballots/s", 0),
            beside("median latency", "median", "ms", 2),
            beside("99th percentile", "p99", "ms", 2),
            _ratio(f"{kind}, ours of the peer's rate", statistics.median(ratios)),
            _ratio(f"{kind}, least of {rounds} rounds", min(ratios)),
            _ratio(f"{kind}, most of {rounds} rounds", max(ratios)),
        ]

    def alone(self, kind: str, sizes: Sequence[int], what: str = "ballots") -> list[Row]:
        """Our rate from an empty database up to each size."""
        with self._door(kind, "ours") as door:
            stretches = door.post(self._file(self._warm, sizes[-1]), sizes)
        return [
            Row(
                f"{kind}, first {size:,} {what}",
                round(size / sum(each.seconds for each in stretches[:place])),
                "ballots/s",
            )
            for place, size in enumerate(sizes, 1)
        ]

    @contextmanager
    def _door(self, kind: str, handler: str) -> Iterator[_Door]:
        with fresh_database(kind, self._folder) as url:
            database = Database(url)
            election = self._paper.publish(database)
            see_head(database)
            make_bare_table(url)
            table = BARE_TABLE if handler == "bare" else "ballot"
            environment = self._environment(url, election)
            with serving(handler, environment, self._folder / "log") as base:
                door = _Door(f"{base}/v1/elections/{election}/ballots", database, table)
                door.post(self._file(0, self._warm), [self._warm])
                yield door
            door.check()
            database.close()

    def _file(self, first: int, count: int) -> Path:
        """A file of this many bodies."""
        path = self._folder / "bodies"
        path.write_bytes(b"\n".join(self._bodies[first : first + count]) + b"\n")
        return path

    def _environment(self, url: str, election: str) -> dict[str, str]:
        keys = self._folder / "keys"
        if not keys.exists():
            keys.mkdir()
            write_keystores(keys, [new_key()])
        return {
            "BENCH_ELECTION": election,
            "HANPYO_DATA": str(self._folder / "data"),
            "HANPYO_DATABASE_URL": url,
            "HANPYO_CHAIN__RPC_URLS": f'["{_NO_NODE}"]',
            "HANPYO_RELAY__KEYSTORES": f'["{keys / "key-0.json"}"]',
            "HANPYO_RELAY__PASSWORD_FILE": str(keys / "password"),
            "HANPYO_WEB__PORT": "0",
            "HANPYO_WEB__WORKERS": str(self._workers),
        }


def _ratio(name: str, value: float) -> Row:
    return Row(name, round(value, 2), "(0.70 wanted)")
