"""An installation as operators run it: a node, a database, `hanpyo web` and `hanpyo worker`.

Every part is a process that can be killed, stopped and started again; between processes and node
stands a proxy that misbehaves on order, and blocks come on a beat of the test's own.
"""

import contextlib
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from eth_account import Account
from sqlalchemy import func, select, update

from hanpyo.chain.contracts import FactoryContract, revert_reasons
from hanpyo.chain.deploy import deploy
from hanpyo.chain.node import EmbeddedNode
from hanpyo.chain.sender import Pace, Sender
from hanpyo.chain.tickets import TransactionRequest
from hanpyo.config import load_settings
from hanpyo.db.database import Database
from hanpyo.db.models import (
    Act,
    Attempt,
    Ballot,
    BallotState,
    ChainHead,
    Cursor,
    Installation,
    Lease,
)
from hanpyo.db.schema import migrate
from hanpyo.db.vault import Vault, parse_keys
from hanpyo.elections.catalogue import Catalogue, PublishedElection
from hanpyo.elections.officials import Officials, Signers
from hanpyo.protocol.signatures import address_of
from hanpyo.protocol.types import Secrecy
from hanpyo.relay.states import OPEN
from hanpyo.runtime import Runtime
from hanpyo.secrecy.trustee import TrusteeKey
from tests.service.crowd import Crowd
from tests.service.databases import fresh_database
from tests.service.nursery import Child, Nursery
from tests.service.proxy import FaultyNode
from tests.service.scene import Scene

CONFIRMATIONS = 4
HISTORY = 400
MASTER_KEYS = "1:" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY="
PASSWORD = "a password of tests"
PATIENCE = 60.0
_MARGIN = 14
"""Blocks behind a publication, so that no test's reorganisation takes it back."""
_HURRIED = 0.04
_CALM = 10**9
_THAWED = "&options=-c%20idle_in_transaction_session_timeout%3D3s"
"""How long a process that is stopped in mid-transaction holds its locks: not the usual 30 s."""
SETTINGS = {
    "HANPYO_CHAIN__CONFIRMATIONS": str(CONFIRMATIONS),
    "HANPYO_CHAIN__POLL": "0.2",
    "HANPYO_RELAY__BATCH_AGE": "0.2",
    "HANPYO_RELAY__INCLUDE_WITHIN": "20",
    "HANPYO_RELAY__MARGIN": "30",
    "HANPYO_RELAY__ACTS_A_VOTER": "1000",
    "HANPYO_WEB__PORT": "0",
    "HANPYO_WEB__WORKERS": "1",
    "HANPYO_WEB__THREADS": "8",
    "HANPYO_MASTER_KEYS": MASTER_KEYS,
}


class Beat:
    """Mines a block every `seconds` of the wall clock, while it is not held."""

    def __init__(self, node: EmbeddedNode, seconds: float) -> None:
        self._node = node
        self._seconds = seconds
        self.base_fee: int | None = None
        self._stopping = threading.Event()
        self._lock = threading.RLock()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stopping.set()
        self._thread.join()

    @contextmanager
    def held(self) -> Iterator[None]:
        """No block comes but what the test mines."""
        with self._lock:
            yield

    @contextmanager
    def hurried(self) -> Iterator[None]:
        """Blocks come as fast as a test wants to see many of them."""
        calm, self._seconds = self._seconds, _HURRIED
        try:
            yield
        finally:
            self._seconds = calm

    def _run(self) -> None:
        while not self._stopping.wait(self._seconds):
            with self._lock, contextlib.suppress(Exception):  # the node may be away
                if self.base_fee is not None:
                    self._node.controls.set_next_base_fee(self.base_fee)
                self._node.controls.mine()


