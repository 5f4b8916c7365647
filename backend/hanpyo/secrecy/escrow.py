"""Sealed ballots: an envelope that commits to the choices, an escrow that the trustees can open.

The specification is docs/protocol.md section 6. What `open_escrow` returns as an opening matches
the envelope; a bad escrow names the check that failed, which anyone can repeat with the trustees'
key.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from hanpyo.protocol.envelopes import Position, envelope
from hanpyo.protocol.hashing import hash_words, keccak, tag, word
from hanpyo.protocol.types import Digest
from hanpyo.secrecy.group import (
    GENERATOR,
    ORDER,
    Point,
    PointError,
    compress,
    decompress,
    multiplier,
    multiply_fixed,
)

HEAD = 33
"""Bytes of an escrow before the choices: R compressed."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed ballot: what the voter signs the hashes of, and the salt that opens the envelope."""

    envelope: Digest
    escrow: bytes
    salt: Digest

    @property
    def escrow_hash(self) -> Digest:
        """The `escrow` field of the signed ballot."""
        return keccak(self.escrow)

    @property
    def payload(self) -> bytes:
        """The ballot's payload in a batch."""
        return self.envelope + self.escrow


@dataclass(frozen=True, slots=True)
class Opening:
    """What an escrow holds: padded choices and salt that give the envelope."""

    choices: bytes
    salt: bytes


class EscrowFault(StrEnum):
    """Why an escrow is bad."""

    LENGTH = "the escrow has the wrong length"
    POINT = "the escrow does not start with a point of the group"
    ENVELOPE = "the choices and salt in the escrow do not give the envelope"


@dataclass(frozen=True, slots=True)
class BadEscrow:
    """An escrow that voids its ballot."""

    fault: EscrowFault


def seal(
    choices: bytes,
    key: Point,
    position: Position,
    randbelow: Callable[[int], int] = secrets.randbelow,
) -> Sealed:
    """Seal padded choices to the trustees' key; randomness from the operating system by default."""
    shared_by = 1 + randbelow(ORDER - 1)
    commitment, shared = multiply_fixed(shared_by, GENERATOR, key)
    salt, stream = _derive(shared, commitment, position, len(choices))
    return Sealed(
        envelope(position, choices, salt), compress(commitment) + _mask(choices, stream), salt
    )


class EscrowOpener:
    """Opens many escrows with one trustees' secret (1 … order-1)."""

    def __init__(self, secret: int) -> None:
        self._multiply = multiplier(secret)

    def open(
        self, escrow: bytes, expected: bytes, choices_length: int, position: Position
    ) -> Opening | BadEscrow:
        """The opening of the envelope `expected`, or why the escrow is bad."""
        if len(escrow) != HEAD + choices_length:
            return BadEscrow(EscrowFault.LENGTH)
        try:
            commitment = decompress(escrow[:HEAD])
        except PointError:
            return BadEscrow(EscrowFault.POINT)
        salt, stream = _derive(self._multiply(commitment), commitment, position, choices_length)
        choices = _mask(escrow[HEAD:], stream)
        if envelope(position, choices, salt) != expected:
            return BadEscrow(EscrowFault.ENVELOPE)
        return Opening(choices, salt)


def open_escrow(
    secret: int, escrow: bytes, expected: bytes, choices_length: int, position: Position
) -> Opening | BadEscrow:
    """Open one escrow; `EscrowOpener` is faster for many."""
    return EscrowOpener(secret).open(escrow, expected, choices_length, position)


def _derive(
    shared: Point, commitment: Point, position: Position, length: int
) -> tuple[Digest, bytes]:
    """The salt, and at least `length` bytes of stream."""
    points = b"".join(map(word, (*shared, *commitment)))
    material = points + position.words
    stream = b"".join(
        hash_words(tag("stream"), material, word(number)) for number in range(-(-length // 32))
    )
    return hash_words(tag("salt"), material), stream


def _mask(data: bytes, stream: bytes) -> bytes:
    mask = int.from_bytes(stream[: len(data)], "big")
    return (int.from_bytes(data, "big") ^ mask).to_bytes(len(data), "big")
