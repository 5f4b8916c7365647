"""Batches of acts as `cast`, `castWide` and `castDesk` take them.

Decoding is strict and depends on the bytes and the manifest alone: what it refuses reverts on
chain, what it accepts is recorded or skipped act by act.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.manifest import Manifest
from hanpyo.protocol.messages import Ballot, DeskAct
from hanpyo.protocol.reading import EncodingError, Reader, exact, pack, require
from hanpyo.protocol.types import ZERO_WORD, BallotKind, DeskKind, KeyType, Secrecy

COMPACT, WIDE, DESK = 1, 2, 3
"""The format byte of each kind of batch."""
ESCROW_HEAD = 33
"""Bytes of an escrow before the choices: a compressed point."""
_WEIGHTS, _CLASSES, _ORDERS = 1, 2, 4
_ALL_FLAGS = _WEIGHTS | _CLASSES | _ORDERS
_LIST, _EACH = 0, 1
_SIGNED = 65
"""Bytes of an attestation: index and compact signature."""
_CREDENTIALS, _PROOF = 1, 2


class BatchError(EncodingError):
    """A batch that the contract would revert."""

    code: ClassVar[str] = "bad_batch"
    subject: ClassVar[str] = "batch"


@dataclass(frozen=True, slots=True)
class BatchForm:
    """What an election's manifest fixes about its batches."""

    secrecy: Secrecy
    choices_length: int
    registrars: int
    threshold: int
    clerks: int

    @classmethod
    def of(cls, manifest: Manifest) -> "BatchForm":
        """The form of an election's batches."""
        return cls(
            manifest.secrecy,
            manifest.choices_length,
            len(manifest.registrars),
            manifest.threshold,
            len(manifest.clerks),
        )

    @property
    def payload_length(self) -> int:
        """Bytes of an act's payload: envelope and escrow when sealed, else the padded choices."""
        sealed = 32 + ESCROW_HEAD if self.secrecy is Secrecy.SEALED else 0
        return sealed + self.choices_length

    def content(self, kind: int, payload: bytes) -> tuple[bytes, bytes]:
        """The content and escrow hash that the signed message holds for a payload."""
        if kind == BallotKind.WITHDRAWAL:
            return ZERO_WORD, ZERO_WORD
        if self.secrecy is Secrecy.SEALED:
            return payload[:32], keccak(payload[32:])
        return keccak(payload), ZERO_WORD


@dataclass(frozen=True, slots=True)
class Attestation:
    """One registrar's or clerk's compact signature, with the signer's index in the manifest."""

    index: int
    signature: bytes


@dataclass(frozen=True, slots=True)
class CompactRecord:
    """A voter's act in a compact batch; its key is recovered from the signature."""

    voter: int
    signature: bytes
    payload: bytes
    weight: int = 1
    class_: int = 0
    epoch: int = 0
    revision: int = 0
    kind: int = BallotKind.BALLOT
    attestations: tuple[Attestation, ...] = ()

    def ballot(self, form: BatchForm) -> Ballot:
        """The message that the voter signed."""
        return Ballot(
            self.voter, self.epoch, self.revision, self.kind, *form.content(self.kind, self.payload)
        )


@dataclass(frozen=True, slots=True)
class Listing:
    """One list of credentials for a whole batch.

    `extras` are the struct hashes of credentials without a ballot here, at their positions in the
    list; the records take the other positions in order.
    """

    attestations: tuple[Attestation, ...]
    extras: tuple[tuple[int, bytes], ...] = ()

    def arrange(self, own: Sequence[bytes]) -> list[bytes]:
        """The whole list, given the struct hashes of the records' own credentials."""
        extras = dict(self.extras)
        rest = iter(own)
        return [extras[at] if at in extras else next(rest) for at in range(len(own) + len(extras))]


