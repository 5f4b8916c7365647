"""The bytes that `settle`, `open` and `openActs` take after the barrier (section 9)."""

from collections.abc import Iterable, Mapping, Sequence

from hanpyo.protocol.offers import Act
from hanpyo.protocol.streams import encode_stream
from hanpyo.protocol.tree import TreeError
from hanpyo.protocol.types import ZERO_WORD, Digest

_WEIGHTS, _CLASSES, _CHANNELS = 1, 2, 4
_ALL = _WEIGHTS | _CLASSES | _CHANNELS

Opened = tuple[bytes, bytes]
"""Padded choices and salt of one ballot."""


def settle_stream(
    firsts: Sequence[Act],
    settled: Mapping[int, Act | None],
    without_first: Sequence[tuple[int, Act | None]] = (),
) -> bytes:
    """The stream for `settle` on the batch with these firsts.

    `settled` gives, by the position of a voter's first, the live act in the voter's slot, None when
    nothing is live; `without_first` gives the same by number for voters who have no first.
    """
    flags = _flags(firsts[position] for position in settled)
    records = {
        position: _head(firsts[position], flags) + _body(firsts[position]) + _live(live)
        for position, live in settled.items()
    }
    outside = [voter.to_bytes(4, "big") + _live(live) for voter, live in without_first]
    return bytes((flags,)) + (
        encode_stream(first_leaves(firsts), records, outside)
        if records
        else b"".join(b"\xff" + record for record in outside)
    )


def opening_stream(firsts: Sequence[Act], openings: Mapping[int, Opened]) -> bytes:
    """The stream for `open` on the batch with these firsts; openings by position."""
    flags = _flags(firsts[position] for position in openings)
    records = {
        position: _head(firsts[position], flags) + salt + choices
        for position, (choices, salt) in openings.items()
    }
    return bytes((flags,)) + encode_stream(first_leaves(firsts), records)


def opening_records(opened: Iterable[tuple[Act, Opened]]) -> bytes:
    """The records for `openActs`: live acts in slots, with choices and salt."""
    return b"".join(
        _head(act, _ALL) + act.escrow + salt + choices for act, (choices, salt) in opened
    )


def first_leaves(firsts: Sequence[Act]) -> list[Digest]:
    """The leaves of a batch's tree."""
    return [first.leaf for first in firsts]


def _flags(firsts: Iterable[Act]) -> int:
    flags = 0
    for first in firsts:
        terms = first.terms
        flags |= _WEIGHTS * (terms.weight != 1)
        flags |= _CLASSES * (terms.class_ != 0)
        flags |= _CHANNELS * (terms.channel != 0)
    return flags


def _head(act: Act, flags: int) -> bytes:
    return act.terms.voter.to_bytes(4, "big") + _terms(act, flags)


def _terms(act: Act, flags: int) -> bytes:
    terms = act.terms
    return b"".join(
        (
            terms.weight.to_bytes(8, "big") if flags & _WEIGHTS else b"",
            terms.class_.to_bytes(2, "big") if flags & _CLASSES else b"",
            terms.channel.to_bytes(1, "big") if flags & _CHANNELS else b"",
        )
    )


def _body(act: Act) -> bytes:
    """What a record shows of an act's content: the choices when open, the envelope when sealed."""
    return act.content if act.choices is None else act.choices


def _live(act: Act | None) -> bytes:
    if act is None:
        return b""
    if act.choices is None:
        if act.escrow == ZERO_WORD:
            raise TreeError("live act", "a sealed ballot has an escrow, an open one its choices")
        return _terms(act, _ALL) + act.content + act.escrow
    return _terms(act, _ALL) + act.choices
