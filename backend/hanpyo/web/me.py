"""What a member that is signed in sees and does: themselves, their key, their passkeys."""

from typing import Final

from hanpyo.elections.masking import masked_name
from hanpyo.identity.keys import VoterKey, address_key, point_key
from hanpyo.identity.limits import Limits
from hanpyo.identity.sessions import SignedIn
from hanpyo.protocol.types import Address, KeyType
from hanpyo.web.context import runtime
from hanpyo.web.identity import members, missing, registrars, signed_in
from hanpyo.web.identity_models import (
    CodesIn,
    CodesOut,
    CredentialOut,
    FactorOut,
    KeyIn,
    KeyOut,
    MeOut,
    PasskeyIn,
    PasskeyOptionsOut,
    PasskeyOut,
    RebindOut,
    SignatureOut,
)
from hanpyo.web.openapi import needs
from hanpyo.web.routing import APIBlueprint

me = APIBlueprint("me", __name__, tag="Members", url_prefix="/v1/me")
_SESSION: Final = "memberSession"
_KEY_REQUESTS: Final = (30, 600)
_CODE_REQUESTS: Final = (5, 900)
_TYPES: Final = {"p256": KeyType.P256, "webauthn": KeyType.WEBAUTHN}


@me.get("")
@needs(_SESSION)
@me.output(MeOut)
def show() -> MeOut:
    """The session's member, and which factors are missing."""
    found = signed_in()
    member, enough = found.member, found.enough
    return MeOut(
        election=found.rules.election_id,
        title=found.rules.title,
        expires_at=found.expires_at,
        level=found.level.label,
        required=found.rules.level.label,
        enough=enough,
        missing=missing(found.rules, found.factors),
        factors=[FactorOut(method=each.method, at=each.at) for each in found.factors],
        name=masked_name(member.person.name) if enough and member.person.name else None,
        voter=member.voter if enough else None,
        weight=str(member.weight) if enough else None,
        class_=member.class_ if enough else None,
        listed=member.wallet is not None if enough else None,
        key=_bound(found) if enough else None,
    )


@me.delete("/session")
@needs(_SESSION)
@me.output({}, status_code=204)
def sign_out() -> str:
    """End the session."""
    members().sessions.end(signed_in())
    return ""


@me.post("/key")
@needs(_SESSION)
@me.input(KeyIn, arg_name="body")
@me.output(CredentialOut)
def bind_key(body: KeyIn) -> CredentialOut:
    """Bind a voter key and get its credential; the same key again gives the same."""
    found = signed_in()
    _count("key", found, _KEY_REQUESTS)
    bound = members().bindings.bind(found, _key(found, body), _proofs(body))
    credential = bound.credential
    return CredentialOut(
        voter=credential.voter,
        key="0x" + credential.key.hex(),
        weight=str(credential.weight),
        class_=credential.class_,
        epoch=credential.epoch,
        attestations=[
            SignatureOut(index=each.index, signature="0x" + each.signature.hex())
            for each in bound.attestations
        ],
        bound_at=bound.bound_at,
    )


@me.post("/rebind")
@needs(_SESSION)
@me.input(KeyIn, arg_name="body")
@me.output(RebindOut, status_code=202)
def rebind_key(body: KeyIn) -> RebindOut:
    """Move to another key: needs a second factor over a channel that the first did not use.

    Once it is `done`, ask for the key's credential at `/v1/me/key`.
    """
    found = signed_in()
    _count("key", found, _KEY_REQUESTS)
    order = members().rebinds.rebind(found, _key(found, body), _proofs(body))
    return RebindOut(epoch=order.epoch, state=order.state)


@me.post("/registrar-codes")
@needs(_SESSION)
@me.input(CodesIn, arg_name="body")
@me.output(CodesOut, status_code=202)
def send_registrar_codes(body: CodesIn) -> CodesOut:
    """Let registrars that check members themselves send their codes."""
    found = signed_in()
    found.require_level()
    _count("registrar_codes", found, _CODE_REQUESTS)
    election = members().catalogue.get(found.rules.election_id)
    sent = registrars().send_codes(election, found.member.voter, body.purpose)
    return CodesOut(registrars=sent)


@me.post("/passkeys/challenges")
@needs(_SESSION)
@me.output(PasskeyOptionsOut, status_code=201)
def begin_passkey() -> PasskeyOptionsOut:
    """Begin to enrol a passkey."""
    found = signed_in()
    _count("passkey", found, _KEY_REQUESTS)
    begun = members().enrolment.begin(found)
    return PasskeyOptionsOut(
        challenge=begun.challenge_id, expires_at=begun.expires_at, options=dict(begun.options)
    )


@me.post("/passkeys")
@needs(_SESSION)
@me.input(PasskeyIn, arg_name="body")
@me.output(PasskeyOut, status_code=201)
def enrol_passkey(body: PasskeyIn) -> PasskeyOut:
    """Enrol the passkey that the browser made."""
    enrolled = members().enrolment.finish(signed_in(), body.challenge, body.credential)
    return PasskeyOut(x=f"0x{enrolled.x:064x}", y=f"0x{enrolled.y:064x}")


def _bound(found: SignedIn) -> KeyOut | None:
    binding = members().bindings.current(found)
    if binding is None:
        return None
    return KeyOut(
        key="0x" + binding.key.hex(),
        epoch=binding.epoch,
        bound_at=binding.bound_at,
        attested=binding.attestations is not None,
    )


def _count(what: str, found: SignedIn, limit: tuple[int, int]) -> None:
    Limits(runtime().database, runtime().clock).hit(f"{what}:{found.member.id}", *limit)


def _key(found: SignedIn, body: KeyIn) -> VoterKey:
    if body.address is not None:
        election = members().catalogue.get(found.rules.election_id)
        return address_key(body.address, election.domain.election)
    x, y = (bytes.fromhex((each or "0x")[2:]) for each in (body.x, body.y))
    return point_key(_TYPES[body.type], x, y)


def _proofs(body: KeyIn) -> dict[Address, bytes]:
    return {
        Address(bytes.fromhex(each.registrar[2:])): bytes.fromhex(each.proof[2:])
        for each in body.proofs
    }