@dataclass(frozen=True, slots=True)
class CompactBatch:
    """A compact batch: which optional fields its records carry, the credentials, the records.

    `listing` None means that each record carries its own attestations.
    """

    records: tuple[CompactRecord, ...]
    listing: Listing | None = None
    weights: bool = False
    classes: bool = False
    orders: bool = False

    @classmethod
    def shortest(
        cls, records: Sequence[CompactRecord], listing: Listing | None = None
    ) -> "CompactBatch":
        """The batch of these records with no more optional fields than they need."""
        return cls(
            tuple(records),
            listing,
            weights=any(each.weight != 1 for each in records),
            classes=any(each.class_ != 0 for each in records),
            orders=any((each.epoch, each.revision, each.kind) != (0, 0, 1) for each in records),
        )


@dataclass(frozen=True, slots=True)
class WideRecord:
    """A voter's act with any kind of key: attested by registrars, or listed with a roll proof."""

    voter: int
    key_type: int
    key: bytes
    signature: bytes
    payload: bytes
    weight: int = 1
    class_: int = 0
    epoch: int = 0
    revision: int = 0
    kind: int = BallotKind.BALLOT
    attestations: tuple[Attestation, ...] = ()
    proof: tuple[bytes, ...] | None = None

    def ballot(self, form: BatchForm) -> Ballot:
        """The message that the voter signed."""
        return Ballot(
            self.voter, self.epoch, self.revision, self.kind, *form.content(self.kind, self.payload)
        )


@dataclass(frozen=True, slots=True)
class DeskRecord:
    """An act that two clerks attest to."""

    voter: int
    act: int
    channel: int
    epoch: int
    weight: int
    class_: int
    payload: bytes
    attestations: tuple[Attestation, Attestation]

    def message(self, form: BatchForm) -> DeskAct:
        """The message that the clerks signed."""
        bare = self.act == DeskKind.CHECK_IN
        kind = BallotKind.WITHDRAWAL if bare else BallotKind.BALLOT
        return DeskAct(
            self.voter,
            self.act,
            self.channel,
            self.epoch,
            self.weight,
            self.class_,
            *form.content(kind, self.payload),
        )


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
    attested = form.threshold * _SIGNED
    record = 4 + 8 * weights + 2 * classes + 5 * orders + 64 + form.payload_length
    if listed:
        return 7 + attested + 34 * extras + count * record
    return 7 + count * (record + attested)


def encode_compact(batch: CompactBatch, form: BatchForm) -> bytes:
    """The bytes for `cast`."""
    flags = _WEIGHTS * batch.weights | _CLASSES * batch.classes | _ORDERS * batch.orders
    listing = batch.listing
    extras = listing.extras if listing else ()
    parts = [
        bytes((COMPACT, flags)),
        _count(len(batch.records)),
        bytes((_EACH if listing is None else _LIST,)),
        pack(len(extras), 2, "extras", BatchError),
    ]
    if listing is not None:
        parts.append(_encode_attestations(listing.attestations, form.threshold, form.registrars))
        _check_extras(extras, len(batch.records))
        for position, struct_hash in extras:
            parts += [position.to_bytes(2, "big"), exact(struct_hash, 32, "extras", BatchError)]
    parts += [_encode_record(record, batch, form) for record in batch.records]
    return b"".join(parts)


def decode_compact(data: bytes, form: BatchForm) -> CompactBatch:
    """The batch in the bytes given to `cast`."""
    reader = _open(data, COMPACT)
    flags = reader.integer(1, "flags")
    _check(not flags & ~_ALL_FLAGS, "flags", f"unknown bits in {flags:#04x}")
    count = _read_count(reader)
    mode = reader.integer(1, "credentials")
    _check(mode in (_LIST, _EACH), "credentials", f"{mode} is neither 0 nor 1")
    extra_count = reader.integer(2, "extras")
    listing = None
    if mode == _LIST:
        attestations = _decode_attestations(reader, form.threshold, form.registrars)
        extras = tuple(
            (reader.integer(2, "extras"), reader.take(32, "extras")) for _ in range(extra_count)
        )
        _check_extras(extras, count)
        listing = Listing(attestations, extras)
    else:
        _check(extra_count == 0, "extras", "only a list has extras")
    weights, classes, orders = (bool(flags & bit) for bit in (_WEIGHTS, _CLASSES, _ORDERS))
    frame = CompactBatch((), listing, weights, classes, orders)
    records = tuple(_decode_record(reader, frame, form) for _ in range(count))
    reader.finish()
    return CompactBatch(records, listing, weights, classes, orders)


