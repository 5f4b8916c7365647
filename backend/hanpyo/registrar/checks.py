"""The rules by which a registrar signs, apart from keys had and codes shown. No I/O.

Each raises the refusal that names its reason.
"""

from typing import Final

from hanpyo.protocol.messages import Credential
from hanpyo.protocol.roll import RollEntry
from hanpyo.protocol.types import FINAL_EPOCH, EntryKind, KeyType
from hanpyo.registrar.errors import (
    BadKey,
    EntryListed,
    RebindClosed,
    SecondCheckMissing,
    UnlikeRoll,
    VoterUnknown,
    WrongEpoch,
)
from hanpyo.registrar.requests import Evidence

APPEARANCE: Final = "appearance"
"""The method that stands for two clerks who saw the member."""
_INDEPENDENT: Final = 2
_ADDRESS_ZEROS: Final = slice(1, 12)


def require_key(key: bytes) -> None:
    """Refuse what no voter's signature can come from."""
    known = len(key) == len(bytes(32)) and key[0] in tuple(KeyType) and any(key[1:])
    if not known or (key[0] == KeyType.ADDRESS and any(key[_ADDRESS_ZEROS])):
        raise BadKey("what is to be attested is no key id")


def require_entry(roll: tuple[RollEntry, ...], credential: Credential) -> None:
    """Refuse a voter, weight or class that is not the roll's, and a voter the roll itself binds."""
    if not 0 <= credential.voter < len(roll):
        raise VoterUnknown("the roll has no such voter number")
    entry = roll[credential.voter]
    if entry.kind is not EntryKind.ATTESTED:
        raise EntryListed("the roll itself names this voter's key")
    if (credential.weight, credential.class_) != (entry.weight, entry.class_):
        raise UnlikeRoll("weight or class is not what the roll says")


def require_current_epoch(epoch: int, minimum: int) -> None:
    """A credential is for the epoch that the chain asks for now."""
    if epoch != minimum:
        raise WrongEpoch(f"the chain asks for epoch {minimum}")


def require_next_epoch(epoch: int, minimum: int, now: int, rebind_until: int) -> None:
    """A rebind raises the epoch by one, before the frozen cut-off."""
    if now >= rebind_until:
        raise RebindClosed("the cut-off of rebinding has passed")
    if epoch != minimum + 1 or epoch >= FINAL_EPOCH:
        raise WrongEpoch(f"a rebind now leads to epoch {minimum + 1}")


def require_second(evidence: Evidence) -> None:
    """A rebind needs two methods, or an appearance before two clerks."""
    methods = set(evidence.methods)
    if APPEARANCE not in methods and len(methods) < _INDEPENDENT:
        raise SecondCheckMissing("a rebind needs two methods, or an appearance before two clerks")
