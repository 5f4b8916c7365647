"""Text messages by a gateway: one JSON POST each, with a bearer token, never a redirect.

The gateway gets `to` (E.164), `text` and `reference`, which is the same when a message is repeated,
and answers any 2xx.
"""

from typing import Final

import orjson

from hanpyo.config import SmsSection
from hanpyo.identity.notices.channels import SendFailed
from hanpyo.identity.notices.templates import Text
from hanpyo.outbound import Limits, Outbound, OutboundFailed, OutboundRefused, Reach, fetch_json

_SECONDS: Final = 8.0
_OURS: Final = ("status_401", "status_403", "status_408", "status_425", "status_429")
"""Refusals of us, not of the message: they pass or are set right."""


class Sms:
    """The channel `sms`."""

    name = "sms"

    def __init__(self, settings: SmsSection, *, seconds: float = _SECONDS) -> None:
        self._settings = settings
        self._outbound = Outbound(Reach.OWN, limits=Limits(seconds))

    def send(self, recipient: str, text: Text, reference: str) -> None:
        """Hand one text message over; raises `SendFailed`."""
        if self._settings.url is None:
            raise SendFailed("not_configured")
        token = self._settings.token
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token.get_secret_value()}"
        body = {"to": recipient, "text": text.short, "reference": reference}
        try:
            fetch_json(self._outbound, "POST", self._settings.url, orjson.dumps(body), headers)
        except OutboundRefused:
            raise SendFailed("unsafe_url") from None
        except OutboundFailed as error:
            if error.reason in ("not_json", "not_an_object", "too_long"):
                return  # taken with a 2xx; what a gateway says beside it is its own matter
            final = error.reason.startswith("status_4") and error.reason not in _OURS
            raise SendFailed(error.reason, final=final) from None

    def rest(self) -> None:
        """Nothing is kept open that would matter."""
