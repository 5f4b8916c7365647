"""Members of an election's roll. Personal data is sealed; it is found by keyed hashes alone."""

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hanpyo.db.types import Base, Blob, Bytes20, Bytes32, Number, RandomId, Seconds


class Member(Base):
    """One person on one election's roll.

    `line` is the row of the organiser's file, 0 once erased. Rows are inserted in the order of
    their random ids, so that their place on disk does not lead back to the file.

    `sealed` is the vault's encryption of `elections.people.Person` as JSON and `sealed_blind` of
    the commitment's blind, both bound to this id; both are None once erased. `voter` is None until
    the roll is drawn. Weights are a fraction until then, and an integer in the frozen unit after.
    `wallet` makes the entry a listed one.
    """

    __tablename__ = "member"
    __table_args__ = (
        UniqueConstraint("election_id", "voter"),
        Index("member_by_election", "election_id", "line"),
    )

    id: Mapped[RandomId]
    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"))
    line: Mapped[Number]
    voter: Mapped[Number | None]
    weight_numerator: Mapped[Number]
    weight_denominator: Mapped[Number] = mapped_column(default=1)
    weight: Mapped[Number | None]
    class_: Mapped[Number] = mapped_column("class", default=0)
    wallet: Mapped[Bytes20 | None]
    sealed: Mapped[Blob | None]
    sealed_blind: Mapped[Blob | None]
    erased_at: Mapped[Seconds | None]


class RollPreview(Base):
    """A roll that was read from a file and waits to be accepted; gone after an hour.

    `sealed` is the rows as JSON, bound to this id.
    """

    __tablename__ = "roll_preview"
    __table_args__ = (Index("roll_preview_by_expiry", "expires_at"),)

    id: Mapped[RandomId]
    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), index=True)
    sealed: Mapped[Blob]
    expires_at: Mapped[Seconds]


class MemberLookup(Base):
    """A keyed hash of one thing by which a member can be found, see `elections.people`."""

    __tablename__ = "member_lookup"
    __table_args__ = (Index("member_lookup_by_member", "member_id"),)

    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    digest: Mapped[Bytes32] = mapped_column(primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("member.id"), primary_key=True)
