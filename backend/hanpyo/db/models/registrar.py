"""What a registrar remembers: keys, signatures, refusals, its own contacts, codes and notices.

Every row is keyed by the registrar's address, so that a registrar's own database and that of a
small installation, where several share one process, look the same. Keys, signatures and refusals
are only ever added. Contacts and the verifiers of codes are sealed.
"""

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hanpyo.db.types import Base, Blob, Bytes20, Bytes32, Number, RandomId, Seconds, SerialId


class RegistrarElection(Base):
    """An election that a registrar has checked; `cursor` is the last block whose acts were told.

    `title` is the organiser's, from the chain; `done` says that nothing can be recorded any more.
    """

    __tablename__ = "registrar_election"

    registrar: Mapped[Bytes20] = mapped_column(primary_key=True)
    election: Mapped[Bytes20] = mapped_column(primary_key=True)
    manifest_hash: Mapped[Bytes32]
    title: Mapped[str] = mapped_column(String(200))
    first_seen_at: Mapped[Seconds]
    cursor: Mapped[Number]
    ends_at: Mapped[Seconds]
    done: Mapped[bool] = mapped_column(default=False)


class RegistrarKey(Base):
    """The one key of a voter's epoch, for ever; with what the service said it had verified.

    `proven` is the registrar's own check: `none`, or the contact that its code went to.
    """

    __tablename__ = "registrar_key"

    registrar: Mapped[Bytes20] = mapped_column(primary_key=True)
    election: Mapped[Bytes20] = mapped_column(primary_key=True)
    voter: Mapped[Number] = mapped_column(primary_key=True)
    epoch: Mapped[Number] = mapped_column(primary_key=True)
    key: Mapped[Bytes32]
    level: Mapped[str] = mapped_column(String(2))
    methods: Mapped[str] = mapped_column(String(400))
    proven: Mapped[str] = mapped_column(String(16))
    bound_at: Mapped[Seconds]


class RegistrarSignature(Base):
    """A message that a registrar has signed, by its EIP-712 struct hash.

    `kind` is `credential` or `rebind`.
    """

    __tablename__ = "registrar_signature"
    __table_args__ = (UniqueConstraint("registrar", "election", "struct_hash"),)

    id: Mapped[SerialId]
    registrar: Mapped[Bytes20]
    election: Mapped[Bytes20]
    struct_hash: Mapped[Bytes32]
    kind: Mapped[str] = mapped_column(String(12))
    voter: Mapped[Number]
    epoch: Mapped[Number]
    signed_at: Mapped[Seconds]


class RegistrarRefusal(Base):
    """Something a registrar was asked to sign and did not; `alarm` is what people must look at.

    `kind` is `credential`, `rebind` or `list`; a list's voter and epoch are None.
    """

    __tablename__ = "registrar_refusal"
    __table_args__ = (Index("registrar_refusal_by_election", "registrar", "election", "alarm"),)

    id: Mapped[SerialId]
    registrar: Mapped[Bytes20]
    election: Mapped[Bytes20]
    kind: Mapped[str] = mapped_column(String(12))
    voter: Mapped[Number | None]
    epoch: Mapped[Number | None]
    code: Mapped[str] = mapped_column(String(40))
    alarm: Mapped[bool]
    refused_at: Mapped[Seconds]


class RegistrarContact(Base):
    """How a registrar reaches a voter by itself; from the private list, sealed, erased with it."""

    __tablename__ = "registrar_contact"

    registrar: Mapped[Bytes20] = mapped_column(primary_key=True)
    election: Mapped[Bytes20] = mapped_column(primary_key=True)
    voter: Mapped[Number] = mapped_column(primary_key=True)
    sealed: Mapped[Blob]


class RegistrarCode(Base):
    """What checks a member's proof: of a code sent (`bind`, `rebind`), or of a letter (`letter`).

    `sealed` is the verifier, never the code. A sent code is used once. `family` is the contact it
    went to: mail, phone, post.
    """

    __tablename__ = "registrar_code"

    registrar: Mapped[Bytes20] = mapped_column(primary_key=True)
    election: Mapped[Bytes20] = mapped_column(primary_key=True)
    voter: Mapped[Number] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(String(8), primary_key=True)
    family: Mapped[str] = mapped_column(String(8))
    sealed: Mapped[Blob]
    made_at: Mapped[Seconds]
    expires_at: Mapped[Seconds]
    used_at: Mapped[Seconds | None]


class RegistrarNotice(Base):
    """A message of a registrar to one voter, waiting or sent; `about` makes it the only one.

    `kind` is `bound`, `rebound`, `cast`, `withdrawn` or `refused`; `state` is `waiting`, `sent`,
    `failed` (given up) or `unknown` (the contact was erased). `taken` lists the contacts that took
    it, by family.
    """

    __tablename__ = "registrar_notice"
    __table_args__ = (
        UniqueConstraint("registrar", "about"),
        Index("registrar_notice_by_due", "registrar", "state", "next_at"),
    )

    id: Mapped[RandomId]
    registrar: Mapped[Bytes20]
    election: Mapped[Bytes20]
    voter: Mapped[Number]
    kind: Mapped[str] = mapped_column(String(12))
    about: Mapped[Bytes32]
    state: Mapped[str] = mapped_column(String(12))
    taken: Mapped[str] = mapped_column(String(24))
    tries: Mapped[Number] = mapped_column(default=0)
    next_at: Mapped[Seconds]
    created_at: Mapped[Seconds]
    sent_at: Mapped[Seconds | None]
