"""The parts of a manifest: times, the roll in figures, groups, classes; and what may be wrong."""

from dataclasses import dataclass
from typing import ClassVar

from hanpyo.protocol.reading import EncodingError, require
from hanpyo.protocol.types import Digest, Timestamp


class ManifestError(EncodingError):
    """A manifest that cannot be an election's."""

    code: ClassVar[str] = "bad_manifest"
    subject: ClassVar[str] = "manifest"


class AgendaTooLargeError(ManifestError):
    """An agenda that does not fit the code of a contract or the gas of one opening."""

    code: ClassVar[str] = "agenda_too_large"


class NoRegistrarsError(ManifestError):
    """Attested roll entries and nobody to attest them."""

    code: ClassVar[str] = "no_registrars"


@dataclass(frozen=True, slots=True)
class Timetable:
    """The frozen times, in seconds since 1970, as docs/protocol.md section 2 names them."""

    opens_at: Timestamp
    closes_at: Timestamp
    barrier_at: Timestamp
    opening_at: Timestamp
    key_deadline: Timestamp
    certify_at: Timestamp
    rebind_until: Timestamp

    def __post_init__(self) -> None:
        ordered = (
            (self.opens_at < self.closes_at, "closesAt", "is not after opensAt"),
            (self.closes_at <= self.barrier_at, "barrierAt", "is before closesAt"),
            (self.barrier_at < self.opening_at, "openingAt", "is not after barrierAt"),
            (self.opening_at <= self.key_deadline, "keyDeadline", "is before openingAt"),
            (self.key_deadline <= self.certify_at, "certifyAt", "is before keyDeadline"),
            (self.rebind_until <= self.closes_at, "rebindUntil", "is after closesAt"),
        )
        for holds, name, problem in ordered:
            check(holds, name, problem)


@dataclass(frozen=True, slots=True)
class RollSummary:
    """What the manifest says of the roll: size, weights, Merkle root, digest of its file."""

    size: int
    weight: int
    largest_weight: int
    root: Digest
    file_hash: Digest
    in_file: bool = False

    def __post_init__(self) -> None:
        check(self.size >= 1, "rollSize", "the roll is empty")
        check(self.largest_weight >= 1, "largestWeight", "weights are at least 1")
        check(self.largest_weight <= self.weight, "largestWeight", "is above rollWeight")
        check(
            self.size + self.largest_weight - 1 <= self.weight <= self.size * self.largest_weight,
            "rollWeight",
            f"{self.weight} is not the sum of {self.size} weights of which the largest is "
            f"{self.largest_weight}",
        )
        check(any(self.root), "rollRoot", "is zero")
        check(any(self.file_hash), "rollHash", "is zero")


@dataclass(frozen=True, slots=True)
class Group:
    """The roll's totals in one voter group."""

    heads: int
    weight: int


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A row of the class table: its group, and the (item from 0, option from 1) barred to it."""

    group: int
    barred: tuple[tuple[int, int], ...] = ()


def check(condition: bool, name: str, problem: str) -> None:
    """Raise `ManifestError` for a field unless the condition holds."""
    require(condition, name, problem, ManifestError)
