"""The task that tells organisations what is new.

Messages go out in the order of what happened, but one that failed lets others by: it is tried again
after a pause that doubles, for most of a day; 410 ends its address. A slow receiver holds up no
other: some messages at a time, one an address, each within a few seconds.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from hanpyo.db.leases import Held
from hanpyo.db.models import Webhook, WebhookDelivery
from hanpyo.errors import HanpyoError
from hanpyo.outbound import Limits, Outbound
from hanpyo.runtime import Runtime
from hanpyo.webhooks.announcing import announce
from hanpyo.webhooks.registry import context_of, reach_of
from hanpyo.webhooks.signing import headers_of

TRIES: Final = 12
FIRST_PAUSE: Final = 15
"""Seconds; doubling it eleven times makes eight hours and a half in all."""
_AT_ONCE: Final = 8
_LOOKED_AT: Final = 200
_ANSWER_BYTES: Final = 4_096
_GONE: Final = 410
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Message:
    number: int
    id: str
    webhook_id: str
    url: str
    body: bytes
    secret: str = field(repr=False)


class Delivering:
    """Announces what is new and delivers what is due; a `tasks.Task`."""

    name: Final = "webhooks"
    pause: Final = 1.0

    def __init__(self, runtime: Runtime, outbound: Outbound | None = None) -> None:
        settings = runtime.settings.webhooks
        self._runtime = runtime
        self._outbound = outbound or Outbound(
            reach_of(settings), limits=Limits(settings.timeout, _ANSWER_BYTES)
        )

    def step(self, held: Held) -> bool:
        """Announce, then deliver some; True while more is due."""
        if not self._has_addresses():
            return False
        self._runtime.database.transact(partial(self._announce, held))
        due = self._due()
        if not due:
            return False
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            results = list(pool.map(self._deliver, due))
        self._runtime.database.transact(partial(self._note, held, due, results))
        return True

    def _has_addresses(self) -> bool:
        with self._runtime.database.read() as session:
            return session.scalar(select(Webhook.id).limit(1)) is not None

    def _announce(self, held: Held, session: Session) -> None:
        held.require(session)
        every = self._runtime.settings.webhooks.turnout_every
        announce(session, now=self._runtime.now(), turnout_every=every)

    def _due(self) -> list[_Message]:
        """The oldest due message of each of some addresses."""
        query = (
            select(WebhookDelivery, Webhook)
            .join(Webhook, Webhook.id == WebhookDelivery.webhook_id)
            .where(
                WebhookDelivery.ended_at.is_(None),
                WebhookDelivery.next_try_at <= self._runtime.now(),
            )
            .order_by(WebhookDelivery.number)
            .limit(_LOOKED_AT)
        )
        found: dict[str, _Message] = {}
        with self._runtime.database.read() as session:
            for delivery, webhook in session.execute(query):
                if webhook.id not in found and len(found) < _AT_ONCE:
                    found[webhook.id] = _Message(
                        delivery.number,
                        delivery.id,
                        webhook.id,
                        webhook.url,
                        delivery.body.encode(),
                        self._secret(webhook),
                    )
        return list(found.values())

    def _secret(self, webhook: Webhook) -> str:
        return self._runtime.vault.open(webhook.sealed_secret, context_of(webhook.id)).decode()

    def _deliver(self, message: _Message) -> str:
        """The HTTP status, or the code of what went wrong."""
        headers = headers_of(message.secret, message.id, self._runtime.now(), message.body)
        try:
            return str(self._outbound.post(message.url, message.body, headers).status)
        except HanpyoError as error:
            return error.code

    def _note(
        self, held: Held, due: Sequence[_Message], results: Sequence[str], session: Session
    ) -> None:
        held.require(session)
        now = self._runtime.now()
        for message, result in zip(due, results, strict=True):
            delivery = session.get(WebhookDelivery, message.number, with_for_update=True)
            webhook = session.get(Webhook, message.webhook_id)
            if delivery is None or webhook is None:
                continue
            self._end_try(delivery, result, now)
            if result == str(_GONE):
                webhook.disabled_at = now
            _log.info("webhook_tried", webhook=webhook.id, result=result, tries=delivery.tries)

    @staticmethod
    def _end_try(delivery: WebhookDelivery, result: str, now: int) -> None:
        delivery.tries += 1
        delivery.last_result = result
        delivery.delivered = result.startswith("2")
        if delivery.delivered or delivery.tries >= TRIES or result == str(_GONE):
            delivery.ended_at = now
        else:
            delivery.next_try_at = now + FIRST_PAUSE * 2 ** (delivery.tries - 1)
