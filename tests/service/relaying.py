"""Ballots as a voter's page would post them, and a relay over a scene."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import func, select

from hanpyo.chain.keys import Key, LocalKey
from hanpyo.db.models import Act, Ballot, BallotState, Batch
from hanpyo.elections.casting import Voter
from hanpyo.elections.catalogue import PublishedElection
from hanpyo.indexer.follower import Follower
from hanpyo.protocol.batch import Attestation, CompactRecord
from hanpyo.protocol.signatures import address_of, expand
from hanpyo.relay.batches import ListSigner
from hanpyo.relay.rebinding import Rebinding
from hanpyo.relay.reconciling import Reconciling
from hanpyo.relay.sending import Sending
from hanpyo.relay.service import Relay
from hanpyo.relay.states import OPEN
from hanpyo.relay.submission import Submission
from hanpyo.tasks import Task
from tests.service.scene import Scene, booth


def relay_of(scene: Scene, *, accounts: int = 1) -> Relay:
    """A relay that sends from the chain's accounts after the organiser's."""
    return Relay(scene.runtime, relay_keys(scene, accounts), scene.catalogue)


def relay_keys(scene: Scene, count: int = 1) -> tuple[Key, ...]:
    return tuple(LocalKey(account) for account in scene.node.accounts[1 : 1 + count])


def attested(
    scene: Scene, election: PublishedElection, voter: Voter, record: CompactRecord
) -> Submission:
    """What the voter's page hands in, with the registrars' credential."""
    return submission(voter, record, scene.credential(election, record, voter))


def submission(
    voter: Voter, record: CompactRecord, attestations: tuple[Attestation, ...]
) -> Submission:
    return Submission(
        record.voter,
        record.epoch,
        record.revision,
        record.kind,
        1,
        address_of(voter.key),
        False,
        expand(record.signature),  # type: ignore[arg-type]
        record.payload,
        attestations,
    )


def ballot_of(
    scene: Scene,
    election: PublishedElection,
    voter: Voter,
    choices: bytes,
    *,
    epoch: int = 0,
    revision: int = 0,
) -> Submission:
    """A ballot of this voter as it is handed in."""
    record = booth(election).ballot(voter, choices, epoch=epoch, revision=revision)
    return attested(scene, election, voter, record)


def body(given: Submission) -> dict[str, Any]:
    """The JSON body of a submission."""
    return {
        "voter": given.voter,
        "epoch": given.epoch,
        "revision": given.revision,
        "kind": given.kind,
        "keyType": given.key_type,
        "key": "0x" + given.key.hex(),
        "wallet": given.wallet,
        "signature": "0x" + given.signature.hex(),
        "payload": "0x" + given.payload.hex(),
        "attestations": [
            {"index": each.index, "signature": "0x" + each.signature.hex()}
            for each in given.attestations
        ],
    }


class Works:
    """A relay's tasks and the follower, stepped by hand."""

    def __init__(
        self, scene: Scene, *, accounts: int = 1, registrars: ListSigner | None = None
    ) -> None:
        self.scene = scene
        self.keys = relay_keys(scene, accounts)
        self.relay = Relay(scene.runtime, self.keys, scene.catalogue)
        self.sending = [
            Sending(scene.runtime, scene.catalogue, account, registrars)
            for account in self.relay.accounts
        ]
        self.reconciling = Reconciling(scene.runtime, scene.catalogue, self.keys[0])
        self.rebinding = Rebinding(scene.runtime, scene.catalogue, self.relay.accounts[0])
        self.follower = Follower(scene.runtime, scene.catalogue)

    def do(self, task: Task) -> bool:
        held = self.scene.runtime.leases.take(task.name)
        assert held is not None
        return task.step(held)

    def follow(self) -> None:
        """Let the follower read all there is."""
        while self.do(self.follower):
            pass

    def step(self) -> None:
        """One step of every task, the follower before and after."""
        self.follow()
        for task in self.sending:
            self.do(task)
        self.follow()
        self.do(self.reconciling)

    def run(self, steps: int = 30) -> None:
        """Step until every ballot is on the record or ended."""
        for _ in range(steps):
            self.step()
            if not self.owed():
                return
        raise AssertionError(f"still owed: {self.owed()}")

    def finish(self, steps: int = 30) -> None:
        """Step while blocks pass until every ballot is settled."""
        for _ in range(steps):
            self.step()
            self.scene.controls.mine()
            if not self._count(OPEN):
                return
        raise AssertionError("ballots are not settled")

    def owed(self) -> int:
        return self._count((BallotState.QUEUED, BallotState.SENT))

    def states(self, election: PublishedElection) -> dict[int, str]:
        """The states of an election's ballots by voter; the last of several."""
        with self.scene.runtime.database.read() as session:
            rows = session.scalars(
                select(Ballot).where(Ballot.election_id == election.id).order_by(Ballot.id)
            )
            return {row.voter: row.state for row in rows}

    def row(self, digest: bytes) -> Ballot:
        with self.scene.runtime.database.read() as session:
            row = session.scalar(select(Ballot).where(Ballot.digest == digest))
        assert row is not None
        return row

    def batches(self, election: PublishedElection) -> list[Batch]:
        with self.scene.runtime.database.read() as session:
            wanted = select(Batch).where(Batch.election_id == election.id)
            return list(session.scalars(wanted.order_by(Batch.nonce)))

    def acts(self, election: PublishedElection) -> list[Act]:
        with self.scene.runtime.database.read() as session:
            return list(session.scalars(select(Act).where(Act.election_id == election.id)))

    def _count(self, states: Collection[BallotState]) -> int:
        with self.scene.runtime.database.read() as session:
            wanted = select(func.count()).where(Ballot.state.in_(states))
            return session.scalar(wanted) or 0
