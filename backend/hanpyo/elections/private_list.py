"""The private list of a roll, for registrars: who is behind each voter number, in a sealed file.

Whoever reads it can tell whose ballot is whose, so it exists only under a passphrase: scrypt makes
the key, AES-256-GCM seals the lines, and the head, which is readable, is bound to them. The file is
one line of JSON, a newline, and the sealed lines of JSON, one for each voter number in order.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from hanpyo.elections.people import BadPerson, Person
from hanpyo.errors import HanpyoError
from hanpyo.protocol.roll import member_commitment
from hanpyo.protocol.types import Digest

FORMAT: Final = "hanpyo-private-list-1"
SHORTEST_PASSPHRASE: Final = 12
_KEY_BYTES: Final = 32
_SALT_BYTES: Final = 16
_NONCE_BYTES: Final = 12
# scrypt's cost: 128 MiB and about 0.3 s (OWASP's advice for passwords); fixed by the format.
_COST, _BLOCK, _LANES = 1 << 17, 8, 1
_LONGEST_HEAD: Final = 1_000


class BadPrivateList(HanpyoError):
    """A private list that cannot be written or read: a short or wrong passphrase, another file."""

    code: ClassVar[str] = "bad_private_list"


@dataclass(frozen=True, slots=True)
class PrivateEntry:
    """Who is behind a voter number. `blind` is None for an entry listed by its wallet."""

    voter: int
    member_id: str
    weight: int
    class_: int
    blind: bytes | None = field(repr=False)
    person: Person

    @property
    def commitment(self) -> Digest | None:
        """The member commitment that stands in the roll; None for a listed entry."""
        if self.blind is None:
            return None
        return member_commitment(self.member_id.encode(), self.blind)


@dataclass(frozen=True, slots=True)
class PrivateList:
    """The private list of one election, voter 0 first."""

    election_id: str
    entries: tuple[PrivateEntry, ...]


def write_private_list(election_id: str, entries: Iterable[PrivateEntry], passphrase: str) -> bytes:
    """The sealed file; raises `BadPrivateList` for a passphrase that is too short."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise BadPrivateList(f"the passphrase needs at least {SHORTEST_PASSPHRASE} characters")
    salt, nonce = secrets.token_bytes(_SALT_BYTES), secrets.token_bytes(_NONCE_BYTES)
    head = orjson.dumps(
        {"format": FORMAT, "election": election_id, "salt": salt.hex(), "nonce": nonce.hex()}
    )
    lines = b"\n".join(orjson.dumps(_line(entry)) for entry in entries)
    return head + b"\n" + AESGCM(_key(passphrase, salt)).encrypt(nonce, lines, head)


def read_private_list(data: bytes, passphrase: str) -> PrivateList:
    """The list in a sealed file; raises `BadPrivateList`."""
    head, _, sealed = data.partition(b"\n")
    election_id, salt, nonce = _read_head(head)
    try:
        lines = AESGCM(_key(passphrase, salt)).decrypt(nonce, sealed, head)
    except (InvalidTag, ValueError):
        raise BadPrivateList("the passphrase is wrong or the file was altered") from None
    return PrivateList(election_id, tuple(_entry(line) for line in lines.split(b"\n") if line))


def _read_head(head: bytes) -> tuple[str, bytes, bytes]:
    try:
        names = orjson.loads(head[:_LONGEST_HEAD])
        known = names["format"] == FORMAT
        found = str(names["election"]), bytes.fromhex(names["salt"]), bytes.fromhex(names["nonce"])
    except (ValueError, KeyError, TypeError):
        known = False
    if not known:
        raise BadPrivateList("the file is not a private list of this version")
    return found


def _line(entry: PrivateEntry) -> dict[str, Any]:
    return {
        "voter": entry.voter,
        "member": entry.member_id,
        "weight": str(entry.weight),
        "class": entry.class_,
        "blind": entry.blind and entry.blind.hex(),
        "person": entry.person.fields(),
    }


def _entry(line: bytes) -> PrivateEntry:
    try:
        value = orjson.loads(line)
        return PrivateEntry(
            voter=int(value["voter"]),
            member_id=str(value["member"]),
            weight=int(value["weight"]),
            class_=int(value["class"]),
            blind=value["blind"] and bytes.fromhex(value["blind"]),
            person=Person.of(value["person"]),
        )
    except (ValueError, KeyError, TypeError, BadPerson):
        raise BadPrivateList("a line of the private list cannot be read") from None


def _key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt, _KEY_BYTES, _COST, _BLOCK, _LANES).derive(passphrase.encode())
