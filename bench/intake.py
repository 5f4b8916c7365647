"""Durable intake beside a bare Flask handler: checked and committed before the answer, both.

Ours is `POST /v1/elections/{id}/ballots` under gunicorn as `hanpyo web` runs it: it checks the
voter's and two registrars' signatures, signs a promise and commits a row. The peer checks one
EIP-712 signature with the same verifier and commits one row, by the same driver into the same
database, under the same server. The same bodies are posted to both over kept connections.
"""

import tempfile
from collections.abc import Sequence
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
BARE: Final = 5_000
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
    bare: int = BARE,
    sealed: int = SEALED,
    warm: int = WARM,
    kinds: Sequence[str] = KINDS,
    workers: int = WORKERS,
) -> list[Row]:
    """Rates and latencies on each database; of `sealed` ballots, if any, on the last."""
    with tempfile.TemporaryDirectory(prefix="hanpyo-bench-") as name:
        folder = Path(name)
        open_ = _Trial(folder, max(sizes[-1], bare) + warm, Secrecy.OPEN, warm, workers)
        rows = [row for kind in kinds for row in open_.rows(kind, sizes, bare)]
        if sealed:
            closed = _Trial(folder, sealed + warm, Secrecy.SEALED, warm, workers)
            found = closed.run(kinds[-1], "ours", [sealed])
            rows.append(Row(f"{kinds[-1]}, sealed ballots", round(found[0].rate), "ballots/s"))
    return rows


class _Trial:
    """One election with its ballots, posted into fresh databases."""

    def __init__(
        self, folder: Path, ballots: int, secrecy: Secrecy, warm: int, workers: int
    ) -> None:
        self._folder = folder
        self._warm = warm
        self._workers = workers
        self._paper = Paper.of(ballots, secrecy)
        desk = Desk(self._paper.booth, self._paper.officials.registrars)
        made = bodies(desk, range(ballots))
        self._warming = folder / f"{secrecy.name}-warm"
        self._ballots = folder / f"{secrecy.name}"
        self._warming.write_bytes(b"\n".join(made[:warm]) + b"\n")
        self._ballots.write_bytes(b"\n".join(made[warm:]) + b"\n")

    def rows(self, kind: str, sizes: Sequence[int], bare: int) -> list[Row]:
        """Ours up to each size, beside the peer before and after it."""
        before = self.run(kind, "bare", [bare])[0]
        stretches = self.run(kind, "ours", sizes)
        after = self.run(kind, "bare", [bare])[0]
        peer = 2 * bare / (before.seconds + after.seconds)
        found = []
        for place, size in enumerate(sizes, 1):
            rate = size / sum(each.seconds for each in stretches[:place])
            name = f"{kind}, first {size:,} ballots"
            found.append(Row(name, round(rate), "ballots/s", _PEER, round(peer)))
        ratio = found[-1].value / peer
        last = stretches[-1]
        return [
            *found,
            Row(f"{kind}, ours of the peer's rate", round(ratio, 2), "(0.70 wanted)"),
            Row(f"{kind}, median latency", last.median, "ms", _PEER, before.median),
            Row(f"{kind}, 99th percentile", last.p99, "ms", _PEER, before.p99),
        ]

    def run(self, kind: str, handler: str, marks: Sequence[int]) -> list[Stretch]:
        """Post into a fresh database up to each mark."""
        with fresh_database(kind, self._folder) as url:
            database = Database(url)
            election = self._paper.publish(database)
            see_head(database)
            make_bare_table(url)
            log = self._folder / "log"
            with serving(handler, self._environment(url, election), log) as base:
                target = f"{base}/v1/elections/{election}/ballots"
                post(target, self._warming, CONNECTIONS, [self._warm])
                found = post(target, self._ballots, CONNECTIONS, marks)
            _require_rows(
                database, BARE_TABLE if handler == "bare" else "ballot", found, self._warm
            )
            database.close()
            return found

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


def _require_rows(database: Database, table: str, found: Sequence[Stretch], warm: int) -> None:
    """What was answered is in the database."""
    with database.engine.connect() as connection:
        count = connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
    expected = warm + sum(each.requests for each in found)
    if count != expected:
        raise SystemExit(f"{expected} ballots were answered, {count} are kept")
