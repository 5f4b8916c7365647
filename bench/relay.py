"""The relay from rows in the queue to mined batches, beside the same transactions sent raw.

A node with blocks of 60 million gas mines once a second. The relay's own tasks send a queue of
ballots as `hanpyo worker` runs them, with the default settings. Then the chain goes back to where
it was, and the very transactions that the relay signed are broadcast again as fast as the node
takes them.

The relay has every batch simulated before it pays for it, so that the node runs each ballot twice,
and reads the state for nobody while it mines. The CPU seconds beside the rates say who had the
cores.
"""

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from eth_account import Account
from sqlalchemy import exists, func, insert, select

from bench.load.ballots import Desk, submissions
from bench.load.cpu import Usage
from bench.load.stage import block_a_second
from bench.report import Row, show, write
from hanpyo.chain.keys import LocalKey
from hanpyo.chain.node_errors import NodeError
from hanpyo.chain.rpc import Rpc
from hanpyo.db.models import Act, Attempt, Ballot, BallotState, Batch
from hanpyo.elections.catalogue import PublishedElection
from hanpyo.indexer.follower import Follower
from hanpyo.protocol.types import Secrecy
from hanpyo.relay.service import Relay
from hanpyo.relay.submission import examine
from hanpyo.tasks import TaskRunner
from tests.service.databases import KINDS
from tests.service.scene import Scene, booth, scene

BALLOTS: Final = 30_000
ACCOUNTS: Final = 1
_POLL: Final = 0.05
_PATIENCE: Final = 300.0
_PEER: Final = "the node, presigned"


def main() -> None:
    """Measure, print and write `bench/results/relay.json`."""
    rows = measure()
    show(rows)
    print(f"written to {write('relay', rows)}")


def measure(
    ballots: int = BALLOTS, accounts: int = ACCOUNTS, kinds: Sequence[str] = KINDS
) -> list[Row]:
    """Ballots a second on each database, ours and the node's own."""
    rows = []
    for kind in kinds:
        with tempfile.TemporaryDirectory(prefix="hanpyo-bench-") as folder:
            found = _run(kind, Path(folder), ballots, accounts)
        rows += _rows(kind, ballots, found)
    return rows


@dataclass(frozen=True)
class _Found:
    """Seconds until all was mined, until all was read, until the same was mined presigned."""

    mined: float
    indexed: float
    presigned: float
    gas: int
    used: Usage
    """By the relay's run, until all was read."""
    used_presigned: Usage


def _rows(kind: str, ballots: int, found: _Found) -> list[Row]:
    ours, peer = ballots / found.mined, ballots / found.presigned
    used, alone = found.used, found.used_presigned
    return [
        Row(f"{kind}, queue to mined", round(ours), "ballots/s", _PEER, round(peer)),
        Row(f"{kind}, ours of the node's rate", round(ours / peer, 2), "(0.80 wanted)"),
        Row(f"{kind}, queue to read model", round(ballots / found.indexed), "ballots/s"),
        Row(f"{kind}, gas", round(found.gas / ballots), "a ballot"),
        Row(f"{kind}, the node's CPU", round(used.node, 1), "s", _PEER, round(alone.node, 1)),
        Row(f"{kind}, our CPU", round(used.own, 1), "s"),
        Row(
            f"{kind}, other processes' CPU",
            round(used.others, 1),
            "s",
            _PEER,
            round(alone.others, 1),
        ),
        Row(f"{kind}, CPU there was", round(used.all, 1), "s", _PEER, round(alone.all, 1)),
    ]


def _run(kind: str, folder: Path, ballots: int, accounts: int) -> _Found:
    with scene(kind, folder) as place:
        election = place.publish(ballots, Secrecy.OPEN)
        _queue(place, election, ballots)
        with block_a_second(place.node.rpc):
            snapshot, node = place.node.rpc.call("evm_snapshot"), place.node.process_id
            before = Usage.now(node)
            mined, indexed = _relay(place, ballots, accounts)
            used = Usage.now(node).since(before)
            raw = _signed(place)
            gas = _gas_used(place)
            if place.node.rpc.call("evm_revert", snapshot) is not True:
                raise SystemExit("the node does not go back to where it was")
            before = Usage.now(node)
            presigned = _presigned(place.node.rpc, raw)
            return _Found(mined, indexed, presigned, gas, used, Usage.now(node).since(before))


