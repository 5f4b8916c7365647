"""Codes of an authenticator app (RFC 6238): six digits, 30 seconds, one step of drift each way."""

import hmac
from typing import Final

import pyotp

STEP_SECONDS: Final = 30
_DRIFT: Final = 1
_ISSUER: Final = "Hanpyo"


def new_secret() -> str:
    """A fresh secret in base32."""
    return pyotp.random_base32()


def address_of(secret: str, mail: str) -> str:
    """What an app takes in, as a link or a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=mail, issuer_name=_ISSUER)


def accepted_step(secret: str, code: str, now: int, last: int) -> int | None:
    """The step whose code this is, newer than the `last` that was accepted; None if it is none.

    Every step is compared, in constant time.
    """
    app, found = pyotp.TOTP(secret), None
    current = now // STEP_SECONDS
    for step in range(current - _DRIFT, current + _DRIFT + 1):
        same = hmac.compare_digest(app.at(step * STEP_SECONDS).encode(), code.encode())
        if same and step > last:
            found = step
    return found
