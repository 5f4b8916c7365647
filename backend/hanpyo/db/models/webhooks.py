"""Where organisations want to be told of their elections, and what they have been told."""

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hanpyo.db.types import Base, Blob, Number, RandomId, Seconds, SerialId


class Webhook(Base):
    """An address of an organisation. `events` are names separated by spaces.

    `sealed_secret` is the vault's encryption of the signing secret, bound to `webhook:<id>`.
    """

    __tablename__ = "webhook"
    __table_args__ = (Index("webhook_by_organisation", "organisation_id"),)

    id: Mapped[RandomId]
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    url: Mapped[str] = mapped_column(String(2_000))
    events: Mapped[str] = mapped_column(String(200))
    sealed_secret: Mapped[Blob]
    created_at: Mapped[Seconds]
    disabled_at: Mapped[Seconds | None]


class WebhookDelivery(Base):
    """One message to one address, until it is delivered or given up; `id` is the receiver's."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        Index("webhook_delivery_due", "ended_at", "next_try_at"),
        Index("webhook_delivery_by_webhook", "webhook_id", "number"),
    )

    number: Mapped[SerialId]
    id: Mapped[str] = mapped_column(String(32), unique=True)
    webhook_id: Mapped[str] = mapped_column(ForeignKey("webhook.id", ondelete="CASCADE"))
    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"))
    event: Mapped[str] = mapped_column(String(32))
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[Seconds]
    next_try_at: Mapped[Seconds]
    tries: Mapped[Number] = mapped_column(default=0)
    ended_at: Mapped[Seconds | None]
    delivered: Mapped[bool] = mapped_column(default=False)
    last_result: Mapped[str | None] = mapped_column(String(64))


class WebhookMark(Base):
    """What has been announced of one election.

    `live` and `live_weight` are the turnout last told, at `turnout_at`.
    """

    __tablename__ = "webhook_mark"

    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), primary_key=True)
    frozen: Mapped[bool] = mapped_column(default=False)
    closed: Mapped[bool] = mapped_column(default=False)
    key_released: Mapped[bool] = mapped_column(default=False)
    certified: Mapped[bool] = mapped_column(default=False)
    last_rewind: Mapped[Number] = mapped_column(default=0)
    turnout_at: Mapped[Seconds] = mapped_column(default=0)
    live: Mapped[Number] = mapped_column(default=0)
    live_weight: Mapped[Number] = mapped_column(default=0)
