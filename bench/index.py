"""Rebuilding the index, beside copying the raw logs, and beside web3.py's contract events.

All three read the same bytes from the same node, a process that answers from memory. Ours reads
them as the service's follower does from an empty index: every answer checked, every event decoded
strictly, each voter's standing, turnout, tally and digests written with the acts.
"""

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

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
    ours = peer = 0.0
    for trial in trials:
        before, ours, after = trial.raw(), trial.ours(), trial.raw()
        peer = 2 * before * after / (before + after)
        name = f"{kind}, rebuild of {trial.corpus.ballots:,} ballots"
        found.append(Row(name, round(ours), "events/s", _PEER, round(peer)))
    return [
        *found,
        Row(f"{kind}, ours of the raw copy's rate", round(ours / peer, 2), "(0.50 wanted)"),
        Row(f"{kind}, times web3.py's events", round(ours / usual, 1), "(10 wanted)"),
    ]


@dataclass(frozen=True)
class _Trial:
    """One corpus read into fresh databases of one kind; rates in events a second."""

    corpus: Corpus
    kind: str
    folder: Path

    def raw(self) -> float:
        """The peer's rate."""
        with fresh_database(self.kind, self.folder) as url, telling(self.corpus) as node:
            address = self.corpus.paper.domain.election
            began = time.perf_counter()
            events = copy_raw(node, url, address, self.corpus.final)
            return self._rate(events, time.perf_counter() - began)

    def ours(self) -> float:
        """The follower's rate, from its first look at the chain until nothing is left to read."""
        with fresh_database(self.kind, self.folder) as url, telling(self.corpus) as node:
            database = Database(url)
            self.corpus.paper.publish(database, genesis=self.corpus.hashes[0])
            settings = load_settings(
                data=self.folder, database_url=url, chain={"rpc_urls": (node,)}
            )
            vault = Vault([MasterKey.generate(1)])
            with Runtime(settings, database, vault, Rpc(node)) as runtime:
                follower = Follower(runtime, Catalogue(database))
                held = runtime.leases.take(follower.name)
                if held is None:
                    raise SystemExit("the lease of a fresh database is held")
                began = time.perf_counter()
                while follower.step(held):
                    pass
                seconds = time.perf_counter() - began
                self._require_all(database)
                return self._rate(len(self.corpus.logs), seconds)

    def _rate(self, events: int, seconds: float) -> float:
        if events != len(self.corpus.logs):
            raise SystemExit(f"{events} events were read, there are {len(self.corpus.logs)}")
        return events / seconds

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
