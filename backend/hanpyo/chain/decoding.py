"""The election's logs, decoded strictly into events.

A log that is not exactly what the contract emits raises `BadEvent`; nothing is guessed.
"""

from collections.abc import Callable, Iterable, Mapping
from struct import Struct
from typing import ClassVar, Final, NamedTuple

from hanpyo.chain.election_events import (
    BatchRecorded,
    Cancelled,
    Certified,
    CheckedIn,
    Entry,
    Event,
    Frozen,
    KeyReleased,
    Opened,
    Rebound,
    Recorded,
    RollPublished,
    Settled,
    Skipped,
    TextPublished,
    Voided,
)
from hanpyo.chain.receipts import Log
from hanpyo.errors import HanpyoError
from hanpyo.protocol.acts import Terms
from hanpyo.protocol.batch import ESCROW_HEAD
from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.reading import EncodingError
from hanpyo.protocol.tuples import new_tuple

_WORD: Final = 32
_SPLIT: Final = {count: Struct(">" + "32s" * count) for count in (0, 1, 2, 3, 5)}


class BadEvent(HanpyoError):
    """A log that the contract cannot have emitted."""

    code: ClassVar[str] = "bad_event"


class _Words(NamedTuple):
    """The arguments of a log: the indexed one, then the data as words."""

    data: bytes
    indexed: int
    length: int
    """How many bytes the election's padded choices have."""

    def split(self, count: int) -> tuple[bytes, ...]:
        """All words, of which there are exactly `count`."""
        if len(self.data) != _WORD * count:
            raise BadEvent(f"{len(self.data)} bytes of data instead of {_WORD * count}")
        return _SPLIT[count].unpack(self.data)

    def word(self, place: int, count: int) -> bytes:
        """The word at `place` of exactly `count`."""
        return self.split(count)[place]

    def number(self, place: int, count: int, bits: int) -> int:
        """The integer at `place`, below 2^bits."""
        return _fits(int.from_bytes(self.word(place, count), "big"), bits)

    def tail(self, place: int) -> bytes:
        """The one dynamic argument, whose offset stands at `place`, the last head word."""
        offset = 32 * place + 32
        head, size = self.data[32 * place : offset], self.data[offset : offset + 32]
        length = int.from_bytes(size, "big")
        end = offset + 32 + length
        padded = -(-length // 32) * 32
        exact = (
            int.from_bytes(head, "big") == offset
            and len(size) == _WORD
            and len(self.data) == offset + 32 + padded
            and not any(self.data[end:])
        )
        if not exact:
            raise BadEvent("the bytes in the data are not encoded as the contract does")
        return self.data[offset + 32 : end]


def _fits(value: int, bits: int) -> int:
    if value >> bits:
        raise BadEvent(f"{value} does not fit {bits} bits")
    return value


def _cut(data: bytes, length: int) -> bytes:
    cut = data[:length]
    if len(cut) != length or cut.ljust(len(data), b"\0") != data:
        raise BadEvent(f"the padding behind {length} bytes is not zero")
    return cut


def _terms(words: _Words, packed: bytes) -> Terms:
    try:
        terms = Terms.unpack(packed)
    except EncodingError as error:
        raise BadEvent(str(error)) from error
    if terms.voter != words.indexed:
        raise BadEvent(f"the terms name voter {terms.voter}, the topic voter {words.indexed}")
    return terms


def _sealed(words: _Words) -> Event:
    terms, key, envelope, first, second = words.split(5)
    escrow = _cut(first + second, ESCROW_HEAD + words.length)
    return new_tuple(Recorded, (_terms(words, terms), key, envelope, escrow, None))


def _long_sealed(words: _Words) -> Event:
    escrow = words.tail(3)
    if len(escrow) != ESCROW_HEAD + words.length:
        raise BadEvent(f"an escrow of {len(escrow)} bytes")
    data = words.data
    return Recorded(_terms(words, data[:32]), data[32:64], data[64:96], escrow=escrow)


def _cast(words: _Words) -> Event:
    terms, key, choices = words.split(3)
    fields = (_terms(words, terms), key, None, None, _cut(choices, words.length))
    return new_tuple(Recorded, fields)


def _long_cast(words: _Words) -> Event:
    choices = words.tail(2)
    if len(choices) != words.length:
        raise BadEvent(f"choices of {len(choices)} bytes")
    return Recorded(_terms(words, words.data[:32]), words.data[32:64], choices=choices)


def _withdrawn(words: _Words) -> Event:
    terms, key = words.split(2)
    return Recorded(_terms(words, terms), key)


def _skipped(words: _Words) -> Event:
    return Skipped(words.indexed, words.word(0, 2), words.number(1, 2, 8))


def _batch(words: _Words) -> Event:
    number, root, seals = words.indexed, words.word(0, 3), words.word(1, 3)
    return BatchRecorded(number, root, seals, words.number(2, 3, 32))


def _long_opened(words: _Words) -> Event:
    choices = words.tail(0)
    if len(choices) != words.length:
        raise BadEvent(f"choices of {len(choices)} bytes")
    return Opened(words.indexed, choices)


def _released(words: _Words) -> Event:
    return KeyReleased(words.number(0, 2, 256), bool(words.number(1, 2, 1)))


def _certified(words: _Words) -> Event:
    return Certified(words.number(0, 3, 32), words.number(1, 3, 256), words.number(2, 3, 32))


def _cancelled(words: _Words) -> Event:
    words.split(0)
    return Cancelled()


def _empty(words: _Words) -> int:
    words.split(0)
    return words.indexed


_Decoder = Callable[[_Words], Event]

# Signature, bits of the indexed argument (0: there is none), decoder.
_EVENTS: Final[tuple[tuple[str, int, _Decoder], ...]] = (
    ("TextPublished(string)", 0, lambda words: TextPublished(words.tail(0))),
    (
        "RollPublished(uint32,bytes)",
        32,
        lambda words: RollPublished(words.indexed, words.tail(0)),
    ),
    ("ElectionFrozen(bytes32)", 256, lambda words: Frozen(_empty(words).to_bytes(32, "big"))),
    ("ElectionCancelled()", 0, _cancelled),
    ("BallotSealed(uint32,uint256,bytes32,bytes32,bytes32,bytes32)", 32, _sealed),
    ("LongBallotSealed(uint32,uint256,bytes32,bytes32,bytes)", 32, _long_sealed),
    ("BallotCast(uint32,uint256,bytes32,bytes32)", 32, _cast),
    ("LongBallotCast(uint32,uint256,bytes32,bytes)", 32, _long_cast),
    ("BallotWithdrawn(uint32,uint256,bytes32)", 32, _withdrawn),
    ("BallotSkipped(uint32,bytes32,uint8)", 32, _skipped),
    ("BatchRecorded(uint32,bytes32,bytes32,uint32)", 32, _batch),
    (
        "VoterRebound(uint32,uint16)",
        32,
        lambda words: Rebound(words.indexed, words.number(0, 1, 16)),
    ),
    ("VoterCheckedIn(uint32)", 32, lambda words: CheckedIn(_empty(words))),
    (
        "VoterSettled(uint32,uint256)",
        32,
        lambda words: Settled(words.indexed, words.number(0, 1, 256)),
    ),
    ("KeyReleased(uint256,bool)", 0, _released),
    (
        "BallotOpened(uint32,bytes32)",
        32,
        lambda words: Opened(words.indexed, _cut(words.word(0, 1), words.length)),
    ),
    ("LongBallotOpened(uint32,bytes)", 32, _long_opened),
    ("BallotVoided(uint32)", 32, lambda words: Voided(_empty(words))),
    ("ElectionCertified(uint32,uint256,uint32)", 0, _certified),
)
_BY_TOPIC: Final[Mapping[bytes, tuple[str, int, _Decoder]]] = {
    keccak(signature.encode()): (signature.partition("(")[0], bits, decoder)
    for signature, bits, decoder in _EVENTS
}


def decode_log(log: Log, choices_length: int) -> Event:
    """The event in a log of an election whose padded choices have `choices_length` bytes."""
    topics = log.topics
    known = _BY_TOPIC.get(topics[0]) if topics else None
    if known is None:
        raise BadEvent("no event of an election has this topic")
    name, bits, decoder = known
    if len(topics) != (2 if bits else 1):
        raise BadEvent(f"{name} has {len(topics)} topics")
    indexed = int.from_bytes(topics[1], "big") if bits else 0
    try:
        return decoder(new_tuple(_Words, (log.data, _fits(indexed, bits), choices_length)))
    except BadEvent as error:
        raise BadEvent(f"{name}: {error}") from error


def decode_logs(
    logs: Iterable[Log], choices_length: int
) -> tuple[tuple[Entry, ...], tuple[tuple[Log, str], ...]]:
    """The events of the logs in order, and the logs that are none with the reason."""
    entries: list[Entry] = []
    faults: list[tuple[Log, str]] = []
    for log in logs:
        try:
            entries.append(Entry(decode_log(log, choices_length), log))
        except BadEvent as error:
            faults.append((log, str(error)))
    return tuple(entries), tuple(faults)