def encode_wide(records: Sequence[WideRecord], form: BatchForm) -> bytes:
    """The bytes for `castWide`."""
    parts = [bytes((WIDE,)), _count(len(records))]
    for record in records:
        key_length = 20 if record.key_type == KeyType.ADDRESS else 64
        parts += [
            _number(record.voter, 4, "voter"),
            _number(record.weight, 8, "weight"),
            _number(record.class_, 2, "class"),
            _number(record.epoch, 2, "epoch"),
            _number(record.revision, 2, "revision"),
            _number(record.kind, 1, "kind"),
            bytes((KeyType(record.key_type),)),
            exact(record.key, key_length, "key", BatchError),
            _number(len(record.signature), 2, "signature length"),
            record.signature,
            exact(record.payload, form.payload_length, "payload", BatchError),
        ]
        if record.proof is None:
            parts.append(bytes((_CREDENTIALS,)))
            parts.append(_encode_attestations(record.attestations, form.threshold, form.registrars))
        else:
            parts += [bytes((_PROOF,)), _number(len(record.proof), 1, "depth")]
            parts += [exact(each, 32, "proof", BatchError) for each in record.proof]
    return b"".join(parts)


def decode_wide(data: bytes, form: BatchForm) -> tuple[WideRecord, ...]:
    """The records in the bytes given to `castWide`."""
    reader = _open(data, WIDE)
    count = _read_count(reader)
    records = tuple(_decode_wide_record(reader, form) for _ in range(count))
    reader.finish()
    return records


def encode_desk(records: Sequence[DeskRecord], form: BatchForm) -> bytes:
    """The bytes for `castDesk`."""
    parts = [bytes((DESK,)), _count(len(records))]
    for record in records:
        parts += [
            _number(record.voter, 4, "voter"),
            _number(record.act, 1, "act"),
            _number(record.channel, 1, "channel"),
            _number(record.epoch, 2, "epoch"),
            _number(record.weight, 8, "weight"),
            _number(record.class_, 2, "class"),
            exact(record.payload, form.payload_length, "payload", BatchError),
            _encode_attestations(record.attestations, 2, form.clerks),
        ]
    return b"".join(parts)


def decode_desk(data: bytes, form: BatchForm) -> tuple[DeskRecord, ...]:
    """The records in the bytes given to `castDesk`."""
    reader = _open(data, DESK)
    count = _read_count(reader)
    records = tuple(_decode_desk_record(reader, form) for _ in range(count))
    reader.finish()
    return records


def _check(condition: bool, name: str, problem: str) -> None:
    require(condition, name, problem, BatchError)


def _number(value: int, length: int, name: str) -> bytes:
    return pack(value, length, name, BatchError)


def _count(count: int) -> bytes:
    _check(1 <= count < 1 << 16, "count", f"{count} is not 1 … 65535")
    return count.to_bytes(2, "big")


def _open(data: bytes, expected: int) -> Reader:
    reader = Reader(data, BatchError)
    found = reader.integer(1, "format")
    _check(found == expected, "format", f"{found} instead of {expected}")
    return reader


def _read_count(reader: Reader) -> int:
    count = reader.integer(2, "count")
    _check(count >= 1, "count", "the batch is empty")
    return count


def _check_extras(extras: Sequence[tuple[int, bytes]], count: int) -> None:
    positions = [position for position, _ in extras]
    ascending = all(earlier < later for earlier, later in pairwise(positions))
    _check(ascending, "extras", "positions are not strictly ascending")
    inside = all(0 <= position < count + len(extras) for position in positions[-1:] + positions[:1])
    _check(inside, "extras", "a position is beyond the end of the list")


