"""Rebuilding the index, beside copying the raw logs, and beside web3.py's contract events.

All three read the same bytes from the same node, a process that answers from memory. Ours reads
them as the service's follower does from an empty index: every answer checked, every block's header
hashed and its bloom looked at, every event decoded strictly, each voter's standing, turnout, tally
and digests written with the acts. The raw copy writes one row a ballot into one table with its key.

Beside the rates stand what the blooms cost, and the processor time an event of each reader without
the database's: the rest is waiting, for the node and for the database. A rebuild of 1,000 is mostly
its start: first connections, and each statement compiled once.
"""

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import func, select

from bench.load.corpus import BATCH, Corpus, telling
from bench.load.paper import Paper
from bench.load.raw_index import copy_raw, read_with_web3
from bench.report import Row, show, write
from hanpyo.chain.rpc import Rpc
from hanpyo.config import load_settings
from hanpyo.db.database import Database
from hanpyo.db.models import Act, Cursor, Progress
from hanpyo.db.vault import MasterKey, Vault
from hanpyo.elections.catalogue import Catalogue
from hanpyo.indexer.follower import Follower
from hanpyo.protocol.types import Secrecy
from hanpyo.runtime import Runtime
from tests.service.databases import KINDS, fresh_database

SIZES: Final = (1_000, 10_000, 100_000)
WEB3: Final = 10_000
_PEER: Final = "raw decode and copy"


def main() -> None:
    """Measure, print and write `bench/results/index.json`."""
    rows = measure()
    show(rows)
    print(f"written to {write('index', rows)}")


def measure(
    sizes: Sequence[int] = SIZES, web3: int = WEB3, kinds: Sequence[str] = KINDS
) -> list[Row]:
    """Events a second at each size on each database, and of the peers."""
    paper = Paper.of(sizes[-1], Secrecy.OPEN)
    corpora = [Corpus.of(paper, size) for size in sizes]
    usual = _with_web3(Corpus.of(paper, web3))
    rows = [Row("web3.py's contract events, decoded only", round(usual), "events/s")]
    with tempfile.TemporaryDirectory(prefix="hanpyo-bench-") as folder:
        for kind in kinds:
            trials = [_Trial(corpus, kind, Path(folder)) for corpus in corpora]
            rows += _rows(kind, trials, usual)
    return rows


def _rows(kind: str, trials: "Sequence[_Trial]", usual: float) -> list[Row]:
    found = []
    for trial in trials:
        before, ours, after = trial.raw(), trial.ours(), trial.raw()
        peer = 2 * before.rate * after.rate / (before.rate + after.rate)
        name = f"{kind}, rebuild of {trial.corpus.ballots:,} ballots"
        found.append(Row(name, round(ours.rate), "events/s", _PEER, round(peer)))
    trusting = trial.ours("end")
    return [
        *found,
        Row(f"{kind}, ours of the raw copy's rate", round(ours.rate / peer, 2), "(0.50 wanted)"),
        Row(f"{kind}, times web3.py's events", round(ours.rate / usual, 1), "(10 wanted)"),
        Row(f"{kind}, without looking at blooms", round(trusting.rate), "events/s"),
        Row(f"{kind}, our CPU an event", round(ours.cpu, 1), "us", _PEER, round(after.cpu, 1)),
    ]


class _Pace(NamedTuple):
    """`rate` in events a second; `cpu` in microseconds of this process an event."""

    rate: float
    cpu: float


class _Watch:
    """Seconds, and seconds of this process, since it was made."""

    def __init__(self) -> None:
        self._began, self._cpu = time.perf_counter(), time.process_time()

    def read(self) -> tuple[float, float]:
        """Seconds and seconds of this process."""
        return time.perf_counter() - self._began, time.process_time() - self._cpu


@dataclass(frozen=True)
class _Trial:
    """One corpus read into fresh databases of one kind."""

    corpus: Corpus
    kind: str
    folder: Path

    def raw(self) -> _Pace:
        """The peer's pace."""
        with fresh_database(self.kind, self.folder) as url, telling(self.corpus) as node:
            address = self.corpus.paper.domain.election
            watch = _Watch()
            return self._pace(copy_raw(node, url, address, self.corpus.final), watch)

    def ours(self, check: str = "bloom") -> _Pace:
        """The follower's pace, from its first look at the chain until nothing is left to read."""
        with fresh_database(self.kind, self.folder) as url, telling(self.corpus) as node:
            database = Database(url)
            self.corpus.paper.publish(database, genesis=self.corpus.hashes[0])
            settings = load_settings(
                data=self.folder,
                database_url=url,
                chain={"rpc_urls": (node,)},
                index={"backfill_check": check},
            )
            vault = Vault([MasterKey.generate(1)])
            with Runtime(settings, database, vault, Rpc(node)) as runtime:
                follower = Follower(runtime, Catalogue(database))
                held = runtime.leases.take(follower.name)
                if held is None:
                    raise SystemExit("the lease of a fresh database is held")
                watch = _Watch()
                while follower.step(held):
                    pass
                pace = self._pace(len(self.corpus.logs), watch)
                self._require_all(database)
                return pace

    def _pace(self, events: int, watch: _Watch) -> _Pace:
        seconds, cpu = watch.read()
        if events != len(self.corpus.logs):
            raise SystemExit(f"{events} events were read, there are {len(self.corpus.logs)}")
        return _Pace(events / seconds, cpu / events * 1e6)

    def _require_all(self, database: Database) -> None:
        with database.read() as session:
            acts = session.scalar(select(func.count()).select_from(Act))
            live = session.scalar(select(Progress.live))
            read_to = session.scalar(select(Cursor.number))
        if (acts, live) != (self.corpus.ballots, self.corpus.ballots):
            raise SystemExit(f"{acts} acts and {live} live ballots after block {read_to}")


def _with_web3(corpus: Corpus) -> float:
    with telling(corpus) as node:
        began = time.perf_counter()
        events = read_with_web3(node, corpus.paper.domain.election, corpus.final)
        seconds = time.perf_counter() - began
    if events != corpus.ballots:
        raise SystemExit(f"web3.py read {events} ballots of {corpus.ballots}")
    return (events + -(-events // BATCH)) / seconds
