"""Published elections as the parts of the service need them: manifest, domain, form; kept in mind.

What is frozen never changes, so one look at the database serves a process for good.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import ClassVar, Final

from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from hanpyo.db.database import Database
from hanpyo.db.models import Election, Installation
from hanpyo.errors import NotFound
from hanpyo.protocol.batch import BatchForm
from hanpyo.protocol.domain import Domain
from hanpyo.protocol.manifest import Manifest
from hanpyo.protocol.manifest import decode as decode_manifest
from hanpyo.protocol.roll import RollEntry, decode_roll, roll_tree
from hanpyo.protocol.tree import RollTree
from hanpyo.protocol.types import Address, Digest

_KEPT: Final = 256


class UnknownElection(NotFound):
    """There is no such election, or it is not on the chain yet."""

    code: ClassVar[str] = "unknown_election"


@dataclass(frozen=True)
class PublishedElection:
    """One election on the chain."""

    id: str
    organisation_id: str
    title: str
    text: str
    manifest: Manifest
    domain: Domain
    roll_file: bytes

    @cached_property
    def form(self) -> BatchForm:
        """What the manifest fixes about its batches."""
        return BatchForm.of(self.manifest)

    @property
    def address(self) -> ChecksumAddress:
        """The election's contract."""
        return to_checksum_address(self.domain.election)

    @cached_property
    def roll(self) -> tuple[RollEntry, ...]:
        """The roll by voter number."""
        return decode_roll(self.roll_file)

    @cached_property
    def tree(self) -> RollTree:
        """The roll's Merkle tree."""
        return roll_tree(self.roll)


class Catalogue:
    """Published elections by id, read once each. Safe to share between threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: OrderedDict[str, PublishedElection] = OrderedDict()
        self._lock = Lock()

    def get(self, election_id: str) -> PublishedElection:
        """The election with this id; raises `UnknownElection`."""
        return self._find(election_id, lambda: Election.id == election_id)

    def at(self, address: Address) -> PublishedElection:
        """The election whose contract is at this address; raises `UnknownElection`."""
        return self._find(address.hex(), lambda: Election.address == address)

    def _find(self, key: str, condition: Callable[[], ColumnElement[bool]]) -> PublishedElection:
        with self._lock:
            known = self._known.get(key)
            if known is not None:
                self._known.move_to_end(key)
                return known
        with self._database.read() as session:
            found = _load(session, condition())
        with self._lock:
            self._known[key] = found
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return found


def _load(session: Session, condition: ColumnElement[bool]) -> PublishedElection:
    row = session.scalar(select(Election).where(condition, Election.created_block.is_not(None)))
    installation = session.get(Installation, 1)
    if row is None or installation is None:
        raise UnknownElection("there is no such election on the chain")
    if row.manifest is None or row.address is None or row.manifest_hash is None:
        raise UnknownElection("there is no such election on the chain")
    domain = Domain(installation.chain_id, Address(row.address), Digest(row.manifest_hash))
    return PublishedElection(
        row.id,
        row.organisation_id,
        row.title,
        row.text or "",
        decode_manifest(row.manifest),
        domain,
        row.roll or b"",
    )
