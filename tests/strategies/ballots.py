"""Batches of every format, well formed for an election of three registrars and two clerks."""

from hypothesis import strategies as st

from hanpyo.protocol.batch import (
    Attestation,
    BatchForm,
    CompactBatch,
    CompactRecord,
    DeskRecord,
    Listing,
    WideRecord,
)
from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.types import KeyType

u8, u16, u32, u64 = (st.integers(0, (1 << bits) - 1) for bits in (8, 16, 32, 64))
signatures = st.binary(min_size=64, max_size=64)


def attestations(people: int, count: int) -> st.SearchStrategy[tuple[Attestation, ...]]:
    indices = st.lists(st.integers(0, people - 1), min_size=count, max_size=count, unique=True)
    return indices.flatmap(
        lambda chosen: st.tuples(
            *(st.builds(Attestation, st.just(index), signatures) for index in sorted(chosen))
        )
    )


def payloads(form: BatchForm) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=form.payload_length, max_size=form.payload_length)


@st.composite
def compact_batches(draw: st.DrawFn, form: BatchForm) -> CompactBatch:
    listed = draw(st.booleans())
    weights, classes, orders = (draw(st.booleans()) for _ in range(3))
    count = draw(st.integers(1, 4))
    records = tuple(
        CompactRecord(
            draw(u32),
            draw(signatures),
            draw(payloads(form)),
            draw(u64) if weights else 1,
            draw(u16) if classes else 0,
            *(draw(st.tuples(u16, u16, u8)) if orders else (0, 0, 1)),
            attestations=() if listed else draw(attestations(3, 2)),
        )
        for _ in range(count)
    )
    listing = None
    if listed:
        extra = draw(st.integers(0, 3))
        positions = draw(
            st.lists(st.integers(0, count + extra - 1), min_size=extra, max_size=extra, unique=True)
        )
        extras = tuple((at, keccak(b"extra %d" % at)) for at in sorted(positions))
        listing = Listing(draw(attestations(3, 2)), extras)
    return CompactBatch(records, listing, weights, classes, orders)


@st.composite
def wide_record_lists(draw: st.DrawFn, form: BatchForm) -> tuple[WideRecord, ...]:
    records = []
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(KeyType))
        size = 20 if kind is KeyType.ADDRESS else 64
        proof = draw(st.none() | st.lists(st.binary(min_size=32, max_size=32), max_size=3))
        records.append(
            WideRecord(
                draw(u32),
                kind,
                draw(st.binary(min_size=size, max_size=size)),
                draw(st.binary(max_size=100)),
                draw(payloads(form)),
                *draw(st.tuples(u64, u16, u16, u16, u8)),
                attestations=draw(attestations(3, 2)) if proof is None else (),
                proof=None if proof is None else tuple(proof),
            )
        )
    return tuple(records)


@st.composite
def desk_record_lists(draw: st.DrawFn, form: BatchForm) -> tuple[DeskRecord, ...]:
    def clerks() -> tuple[Attestation, Attestation]:
        first, second = draw(attestations(2, 2))
        return first, second

    return tuple(
        DeskRecord(
            draw(u32),
            draw(u8),
            draw(u8),
            draw(u16),
            draw(u64),
            draw(u16),
            draw(payloads(form)),
            clerks(),
        )
        for _ in range(draw(st.integers(1, 3)))
    )
