"""Addresses of an organisation: registered, listed, removed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from hanpyo.config import WebhooksSection
from hanpyo.db.models import Organisation, Webhook, WebhookDelivery
from hanpyo.errors import Conflict, Invalid, NotFound
from hanpyo.identity.staff.audit_log import record
from hanpyo.outbound import Outbound, Reach
from hanpyo.runtime import Runtime
from hanpyo.webhooks.signing import new_secret

EVENTS: Final = (
    "election.frozen",
    "turnout",
    "election.closed",
    "key.released",
    "certified",
    "reorganised",
)
"""What an address can be told of."""
_SHOWN: Final = 50


class UnknownWebhook(NotFound):
    """The organisation has no such address."""

    code: ClassVar[str] = "unknown_webhook"


class TooManyWebhooks(Conflict):
    """The organisation has as many addresses as it may."""

    code: ClassVar[str] = "too_many_webhooks"


@dataclass(frozen=True, slots=True)
class Registered:
    """A new address and its secret, which is shown this once."""

    webhook: Webhook
    secret: str = field(repr=False)


def reach_of(settings: WebhooksSection) -> Reach:
    """How far messages to organisations' addresses go."""
    return Reach.MACHINE if settings.allow_loopback else Reach.PUBLIC


def context_of(webhook_id: str) -> str:
    """The place that a sealed secret is bound to."""
    return f"webhook:{webhook_id}"


def register(
    runtime: Runtime, actor: str, organisation_id: str, url: str, events: Sequence[str]
) -> Registered:
    """Register an address; raises `OutboundRefused`, `Invalid`, `TooManyWebhooks`."""
    settings = runtime.settings.webhooks
    Outbound(reach_of(settings)).check(url)
    if not events or not set(events) <= set(EVENTS):
        raise Invalid("events", f"are some of {', '.join(EVENTS)}")
    secret, now = new_secret(), runtime.now()

    def work(session: Session) -> Webhook:
        session.get(Organisation, organisation_id, with_for_update=True)
        owned = select(func.count()).where(Webhook.organisation_id == organisation_id)
        if session.scalar(owned.select_from(Webhook)) >= settings.most:  # type: ignore[operator]
            raise TooManyWebhooks(f"an organisation has up to {settings.most} addresses")
        webhook = Webhook(
            organisation_id=organisation_id,
            url=url,
            events=" ".join(each for each in EVENTS if each in events),
            sealed_secret=b"",
            created_at=now,
        )
        session.add(webhook)
        session.flush()
        webhook.sealed_secret = runtime.vault.seal(secret.encode(), context_of(webhook.id))
        record(session, organisation_id, actor, "webhook.registered", _subject(webhook), at=now)
        return webhook

    return Registered(runtime.database.transact(work), secret)


def listed(runtime: Runtime, organisation_id: str) -> Sequence[Webhook]:
    """The organisation's addresses, the oldest first."""
    query = select(Webhook).where(Webhook.organisation_id == organisation_id)
    with runtime.database.read() as session:
        return session.scalars(query.order_by(Webhook.created_at, Webhook.id)).all()


def remove(runtime: Runtime, actor: str, organisation_id: str, webhook_id: str) -> None:
    """Forget an address and what it was told; raises `UnknownWebhook`."""
    now = runtime.now()

    def work(session: Session) -> None:
        webhook = _own(session, organisation_id, webhook_id)
        session.execute(delete(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook_id))
        record(session, organisation_id, actor, "webhook.removed", _subject(webhook), at=now)
        session.delete(webhook)

    runtime.database.transact(work)


def deliveries(
    runtime: Runtime, organisation_id: str, webhook_id: str
) -> Sequence[WebhookDelivery]:
    """The newest messages to an address; raises `UnknownWebhook`."""
    query = (
        select(WebhookDelivery)
        .where(WebhookDelivery.webhook_id == webhook_id)
        .order_by(WebhookDelivery.number.desc())
        .limit(_SHOWN)
    )
    with runtime.database.read() as session:
        _own(session, organisation_id, webhook_id)
        return session.scalars(query).all()


def _own(session: Session, organisation_id: str, webhook_id: str) -> Webhook:
    webhook = session.get(Webhook, webhook_id)
    if webhook is None or webhook.organisation_id != organisation_id:
        raise UnknownWebhook("there is no such webhook")
    return webhook


def _subject(webhook: Webhook) -> str:
    return f"webhook:{webhook.id}"