@dataclass
class Deployment:
    """A running installation. `scene` is the test's own view of chain and database."""

    scene: Scene
    proxy: FaultyNode
    beat: Beat
    nursery: Nursery
    environment: Mapping[str, str]
    webs: list[Child] = field(default_factory=list)
    workers: list[Child] = field(default_factory=list)
    foreign_nonces: int = 0
    """Nonces of the relay's account that the test itself has used."""
    http: httpx.Client = field(
        default_factory=lambda: httpx.Client(timeout=20, trust_env=False), repr=False
    )

    @property
    def node(self) -> EmbeddedNode:
        """The node behind the proxy."""
        return self.scene.node

    @property
    def database(self) -> Database:
        """The database, seen by the test."""
        return self.scene.runtime.database

    def urls(self) -> list[str]:
        """Where the service answers now."""
        return [web.told["url"] for web in list(self.webs) if web.told is not None]

    def start_web(self, failpoint: str = "", **disturbed: Any) -> Child:
        """One more `hanpyo web`, ready; `disturbed` as for `Nursery.start`."""
        web = self._begin("web", failpoint, disturbed)
        web.wait_told()
        self.webs.append(web)
        return web

    def start_worker(self, failpoint: str = "", **disturbed: Any) -> Child:
        """One more `hanpyo worker`, at work or, with a failpoint, perhaps dead already."""
        worker = self._begin("worker", failpoint, disturbed)
        self.workers.append(worker)
        if worker.sound:
            worker.wait_told()
        return worker

    def kill(self, child: Child) -> None:
        """SIGKILL the process with its forks; whoever waits for its leases need not wait long."""
        child.kill()
        self.bury(child)

    def make_whole(self) -> None:
        """One sound `hanpyo web` and one sound `hanpyo worker`, neither more nor less."""
        for family in (self.webs, self.workers):
            for child in list(family):
                if not child.sound or child.ended() is not None or child is not family[0]:
                    self.kill(child)
        if not self.workers:
            self.start_worker()
        if not self.webs:
            self.start_web()

    def bury(self, child: Child) -> None:
        """Take note that a process has ended, and let the time of its leases pass."""
        child.wait_end()
        self.lease_time_passes(child.pid)
        for family in (self.webs, self.workers):
            if child in family:
                family.remove(child)

    def lease_time_passes(self, pid: int) -> None:
        """What thirty seconds without a sign of life do to the leases of a process."""
        theirs = Lease.holder.like(f"%-{pid}-%")
        gone = update(Lease).where(theirs).values(expires_at=0)
        self.database.transact(lambda session: session.execute(gone))

    def sender(self) -> Child:
        """The worker that sends ballots now."""
        name = f"relay:{self.node.accounts[1].address.lower()}"
        found: list[Child] = []

        def held() -> bool:
            with self.database.read() as session:
                holder = session.scalar(select(Lease.holder).where(Lease.name == name)) or ""
            found.extend(each for each in self.workers if f"-{each.pid}-" in holder)
            return bool(found)

        self.wait(held, "somebody sends")
        return found[0]

    def publish(self, voters: int = 20, secrecy: Secrecy = Secrecy.OPEN) -> PublishedElection:
        """One more election, open and deep enough under blocks for any reorganisation."""
        controls = self.node.controls
        controls.set_automine(True)
        election = self.scene.publish(voters, secrecy)
        controls.set_automine(False)
        controls.mine(_MARGIN)
        return election

    def restart_node(self) -> None:
        """Stop the node in order and start it again; what was not mined it has forgotten."""
        with self.beat.held():
            self.node.restart()
            self.node.controls.set_automine(False)

    def kill_node(self) -> None:
        """End the node at once and start it from what it last wrote to its disk."""
        with self.beat.held():
            self.node.kill()
            self.node.restart()
            self.node.controls.set_automine(False)

    def crowd(self, election: PublishedElection) -> Crowd:
        """The voters of an election."""
        return Crowd(election, self.scene.officials, self.urls, self.http)

    def wait_open(self, election: PublishedElection) -> None:
        """Until the follower has read the election and sees it open."""

        def is_open() -> bool:
            with self.database.read() as session:
                head = session.get(ChainHead, 1)
                cursor = session.get(Cursor, election.id)
            opens = election.manifest.timetable.opens_at
            fresh = head is not None and time.time() - head.seen_at < 5
            return cursor is not None and head is not None and head.timestamp >= opens and fresh

        self.wait(is_open, "the election is followed")

    def owed(self, election: PublishedElection) -> int:
        """Ballots that are not settled for good."""
        wanted = select(func.count()).where(
            Ballot.election_id == election.id, Ballot.state.in_(OPEN)
        )
        with self.database.read() as session:
            return session.scalar(wanted) or 0

    def settle(self, election: PublishedElection, seconds: float = PATIENCE) -> None:
        """Until every ballot of an election is final or ended."""
        with self.beat.hurried():
            self.wait(lambda: not self.owed(election), "every ballot is settled", seconds)

    def wait(self, holds: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
        """Until something holds; raises with the ends of all logs otherwise."""
        deadline = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > deadline:
                logs = "\n".join(each.logged()[-2500:] for each in (*self.webs, *self.workers))
                raise AssertionError(f"not in {seconds:.0f} s: {what}\n{logs}")
            time.sleep(0.1)

    def wait_recorded(self, crowd: Crowd) -> None:
        """Until every voter's last acknowledged ballot is on the record, final or not."""
        self.wait(lambda: self._is_recorded(crowd), "ballots are recorded")

    def record(self, crowd: Crowd, numbers: Sequence[int]) -> None:
        """Ballots of these voters come into the newest block while the beat is held."""
        assert crowd.vote(numbers) == len(numbers)
        relay, rpc = self.node.accounts[1].address, self.node.rpc
        waiting = select(func.count()).where(
            Ballot.election_id == crowd.election.id, Ballot.state == BallotState.QUEUED
        )

        def sent() -> bool:
            with self.database.read() as session:
                queued = session.scalar(waiting)
                signed = session.scalar(select(func.max(Attempt.nonce))) or 0
            return not queued and rpc.nonce(relay, "pending") > signed

        self.wait(sent, "ballots are in the pool")
        self.node.controls.mine()
        self.wait_recorded(crowd)

    def _is_recorded(self, crowd: Crowd) -> bool:
        recorded = select(Act.digest).where(Act.election_id == crowd.election.id)
        with self.database.read() as session:
            return crowd.last_acknowledged() <= set(session.scalars(recorded))

    def wait_not_ready(self, reason: str) -> None:
        """Until the service says that it is not ready, and why."""

        def says() -> bool:
            answer = self.http.get(self.urls()[0] + "/readyz")
            return answer.status_code == 503 and reason in answer.text

        self.wait(says, f"not ready: {reason}")

    def replacements(self) -> int:
        """How many attempts were signed at nonces that had one."""
        counted = select(func.count() - func.count(func.distinct(Attempt.nonce)))
        with self.database.read() as session:
            return session.scalar(counted.select_from(Attempt)) or 0

    @contextmanager
    def pending(self, crowd: Crowd, numbers: Sequence[int]) -> Iterator[None]:
        """Ballots of these voters are in a transaction that no block has taken yet."""
        with self.beat.held():
            assert crowd.vote(numbers) == len(numbers)
            relay = self.node.accounts[1].address
            rpc = self.node.rpc
            self.wait(lambda: rpc.nonce(relay, "pending") > rpc.nonce(relay), "it is pending")
            yield

    @contextmanager
    def base_fee(self, wei: int) -> Iterator[None]:
        """Every block costs so much a unit of gas, until the market is calm again."""
        self.beat.base_fee = wei
        try:
            yield
        finally:
            self.beat.base_fee = _CALM

    def reorganise(self, depth: int) -> None:
        """Replace the newest blocks with empty ones; their transactions are lost."""
        with self.beat.held():
            self.node.controls.reorganise(depth)

    def take_nonce(self, request: TransactionRequest) -> None:
        """Send something from the relay's own account, as another holder of its key would."""
        key = self.node.accounts[1]
        stranger = Sender(self.node.rpc, key, self.node.chain_id, pace=Pace(poll=0.02))
        stranger.send(request)
        self.node.controls.mine()
        self.foreign_nonces += 1

    def close(self) -> None:
        """End every process that is left."""
        for child in (*self.webs, *self.workers):
            child.signal(signal.SIGCONT)
            child.kill()
        self.http.close()

    def _begin(self, command: str, failpoint: str, disturbed: dict[str, Any]) -> Child:
        environment = dict(self.environment)
        if failpoint:
            environment["HANPYO_FAILPOINT"] = failpoint
        sound = disturbed.pop("sound", not failpoint and not disturbed)
        child = self.nursery.start(command, environment, "--json", **disturbed)
        child.sound = sound
        return child


class _Followed(Scene):
    """A scene whose head is noted by the installation's own follower."""

    def see_head(self) -> None:
        """Nothing: a worker does it."""


@contextmanager
def deployment(
    kind: str,
    folder: Path,
    *,
    webs: int = 1,
    workers: int = 1,
    chain: EmbeddedNode | None = None,
    place: AbstractContextManager[str] | None = None,
    beat: float = 0.2,
    **settings: str,
) -> Iterator[Deployment]:
    """An installation over a fresh chain and database; `settings` are environment variables.

    `chain` is the node where it is no usual one, `place` gives the URL of an empty database where
    it is on no usual server.
    """
    with (
        chain or EmbeddedNode(history=HISTORY) as node,
        FaultyNode(node.url) as proxy,
        place or fresh_database(kind, folder) as plain_url,
        Nursery(folder) as nursery,
    ):
        officials = Officials(Signers.generate(3, 2), Signers.generate(2, 2), TrusteeKey.generate())
        organiser = Sender(
            node.rpc,
            node.accounts[0],
            node.chain_id,
            pace=Pace(poll=0.02),
            reasons=revert_reasons(),
        )
        factory = deploy(organiser, node.chain_id).factory
        url = plain_url + (_THAWED if kind == "postgresql" else "")
        environment = _environment(
            folder,
            database=url,
            node_url=proxy.url,
            factory=factory,
            node=node,
            officials=officials,
        )
        environment |= settings
        database = Database(plain_url)
        migrate(database)
        given: dict[str, Any] = {
            "data": folder,
            "database_url": plain_url,
            "chain": {
                "rpc_urls": (node.url,),
                "confirmations": int(environment["HANPYO_CHAIN__CONFIRMATIONS"]),
            },
        }
        runtime = Runtime(
            load_settings(**given), database, Vault(parse_keys(MASTER_KEYS)), node.rpc
        )
        _install(runtime, node, factory)
        node.controls.set_automine(False)
        scene = _Followed(
            runtime,
            node,
            FactoryContract(node.rpc, factory),
            organiser,
            officials,
            Catalogue(database),
        )
        running = Deployment(scene, proxy, Beat(node, beat), nursery, environment)
        try:
            for _ in range(workers):
                running.start_worker()
            for _ in range(webs):
                running.start_web()
            yield running
        finally:
            running.close()
            running.beat.stop()
            database.close()


def _install(runtime: Runtime, node: EmbeddedNode, factory: str) -> None:
    row = Installation(
        id=1,
        chain_id=node.chain_id,
        genesis=node.rpc.block_hash(0),
        factory=bytes.fromhex(factory[2:]),
        embedded=True,
        created_at=runtime.now(),
    )
    runtime.database.transact(lambda session: session.add(row))


def _environment(
    folder: Path,
    *,
    database: str,
    node_url: str,
    factory: str,
    node: EmbeddedNode,
    officials: Officials,
) -> dict[str, str]:
    password = folder / "password"
    _private(password, PASSWORD)
    relay = _keystore(folder / "relay.json", bytes(node.accounts[1].key))
    members = [
        {
            "name": f"registrar {number}",
            "address": "0x" + address_of(key).hex(),
            "keystore": str(_keystore(folder / f"registrar-{number}.json", key)),
            "password_file": str(password),
        }
        for number, key in enumerate(officials.registrars.keys)
    ]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HANPYO_")}
    return kept | {
        "HANPYO_DATA": str(folder / "data"),
        "HANPYO_DATABASE_URL": database,
        "HANPYO_CHAIN__RPC_URLS": json.dumps([node_url]),
        "HANPYO_CHAIN__FACTORY": factory,
        "HANPYO_RELAY__KEYSTORES": json.dumps([str(relay)]),
        "HANPYO_RELAY__PASSWORD_FILE": str(password),
        "HANPYO_REGISTRARS__MEMBERS": json.dumps(members),
        "HANPYO_REGISTRARS__THRESHOLD": str(officials.registrars.needed),
        **SETTINGS,
    }


def _keystore(path: Path, key: bytes) -> Path:
    _private(path, json.dumps(Account.encrypt(key, PASSWORD, kdf="pbkdf2", iterations=1_000)))
    return path


def _private(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o600)
