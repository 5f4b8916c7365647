"""Passkeys (WebAuthn level 2): what a browser is asked, and whether its answer holds.

The user must be verified by the device, so that a passkey found is not enough. A sign count that
does not rise shows a copied device and is refused.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, cast

import orjson
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from hanpyo.identity.staff.refusals import SecondFactorRefused

CHALLENGE_SECONDS: Final = 5 * 60
CHALLENGE_BYTES: Final = 32
_NAME: Final = "Hanpyo"
# What py_webauthn lets through from its parsers beside its own exceptions.
_MALFORMED: Final = (WebAuthnException, ValueError, TypeError, KeyError, IndexError)

Credential = Mapping[str, Any]
"""What a browser answers, as `PublicKeyCredential.toJSON` gives it."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where the pages are: the host that passkeys are bound to, and its origin."""

    host: str
    origin: str


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """A passkey that has just been registered."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


def registration_options(
    site: Site, challenge: bytes, owner: str, label: str, present: Sequence[bytes]
) -> dict[str, Any]:
    """What `navigator.credentials.create` is asked; `present` are passkeys the owner has."""
    options = generate_registration_options(
        rp_id=site.host,
        rp_name=_NAME,
        user_id=bytes.fromhex(owner),
        user_name=label,
        challenge=challenge,
        timeout=CHALLENGE_SECONDS * 1000,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=each) for each in present],
    )
    return cast("dict[str, Any]", orjson.loads(options_to_json(options)))


def authentication_options(
    site: Site, challenge: bytes, allowed: Sequence[bytes]
) -> dict[str, Any]:
    """What `navigator.credentials.get` is asked."""
    options = generate_authentication_options(
        rp_id=site.host,
        challenge=challenge,
        timeout=CHALLENGE_SECONDS * 1000,
        allow_credentials=[PublicKeyCredentialDescriptor(id=each) for each in allowed],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return cast("dict[str, Any]", orjson.loads(options_to_json(options)))


def registered(site: Site, challenge: bytes, credential: Credential) -> NewPasskey:
    """The passkey in a browser's answer; raises `SecondFactorRefused`."""
    with _refusing():
        found = verify_registration_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    return NewPasskey(found.credential_id, found.credential_public_key, found.sign_count)


def credential_id(credential: Credential) -> bytes:
    """Which passkey an answer says it is from; raises `SecondFactorRefused`."""
    with _refusing():
        return base64url_to_bytes(credential["rawId"])


def new_sign_count(
    site: Site, challenge: bytes, credential: Credential, public_key: bytes, sign_count: int
) -> int:
    """The sign count after an answer that holds; raises `SecondFactorRefused`."""
    with _refusing():
        found = verify_authentication_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=public_key,
            credential_current_sign_count=sign_count,
            require_user_verification=True,
        )
    return found.new_sign_count


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except _MALFORMED:
        raise SecondFactorRefused from None
