"""Signatures of messages as Standard Webhooks has them, so that receivers find libraries.

`webhook-signature` is `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body` under the secret
that `whsec_` introduces. A receiver refuses times more than a few minutes away, and ids seen twice.
"""

import hmac
import secrets
from base64 import b64decode, b64encode
from typing import Final

_PREFIX: Final = "whsec_"
_SECRET_BYTES: Final = 32


def new_secret() -> str:
    """A fresh secret as it is shown to the organiser, once."""
    return _PREFIX + b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def headers_of(secret: str, message: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers of a message with this id."""
    key = b64decode(secret.removeprefix(_PREFIX))
    signed = f"{message}.{timestamp}.".encode() + body
    signature = b64encode(hmac.digest(key, signed, "sha256")).decode()
    return {
        "Content-Type": "application/json",
        "User-Agent": "hanpyo-webhooks",
        "webhook-id": message,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{signature}",
    }
