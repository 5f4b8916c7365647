"""People who run elections: how they sign in, and what they may do where."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from hanpyo.db.types import Base, Blob, Bytes32, Number, RandomId, Seconds, SerialId

_STAFF = "staff.id"
_ORGANISATION = "organisation.id"
_NOWHERE = text("organisation_id IS NULL")


class Role(StrEnum):
    """What a member of staff may do: in one organisation, or (operator) in the installation."""

    ORGANISER = "organiser"
    """Drafts, publishes and closes elections; chooses the organisation's people."""
    CLERK = "clerk"
    """Enters paper and checks in members at the desk."""
    REGISTRAR = "registrar"
    """Imports the roll and attests keys."""
    OBSERVER = "observer"
    """Reads, and changes nothing."""
    OPERATOR = "operator"
    """Runs the installation: makes organisations and their first organisers."""


class Staff(Base):
    """One person. Name, mail and TOTP secret are sealed; the mail is found by `mail_lookup`.

    `password_hash` is None while a reset waits for its link to be used. `totp_step` is the newest
    step whose code was accepted: a code serves once. `failed` counts wrong codes since the last
    right one; until `locked_until` no code is looked at.
    """

    __tablename__ = "staff"

    id: Mapped[RandomId]
    name: Mapped[Blob]
    mail: Mapped[Blob]
    mail_lookup: Mapped[Bytes32] = mapped_column(unique=True)
    password_hash: Mapped[str | None] = mapped_column(Text)
    totp: Mapped[Blob | None]
    totp_step: Mapped[Number] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[Seconds] = mapped_column(default=0)
    created_at: Mapped[Seconds]
    disabled_at: Mapped[Seconds | None]


class StaffRole(Base):
    """A role that somebody holds; the operator's belongs to no organisation."""

    __tablename__ = "staff_role"
    __table_args__ = (
        UniqueConstraint("staff_id", "organisation_id", "role", name="staff_role_once"),
        Index(
            "staff_role_operator_once",
            "staff_id",
            unique=True,
            sqlite_where=_NOWHERE,
            postgresql_where=_NOWHERE,
        ),
        Index("staff_role_by_organisation", "organisation_id", "role"),
        CheckConstraint(
            "(organisation_id IS NULL) = (role = 'operator')", name="staff_role_operator_apart"
        ),
    )

    id: Mapped[SerialId]
    staff_id: Mapped[str] = mapped_column(ForeignKey(_STAFF))
    organisation_id: Mapped[str | None] = mapped_column(ForeignKey(_ORGANISATION))
    role: Mapped[str] = mapped_column(String(16))
    granted_at: Mapped[Seconds]


class StaffPasskey(Base):
    """A passkey as its registration left it; `name` is sealed, what its owner calls it."""

    __tablename__ = "staff_passkey"
    __table_args__ = (Index("staff_passkey_by_staff", "staff_id"),)

    id: Mapped[RandomId]
    staff_id: Mapped[str] = mapped_column(ForeignKey(_STAFF))
    credential_id: Mapped[Blob] = mapped_column(unique=True)
    public_key: Mapped[Blob]
    sign_count: Mapped[Number]
    name: Mapped[Blob]
    created_at: Mapped[Seconds]


class StaffSession(Base):
    """One browser that is signed in, or half: `second_factor_at` is None until the second factor.

    `id` is what people see, `token_hash` the SHA-256 of what the cookie holds. `challenge` waits
    for a passkey's answer until `challenge_until` and serves once. `totp` is a sealed secret that
    waits for its first code.
    """

    __tablename__ = "staff_session"
    __table_args__ = (
        Index("staff_session_by_staff", "staff_id"),
        Index("staff_session_by_end", "expires_at"),
    )

    id: Mapped[RandomId]
    token_hash: Mapped[Bytes32] = mapped_column(unique=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey(_STAFF))
    created_at: Mapped[Seconds]
    seen_at: Mapped[Seconds]
    expires_at: Mapped[Seconds]
    second_factor_at: Mapped[Seconds | None]
    challenge: Mapped[Blob | None]
    challenge_until: Mapped[Seconds] = mapped_column(default=0)
    totp: Mapped[Blob | None]


class StaffInvitation(Base):
    """A link that serves once: to take a role (`role`), or to set up anew (`staff_id`).

    A role is granted when its link is used, by whoever has the account of that mail: who invites
    learns nothing of other organisations' people, and changes nobody's password.
    """

    __tablename__ = "staff_invitation"
    __table_args__ = (
        Index("staff_invitation_by_organisation", "organisation_id"),
        CheckConstraint("(staff_id IS NULL) <> (role IS NULL)", name="staff_invitation_one_kind"),
    )

    id: Mapped[RandomId]
    token_hash: Mapped[Bytes32] = mapped_column(unique=True)
    staff_id: Mapped[str | None] = mapped_column(ForeignKey(_STAFF))
    name: Mapped[Blob | None]
    mail: Mapped[Blob | None]
    mail_lookup: Mapped[Bytes32 | None]
    organisation_id: Mapped[str | None] = mapped_column(ForeignKey(_ORGANISATION))
    role: Mapped[str | None] = mapped_column(String(16))
    created_at: Mapped[Seconds]
    expires_at: Mapped[Seconds]
    used_at: Mapped[Seconds | None]
