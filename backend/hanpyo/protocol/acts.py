"""What the contract keeps of an act: terms, leaf, act hash, batch record and a voter's slot."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from struct import Struct
from typing import ClassVar, Final, NamedTuple

from hanpyo.protocol.hashing import hash_words, keccak, tag, word
from hanpyo.protocol.reading import EncodingError, exact, pack
from hanpyo.protocol.tuples import new_tuple
from hanpyo.protocol.types import ZERO_WORD, BallotKind, Channel, Digest, Word

_TERMS: Final = Struct(">BBHHH12sIQ")
_ABOVE_VOTER: Final = bytes(12)
_ACT_BITS = (1 << 200) - 1
HAS_FIRST, HAS_ACT, ACT_IS_BALLOT, SETTLED = 1, 2, 4, 8
"""The state bits of a slot."""


class ActError(EncodingError):
    """Terms or a slot that have no packed form."""

    code: ClassVar[str] = "bad_act"
    subject: ClassVar[str] = "act"


def order_of(epoch: int, revision: int) -> int:
    """An act's rank: the higher one counts."""
    return epoch << 16 | revision


class Terms(NamedTuple):
    """All of an act but its content.

    A tuple, because one is made of every act that is read and a frozen dataclass takes five times
    as long to make.
    """

    voter: int
    weight: int = 1
    class_: int = 0
    epoch: int = 0
    revision: int = 0
    kind: int = BallotKind.BALLOT
    channel: int = Channel.ONLINE

    def pack(self) -> Word:
        """One word: kind, channel, class, epoch, revision, voter and weight from the top."""
        parts = (
            pack(self.kind, 1, "kind", ActError),
            pack(self.channel, 1, "channel", ActError),
            pack(self.class_, 2, "class", ActError),
            pack(self.epoch, 2, "epoch", ActError),
            pack(self.revision, 2, "revision", ActError),
            bytes(12),
            pack(self.voter, 4, "voter", ActError),
            pack(self.weight, 8, "weight", ActError),
        )
        return Word(b"".join(parts))

    @classmethod
    def unpack(cls, packed: bytes) -> "Terms":
        """The terms of one word."""
        if len(packed) != _TERMS.size:
            exact(packed, _TERMS.size, "terms", ActError)
        kind, channel, class_, epoch, revision, above, voter, weight = _TERMS.unpack(packed)
        if above != _ABOVE_VOTER:
            raise ActError("terms", "the bytes above the voter number are not zero")
        return new_tuple(cls, (voter, weight, class_, epoch, revision, kind, channel))

    @property
    def order(self) -> int:
        """The act's rank."""
        return order_of(self.epoch, self.revision)

    def leaf(self, content: bytes) -> Digest:
        """The leaf of a batch's tree."""
        return hash_words(tag("leaf"), self.pack(), content)

    def act(self, content: bytes, escrow: bytes = ZERO_WORD) -> Digest:
        """The hash that stands for the act in slots and seals; `escrow` is the escrow's hash."""
        return hash_words(tag("act"), self.pack(), content, escrow)


def seals_hash(acts: Sequence[Digest]) -> Digest:
    """H of the act hashes of a sealed batch's firsts, in order."""
    return keccak(b"".join(acts))


def batch_record(root: Digest, seals: bytes = ZERO_WORD) -> Digest:
    """What storage keeps of a batch; `seals` is zero unless the election is sealed."""
    return hash_words(root, seals)


@dataclass(frozen=True, slots=True)
class Slot:
    """What the contract keeps of a voter beyond the bit of the first; `act` is 200 bits."""

    minimum_epoch: int = 0
    epoch: int = 0
    revision: int = 0
    state: int = 0
    act: int = 0

    def pack(self) -> Word:
        """The slot as `act(voter)` returns it."""
        return word(
            self.minimum_epoch << 240
            | self.epoch << 224
            | self.revision << 208
            | self.state << 200
            | self.act
        )

    @classmethod
    def unpack(cls, packed: bytes) -> "Slot":
        """The slot of a storage word."""
        value = int.from_bytes(packed, "big")
        return cls(
            minimum_epoch=value >> 240,
            epoch=value >> 224 & 0xFFFF,
            revision=value >> 208 & 0xFFFF,
            state=value >> 200 & 0xFF,
            act=value & _ACT_BITS,
        )

    @property
    def has_first(self) -> bool:
        """Whether the voter has a ballot in a batch's tree."""
        return bool(self.state & HAS_FIRST)

    @property
    def has_act(self) -> bool:
        """Whether an act is recorded here."""
        return bool(self.state & HAS_ACT)

    @property
    def live_act(self) -> bool:
        """Whether that act is the live ballot."""
        return self.state & (HAS_ACT | ACT_IS_BALLOT) == HAS_ACT | ACT_IS_BALLOT

    @property
    def settled(self) -> bool:
        """Whether the voter was settled."""
        return bool(self.state & SETTLED)

    def holds(self, act: Digest) -> bool:
        """Whether this act is the one recorded here."""
        return self.has_act and int.from_bytes(act, "big") & _ACT_BITS == self.act

    def record(self, terms: Terms, act: Digest, *, has_first: bool) -> "Slot":
        """The slot after an act outranked what was recorded."""
        is_ballot = terms.kind == BallotKind.BALLOT
        return replace(
            self,
            epoch=terms.epoch,
            revision=terms.revision,
            state=HAS_ACT | (HAS_FIRST if has_first else 0) | (ACT_IS_BALLOT if is_ballot else 0),
            act=int.from_bytes(act, "big") & _ACT_BITS,
        )
