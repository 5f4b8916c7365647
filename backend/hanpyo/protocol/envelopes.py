"""Envelopes: what a sealed ballot commits to, and where it belongs."""

from dataclasses import dataclass

from hanpyo.protocol.hashing import hash_words, keccak, tag, word
from hanpyo.protocol.types import Digest


@dataclass(frozen=True, slots=True)
class Position:
    """Where a sealed ballot belongs; `context` is CTX, two words (`Domain.context`)."""

    context: bytes
    voter: int
    epoch: int = 0
    revision: int = 0

    @property
    def words(self) -> bytes:
        """CTX, voter, epoch, revision."""
        return self.context + word(self.voter) + word(self.epoch) + word(self.revision)


def envelope(position: Position, choices: bytes, salt: bytes) -> Digest:
    """The commitment to padded choices under a salt."""
    return hash_words(tag("envelope"), position.words, keccak(choices), salt)
