"""An election as the service knows it; the record itself is on the chain."""

from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hanpyo.db.types import Base, Blob, Bytes20, Bytes32, Number, RandomId, Seconds, WeiAmount


class ElectionState(StrEnum):
    """How far the service has brought an election; after PUBLISHED the chain's phase rules."""

    DRAFT = "draft"
    """Definition and roll may change; nothing is on chain."""
    PUBLISHING = "publishing"
    """Roll drawn, manifest fixed; creating, publishing and freezing on chain."""
    PUBLISHED = "published"
    """Frozen on chain."""
    CERTIFIED = "certified"
    """Counted and certified on chain, or undetermined for good."""
    CANCELLED = "cancelled"
    FAILED = "failed"
    """Publishing met a refusal that repeating does not cure; `fault` says which."""


class Election(Base):
    """One election of one organisation.

    `definition` is the organiser's (YAML or JSON, see `elections.definition`). What follows it is
    None until the roll is drawn; `address` is known before the transaction that creates it.
    `identity` is the level L0 … L4 and `methods` the names of the identity methods allowed,
    separated by spaces. `law` names the act whose assembly rules apply, see `elections.templates`.
    `created_block` is where reading its events starts; no event lies before it. `cancelling` asks
    for the election to be called off on chain. `trustee_secret` is a verified secret that waits to
    be released on chain; it is kept only once the opening time has come.
    """

    __tablename__ = "election"
    __table_args__ = (Index("election_by_organisation", "organisation_id"),)

    id: Mapped[RandomId]
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    state: Mapped[str] = mapped_column(String(16), default=ElectionState.DRAFT)
    title: Mapped[str] = mapped_column(String(1000))
    definition: Mapped[str] = mapped_column(Text)
    identity: Mapped[str] = mapped_column(String(2))
    methods: Mapped[str] = mapped_column(String(200))
    law: Mapped[str | None] = mapped_column(String(16))
    test: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Seconds]
    changed_at: Mapped[Seconds]
    text: Mapped[str | None] = mapped_column(Text)
    roll: Mapped[Blob | None]
    manifest: Mapped[Blob | None]
    manifest_hash: Mapped[Bytes32 | None]
    nonce: Mapped[str | None] = mapped_column(String(78))
    address: Mapped[Bytes20 | None] = mapped_column(unique=True)
    created_block: Mapped[Number | None]
    opens_at: Mapped[Seconds | None]
    closes_at: Mapped[Seconds | None]
    spend_cap: Mapped[WeiAmount | None]
    cancelling: Mapped[bool] = mapped_column(default=False)
    trustee_secret: Mapped[Bytes32 | None]
    erased_at: Mapped[Seconds | None]
    fault: Mapped[str | None] = mapped_column(Text)
