"""Desk batches: acts on the word of two clerks each (`castDesk`)."""

from collections.abc import Sequence

from hanpyo.protocol.batch_acts import BatchForm, DeskRecord
from hanpyo.protocol.batch_parts import (
    BatchError,
    decode_attestations,
    encode_attestations,
    encode_count,
    number,
    open_batch,
    read_count,
)
from hanpyo.protocol.reading import Reader, exact

FORMAT = 3
CLERKS = 2
"""Clerks that sign each act."""


def encode_desk(records: Sequence[DeskRecord], form: BatchForm) -> bytes:
    """The bytes for `castDesk`."""
    parts = [bytes((FORMAT,)), encode_count(len(records))]
    for record in records:
        parts += [
            number(record.voter, 4, "voter"),
            number(record.act, 1, "act"),
            number(record.channel, 1, "channel"),
            number(record.epoch, 2, "epoch"),
            number(record.weight, 8, "weight"),
            number(record.class_, 2, "class"),
            exact(record.payload, form.payload_length, "payload", BatchError),
            encode_attestations(record.attestations, CLERKS, form.clerks),
        ]
    return b"".join(parts)


def decode_desk(data: bytes, form: BatchForm) -> tuple[DeskRecord, ...]:
    """The records in the bytes given to `castDesk`."""
    reader = open_batch(data, FORMAT)
    count = read_count(reader)
    records = tuple(_decode_desk_record(reader, form) for _ in range(count))
    reader.finish()
    return records


def _decode_desk_record(reader: Reader, form: BatchForm) -> DeskRecord:
    voter = reader.integer(4, "voter")
    act = reader.integer(1, "act")
    channel = reader.integer(1, "channel")
    epoch = reader.integer(2, "epoch")
    weight = reader.integer(8, "weight")
    class_ = reader.integer(2, "class")
    payload = reader.take(form.payload_length, "payload")
    first, second = decode_attestations(reader, CLERKS, form.clerks)
    return DeskRecord(voter, act, channel, epoch, weight, class_, payload, (first, second))
