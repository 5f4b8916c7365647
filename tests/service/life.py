"""An election's life in a scene: drafted, published and closed by the service's own tasks."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from hanpyo.audit import LiveSource, audit
from hanpyo.chain.contracts import ElectionContract, revert_reasons
from hanpyo.chain.sender import Pace, Sender
from hanpyo.config import RegistrarPlace, RegistrarsSection, Settings
from hanpyo.db.leases import Held
from hanpyo.db.models import Election, Member, Organisation
from hanpyo.elections import drafts
from hanpyo.elections.casting import Booth, SignedAct, Voter, cast_all
from hanpyo.elections.catalogue import PublishedElection
from hanpyo.elections.closing import Closer
from hanpyo.elections.officials import new_key
from hanpyo.elections.posting import Account, Given
from hanpyo.elections.publishing import Publisher
from hanpyo.elections.readiness import request_publishing
from hanpyo.elections.terms import Terms
from hanpyo.protocol.types import Address
from hanpyo.secrecy.trustee import TrusteeKey
from tests.service.scene import Scene

LEAD, VOTING, DESK, GAP, RELEASE, CHALLENGE = 900, 3_600, 60, 60, 7_200, 60


@dataclass
class Life:
    """One organisation with its elections in a scene."""

    scene: Scene
    trustee: TrusteeKey = field(default_factory=TrusteeKey.generate)
    keys: dict[int, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Let the installation know the scene's registrars."""
        registrars = self.scene.officials.registrars
        places = tuple(
            RegistrarPlace(name=str(at), address="0x" + each.hex(), url="http://127.0.0.1:1")
            for at, each in enumerate(registrars.addresses)
        )
        section = RegistrarsSection(threshold=registrars.needed, members=places)
        runtime = self.scene.runtime
        runtime.settings = runtime.settings.model_copy(update={"registrars": section})

    @cached_property
    def organisation_id(self) -> str:
        """A fresh organisation."""

        def work(session: Session) -> str:
            made = Organisation(name="한표협동조합", created_at=self.now)
            session.add(made)
            session.flush()
            return made.id

        return self.scene.runtime.database.transact(work)

    @property
    def now(self) -> int:
        """The chain's time."""
        return self.scene.controls.now()

    @cached_property
    def sender(self) -> Sender:
        """The account that acts for the service."""
        node = self.scene.node
        pace = Pace(poll=0.01, patience=20.0)
        return Sender(
            node.rpc, node.accounts[1], node.chain_id, pace=pace, reasons=revert_reasons()
        )

    def held(self, name: str) -> Held:
        """The lease of a task."""
        held = self.scene.runtime.leases.take(name)
        assert held is not None
        return held

    def content(self, *, secrecy: str = "sealed", lead: int = LEAD, **more: Any) -> dict[str, Any]:
        """A definition's content that fits this scene."""
        opens = self.now + lead
        closes = opens + VOTING
        barrier = closes + DESK
        opening = barrier + GAP
        times = {
            "opens": opens,
            "closes": closes,
            "barrier": barrier,
            "opening": opening,
            "keyDeadline": opening + RELEASE,
            "certify": opening + RELEASE + CHALLENGE,
        }
        registrars = self.scene.officials.registrars
        x, y = self.trustee.public
        content: dict[str, Any] = {
            "title": "정기총회",
            "secrecy": secrecy,
            "times": times,
            "registrars": {
                "threshold": registrars.needed,
                "addresses": ["0x" + each.hex() for each in registrars.addresses],
            },
            "items": [{"title": "안건", "options": ["찬성", "반대"]}],
        }
        if secrecy == "sealed":
            content["trusteeKey"] = {"x": hex(x), "y": hex(y)}
        return content | more

    def draft(
        self,
        content: dict[str, Any] | None = None,
        *,
        members: Sequence[tuple[int, int]] = ((1, 0),) * 6,
        terms: Terms | None = None,
        test: bool = False,
    ) -> str:
        """A draft with members given as (weight, class); its id."""

        def work(session: Session) -> str:
            election = drafts.create_draft(
                session,
                self.organisation_id,
                content or self.content(),
                terms or Terms("L0", ("link",)),
                test=test,
                now=self.now,
            )
            for line, (weight, class_) in enumerate(members, 2):
                session.add(
                    Member(
                        election_id=election.id,
                        line=line,
                        weight_numerator=weight,
                        class_=class_,
                    )
                )
            return election.id

        return self.scene.runtime.database.transact(work)

    def request(self, election_id: str, settings: Settings | None = None) -> None:
        """Ask for a draft to be published."""
        self.scene.see_head()
        given = settings or self.settings
        self.scene.runtime.database.transact(
            lambda session: request_publishing(session, election_id, given, self.now)
        )

    @property
    def settings(self) -> Settings:
        """The scene's settings."""
        return self.scene.runtime.settings

    def run(self, task: Publisher | Closer) -> int:
        """Step until there is nothing to do and nothing unmined; how many steps did something."""
        held, done = self.held(task.name), 0
        for _ in range(1_000):
            unmined = self._is_unmined()
            if task.step(held):
                done += 1
            elif not unmined:
                return done
            else:
                time.sleep(0.01)
        raise AssertionError("the task never comes to rest")

    def _is_unmined(self) -> bool:
        rpc, address = self.scene.node.rpc, self.sender.address
        return rpc.nonce(address) < rpc.nonce(address, "pending")

    def publisher(self, account: Account | None = None) -> Publisher:
        """The publishing task."""
        return Publisher(self.scene.runtime, account or Given(self.sender))

    def closer(self, account: Account | None = None, **options: Any) -> Closer:
        """The closing task."""
        return Closer(self.scene.runtime, account or Given(self.sender), **options)

    def publish(self, election_id: str) -> PublishedElection:
        """Publish a draft by the task and wait for the voting."""
        self.request(election_id)
        self.run(self.publisher())
        self.scene.see_head()
        return self.scene.catalogue.get(election_id)

    def row(self, election_id: str) -> Election:
        """The election's row as it is now."""
        with self.scene.runtime.database.read() as session:
            return session.get_one(Election, election_id)

    def contract(self, election: PublishedElection) -> ElectionContract:
        """The election's contract."""
        return ElectionContract(self.scene.node.rpc, election.address)

    def cast(
        self,
        election: PublishedElection,
        *acts: tuple[int, bytes | None, int],
        booth: Booth | None = None,
    ) -> None:
        """Record acts given as (voter, choices or None, revision), in one batch."""
        used = booth or Booth(election.manifest, election.domain)
        signed = []
        for number, choices, revision in acts:
            entry = election.roll[number]
            key = self.keys.setdefault(number, new_key())
            voter = Voter(number, key, entry.weight, entry.class_)
            record = (
                used.withdrawal(voter, revision=revision)
                if choices is None
                else used.ballot(voter, choices, revision=revision)
            )
            signed.append(SignedAct(voter, record))
        registrars = self.scene.officials.registrars
        cast_all(self.scene.organiser, self.contract(election), signed, registrars)

    def advance_to(self, timestamp: int) -> None:
        """Move the chain's time, and see it as the follower does."""
        if self.now < timestamp:
            self.scene.controls.advance_to(timestamp)
        self.scene.see_head()

    def passes_audit(self, election: PublishedElection) -> bool:
        """Whether the independent audit passes."""
        address = Address(bytes.fromhex(election.address[2:]))
        return audit(LiveSource([self.scene.node.rpc]), address).ok
