"""The parts that all formats of batches share."""

from collections.abc import Sequence
from itertools import pairwise
from typing import ClassVar

from hanpyo.protocol.batch_acts import Attestation
from hanpyo.protocol.reading import EncodingError, Reader, exact, pack, require

ATTESTATION_BYTES = 65
"""Signer's index and compact signature."""


class BatchError(EncodingError):
    """A batch that the contract would revert."""

    code: ClassVar[str] = "bad_batch"
    subject: ClassVar[str] = "batch"


def check(condition: bool, name: str, problem: str) -> None:
    """Raise `BatchError` for a field unless the condition holds."""
    require(condition, name, problem, BatchError)


def number(value: int, length: int, name: str) -> bytes:
    """An unsigned integer of a batch."""
    return pack(value, length, name, BatchError)


def encode_count(count: int) -> bytes:
    """The count of a batch's records, 1 … 65535."""
    check(1 <= count < 1 << 16, "count", f"{count} is not 1 … 65535")
    return count.to_bytes(2, "big")


def open_batch(data: bytes, expected: int) -> Reader:
    """A reader past the format byte."""
    reader = Reader(data, BatchError)
    found = reader.integer(1, "format")
    check(found == expected, "format", f"{found} instead of {expected}")
    return reader


def read_count(reader: Reader) -> int:
    """The count of a batch's records."""
    count = reader.integer(2, "count")
    check(count >= 1, "count", "the batch is empty")
    return count


def check_indices(attestations: Sequence[Attestation], people: int) -> None:
    """Refuse signers that are not strictly increasing or beyond the manifest's list."""
    indices = [each.index for each in attestations]
    ascending = all(earlier < later for earlier, later in pairwise(indices))
    check(ascending, "attestation index", "indices are not strictly increasing")
    inside = all(0 <= index < people for index in indices)
    check(inside, "attestation index", f"there are only {people} signers")


def encode_attestations(attestations: Sequence[Attestation], threshold: int, people: int) -> bytes:
    """Exactly `threshold` attestations by some of `people` signers."""
    check(
        len(attestations) == threshold,
        "attestations",
        f"{len(attestations)} instead of {threshold}",
    )
    check_indices(attestations, people)
    return b"".join(
        bytes((each.index,)) + exact(each.signature, 64, "attestation signature", BatchError)
        for each in attestations
    )


def decode_attestations(reader: Reader, count: int, people: int) -> tuple[Attestation, ...]:
    """The next `count` attestations by some of `people` signers."""
    attestations = tuple(
        Attestation(
            reader.integer(1, "attestation index"), reader.take(64, "attestation signature")
        )
        for _ in range(count)
    )
    check_indices(attestations, people)
    return attestations
