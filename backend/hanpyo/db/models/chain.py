"""The chain this database belongs to, its newest block, and who holds which work."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from hanpyo.db.types import Base, Blob, Bytes20, Bytes32, Number, Seconds


class Installation(Base):
    """The one row that ties a database to a chain; another chain is refused.

    `canary` is sealed with the master key, so that another key ring is refused too.
    """

    __tablename__ = "installation"

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    chain_id: Mapped[Number]
    genesis: Mapped[Bytes32]
    factory: Mapped[Bytes20]
    embedded: Mapped[bool]
    created_at: Mapped[Seconds]
    canary: Mapped[Blob | None]


class ChainHead(Base):
    """The newest block that a follower of this installation has seen; one row.

    `seen_at` is the wall clock's time when it was first seen.
    """

    __tablename__ = "chain_head"

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    number: Mapped[Number]
    hash: Mapped[Bytes32]
    timestamp: Mapped[Seconds]
    final_number: Mapped[Number]
    seen_at: Mapped[Seconds]


class Lease(Base):
    """Work that one process at a time may do; `fence` rises with every new holder."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    holder: Mapped[str] = mapped_column(String(64))
    fence: Mapped[Number]
    expires_at: Mapped[Seconds]
