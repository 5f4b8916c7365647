"""Which accounts of the chain are ours: the factory and the elections that this service shows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from hanpyo.chain.explaining import ELECTION
from hanpyo.db.models import Election, Installation
from hanpyo.elections.catalogue import PublishedElection
from hanpyo.indexer.cursors import FOLLOWED
from hanpyo.web.context import runtime
from hanpyo.web.pages.observer.texts import text_of
from hanpyo.web.public import reader

FACTORY: Final = "ElectionFactory"


@dataclass(frozen=True, slots=True)
class Known:
    """An account that is ours. `contract` is the packaged one whose interface it has."""

    contract: str
    election: PublishedElection | None = None

    @property
    def title(self) -> str:
        """The election's title; empty for the factory."""
        return text_of(self.election).title if self.election else ""


def known_among(addresses: Iterable[bytes]) -> Mapping[bytes, Known]:
    """Those of these accounts that are ours, by address."""
    wanted = {bytes(each) for each in addresses}
    with runtime().database.read() as session:
        installation = session.get(Installation, 1)
        query = select(Election.id, Election.address).where(
            Election.address.in_(wanted),
            Election.created_block.is_not(None),
            Election.state.in_(FOLLOWED),
        )
        rows = session.execute(query).all()
    found = {
        bytes(address): Known(ELECTION, reader().catalogue.get(election))
        for election, address in rows
        if address is not None
    }
    factory = installation.factory if installation else b""
    return found | ({bytes(factory): Known(FACTORY)} if factory in wanted else {})
