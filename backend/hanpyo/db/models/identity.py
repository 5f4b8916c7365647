"""How members prove who they are, which keys they bound, and what they are told about it.

Codes and tokens stand here as hashes, recipients and texts sealed; nothing here opens without the
keys of the vault.
"""

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hanpyo.db.types import Base, Blob, Bytes32, Number, RandomId, Seconds


class AccessCode(Base):
    """A personal link or a letter's code. It may be used again until it expires or is revoked.

    `kind` is `link` or `letter`. `family` is the channel that carried it to the member: mail,
    phone or post; a second proof over the same channel proves nothing more.
    """

    __tablename__ = "access_code"
    __table_args__ = (Index("access_code_by_member", "member_id"),)

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"))
    member_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    kind: Mapped[str] = mapped_column(String(8))
    family: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[Seconds]
    expires_at: Mapped[Seconds]
    revoked_at: Mapped[Seconds | None]
    uses: Mapped[Number] = mapped_column(default=0)


class Challenge(Base):
    """Something asked of somebody who wants to prove who they are; answered right once at most.

    `member_id` is None where nobody is known by what was claimed, or not yet: such a row looks the
    same from outside. `session_id` is the session that the proof will add to. `digest` is the keyed
    hash of the code that was sent, `subject` the keyed hash of whom tries are counted by, `sealed`
    what the method keeps until the answer, `browser` the hash of a cookie that it must bring.
    """

    __tablename__ = "challenge"
    __table_args__ = (
        Index("challenge_by_expiry", "expires_at"),
        Index("challenge_by_member", "member_id"),
    )

    id: Mapped[RandomId]
    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"))
    member_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"))
    session_id: Mapped[str | None] = mapped_column(String(32))
    method: Mapped[str] = mapped_column(String(40))
    purpose: Mapped[str] = mapped_column(String(16))
    digest: Mapped[Bytes32 | None]
    subject: Mapped[str | None] = mapped_column(String(80))
    sealed: Mapped[Blob | None]
    browser: Mapped[Bytes32 | None]
    tries_left: Mapped[Number]
    created_at: Mapped[Seconds]
    expires_at: Mapped[Seconds]
    used_at: Mapped[Seconds | None]


class MemberSession(Base):
    """A member signed in to one election.

    `token` is the hash of the bearer token, renewed with each factor. `factors` is JSON, see
    `identity.factors`; `level` the number that they reach.
    """

    __tablename__ = "member_session"
    __table_args__ = (Index("member_session_by_member", "member_id"),)

    id: Mapped[RandomId]
    token: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"))
    member_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    level: Mapped[Number]
    factors: Mapped[str] = mapped_column(Text)
    created_at: Mapped[Seconds]
    expires_at: Mapped[Seconds]


class Passkey(Base):
    """A passkey that a member enrolled for one election, worth what it was enrolled with."""

    __tablename__ = "member_passkey"
    __table_args__ = (Index("member_passkey_by_member", "member_id"),)

    credential: Mapped[bytes] = mapped_column(LargeBinary(1023), primary_key=True)
    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    public_key: Mapped[Blob]
    counter: Mapped[Number]
    factors: Mapped[str] = mapped_column(Text)
    created_at: Mapped[Seconds]
    revoked_at: Mapped[Seconds | None]


class KeyBinding(Base):
    """A voter's key of one epoch, and what the member showed for it; never replaced.

    `key` is the key id, `material` the address or the point behind it. `attestations` is JSON of
    the registrars' signatures of the one-entry credential, None until they have signed.
    """

    __tablename__ = "key_binding"
    __table_args__ = (
        UniqueConstraint("election_id", "voter", "epoch"),
        Index("key_binding_by_member", "member_id"),
    )

    id: Mapped[RandomId]
    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"))
    member_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    voter: Mapped[Number]
    epoch: Mapped[Number]
    key: Mapped[Bytes32]
    material: Mapped[Blob]
    factors: Mapped[str] = mapped_column(Text)
    bound_at: Mapped[Seconds]
    attestations: Mapped[Blob | None]


class Appearance(Base):
    """Two clerks' record that a member stood before them; good for one rebind."""

    __tablename__ = "appearance"
    __table_args__ = (Index("appearance_by_member", "member_id"),)

    id: Mapped[RandomId]
    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"))
    member_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    first_clerk: Mapped[str] = mapped_column(String(32))
    first_at: Mapped[Seconds]
    second_clerk: Mapped[str | None] = mapped_column(String(32))
    second_at: Mapped[Seconds | None]
    used_at: Mapped[Seconds | None]


class Rebind(Base):
    """A voter's move to a new key: the order that must reach the chain before its ballots count.

    `state` is `collecting` until the registrars have signed, then `signed`, `sent` with the hash of
    the transaction, and `done` once the chain has it or `failed`. `signatures` is the bytes that
    `ElectionContract.rebind` takes. `until` is the deadline in chain time.
    """

    __tablename__ = "rebind"
    __table_args__ = (
        UniqueConstraint("election_id", "voter", "epoch"),
        Index("rebind_by_state", "state"),
    )

    id: Mapped[RandomId]
    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"))
    voter: Mapped[Number]
    epoch: Mapped[Number]
    state: Mapped[str] = mapped_column(String(12))
    signatures: Mapped[Blob | None]
    transaction_hash: Mapped[Bytes32 | None]
    created_at: Mapped[Seconds]
    changed_at: Mapped[Seconds]
    until: Mapped[Seconds]
    fault: Mapped[str | None] = mapped_column(String(60))


class Notice(Base):
    """One message to one recipient, waiting or sent.

    `sealed` holds the recipient and the parameters of the template. `about` makes a message about
    one thing unique for one channel. `state` is `waiting`, `sent`, `failed` (given up), `expired`,
    or `void`: written for appearance, never sent. `member_id` is None for a registrar's or a void
    one.
    """

    __tablename__ = "notice"
    __table_args__ = (
        Index("notice_by_due", "state", "next_at"),
        Index("notice_by_member", "member_id"),
        UniqueConstraint("about", "channel"),
    )

    id: Mapped[RandomId]
    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"))
    member_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"))
    channel: Mapped[str] = mapped_column(String(8))
    template: Mapped[str] = mapped_column(String(40))
    sealed: Mapped[Blob | None]
    about: Mapped[Bytes32 | None]
    state: Mapped[str] = mapped_column(String(8))
    tries: Mapped[Number] = mapped_column(default=0)
    created_at: Mapped[Seconds]
    next_at: Mapped[Seconds]
    expires_at: Mapped[Seconds]
    sent_at: Mapped[Seconds | None]
    fault: Mapped[str | None] = mapped_column(String(60))


class NoticeCursor(Base):
    """Up to which final block the acts of an election have been told to their members."""

    __tablename__ = "notice_cursor"

    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), primary_key=True)
    block_number: Mapped[Number]
