"""The read model of the chain: what the canonical chain holds at the cursor, and nothing else.

Rows here are derived from events alone; dropping and reading again gives the same rows. Whoever
asks whether a ballot is on the record asks `Act`.
"""

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from hanpyo.db.types import Base, Blob, Bytes32, Number, Seconds


class Act(Base):
    """One recorded act: an event of `BallotCast`, `BallotSealed` or `BallotWithdrawn`.

    `digest` is the EIP-712 digest of the Ballot that a voter would have signed for it. `payload` is
    the padded choices of an open ballot or the escrow of a sealed one, None for a withdrawal.
    """

    __tablename__ = "act"
    __table_args__ = (
        Index("act_by_voter", "election_id", "voter", "epoch", "revision"),
        Index("act_by_digest", "digest"),
    )

    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), primary_key=True)
    block_number: Mapped[Number] = mapped_column(primary_key=True)
    log_index: Mapped[Number] = mapped_column(primary_key=True)
    block_hash: Mapped[Bytes32]
    transaction_hash: Mapped[Bytes32]
    timestamp: Mapped[Seconds]
    voter: Mapped[Number]
    epoch: Mapped[Number]
    revision: Mapped[Number]
    kind: Mapped[Number]
    channel: Mapped[Number]
    class_: Mapped[Number] = mapped_column("class")
    weight: Mapped[Number]
    key: Mapped[Bytes32]
    content: Mapped[bytes] = mapped_column(LargeBinary(32))
    payload: Mapped[Blob | None]
    digest: Mapped[Bytes32]


class Skip(Base):
    """One `BallotSkipped`: an act that was not recorded, and why. Anyone can make one."""

    __tablename__ = "skip"
    __table_args__ = (Index("skip_by_digest", "digest"),)

    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), primary_key=True)
    block_number: Mapped[Number] = mapped_column(primary_key=True)
    log_index: Mapped[Number] = mapped_column(primary_key=True)
    block_hash: Mapped[Bytes32]
    transaction_hash: Mapped[Bytes32]
    timestamp: Mapped[Seconds]
    voter: Mapped[Number]
    digest: Mapped[Bytes32]
    reason: Mapped[Number]
