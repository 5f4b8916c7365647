"""A service with a published election on an embedded chain, and every key of it at hand."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from hanpyo.chain.contracts import ElectionContract, FactoryContract, revert_reasons
from hanpyo.chain.controls import Controls
from hanpyo.chain.deploy import deploy
from hanpyo.chain.headers import fetch_header
from hanpyo.chain.node import EmbeddedNode
from hanpyo.chain.sender import Pace, Sender
from hanpyo.config import load_settings
from hanpyo.db.database import Database
from hanpyo.db.models import ChainHead, Election, ElectionState, Installation, Member, Organisation
from hanpyo.db.vault import MasterKey, Vault
from hanpyo.elections import lifecycle
from hanpyo.elections.casting import Booth, Voter
from hanpyo.elections.catalogue import Catalogue, PublishedElection
from hanpyo.elections.officials import Officials, Signers, credential_of, new_key
from hanpyo.elections.plan import Periods, Plan, manifest_for
from hanpyo.protocol.agenda import Item, Method
from hanpyo.protocol.batch import Attestation, CompactRecord
from hanpyo.protocol.roll import RollEntry, encode_roll, member_commitment
from hanpyo.protocol.signatures import address_of
from hanpyo.protocol.types import Address, EntryKind, Secrecy
from hanpyo.runtime import Runtime
from hanpyo.secrecy.trustee import TrusteeKey
from tests.service.databases import ready_database

PERIODS = Periods(lead=60, voting=86_400, desk=3_600, gap=600, release=3_600, challenge=600)
YES, NO = bytes([1]), bytes([2])


@dataclass
class Scene:
    """A running chain and a service's runtime over it."""

    runtime: Runtime
    node: EmbeddedNode
    factory: FactoryContract
    organiser: Sender
    officials: Officials
    catalogue: Catalogue

    @property
    def controls(self) -> Controls:
        """The levers of the chain."""
        return self.node.controls

    def see_head(self) -> None:
        """Note the newest block as the follower would."""
        rpc = self.node.rpc
        newest = fetch_header(rpc, rpc.block_number())
        final = fetch_header(rpc, "finalized")

        def work(session: Any) -> None:
            session.merge(
                ChainHead(
                    id=1,
                    number=newest.number,
                    hash=newest.hash,
                    timestamp=newest.timestamp,
                    final_number=final.number,
                    seen_at=int(time.time()),
                )
            )

        self.runtime.database.transact(work)

    def publish(
        self,
        voters: int = 20,
        secrecy: Secrecy = Secrecy.SEALED,
        *,
        weights: Sequence[int] | None = None,
        listed: Mapping[int, bytes] | None = None,
        open_now: bool = True,
        periods: Periods = PERIODS,
        text: dict[str, Any] | None = None,
    ) -> PublishedElection:
        """Publish and freeze an election of one yes/no item; voter n is member `member-n`.

        `listed` voters have key ids on the roll instead. `text` is published in place of the usual.
        """
        roll = tuple(
            RollEntry(
                EntryKind.LISTED if number in (listed or {}) else EntryKind.ATTESTED,
                (listed or {}).get(number)
                or member_commitment(f"member-{number}".encode(), bytes([7]) * 32),
                weights[number] if weights else 1,
                0,
            )
            for number in range(voters)
        )
        usual = {"title": "시험 투표", "items": [{"title": "안건", "options": ["찬성", "반대"]}]}
        plan = Plan(secrecy, text or usual, (Item(Method.CHOOSE_ONE, 2),), roll)
        organiser = Address(bytes.fromhex(self.organiser.address[2:]))
        timetable = periods.starting(self.controls.now())
        manifest = manifest_for(plan, organiser, timetable, self.officials)
        start = self.node.rpc.block_number()
        contract = lifecycle.create(self.organiser, self.factory, manifest)
        lifecycle.publish_and_freeze(self.organiser, contract, plan)
        if open_now:
            self.controls.advance_to(timetable.opens_at)
        self.see_head()
        return self.catalogue.get(self._remember(contract, plan, start))

    def _remember(self, contract: ElectionContract, plan: Plan, start: int) -> str:
        manifest, now = contract.manifest, self.runtime.now()

        def work(session: Any) -> str:
            organisation = Organisation(name="한표협동조합", created_at=now)
            session.add(organisation)
            session.flush()
            election = Election(
                organisation_id=organisation.id,
                state=ElectionState.PUBLISHED,
                title=plan.text["title"],
                definition=orjson.dumps({}).decode(),
                identity="L2",
                methods="mail",
                created_at=now,
                changed_at=now,
                text=plan.text_json,
                roll=encode_roll(plan.roll),
                manifest=manifest.encode(),
                manifest_hash=contract.manifest_hash,
                address=bytes.fromhex(contract.address[2:]),
                created_block=start,
                opens_at=manifest.timetable.opens_at,
                closes_at=manifest.timetable.closes_at,
            )
            session.add(election)
            session.flush()
            for number, entry in enumerate(plan.roll):
                session.add(
                    Member(
                        election_id=election.id,
                        line=number + 2,
                        voter=number,
                        weight_numerator=entry.weight,
                        weight=entry.weight,
                    )
                )
            return election.id

        return self.runtime.database.transact(work)

    def credential(
        self, election: PublishedElection, record: CompactRecord, voter: Voter
    ) -> tuple[Attestation, ...]:
        """The registrars' signatures of the one-entry credential that a record needs."""
        wanted = credential_of(record, address_of(voter.key))
        return self.officials.registrars.attest_message(election.domain, wanted)


def voter(number: int, weight: int = 1) -> Voter:
    """A voter with a fresh key."""
    return Voter(number, new_key(), weight)


def booth(election: PublishedElection) -> Booth:
    """Where acts of this election are made."""
    return Booth(election.manifest, election.domain)


@contextmanager
def scene(
    database_kind: str, folder: Path, *, history: int = 64, **settings: Any
) -> Iterator[Scene]:
    """A chain that mines each transaction at once, and a runtime over a fresh database."""
    with (
        EmbeddedNode(history=history) as node,
        ready_database(database_kind, folder) as url,
    ):
        database = Database(url)
        sender = Sender(
            node.rpc,
            node.accounts[0],
            node.chain_id,
            pace=Pace(poll=0.02),
            reasons=revert_reasons(),
        )
        deployment = deploy(sender, node.chain_id)
        given = {"data": folder, "database_url": url, "chain": {"rpc_urls": (node.url,)}} | settings
        runtime = Runtime(
            load_settings(**given), database, Vault([MasterKey.generate(1)]), node.rpc
        )

        def work(session: Any) -> None:
            session.add(
                Installation(
                    id=1,
                    chain_id=node.chain_id,
                    genesis=node.rpc.block_hash(0),
                    factory=bytes.fromhex(deployment.factory[2:]),
                    embedded=True,
                    created_at=runtime.now(),
                )
            )

        database.transact(work)
        yield Scene(
            runtime,
            node,
            FactoryContract(node.rpc, deployment.factory),
            sender,
            Officials(Signers.generate(3, 2), Signers.generate(2, 2), TrusteeKey.generate()),
            Catalogue(database),
        )
        database.close()
