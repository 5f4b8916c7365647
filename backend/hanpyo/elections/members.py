"""From a list of members to a roll: integer weights, blinds, a random order, a private list.

The list is CSV with the columns `identity`, and where wanted `weight` (a whole number or a fraction
such as 2/3), `class` (a number from 0) and `key` (a wallet's address: the entry is listed, not
attested). Weights become integers in the smallest unit that makes all of them whole.
"""

import csv
import io
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import ClassVar, Final

from hanpyo.errors import HanpyoError
from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.roll import Random, RollEntry, encode_roll, member_commitment, permute
from hanpyo.protocol.signatures import address_key_id
from hanpyo.protocol.types import Address, EntryKind

_COLUMNS: Final = ("identity", "weight", "class", "key")
_WEIGHT: Final = re.compile(r"\d+(/\d+)?")
_ADDRESS: Final = re.compile(r"0x[0-9a-fA-F]{40}")
_MOST_WEIGHT: Final = (1 << 64) - 1
_CLASSES: Final = 1 << 16
_BLIND: Final = 32


class MembersError(HanpyoError):
    """A list of members that makes no roll."""

    code: ClassVar[str] = "bad_members"

    def __init__(self, line: int, problem: str) -> None:
        self.line = line
        super().__init__(f"line {line}: {problem}" if line else problem)


@dataclass(frozen=True, slots=True)
class ListedMember:
    """One line of the list; `key` is None for a member whose key the registrars attest."""

    line: int
    identity: str
    weight: Fraction
    class_: int
    key: Address | None


@dataclass(frozen=True)
class BuiltRoll:
    """A roll, and what only the organiser and the registrars may know.

    `unit` is how many integer units weigh one unit of the list; `private` holds voter number,
    identity and blind (None for a listed member) in voter-number order.
    """

    entries: tuple[RollEntry, ...]
    unit: int
    private: tuple[tuple[int, str, bytes | None], ...]

    @property
    def file(self) -> bytes:
        """The roll file, which the manifest binds."""
        return encode_roll(self.entries)

    @property
    def file_hash(self) -> bytes:
        """The keccak-256 of the roll file."""
        return keccak(self.file)

    def private_csv(self) -> str:
        """The private list as CSV: whoever has it can tell whose ballot is whose."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(("voter", "identity", "blind"))
        for voter, identity, blind in self.private:
            writer.writerow((voter, identity, "" if blind is None else "0x" + blind.hex()))
        return text.getvalue()


def read_members(data: bytes) -> tuple[ListedMember, ...]:
    """The members in a CSV file; raises `MembersError` with the line at fault."""
    try:
        reader = csv.reader(io.StringIO(data.decode("utf-8-sig")), strict=True)
        rows = [(reader.line_num, row) for row in reader if row]
    except (UnicodeDecodeError, csv.Error) as error:
        raise MembersError(0, f"the list is not CSV in UTF-8: {error}") from error
    if not rows:
        raise MembersError(0, "the list is empty")
    header = rows[0][1]
    unknown = [name for name in header if name not in _COLUMNS]
    if unknown or "identity" not in header or len(set(header)) < len(header):
        raise MembersError(
            rows[0][0], f"the columns are {header}; allowed are {', '.join(_COLUMNS)}"
        )
    members = tuple(_member(line, header, row) for line, row in rows[1:])
    if not members:
        raise MembersError(0, "the roll is empty: nobody could vote")
    _refuse_twice(members)
    return members


def build_roll(members: Sequence[ListedMember], random: Random | None = None) -> BuiltRoll:
    """The roll of these members in random order; raises `MembersError` for weights too fine."""
    unit = lcm(*(member.weight.denominator for member in members))
    total = sum(member.weight for member in members) * unit
    if total > _MOST_WEIGHT:
        raise MembersError(
            0,
            f"the weights need a common denominator of {unit}, and their sum then exceeds 64 bits; "
            "round them to fewer digits before freezing",
        )
    blinds = [None if member.key else secrets.token_bytes(_BLIND) for member in members]
    entries = [_entry(m, b, unit) for m, b in zip(members, blinds, strict=True)]
    roll = permute(entries, random)
    numbers = {entry.who: number for number, entry in enumerate(roll)}
    private = sorted(
        (numbers[entry.who], member.identity, blind)
        for entry, member, blind in zip(entries, members, blinds, strict=True)
    )
    return BuiltRoll(roll, unit, tuple(private))


def _entry(member: ListedMember, blind: bytes | None, unit: int) -> RollEntry:
    weight = int(member.weight * unit)
    if member.key is not None:
        return RollEntry(EntryKind.LISTED, address_key_id(member.key), weight, member.class_)
    commitment = member_commitment(member.identity.encode(), blind or b"")
    return RollEntry(EntryKind.ATTESTED, commitment, weight, member.class_)


def _member(line: int, header: Sequence[str], row: Sequence[str]) -> ListedMember:
    if len(row) != len(header):
        raise MembersError(line, f"{len(row)} values for {len(header)} columns")
    values = {name: value.strip() for name, value in zip(header, row, strict=True)}
    identity = values["identity"]
    if not identity:
        raise MembersError(line, "identity: is empty")
    return ListedMember(
        line,
        identity,
        _weight(line, values.get("weight") or "1"),
        _class(line, values.get("class") or "0"),
        _key(line, values.get("key") or ""),
    )


def _weight(line: int, text: str) -> Fraction:
    if not _WEIGHT.fullmatch(text) or text.endswith("/0"):
        raise MembersError(line, f"weight: {text!r} is neither a whole number nor a fraction")
    weight = Fraction(text)
    if weight <= 0:
        raise MembersError(line, "weight: must be above 0")
    return weight


def _class(line: int, text: str) -> int:
    if not text.isdecimal() or int(text) >= _CLASSES:
        raise MembersError(line, f"class: {text!r} is not 0 … {_CLASSES - 1}")
    return int(text)


def _key(line: int, text: str) -> Address | None:
    if text and not _ADDRESS.fullmatch(text):
        raise MembersError(line, f"key: {text!r} is not an address")
    return Address(bytes.fromhex(text[2:])) if text else None


def _refuse_twice(members: Sequence[ListedMember]) -> None:
    seen: dict[object, int] = {}
    for member in members:
        for name, value in (("identity", member.identity), ("key", member.key)):
            if value is None:
                continue
            first = seen.setdefault((name, value), member.line)
            if first != member.line:
                raise MembersError(
                    member.line, f"{name}: the same as in line {first}; a person is listed once"
                )
