"""The manifest: everything about an election that is frozen, and its bytes.

A `Manifest` that was built is one that the factory accepts; `decode` refuses whatever is not the
canonical encoding of one. Whether an election with attested roll entries has registrars is checked
by whoever holds the roll (`require_registrars`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise

from hanpyo.protocol.agenda import MAX_ITEMS, AgendaError, Item, decode_item, encode_item
from hanpyo.protocol.layout import (
    MAX_OPENING_GAS,
    TallyLayout,
    cell_bases,
    choices_length,
    tally_layout,
    worst_opening_gas,
)
from hanpyo.protocol.manifest_parts import (
    AgendaTooLargeError,
    ClassRow,
    Group,
    ManifestError,
    NoRegistrarsError,
    RollSummary,
    Timetable,
    check,
)
from hanpyo.protocol.reading import Reader, exact, pack, require
from hanpyo.protocol.types import Address, Channel, Digest, Secrecy, Timestamp, Word

VERSION = 1
MAX_BYTES = 24_531
"""EIP-170's 24,576 bytes of code less the 45 of the proxy."""
MAX_STRATA = 4_096
MAX_PEOPLE = 255
MAX_CLASSES = 65_535
CURVE_PRIME = 0x30644E72E131A029B85045B68181585D97816A916871CA8D3C208C16D87CFD47
"""The field of BN254 (EIP-196), over which y² = x³ + 3 is the curve of the trustees' key."""

_ROLL_IN_FILE = 1

__all__ = [
    "AgendaTooLargeError",
    "ClassRow",
    "Group",
    "Item",
    "Manifest",
    "ManifestError",
    "NoRegistrarsError",
    "RollSummary",
    "Timetable",
    "decode",
    "require_registrars",
]


@dataclass(frozen=True)
class Manifest:
    """One election, frozen; `trustee_key` is the trustees' BN254 point if it is sealed."""

    secrecy: Secrecy
    roll: RollSummary
    text_hash: Digest
    seed: Word
    organiser: Address
    timetable: Timetable
    groups: tuple[Group, ...]
    classes: tuple[ClassRow, ...]
    items: tuple[Item, ...]
    trustee_key: tuple[int, int] | None = None
    registrars: tuple[Address, ...] = ()
    threshold: int = 0
    clerks: tuple[Address, ...] = ()

    def __post_init__(self) -> None:
        _check_counts(
            len(self.registrars),
            self.threshold,
            len(self.clerks),
            (len(self.groups), len(self.classes), len(self.items)),
        )
        _check_people(self)
        _check_key(self)
        _check_tables(self)
        _check_size(self)

    @cached_property
    def choices_length(self) -> int:
        """L: bytes of a ballot's padded choices."""
        return choices_length(self.items)

    @cached_property
    def cell_bases(self) -> tuple[int, ...]:
        """The first tally cell of each item, then the number of cells."""
        return cell_bases(self.items)

    @cached_property
    def tally_layout(self) -> TallyLayout:
        """How a stratum's tally is packed."""
        return tally_layout(self.items, self.roll.size, self.roll.largest_weight)

    @cached_property
    def barred(self) -> tuple[frozenset[tuple[int, int]], ...]:
        """For each class, the (item, option) pairs it may not choose."""
        return tuple(frozenset(row.barred) for row in self.classes)

    @property
    def strata(self) -> int:
        """Channels times groups."""
        return len(Channel) * len(self.groups)

    def stratum(self, channel: int, class_: int) -> int:
        """The unit of sub-totals in which an act of this channel and class counts."""
        return channel * len(self.groups) + self.classes[class_].group

    def encode(self) -> bytes:
        """The manifest's canonical bytes."""
        return self._encoded

    @cached_property
    def _encoded(self) -> bytes:
        return _encode(self)


def require_registrars(manifest: Manifest, attested_entries: int) -> None:
    """Refuse an election whose roll has attested entries but no registrar."""
    if attested_entries and not manifest.registrars:
        raise NoRegistrarsError(
            "registrars", f"{attested_entries} attested roll entries need at least one registrar"
        )


