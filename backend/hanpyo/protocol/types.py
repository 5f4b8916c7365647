"""The value types of the record: what an integer or a byte string stands for.

They cost nothing at run time and keep a voter number from being passed where a weight belongs.
"""

from enum import IntEnum
from typing import NewType

VoterNumber = NewType("VoterNumber", int)
"""Index of a roll entry, 0 … N-1."""
Weight = NewType("Weight", int)
"""Voting weight in the election's frozen unit, at least 1, 64 bits."""
Wei = NewType("Wei", int)
BlockNumber = NewType("BlockNumber", int)
Timestamp = NewType("Timestamp", int)
"""Seconds since 1970, as in a block header."""
Word = NewType("Word", bytes)
"""32 bytes."""
Digest = NewType("Digest", bytes)
"""A keccak-256 digest, 32 bytes; of an EIP-712 message unless said otherwise."""
KeyId = NewType("KeyId", bytes)
"""A word that names a voter key: type in the first byte, value in the rest."""
Address = NewType("Address", bytes)
"""20 bytes."""
CompactSignature = NewType("CompactSignature", bytes)
"""An ECDSA signature as EIP-2098 packs it: r, then s with v in its top bit; 64 bytes."""

ZERO_WORD = Word(bytes(32))

MAX_REVISION = 1023
"""The highest revision a ballot may carry."""
FINAL_EPOCH = 65535
"""The epoch of in-person and boxed acts; nothing outranks it."""


class Secrecy(IntEnum):
    """How long the choices of an election stay hidden."""

    OPEN = 0
    SEALED = 1
    ENCRYPTED = 2


class EntryKind(IntEnum):
    """How a roll entry names its voter."""

    LISTED = 1
    ATTESTED = 2


class BallotKind(IntEnum):
    """What a signed ballot does."""

    BALLOT = 1
    WITHDRAWAL = 2


class KeyType(IntEnum):
    """What kind of key stands behind a key id."""

    ADDRESS = 1
    P256 = 2
    WEBAUTHN = 3


class Channel(IntEnum):
    """How an act came in."""

    ONLINE = 0
    ONLINE_ASSEMBLY = 1
    PAPER = 2
    PROXY = 3
    IN_PERSON = 4


class DeskKind(IntEnum):
    """What two clerks attest to."""

    NAMED = 1
    IN_PERSON = 2
    BOXED = 3
    CHECK_IN = 4


class SkipReason(IntEnum):
    """Why an act of a well-formed batch was not recorded."""

    NOT_OPEN = 1
    UNKNOWN_VOTER = 2
    SIGNATURE = 3
    ATTESTATION = 4
    WEIGHT = 5
    WEIGHT_TOTAL = 6
    SUPERSEDED = 7
    EPOCH = 8
    RANGE = 9
    CONTENT = 10
    CLASS = 11
