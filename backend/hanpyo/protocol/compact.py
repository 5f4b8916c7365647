"""Compact batches: online acts of attested voters who sign with ECDSA (`cast`)."""

from collections.abc import Sequence
from itertools import pairwise

from hanpyo.protocol.batch_acts import Attestation, BatchForm, CompactBatch, CompactRecord, Listing
from hanpyo.protocol.batch_parts import (
    ATTESTATION_BYTES,
    BatchError,
    check,
    decode_attestations,
    encode_attestations,
    encode_count,
    number,
    open_batch,
    read_count,
)
from hanpyo.protocol.reading import Reader, exact, pack
from hanpyo.protocol.types import BallotKind

FORMAT = 1
_WEIGHTS, _CLASSES, _ORDERS = 1, 2, 4
_ALL_FLAGS = _WEIGHTS | _CLASSES | _ORDERS
_LIST, _EACH = 0, 1
_NO_REGISTRARS = "this election has no registrars; use a wide batch with roll proofs"


def compact_size(
    form: BatchForm,
    count: int,
    *,
    listed: bool,
    extras: int = 0,
    weights: bool = False,
    classes: bool = False,
    orders: bool = False,
) -> int:
    """Bytes of a compact batch, for the planner that keeps transactions below their caps."""
    attested = form.threshold * ATTESTATION_BYTES
    record = 4 + 8 * weights + 2 * classes + 5 * orders + 64 + form.payload_length
    if listed:
        return 7 + attested + 34 * extras + count * record
    return 7 + count * (record + attested)


def encode_compact(batch: CompactBatch, form: BatchForm) -> bytes:
    """The bytes for `cast`."""
    check(form.threshold > 0, "credentials", _NO_REGISTRARS)
    flags = _WEIGHTS * batch.weights | _CLASSES * batch.classes | _ORDERS * batch.orders
    listing = batch.listing
    extras = listing.extras if listing else ()
    parts = [
        bytes((FORMAT, flags)),
        encode_count(len(batch.records)),
        bytes((_EACH if listing is None else _LIST,)),
        pack(len(extras), 2, "extras", BatchError),
    ]
    if listing is not None:
        parts.append(encode_attestations(listing.attestations, form.threshold, form.registrars))
        _check_extras(extras, len(batch.records))
        for position, struct_hash in extras:
            parts += [position.to_bytes(2, "big"), exact(struct_hash, 32, "extras", BatchError)]
    parts += [_encode_record(record, batch, form) for record in batch.records]
    return b"".join(parts)


def decode_compact(data: bytes, form: BatchForm) -> CompactBatch:
    """The batch in the bytes given to `cast`."""
    reader = open_batch(data, FORMAT)
    flags = reader.integer(1, "flags")
    check(not flags & ~_ALL_FLAGS, "flags", f"unknown bits in {flags:#04x}")
    count = read_count(reader)
    mode = reader.integer(1, "credentials")
    check(mode in (_LIST, _EACH), "credentials", f"{mode} is neither 0 nor 1")
    extra_count = reader.integer(2, "extras")
    check(form.threshold > 0, "credentials", _NO_REGISTRARS)
    listing = None
    if mode == _LIST:
        attestations = decode_attestations(reader, form.threshold, form.registrars)
        extras = tuple(
            (reader.integer(2, "extras"), reader.take(32, "extras")) for _ in range(extra_count)
        )
        _check_extras(extras, count)
        listing = Listing(attestations, extras)
    else:
        check(extra_count == 0, "extras", "only a list has extras")
    weights, classes, orders = (bool(flags & bit) for bit in (_WEIGHTS, _CLASSES, _ORDERS))
    frame = CompactBatch((), listing, weights, classes, orders)
    records = tuple(_decode_record(reader, frame, form) for _ in range(count))
    reader.finish()
    return CompactBatch(records, listing, weights, classes, orders)


def _check_extras(extras: Sequence[tuple[int, bytes]], count: int) -> None:
    positions = [position for position, _ in extras]
    ascending = all(earlier < later for earlier, later in pairwise(positions))
    check(ascending, "extras", "positions are not strictly ascending")
    inside = all(0 <= position < count + len(extras) for position in positions[-1:] + positions[:1])
    check(inside, "extras", "a position is beyond the end of the list")


def _encode_record(record: CompactRecord, batch: CompactBatch, form: BatchForm) -> bytes:
    parts = [number(record.voter, 4, "voter")]
    if batch.weights:
        parts.append(number(record.weight, 8, "weight"))
    else:
        check(record.weight == 1, "weight", "the batch carries no weights")
    if batch.classes:
        parts.append(number(record.class_, 2, "class"))
    else:
        check(record.class_ == 0, "class", "the batch carries no classes")
    if batch.orders:
        parts.append(number(record.epoch, 2, "epoch"))
        parts.append(number(record.revision, 2, "revision"))
        parts.append(number(record.kind, 1, "kind"))
    else:
        order = (record.epoch, record.revision, record.kind)
        check(order == (0, 0, BallotKind.BALLOT), "order", "the batch carries no orders")
    parts.append(exact(record.signature, 64, "signature", BatchError))
    parts.append(exact(record.payload, form.payload_length, "payload", BatchError))
    if batch.listing is None:
        parts.append(encode_attestations(record.attestations, form.threshold, form.registrars))
    else:
        check(not record.attestations, "attestations", "the batch has one list for all")
    return b"".join(parts)


def _decode_record(reader: Reader, frame: CompactBatch, form: BatchForm) -> CompactRecord:
    voter = reader.integer(4, "voter")
    weight = reader.integer(8, "weight") if frame.weights else 1
    class_ = reader.integer(2, "class") if frame.classes else 0
    epoch, revision, kind = 0, 0, int(BallotKind.BALLOT)
    if frame.orders:
        epoch = reader.integer(2, "epoch")
        revision = reader.integer(2, "revision")
        kind = reader.integer(1, "kind")
    signature = reader.take(64, "signature")
    payload = reader.take(form.payload_length, "payload")
    attestations: tuple[Attestation, ...] = ()
    if frame.listing is None:
        attestations = decode_attestations(reader, form.threshold, form.registrars)
    return CompactRecord(
        voter, signature, payload, weight, class_, epoch, revision, kind, attestations
    )
