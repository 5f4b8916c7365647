"""Every table, so that one import knows the whole schema."""

from hanpyo.db.models.chain import ChainHead, Installation, Lease
from hanpyo.db.models.elections import Election, ElectionState
from hanpyo.db.models.identity import (
    AccessCode,
    Appearance,
    Challenge,
    KeyBinding,
    MemberSession,
    Notice,
    NoticeCursor,
    Passkey,
    Rebind,
)
from hanpyo.db.models.index import Act, Skip
from hanpyo.db.models.limits import RateCounter
from hanpyo.db.models.organisations import Organisation
from hanpyo.db.models.roll import Member, MemberLookup
from hanpyo.db.types import Base

__all__ = [
    "AccessCode",
    "Act",
    "Appearance",
    "Base",
    "ChainHead",
    "Challenge",
    "Election",
    "ElectionState",
    "Installation",
    "KeyBinding",
    "Lease",
    "Member",
    "MemberLookup",
    "MemberSession",
    "Notice",
    "NoticeCursor",
    "Organisation",
    "Passkey",
    "RateCounter",
    "Rebind",
    "Skip",
]