def _check_indices(attestations: Sequence[Attestation], people: int) -> None:
    indices = [each.index for each in attestations]
    ascending = all(earlier < later for earlier, later in pairwise(indices))
    _check(ascending, "attestation index", "indices are not strictly increasing")
    inside = all(0 <= index < people for index in indices)
    _check(inside, "attestation index", f"there are only {people} signers")


def _encode_attestations(attestations: Sequence[Attestation], threshold: int, people: int) -> bytes:
    _check(
        len(attestations) == threshold,
        "attestations",
        f"{len(attestations)} instead of {threshold}",
    )
    _check_indices(attestations, people)
    return b"".join(
        bytes((each.index,)) + exact(each.signature, 64, "attestation signature", BatchError)
        for each in attestations
    )


def _decode_attestations(reader: Reader, count: int, people: int) -> tuple[Attestation, ...]:
    attestations = tuple(
        Attestation(
            reader.integer(1, "attestation index"), reader.take(64, "attestation signature")
        )
        for _ in range(count)
    )
    _check_indices(attestations, people)
    return attestations


def _encode_record(record: CompactRecord, batch: CompactBatch, form: BatchForm) -> bytes:
    parts = [_number(record.voter, 4, "voter")]
    if batch.weights:
        parts.append(_number(record.weight, 8, "weight"))
    else:
        _check(record.weight == 1, "weight", "the batch carries no weights")
    if batch.classes:
        parts.append(_number(record.class_, 2, "class"))
    else:
        _check(record.class_ == 0, "class", "the batch carries no classes")
    if batch.orders:
        parts.append(_number(record.epoch, 2, "epoch"))
        parts.append(_number(record.revision, 2, "revision"))
        parts.append(_number(record.kind, 1, "kind"))
    else:
        order = (record.epoch, record.revision, record.kind)
        _check(order == (0, 0, BallotKind.BALLOT), "order", "the batch carries no orders")
    parts.append(exact(record.signature, 64, "signature", BatchError))
    parts.append(exact(record.payload, form.payload_length, "payload", BatchError))
    if batch.listing is None:
        parts.append(_encode_attestations(record.attestations, form.threshold, form.registrars))
    else:
        _check(not record.attestations, "attestations", "the batch has one list for all")
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
        attestations = _decode_attestations(reader, form.threshold, form.registrars)
    return CompactRecord(
        voter, signature, payload, weight, class_, epoch, revision, kind, attestations
    )


def _decode_wide_record(reader: Reader, form: BatchForm) -> WideRecord:
    voter = reader.integer(4, "voter")
    weight = reader.integer(8, "weight")
    class_ = reader.integer(2, "class")
    epoch = reader.integer(2, "epoch")
    revision = reader.integer(2, "revision")
    kind = reader.integer(1, "kind")
    key_type = reader.integer(1, "key type")
    _check(key_type in tuple(KeyType), "key type", f"{key_type} is unknown")
    key = reader.take(20 if key_type == KeyType.ADDRESS else 64, "key")
    signature = reader.take(reader.integer(2, "signature length"), "signature")
    payload = reader.take(form.payload_length, "payload")
    attested = reader.integer(1, "attestation")
    attestations: tuple[Attestation, ...] = ()
    proof: tuple[bytes, ...] | None = None
    if attested == _CREDENTIALS:
        attestations = _decode_attestations(reader, form.threshold, form.registrars)
    else:
        _check(attested == _PROOF, "attestation", f"{attested} is neither 1 nor 2")
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


def _decode_desk_record(reader: Reader, form: BatchForm) -> DeskRecord:
    voter = reader.integer(4, "voter")
    act = reader.integer(1, "act")
    channel = reader.integer(1, "channel")
    epoch = reader.integer(2, "epoch")
    weight = reader.integer(8, "weight")
    class_ = reader.integer(2, "class")
    payload = reader.take(form.payload_length, "payload")
    first, second = _decode_attestations(reader, 2, form.clerks)
    return DeskRecord(voter, act, channel, epoch, weight, class_, payload, (first, second))
