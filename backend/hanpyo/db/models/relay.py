"""What the relay took in, what it signed, and what that cost.

A ballot's row is the queue: it is committed before its voter has an answer. An attempt's row is
committed before its bytes leave for a node. Neither is ever deleted while it may matter.
"""

from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from hanpyo.db.types import (
    Base,
    Blob,
    Bytes20,
    Bytes32,
    Number,
    RandomId,
    Reference,
    Seconds,
    SerialId,
    WeiAmount,
)


class BallotState(StrEnum):
    """Where a ballot stands between its promise and the record; `relay.states` draws the moves."""

    QUEUED = "queued"
    SENT = "sent"
    """In a transaction that was signed and is not known to have failed."""
    RECORDED = "recorded"
    """On the canonical chain, in a block that may still be taken back."""
    FINAL = "final"
    SUPERSEDED = "superseded"
    """A later act of the same voter is final."""
    OUTDATED = "outdated"
    """A rebind or a desk act outdates it."""
    REFUSED_BY_WALLET = "refused_by_wallet"
    """Its contract wallet did not confirm the signature when it mattered."""
    TOO_LATE = "too_late"
    """The close passed; the promise is broken and the evidence says so."""
    REFUSED = "refused"
    """The contract refused it for a reason that the intake could not foresee."""


class BatchState(StrEnum):
    """What became of a batch's transaction."""

    PLANNED = "planned"
    """Holds its ballots; nothing is signed."""
    SENT = "sent"
    MINED = "mined"
    """In a block that may still be taken back."""
    DONE = "done"
    """Mined for good, whatever the contract said of its ballots."""
    FAILED = "failed"
    """Never executed, or reverted, for good; its ballots are free again."""


class Ballot(Base):
    """One act of a voter that the relay promised to bring on the record.

    The intake never takes two digests at one order. `body` is what a batch needs beyond the terms:
    compact: signature, payload, registrars' signatures; wide: the entry's bytes. `batch_id` with
    the state queued means that a batch is being made of it. Election and batch are named without
    foreign keys: each would lock a row that every other ballot needs as well.
    """

    __tablename__ = "ballot"
    __table_args__ = (
        UniqueConstraint("election_id", "voter", "epoch", "revision"),
        Index("ballot_by_state", "state", "election_id", "id"),
        Index(
            "ballot_by_batch",
            "batch_id",
            sqlite_where=text("batch_id IS NOT NULL"),
            postgresql_where=text("batch_id IS NOT NULL"),
        ),
    )

    id: Mapped[SerialId]
    election_id: Mapped[Reference]
    digest: Mapped[Bytes32] = mapped_column(unique=True)
    voter: Mapped[Number]
    epoch: Mapped[Number]
    revision: Mapped[Number]
    kind: Mapped[int]
    form: Mapped[int]
    """The format byte of its batches: 1 compact, 2 wide."""
    weight: Mapped[Number]
    class_: Mapped[int] = mapped_column("class")
    key: Mapped[Bytes32]
    body: Mapped[Blob]
    state: Mapped[str] = mapped_column(String(20))
    received_at: Mapped[Seconds]
    include_by: Mapped[Seconds]
    """Chain time."""
    promise: Mapped[bytes] = mapped_column(LargeBinary(65))
    batch_id: Mapped[Reference | None]
    tries: Mapped[int] = mapped_column(default=0)
    """Batches that failed with it; from the first on it travels alone."""
    not_before: Mapped[Seconds] = mapped_column(default=0)
    """When it may be tried again."""
    cause: Mapped[str | None] = mapped_column(String(200))
    """Why it is in its state."""
    evidence: Mapped[str | None] = mapped_column(Text)
    """What the relay signs when the promise ends without a record: JSON, see `relay.evidence`."""
    settled_at: Mapped[Seconds | None]


class Batch(Base):
    """One transaction's worth of ballots."""

    __tablename__ = "batch"
    __table_args__ = (Index("batch_by_state", "state", "account_id"),)

    id: Mapped[RandomId]
    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("relay_account.id"))
    form: Mapped[int]
    ballots: Mapped[int]
    state: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[Seconds]
    nonce: Mapped[Number | None]
    cost_bound: Mapped[WeiAmount | None]
    """The most it may cost at the fees last offered."""
    block_number: Mapped[Number | None]
    gas_used: Mapped[Number | None]
    fee_paid: Mapped[WeiAmount | None]
    cause: Mapped[str | None] = mapped_column(String(300))


class RelayAccount(Base):
    """A sending account. One process sends for it, under the lease `account:<address>`."""

    __tablename__ = "relay_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[Bytes20] = mapped_column(unique=True)
    chain_id: Mapped[Number]
    genesis: Mapped[Bytes32]
    next_nonce: Mapped[Number] = mapped_column(default=0)
    """One past the highest nonce ever signed."""
    settled_nonce: Mapped[Number] = mapped_column(default=0)
    """All nonces below are mined for good."""
    paused: Mapped[str | None] = mapped_column(String(300))
    """Why it signs nothing now."""
    balance: Mapped[WeiAmount | None]
    checked_at: Mapped[Seconds | None]


class Attempt(Base):
    """One signed transaction; several at one nonce replace each other and either may mine."""

    __tablename__ = "attempt"
    __table_args__ = (Index("attempt_by_nonce", "account_id", "nonce"),)

    id: Mapped[SerialId]
    account_id: Mapped[int] = mapped_column(ForeignKey("relay_account.id"))
    nonce: Mapped[Number]
    label: Mapped[str] = mapped_column(String(100))
    gas: Mapped[Number]
    max_fee: Mapped[WeiAmount]
    tip: Mapped[WeiAmount]
    hash: Mapped[Bytes32] = mapped_column(unique=True)
    raw: Mapped[Blob]
    created_at: Mapped[Seconds]


class Outlay(Base):
    """A transaction that is made for an election and holds no ballots: see `relay.outlays`.

    It is signed while `fee_paid` is None, and mined or lost for good after that.
    """

    __tablename__ = "outlay"

    account_id: Mapped[int] = mapped_column(ForeignKey("relay_account.id"), primary_key=True)
    nonce: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"))
    cost_bound: Mapped[WeiAmount]
    """The most it may cost, by any of its attempts."""
    fee_paid: Mapped[WeiAmount | None]
    missed_at: Mapped[Number | None]
    """The newest block when its nonce was first seen mined by nothing of ours."""


class Spend(Base):
    """What mined transactions of an election cost on one day (days since 1970), in wei."""

    __tablename__ = "spend"

    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), primary_key=True)
    day: Mapped[int] = mapped_column(primary_key=True)
    wei: Mapped[WeiAmount]
