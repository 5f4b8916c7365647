"""What the database knows of the chain: which one it is, its newest block, what is final on it."""

from dataclasses import dataclass

from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address
from sqlalchemy.orm import Session

from hanpyo.db.database import Database
from hanpyo.db.models import ChainHead, Installation
from hanpyo.errors import Unavailable


@dataclass(frozen=True, slots=True)
class ChainFacts:
    """The installation's chain as its follower last saw it.

    `timestamp` is the newest block's, 0 before one was seen. On an embedded chain, which nobody
    reorganises, every block is final.
    """

    chain_id: int
    factory: ChecksumAddress
    embedded: bool
    timestamp: int
    final_number: int

    def is_final(self, number: int) -> bool:
        """Whether a block can no longer be replaced."""
        return self.embedded or number <= self.final_number


def facts_in(session: Session) -> ChainFacts:
    """See `chain_facts`."""
    installation = session.get(Installation, 1)
    if installation is None:
        raise Unavailable("the chain of this installation is not set up yet")
    head = session.get(ChainHead, 1)
    return ChainFacts(
        installation.chain_id,
        to_checksum_address(installation.factory),
        installation.embedded,
        0 if head is None else head.timestamp,
        0 if head is None else head.final_number,
    )


def chain_facts(database: Database) -> ChainFacts:
    """What is known now; raises `Unavailable` before the installation has a chain."""
    with database.read() as session:
        return facts_in(session)