def _queue(place: Scene, election: PublishedElection, count: int) -> None:
    """Rows as the intake leaves them, all at once."""
    desk = Desk(booth(election), place.officials.registrars)
    now = place.runtime.now()
    rows = []
    for given in submissions(desk, range(count)):
        ballot = examine(election, given)
        rows.append(
            {
                "election_id": election.id,
                "digest": ballot.digest,
                "voter": ballot.voter,
                "epoch": ballot.epoch,
                "revision": ballot.revision,
                "kind": int(ballot.kind),
                "form": ballot.form,
                "weight": ballot.weight,
                "class_": ballot.class_,
                "key": ballot.key,
                "body": ballot.body,
                "state": BallotState.QUEUED,
                "received_at": now,
                "include_by": now + place.runtime.settings.relay.include_within,
                "promise": bytes(65),
            }
        )
    place.runtime.database.transact(lambda session: session.execute(insert(Ballot), rows))


def _relay(place: Scene, ballots: int, accounts: int) -> tuple[float, float]:
    """Seconds until the relay had everything mined, and until the follower had read it."""
    keys = [LocalKey(account) for account in place.node.accounts[1 : 1 + accounts]]
    runtime, rpc = place.runtime, place.node.rpc
    relay = Relay(runtime, keys, place.catalogue)
    runner = TaskRunner(runtime.leases, [Follower(runtime, place.catalogue), *relay.tasks()])
    addresses = [key.address for key in keys]
    began = time.perf_counter()
    runner.start()
    try:
        watch = _Watch(rpc, addresses, began)
        while not watch.is_over(queued=_has_queued(place)):
            time.sleep(_POLL)
        mined = watch.changed - began
        while _acts(place) < ballots:
            _require_time(began)
            time.sleep(_POLL)
        return mined, time.perf_counter() - began
    finally:
        runner.stop()


class _Watch:
    """Notes when the last transaction of some accounts was mined."""

    def __init__(self, rpc: Rpc, addresses: Sequence[str], began: float) -> None:
        self._rpc = rpc
        self._addresses = addresses
        self._began = began
        self._mined = 0
        self.changed = began

    def is_over(self, *, queued: bool) -> bool:
        """Look; whether nothing is `queued` and nothing is pending."""
        _require_time(self._began)
        mined = sum(self._rpc.nonce(each) for each in self._addresses)
        if mined != self._mined:
            self._mined, self.changed = mined, time.perf_counter()
        if queued:
            return False
        return mined == sum(self._rpc.nonce(each, "pending") for each in self._addresses)


def _presigned(rpc: Rpc, raw: Sequence[bytes]) -> float:
    """Seconds until these transactions are mined."""
    senders = {Account.recover_transaction(each) for each in raw}
    began = time.perf_counter()
    for outcome in rpc.send_raw(raw):
        if isinstance(outcome, NodeError):
            raise outcome
    watch = _Watch(rpc, sorted(senders), began)
    while not watch.is_over(queued=False):
        time.sleep(_POLL)
    return watch.changed - began


def _signed(place: Scene) -> list[bytes]:
    """What the relay broadcast, the newest of each nonce, in order."""
    with place.runtime.database.read() as session:
        rows = session.execute(
            select(Attempt.account_id, Attempt.nonce, Attempt.raw).order_by(Attempt.id)
        )
        newest = {(account, nonce): raw for account, nonce, raw in rows}
    return [newest[key] for key in sorted(newest, key=lambda key: key[::-1])]


def _gas_used(place: Scene) -> int:
    with place.runtime.database.read() as session:
        return session.scalar(select(func.sum(Batch.gas_used))) or 0


def _has_queued(place: Scene) -> bool:
    wanted = select(exists().where(Ballot.state == BallotState.QUEUED))
    with place.runtime.database.read() as session:
        return bool(session.scalar(wanted))


def _acts(place: Scene) -> int:
    with place.runtime.database.read() as session:
        return session.scalar(select(func.count()).select_from(Act)) or 0


def _require_time(began: float) -> None:
    if time.perf_counter() - began > _PATIENCE:
        raise SystemExit(f"the relay is not done after {_PATIENCE:.0f} seconds")
