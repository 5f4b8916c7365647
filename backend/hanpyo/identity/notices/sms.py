"""Text messages by a gateway: one JSON POST each, with a bearer token, never a redirect.

The gateway gets `to` (E.164), `text` and `reference`, which is the same when a message is repeated,
and answers any 2xx.
"""

from typing import Final

import httpx

from hanpyo.config import SmsSection
from hanpyo.identity.notices.channels import SendFailed
from hanpyo.identity.notices.templates import Text
from hanpyo.identity.outbound import OutboundFailed, UnsafeUrl, client, fetch_json, require_safe

_SECONDS: Final = 8.0
_OURS: Final = ("status_401", "status_403", "status_408", "status_425", "status_429")
"""Refusals of us, not of the message: they pass or are set right."""


class Sms:
    """The channel `sms`."""

    name = "sms"

    def __init__(
        self, settings: SmsSection, *, http: httpx.Client | None = None, seconds: float = _SECONDS
    ) -> None:
        self._settings = settings
        self._http = http or client(seconds)

    def send(self, recipient: str, text: Text, reference: str) -> None:
        """Hand one text message over; raises `SendFailed`."""
        if self._settings.url is None:
            raise SendFailed("not_configured")
        token = self._settings.token
        headers = {"Authorization": f"Bearer {token.get_secret_value()}"} if token else {}
        body = {"to": recipient, "text": text.short, "reference": reference}
        try:
            url = require_safe(self._settings.url)
            fetch_json(self._http, "POST", url, json=body, headers=headers)
        except UnsafeUrl:
            raise SendFailed("unsafe_url") from None
        except OutboundFailed as error:
            if error.reason in ("not_json", "not_an_object"):
                return  # taken with a 2xx; what a gateway says beside it is its own matter
            final = error.reason.startswith("status_4") and error.reason not in _OURS
            raise SendFailed(error.reason, final=final) from None

    def rest(self) -> None:
        """Nothing is kept open that would matter."""
