"""Opening a venue: an embedded chain of one's own, or a node elsewhere with keys from keystores."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from eth_account.signers.local import LocalAccount

from hanpyo.chain.contracts import FactoryContract, revert_reasons
from hanpyo.chain.deploy import check_factory, deploy
from hanpyo.chain.journal import FileJournal, Journal
from hanpyo.chain.node import EmbeddedNode
from hanpyo.chain.rpc import Rpc
from hanpyo.chain.sender import Pace, Sender
from hanpyo.elections.lifecycle import pace_for
from hanpyo.elections.plan import Periods
from hanpyo.elections.progress import Stages
from hanpyo.elections.venue import EmbeddedClock, RealClock, Venue

EMBEDDED_PERIODS = Periods(
    lead=3_600, voting=86_400, desk=3_600, gap=3_600, release=86_400, challenge=3_600
)
"""Times of an election on an embedded chain, where nobody waits for them."""
_EMBEDDED_POLL = 0.02


@dataclass(frozen=True, slots=True)
class Host:
    """A venue with its factory. `url` is where others can read; `embedded` says who controls it."""

    venue: Venue
    factory: FactoryContract
    url: str
    embedded: bool


@contextmanager
def embedded_host(stages: Stages) -> Iterator[Host]:
    """An embedded chain with the contracts deployed; it ends with the context."""
    with stages.stage("start the chain"):
        node = EmbeddedNode()
        node.start()
    try:
        pace = Pace(poll=_EMBEDDED_POLL)
        organiser, relay = (
            Sender(node.rpc, account, node.chain_id, pace=pace, reasons=revert_reasons())
            for account in node.accounts[:2]
        )
        with stages.stage("deploy"):
            deployment = deploy(organiser, node.chain_id)
        venue = Venue(node.rpc, organiser, relay, EmbeddedClock(node.controls))
        factory = FactoryContract(node.rpc, deployment.factory)
        yield Host(venue, factory, node.url, embedded=True)
    finally:
        node.stop()


@contextmanager
def remote_host(
    url: str, account: LocalAccount, stages: Stages, *, factory: str | None, journal: Path | None
) -> Iterator[Host]:
    """A node elsewhere, one account for everything; deploys the contracts where none are named.

    A factory that is named must run this version's code.
    """
    with Rpc(url) as rpc:
        chain_id = rpc.chain_id()
        kept: Journal | None = FileJournal(journal) if journal else None
        pace = pace_for(rpc)
        sender = Sender(rpc, account, chain_id, journal=kept, pace=pace, reasons=revert_reasons())
        with stages.stage("deploy" if factory is None else "check the factory"):
            address = factory or deploy(sender, chain_id).factory
            contract = check_factory(rpc, address)
        yield Host(Venue(rpc, sender, sender, RealClock(rpc, sender)), contract, url, False)
