"""Wide batches: any kind of key, attested or listed with a roll proof (`castWide`)."""

from collections.abc import Sequence

from hanpyo.protocol.batch_acts import Attestation, BatchForm, WideRecord
from hanpyo.protocol.batch_parts import (
    BatchError,
    check,
    decode_attestations,
    encode_attestations,
    encode_count,
    number,
    open_batch,
    read_count,
)
from hanpyo.protocol.reading import Reader, exact
from hanpyo.protocol.types import KeyType

FORMAT = 2
_CREDENTIALS, _PROOF = 1, 2
_NO_REGISTRARS = "this election has no registrars; use a roll proof"


def encode_wide(records: Sequence[WideRecord], form: BatchForm) -> bytes:
    """The bytes for `castWide`."""
    parts = [bytes((FORMAT,)), encode_count(len(records))]
    for record in records:
        key_length = 20 if record.key_type == KeyType.ADDRESS else 64
        parts += [
            number(record.voter, 4, "voter"),
            number(record.weight, 8, "weight"),
            number(record.class_, 2, "class"),
            number(record.epoch, 2, "epoch"),
            number(record.revision, 2, "revision"),
            number(record.kind, 1, "kind"),
            bytes((KeyType(record.key_type),)),
            exact(record.key, key_length, "key", BatchError),
            number(len(record.signature), 2, "signature length"),
            record.signature,
            exact(record.payload, form.payload_length, "payload", BatchError),
        ]
        if record.proof is None:
            check(form.threshold > 0, "attestation", _NO_REGISTRARS)
            parts.append(bytes((_CREDENTIALS,)))
            parts.append(encode_attestations(record.attestations, form.threshold, form.registrars))
        else:
            parts += [bytes((_PROOF,)), number(len(record.proof), 1, "depth")]
            parts += [exact(each, 32, "proof", BatchError) for each in record.proof]
    return b"".join(parts)


def decode_wide(data: bytes, form: BatchForm) -> tuple[WideRecord, ...]:
    """The records in the bytes given to `castWide`."""
    reader = open_batch(data, FORMAT)
    count = read_count(reader)
    records = tuple(_decode_wide_record(reader, form) for _ in range(count))
    reader.finish()
    return records


def _decode_wide_record(reader: Reader, form: BatchForm) -> WideRecord:
    voter = reader.integer(4, "voter")
    weight = reader.integer(8, "weight")
    class_ = reader.integer(2, "class")
    epoch = reader.integer(2, "epoch")
    revision = reader.integer(2, "revision")
    kind = reader.integer(1, "kind")
    key_type = reader.integer(1, "key type")
    check(key_type in tuple(KeyType), "key type", f"{key_type} is unknown")
    key = reader.take(20 if key_type == KeyType.ADDRESS else 64, "key")
    signature = reader.take(reader.integer(2, "signature length"), "signature")
    payload = reader.take(form.payload_length, "payload")
    attested = reader.integer(1, "attestation")
    attestations: tuple[Attestation, ...] = ()
    proof: tuple[bytes, ...] | None = None
    if attested == _CREDENTIALS:
        check(form.threshold > 0, "attestation", _NO_REGISTRARS)
        attestations = decode_attestations(reader, form.threshold, form.registrars)
    else:
        check(attested == _PROOF, "attestation", f"{attested} is neither 1 nor 2")
        depth = reader.integer(1, "depth")
        proof = tuple(reader.take(32, "proof") for _ in range(depth))
    return WideRecord(
        voter,
        key_type,
        key,
        signature,
        payload,
        weight,
        class_,
        epoch,
        revision,
        kind,
        attestations,
        proof,
    )
