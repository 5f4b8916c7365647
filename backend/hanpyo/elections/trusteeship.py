"""When the trustees' key may leave their hands, and how the service takes it in.

Before the barrier the key would show every ballot while people still vote; after its deadline it is
of no use. A trustee looks at a node, never at the service, and waits until no reorganisation can
bring back a time before the barrier.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

from sqlalchemy.orm import Session

from hanpyo.chain.contracts import ElectionContract
from hanpyo.chain.headers import fetch_header
from hanpyo.db.models import ElectionState
from hanpyo.elections.catalogue import UnknownElection
from hanpyo.elections.chain_facts import facts_in
from hanpyo.elections.drafts import locked
from hanpyo.errors import Conflict, HanpyoError, Invalid
from hanpyo.identity.staff import audit_log
from hanpyo.protocol.manifest import Manifest
from hanpyo.protocol.manifest import decode as decode_manifest
from hanpyo.protocol.phases import Phase
from hanpyo.secrecy.trustee import TrusteeKey, TrusteeKeyError

ACTOR: Final = "trustee"
_SECRET_BYTES: Final = 32


class KeyTooEarly(Conflict):
    """The key would be known before it may be."""

    code: ClassVar[str] = "key_too_early"


class KeyTooLate(Conflict):
    """The deadline for the key has passed: the outcome is undetermined, finally."""

    code: ClassVar[str] = "key_too_late"


class NotSealed(Conflict):
    """The election has no trustees' key."""

    code: ClassVar[str] = "not_sealed"


class WrongKey(HanpyoError):
    """The key is another election's."""

    code: ClassVar[str] = "wrong_trustee_key"


class Stage(StrEnum):
    """What a trustee has to do now."""

    VOTING = "voting"
    """The barrier lies ahead."""
    UNFINAL = "unfinal"
    """The barrier has passed on a block that may still be replaced."""
    READY = "ready"
    RELEASED = "released"
    TOO_LATE = "too_late"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an election stands for its trustee; times in seconds since 1970.

    `now` is the newest block's time, `final` the newest final block's.
    """

    stage: Stage
    barrier_at: int
    opening_at: int
    deadline: int
    now: int
    final: int


def standing_of(contract: ElectionContract, confirmations: int | None) -> Standing:
    """How an election stands; a block is final by the chain's word, or after so many blocks.

    Raises `NotSealed`.
    """
    times = _sealed(contract.manifest).timetable
    rpc = contract.rpc
    with rpc.steady():
        newest = fetch_header(rpc, "latest")
        depth = None if confirmations is None else max(0, newest.number - confirmations + 1)
        final = fetch_header(rpc, "finalized" if depth is None else depth).timestamp
        phase, secret = contract.phase(), contract.secret()
    if secret:
        stage = Stage.RELEASED
    elif phase is Phase.CANCELLED:
        stage = Stage.CANCELLED
    elif newest.timestamp > times.key_deadline:
        stage = Stage.TOO_LATE
    elif final >= times.barrier_at:
        stage = Stage.READY
    else:
        stage = Stage.UNFINAL if newest.timestamp >= times.barrier_at else Stage.VOTING
    return Standing(
        stage, times.barrier_at, times.opening_at, times.key_deadline, newest.timestamp, final
    )


def require_own_key(contract: ElectionContract, key: TrusteeKey) -> None:
    """Raise `WrongKey` unless the key is this election's."""
    public = _sealed(contract.manifest).trustee_key
    if public is None or not key.opens(public):
        raise WrongKey("the key in the file is not the key of this election")


def hand_in_key(session: Session, election_id: str, secret: int) -> bool:
    """Keep a secret that the closing task then releases; False where it is kept already.

    Anyone who knows the secret may hand it in from the opening time on. Raises `KeyTooEarly`,
    `KeyTooLate`, `NotSealed`, `Invalid`, `UnknownElection`.
    """
    election = locked(session, election_id)
    if election.state != ElectionState.PUBLISHED or election.manifest is None:
        raise UnknownElection("there is no election that waits for its key")
    manifest = _sealed(decode_manifest(election.manifest))
    now = facts_in(session).timestamp
    if now < manifest.timetable.opening_at:
        raise KeyTooEarly(
            f"the key is taken from {manifest.timetable.opening_at} on, it is {now} on the chain"
        )
    if now > manifest.timetable.key_deadline:
        raise KeyTooLate("the deadline for the key has passed")
    _require_secret(manifest, secret)
    if election.trustee_secret is not None:
        return False
    election.trustee_secret = secret.to_bytes(_SECRET_BYTES, "big")
    subject = f"election:{election.id}"
    audit_log.record(session, election.organisation_id, ACTOR, "election.key_handed_in", subject)
    return True


def _require_secret(manifest: Manifest, secret: int) -> None:
    try:
        opens = manifest.trustee_key is not None and TrusteeKey(secret).opens(manifest.trustee_key)
    except TrusteeKeyError:
        opens = False
    if not opens:
        raise Invalid("secret", "is not the secret of this election's key")


def _sealed(manifest: Manifest) -> Manifest:
    if manifest.trustee_key is None:
        raise NotSealed("the election is not sealed: it has no trustees' key")
    return manifest
