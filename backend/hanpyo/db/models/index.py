"""The read model of the chain: what the canonical chain holds at the cursor, and nothing else.

Rows here are derived from events alone; dropping and reading again gives the same rows. Whoever
asks whether a ballot is on the record asks `Act`. The whole log of an election is `Act`, `Skip` and
`LogEntry` together, ordered by block and log index.

The tables with a row an event or a voter name their election without a foreign key, which would
look at it again for every row, a third of what PostgreSQL does in a rebuild. They are only ever
written together with the election's `Progress`, whose foreign key stands for them all.
"""

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hanpyo.db.types import (
    Base,
    Blob,
    Bytes20,
    Bytes32,
    Number,
    Reference,
    Seconds,
    SerialId,
)


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

    election_id: Mapped[Reference] = mapped_column(primary_key=True)
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

    election_id: Mapped[Reference] = mapped_column(primary_key=True)
    block_number: Mapped[Number] = mapped_column(primary_key=True)
    log_index: Mapped[Number] = mapped_column(primary_key=True)
    block_hash: Mapped[Bytes32]
    transaction_hash: Mapped[Bytes32]
    timestamp: Mapped[Seconds]
    voter: Mapped[Number]
    digest: Mapped[Bytes32]
    reason: Mapped[Number]


class LogEntry(Base):
    """Every other event of an election: `kind` is its name on chain, `payload` a JSON object.

    `voter` is the voter whose standing the event changes, if any.
    """

    __tablename__ = "log_entry"
    __table_args__ = (Index("log_entry_by_voter", "election_id", "voter"),)

    election_id: Mapped[Reference] = mapped_column(primary_key=True)
    block_number: Mapped[Number] = mapped_column(primary_key=True)
    log_index: Mapped[Number] = mapped_column(primary_key=True)
    block_hash: Mapped[Bytes32]
    transaction_hash: Mapped[Bytes32]
    timestamp: Mapped[Seconds]
    kind: Mapped[str] = mapped_column(String(32))
    voter: Mapped[Number | None]
    payload: Mapped[str] = mapped_column(Text)


class VoterState(Base):
    """Where one voter of one election stands of whom more is told than a first ballot.

    Most voters have no row: their one act tells it all and counts, as on chain, where a first
    ballot takes no slot. `live_block` and `live_index` name the act that counts, None where there
    is none; what follows them is that act's. `later` says that the voter has an act in a slot, so
    that it has to be settled. `opened` are the choices of a sealed ballot once they are on chain.
    """

    __tablename__ = "voter_state"

    election_id: Mapped[Reference] = mapped_column(primary_key=True)
    voter: Mapped[Number] = mapped_column(primary_key=True)
    first_seen: Mapped[Seconds | None]
    acts: Mapped[Number]
    epoch: Mapped[Number]
    revision: Mapped[Number]
    minimum_epoch: Mapped[Number]
    checked_in: Mapped[bool]
    later: Mapped[bool]
    settled: Mapped[bool]
    voided: Mapped[bool]
    live_block: Mapped[Number | None]
    live_index: Mapped[Number | None]
    channel: Mapped[Number | None]
    class_: Mapped[Number | None] = mapped_column("class")
    weight: Mapped[Number | None]
    choices: Mapped[Blob | None]
    opened: Mapped[Blob | None]


class TurnoutCell(Base):
    """Voters with a live ballot, and their weight, by channel and group of the roll."""

    __tablename__ = "turnout_cell"

    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), primary_key=True)
    channel: Mapped[Number] = mapped_column(primary_key=True)
    group: Mapped[Number] = mapped_column("roll_group", primary_key=True)
    heads: Mapped[Number]
    weight: Mapped[Number]


class TurnoutHour(Base):
    """The same voters by the hour (seconds since 1970) of their first act."""

    __tablename__ = "turnout_hour"

    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), primary_key=True)
    hour: Mapped[Seconds] = mapped_column(primary_key=True)
    heads: Mapped[Number]
    weight: Mapped[Number]


class TallyCell(Base):
    """What the known choices of live ballots add up to: open ones, and sealed ones once opened.

    `option` 0 is blank, 1 … n the options, n + 1 invalid; points count in `heads`.
    """

    __tablename__ = "tally_cell"

    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), primary_key=True)
    item: Mapped[Number] = mapped_column(primary_key=True)
    option: Mapped[Number] = mapped_column(primary_key=True)
    stratum: Mapped[Number] = mapped_column(primary_key=True)
    heads: Mapped[Number]
    weight: Mapped[Number]


class Progress(Base):
    """How far an election has come: counts of voters, and what happened once and where.

    The counts are of voter standings: with a live ballot (`live`), with an act in a slot
    (`touched`), and so on. `secret` is the trustees' as a 32-byte number.
    """

    __tablename__ = "progress"

    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), primary_key=True)
    live: Mapped[Number] = mapped_column(default=0)
    live_weight: Mapped[Number] = mapped_column(default=0)
    touched: Mapped[Number] = mapped_column(default=0)
    settled: Mapped[Number] = mapped_column(default=0)
    opened: Mapped[Number] = mapped_column(default=0)
    voided: Mapped[Number] = mapped_column(default=0)
    checked_in: Mapped[Number] = mapped_column(default=0)
    batches: Mapped[Number] = mapped_column(default=0)
    roll_published: Mapped[Number] = mapped_column(default=0)
    text_block: Mapped[Number | None]
    frozen_block: Mapped[Number | None]
    cancelled_block: Mapped[Number | None]
    key_block: Mapped[Number | None]
    secret: Mapped[Bytes32 | None]
    secrecy_lost: Mapped[bool] = mapped_column(default=False)
    certified_block: Mapped[Number | None]


class Cursor(Base):
    """How far an election was read: everything up to this block, and nothing beyond it.

    `code_hash` pins the contract's code as it was when the election was first followed.
    """

    __tablename__ = "cursor"

    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), primary_key=True)
    number: Mapped[Number]
    hash: Mapped[Bytes32]
    code_hash: Mapped[Bytes32]
    implementation: Mapped[Bytes20]


class Block(Base):
    """A block of the canonical chain as last seen.

    Kept are the blocks that are not final, the newest final one, and every block with events.
    """

    __tablename__ = "block"

    number: Mapped[Number] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[Bytes32]
    parent_hash: Mapped[Bytes32]
    timestamp: Mapped[Seconds]
    eventful: Mapped[bool] = mapped_column(default=False)


class IndexAlarm(Base):
    """Why following stopped, until an operator releases it.

    `kind` is a stable name; `number`, `known` and `found` are the block at fault, its hash here and
    the node's. A released alarm is `settled_at` once the follower has acted on it.
    """

    __tablename__ = "index_alarm"

    id: Mapped[SerialId]
    kind: Mapped[str] = mapped_column(String(32))
    number: Mapped[Number]
    known: Mapped[Bytes32]
    found: Mapped[Bytes32 | None]
    raised_at: Mapped[Seconds]
    released_at: Mapped[Seconds | None]
    settled_at: Mapped[Seconds | None]


class Rewind(Base):
    """A reorganisation that took events of an election back; kept for whoever was told of them."""

    __tablename__ = "rewind"
    __table_args__ = (Index("rewind_by_election", "election_id", "id"),)

    id: Mapped[SerialId]
    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"))
    from_number: Mapped[Number]
    to_number: Mapped[Number]
    happened_at: Mapped[Seconds]
