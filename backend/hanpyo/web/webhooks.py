"""Organisers say where their organisation is told of its elections (docs/webhooks.md)."""

from typing import Annotated, Final

from pydantic import Field

from hanpyo.db.models import Role, WebhookDelivery
from hanpyo.db.models import Webhook as Row
from hanpyo.web.context import runtime
from hanpyo.web.guard import require
from hanpyo.web.openapi import needs
from hanpyo.web.routing import APIBlueprint
from hanpyo.web.staff_models import Model
from hanpyo.webhooks import registry

webhooks = APIBlueprint("webhooks", __name__, tag="Webhooks", url_prefix="/v1/organisations")
_SESSION: Final = "staffSession"
_PLACE: Final = "/<organisation_id>/webhooks"


class WebhookIn(Model):
    """An https address and what it is told of."""

    url: Annotated[str, Field(min_length=1, max_length=2_000)]
    events: Annotated[
        list[Annotated[str, Field(max_length=32)]],
        Field(min_length=1, max_length=20, description=f"Of {', '.join(registry.EVENTS)}."),
    ]


class Webhook(Model):
    """An address. `disabledAt` is set once it answered 410."""

    id: str
    url: str
    events: list[str]
    created_at: int
    disabled_at: int | None


class NewWebhook(Webhook):
    """A new address with the secret that its messages are signed with; shown this once."""

    secret: Annotated[str, Field(repr=False)]


class Webhooks(Model):
    """An organisation's addresses."""

    webhooks: list[Webhook]


class Delivery(Model):
    """One message. `result` is the last HTTP status or what went wrong."""

    id: str
    election_id: str
    event: str
    created_at: int
    tries: int
    delivered: bool
    ended_at: int | None
    next_try_at: int
    result: str | None


class Deliveries(Model):
    """The newest messages to an address."""

    deliveries: list[Delivery]


@webhooks.get(_PLACE)
@needs(_SESSION)
@webhooks.output(Webhooks)
def list_webhooks(organisation_id: str) -> Webhooks:
    """Where the organisation is told."""
    require(Role.ORGANISER, organisation_id)
    return Webhooks(webhooks=list(map(_shown, registry.listed(runtime(), organisation_id))))


@webhooks.post(_PLACE)
@needs(_SESSION)
@webhooks.input(WebhookIn, arg_name="body")
@webhooks.output(NewWebhook, status_code=201)
def register_webhook(organisation_id: str, body: WebhookIn) -> NewWebhook:
    """Register an address; the answer shows its secret, and nothing does later."""
    actor = require(Role.ORGANISER, organisation_id).actor
    made = registry.register(runtime(), actor, organisation_id, body.url, body.events)
    return NewWebhook(**_shown(made.webhook).model_dump(), secret=made.secret)


@webhooks.delete(f"{_PLACE}/<webhook_id>")
@needs(_SESSION)
@webhooks.output({}, status_code=204)
def remove_webhook(organisation_id: str, webhook_id: str) -> str:
    """Forget an address."""
    actor = require(Role.ORGANISER, organisation_id).actor
    registry.remove(runtime(), actor, organisation_id, webhook_id)
    return ""


@webhooks.get(f"{_PLACE}/<webhook_id>/deliveries")
@needs(_SESSION)
@webhooks.output(Deliveries)
def list_deliveries(organisation_id: str, webhook_id: str) -> Deliveries:
    """The newest messages to an address and what became of them."""
    require(Role.ORGANISER, organisation_id)
    found = registry.deliveries(runtime(), organisation_id, webhook_id)
    return Deliveries(deliveries=list(map(_delivery, found)))


def _shown(row: Row) -> Webhook:
    return Webhook(
        id=row.id,
        url=row.url,
        events=row.events.split(),
        created_at=row.created_at,
        disabled_at=row.disabled_at,
    )


def _delivery(row: WebhookDelivery) -> Delivery:
    return Delivery(
        id=row.id,
        election_id=row.election_id,
        event=row.event,
        created_at=row.created_at,
        tries=row.tries,
        delivered=row.delivered,
        ended_at=row.ended_at,
        next_try_at=row.next_try_at,
        result=row.last_result,
    )