def decode(data: bytes) -> Manifest:
    """The manifest with these bytes; `ManifestError` or `AgendaError` names the field at fault."""
    require(len(data) <= MAX_BYTES, "size", f"above {MAX_BYTES} bytes", AgendaTooLargeError)
    reader = Reader(data, ManifestError)
    version = reader.integer(1, "version")
    check(version == VERSION, "version", f"{version} is unknown")
    secrecy_number = reader.integer(1, "secrecy")
    check(secrecy_number <= Secrecy.ENCRYPTED, "secrecy", f"{secrecy_number} is unknown")
    declared_length = reader.integer(2, "choicesLength")
    size, weight, largest = (
        reader.integer(4, "rollSize"),
        reader.integer(8, "rollWeight"),
        reader.integer(8, "largestWeight"),
    )
    root, file_hash, text_hash, seed = (
        reader.take(32, name) for name in ("rollRoot", "rollHash", "textHash", "seed")
    )
    organiser = Address(reader.take(20, "organiser"))
    timetable = Timetable(*(Timestamp(reader.integer(8, "timetable")) for _ in range(7)))
    key = (reader.integer(32, "trusteeX"), reader.integer(32, "trusteeY"))
    registrar_count = reader.integer(1, "registrarCount")
    threshold = reader.integer(1, "threshold")
    clerk_count = reader.integer(1, "clerkCount")
    flags = reader.integer(1, "flags")
    check(flags <= _ROLL_IN_FILE, "flags", f"unknown bits in {flags:#04x}")
    group_count = reader.integer(2, "groupCount")
    class_count = reader.integer(2, "classCount")
    item_count = reader.integer(2, "itemCount")
    _check_counts(registrar_count, threshold, clerk_count, (group_count, class_count, item_count))
    registrars = tuple(Address(reader.take(20, "registrars")) for _ in range(registrar_count))
    clerks = tuple(Address(reader.take(20, "clerks")) for _ in range(clerk_count))
    groups = tuple(
        Group(reader.integer(4, "groups"), reader.integer(8, "groups")) for _ in range(group_count)
    )
    classes = _decode_classes(reader, class_count)
    items = tuple(_decode_item(reader, number, group_count) for number in range(item_count))
    reader.finish()
    manifest = Manifest(
        secrecy=Secrecy(secrecy_number),
        roll=RollSummary(
            size, weight, largest, Digest(root), Digest(file_hash), bool(flags & _ROLL_IN_FILE)
        ),
        text_hash=Digest(text_hash),
        seed=Word(seed),
        organiser=organiser,
        timetable=timetable,
        groups=groups,
        classes=classes,
        items=items,
        trustee_key=None if key == (0, 0) else key,
        registrars=registrars,
        threshold=threshold,
        clerks=clerks,
    )
    check(
        declared_length == manifest.choices_length,
        "choicesLength",
        f"{declared_length}, but the agenda makes {manifest.choices_length}",
    )
    return manifest


def _check_counts(
    registrars: int, threshold: int, clerks: int, tables: tuple[int, int, int]
) -> None:
    groups, classes, items = tables
    if registrars:
        check(
            registrars < 2 * threshold <= 2 * registrars,
            "threshold",
            f"{threshold} of {registrars} is not a majority",
        )
    else:
        check(threshold == 0, "threshold", "must be 0 where there is no registrar")
    check(clerks != 1, "clerkCount", "one clerk alone cannot act; name none or two")
    most_groups = MAX_STRATA // len(Channel)
    check(1 <= groups <= most_groups, "groupCount", f"{groups} is not 1 … {most_groups}")
    check(1 <= classes <= MAX_CLASSES, "classCount", f"{classes} is not 1 … {MAX_CLASSES}")
    check(1 <= items <= MAX_ITEMS, "itemCount", f"{items} is not 1 … {MAX_ITEMS}")


def _check_people(manifest: Manifest) -> None:
    _check_distinct(manifest.registrars, "registrars")
    _check_distinct(manifest.clerks, "clerks")
    both = set(manifest.clerks) & set(manifest.registrars)
    check(not both, "clerks", "a clerk is also a registrar")
    check(any(manifest.organiser), "organiser", "the zero address cannot create an election")
    check(any(manifest.text_hash), "textHash", "is zero")


def _check_distinct(people: Sequence[Address], name: str) -> None:
    check(len(people) <= MAX_PEOPLE, name, f"more than {MAX_PEOPLE}")
    for person in people:
        exact(person, 20, name, ManifestError)
        check(any(person), name, "the zero address")
    check(len(set(people)) == len(people), name, "an address is named twice")


def _check_key(manifest: Manifest) -> None:
    key = manifest.trustee_key
    check(manifest.secrecy is not Secrecy.ENCRYPTED, "secrecy", "encrypted is not offered yet")
    if manifest.secrecy is Secrecy.OPEN:
        check(key is None, "trusteeX", "an open election has no trustees' key")
        return
    if key is None:
        raise ManifestError("trusteeX", "a sealed election needs the trustees' key")
    x, y = key
    check(max(x, y) < CURVE_PRIME, "trusteeX", "a coordinate is not below the field's prime")
    check((y * y - x**3 - 3) % CURVE_PRIME == 0, "trusteeX", "the point is not on the curve")


