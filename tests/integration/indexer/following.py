"""An election, its voters' keys, and the follower that reads it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import Table, select

from hanpyo.chain.contracts import ElectionContract, revert_reasons
from hanpyo.chain.rpc import Rpc
from hanpyo.chain.sender import Pace, Sender
from hanpyo.db.database import Database
from hanpyo.db.leases import Held
from hanpyo.db.models import ChainHead, IndexAlarm, Progress
from hanpyo.elections.casting import SignedAct, Voter, cast_all
from hanpyo.elections.catalogue import PublishedElection
from hanpyo.indexer.follower import Follower
from hanpyo.indexer.index import TABLES
from hanpyo.indexer.writing import restart
from tests.service.scene import Scene, booth, voter

_MOST_STEPS = 50


def new_sender(scene: Scene) -> Sender:
    """A sender that takes its nonce from the chain as it is now."""
    node = scene.node
    pace = Pace(poll=0.02)
    return Sender(node.rpc, node.accounts[0], node.chain_id, pace=pace, reasons=revert_reasons())


@dataclass
class Following:
    """One election of a scene under the eyes of a follower."""

    scene: Scene
    election: PublishedElection
    voters: dict[int, Voter] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.follower = Follower(self.scene.runtime, self.scene.catalogue)
        self.contract = ElectionContract(self.scene.node.rpc, self.election.address)

    @property
    def database(self) -> Database:
        return self.scene.runtime.database

    @property
    def held(self) -> Held:
        held = self.scene.runtime.leases.take("indexer")
        assert held is not None
        return held

    def reorganise(self, depth: int) -> None:
        """Replace the newest blocks with empty ones, and forget the nonces that they used."""
        self.scene.controls.reorganise(depth)
        self.scene.organiser = new_sender(self.scene)

    def cast(self, choices: bytes, numbers: Sequence[int], revision: int = 0) -> None:
        """Put ballots of these voters on the chain."""
        here = booth(self.election)
        voters = [self._voter(number) for number in numbers]
        self._send([SignedAct(v, here.ballot(v, choices, revision=revision)) for v in voters])

    def withdraw(self, number: int, revision: int) -> None:
        """Take a voter's ballot back on the chain."""
        one = self._voter(number)
        self._send([SignedAct(one, booth(self.election).withdrawal(one, revision=revision))])

    def _voter(self, number: int) -> Voter:
        weight = self.election.roll[number].weight
        return self.voters.setdefault(number, voter(number, weight))

    def _send(self, acts: Sequence[SignedAct]) -> None:
        cast_all(self.scene.organiser, self.contract, acts, self.scene.officials.registrars)

    def follow(self) -> None:
        """Let the follower step until it has nothing to do."""
        for _ in range(_MOST_STEPS):
            if not self.follower.step(self.held):
                return
        raise AssertionError("the follower does not come to rest")

    def through(self, rpc: Rpc) -> None:
        """Read from another node from here on."""
        self.scene.runtime.node = rpc

    def rows(self) -> dict[str, list[Any]]:
        """Every row of the election's read model."""
        with self.database.read() as session:
            found: dict[str, list[Any]] = {}
            for model in TABLES:
                table = cast("Table", model.__table__)
                query = select(table).where(table.c.election_id == self.election.id)
                found[table.name] = sorted(tuple(map(repr, row)) for row in session.execute(query))
            return found

    def rebuilt(self) -> dict[str, list[Any]]:
        """The rows after reading everything again from the election's creation."""
        self.database.transact(lambda session: restart(session, self.election))
        self.follow()
        return self.rows()

    def progress(self) -> Progress:
        with self.database.read() as session:
            return session.get_one(Progress, self.election.id)

    def head(self) -> ChainHead:
        with self.database.read() as session:
            return session.get_one(ChainHead, 1)

    def alarms(self) -> list[IndexAlarm]:
        with self.database.read() as session:
            return list(session.scalars(select(IndexAlarm).order_by(IndexAlarm.id)))