def _check_tables(manifest: Manifest) -> None:
    groups, classes, items = manifest.groups, manifest.classes, manifest.items
    check(
        sum(group.heads for group in groups) == manifest.roll.size,
        "groups",
        "their heads do not add up to the roll's size",
    )
    check(
        sum(group.weight for group in groups) == manifest.roll.weight,
        "groups",
        "their weights do not add up to the roll's weight",
    )
    for number, row in enumerate(classes):
        _check_class(manifest, number, row)
    for item in items:
        for group in item.eligible or ():
            check(0 <= group < len(groups), "eligible groups", f"there is no group {group}")


def _check_class(manifest: Manifest, number: int, row: ClassRow) -> None:
    name = f"class {number}"
    check(0 <= row.group < len(manifest.groups), name, f"there is no group {row.group}")
    check(
        all(earlier < later for earlier, later in pairwise(row.barred)),
        name,
        "barred options are not strictly ascending",
    )
    for item, option in row.barred:
        check(0 <= item < len(manifest.items), name, f"there is no item {item} to bar from")
        check(
            1 <= option <= manifest.items[item].options, name, f"item {item} has no option {option}"
        )


def _check_size(manifest: Manifest) -> None:
    size = len(manifest.encode())
    require(size <= MAX_BYTES, "size", f"{size} bytes, above {MAX_BYTES}", AgendaTooLargeError)
    gas = worst_opening_gas(manifest.items, manifest.tally_layout)
    require(
        gas <= MAX_OPENING_GAS,
        "items",
        f"one opening may cost {gas} gas, above {MAX_OPENING_GAS}; split the agenda",
        AgendaTooLargeError,
    )


def _encode(manifest: Manifest) -> bytes:
    def number(value: int, length: int, name: str) -> bytes:
        return pack(value, length, name, ManifestError)

    roll, times = manifest.roll, manifest.timetable
    x, y = manifest.trustee_key or (0, 0)
    head = [
        bytes((VERSION, manifest.secrecy)),
        pack(manifest.choices_length, 2, "choicesLength", AgendaTooLargeError),
        number(roll.size, 4, "rollSize"),
        number(roll.weight, 8, "rollWeight"),
        number(roll.largest_weight, 8, "largestWeight"),
        exact(roll.root, 32, "rollRoot", ManifestError),
        exact(roll.file_hash, 32, "rollHash", ManifestError),
        exact(manifest.text_hash, 32, "textHash", ManifestError),
        exact(manifest.seed, 32, "seed", ManifestError),
        exact(manifest.organiser, 20, "organiser", ManifestError),
        *(
            number(time, 8, "timetable")
            for time in (
                times.opens_at,
                times.closes_at,
                times.barrier_at,
                times.opening_at,
                times.key_deadline,
                times.certify_at,
                times.rebind_until,
            )
        ),
        number(x, 32, "trusteeX"),
        number(y, 32, "trusteeY"),
        bytes((len(manifest.registrars), manifest.threshold, len(manifest.clerks))),
        bytes((_ROLL_IN_FILE if roll.in_file else 0,)),
        number(len(manifest.groups), 2, "groupCount"),
        number(len(manifest.classes), 2, "classCount"),
        number(len(manifest.items), 2, "itemCount"),
    ]
    groups = [
        number(group.heads, 4, "groups") + number(group.weight, 8, "groups")
        for group in manifest.groups
    ]
    items = [encode_item(item, len(manifest.groups)) for item in manifest.items]
    return b"".join(
        (*head, *manifest.registrars, *manifest.clerks, *groups, _encode_classes(manifest), *items)
    )


def _encode_classes(manifest: Manifest) -> bytes:
    ends = accumulate(len(row.barred) for row in manifest.classes)
    rows = [
        row.group.to_bytes(2, "big") + pack(end, 2, "barred", ManifestError)
        for row, end in zip(manifest.classes, ends, strict=True)
    ]
    pairs = [
        item.to_bytes(2, "big") + option.to_bytes(2, "big")
        for row in manifest.classes
        for item, option in row.barred
    ]
    return b"".join(rows + pairs)


def _decode_item(reader: Reader, number: int, group_count: int) -> Item:
    try:
        return decode_item(reader, group_count)
    except AgendaError as fault:
        raise AgendaError(f"item {number}, {fault.field}", fault.problem) from fault


def _decode_classes(reader: Reader, count: int) -> tuple[ClassRow, ...]:
    rows = [(reader.integer(2, "classes"), reader.integer(2, "classes")) for _ in range(count)]
    classes = []
    start = 0
    for group, end in rows:
        check(end >= start, "classes", "a class's barred pairs end before they start")
        barred = tuple(
            (reader.integer(2, "barred"), reader.integer(2, "barred")) for _ in range(end - start)
        )
        classes.append(ClassRow(group, barred))
        start = end
    return tuple(classes)
