"""The signed messages: EIP-712 struct hashes and digests by hand, and the typed data for wallets.

A digest made here equals the one a wallet makes of `typed_data` (tested against eth_account).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from hanpyo.protocol.domain import Domain
from hanpyo.protocol.hashing import hash_words, keccak, word
from hanpyo.protocol.reading import EncodingError, exact, pack
from hanpyo.protocol.types import ZERO_WORD, Digest

_DOMAIN_FIELDS = [
    {"name": "name", "type": "string"},
    {"name": "version", "type": "string"},
    {"name": "chainId", "type": "uint256"},
    {"name": "verifyingContract", "type": "address"},
    {"name": "salt", "type": "bytes32"},
]


class MessageError(EncodingError):
    """A message whose field has no encoding."""

    code: ClassVar[str] = "bad_message"
    subject: ClassVar[str] = "message"


class Message(Protocol):
    """What all signed messages have in common."""

    TYPE: ClassVar[str]
    __slots__: tuple[str, ...]

    def struct_hash(self) -> Digest:
        """EIP-712's hashStruct."""


def digest(domain: Domain, message: Message) -> Digest:
    """The digest that is signed."""
    return struct_digest(domain, message.struct_hash())


def struct_digest(domain: Domain, struct_hash: Digest) -> Digest:
    """The digest of a message whose struct hash is known."""
    return keccak(b"\x19\x01" + domain.separator + struct_hash)


@dataclass(frozen=True, slots=True)
class Ballot:
    """A voter's own act; `content` and `escrow` are as docs/protocol.md section 4 says."""

    TYPE: ClassVar[str] = (
        "Ballot(uint32 voter,uint16 epoch,uint16 revision,uint8 kind,"
        "bytes32 content,bytes32 escrow)"
    )
    voter: int
    epoch: int
    revision: int
    kind: int
    content: bytes
    escrow: bytes = ZERO_WORD

    def struct_hash(self) -> Digest:
        """EIP-712's hashStruct."""
        return _hash(self, (4, 2, 2, 1, 0, 0))


@dataclass(frozen=True, slots=True)
class Credential:
    """The registrars' statement that `key` is a roll entry's, with its weight and class."""

    TYPE: ClassVar[str] = (
        "Credential(uint32 voter,bytes32 key,uint64 weight,uint16 class,uint16 epoch)"
    )
    voter: int
    key: bytes
    weight: int
    class_: int
    epoch: int

    def struct_hash(self) -> Digest:
        """EIP-712's hashStruct."""
        return _hash(self, (4, 0, 8, 2, 2))


@dataclass(frozen=True, slots=True)
class CredentialList:
    """Many credentials signed once; ballots of a batch take positions in it."""

    TYPE: ClassVar[str] = "CredentialList(Credential[] credentials)" + Credential.TYPE
    credentials: tuple[Credential, ...]

    def struct_hash(self) -> Digest:
        """EIP-712's hashStruct."""
        return credential_list_hash([each.struct_hash() for each in self.credentials])


@dataclass(frozen=True, slots=True)
class Rebind:
    """The registrars' order that a voter's minimum epoch becomes `epoch`."""

    TYPE: ClassVar[str] = "Rebind(uint32 voter,uint16 epoch)"
    voter: int
    epoch: int

    def struct_hash(self) -> Digest:
        """EIP-712's hashStruct."""
        return _hash(self, (4, 2))


@dataclass(frozen=True, slots=True)
class DeskAct:
    """What two clerks attest to at the desk."""

    TYPE: ClassVar[str] = (
        "DeskAct(uint32 voter,uint8 act,uint8 channel,uint16 epoch,uint64 weight,uint16 class,"
        "bytes32 content,bytes32 escrow)"
    )
    voter: int
    act: int
    channel: int
    epoch: int
    weight: int
    class_: int
    content: bytes
    escrow: bytes = ZERO_WORD

    def struct_hash(self) -> Digest:
        """EIP-712's hashStruct."""
        return _hash(self, (4, 1, 1, 2, 8, 2, 0, 0))


@dataclass(frozen=True, slots=True)
class BoxCount:
    """Two clerks' count of a group's box; `counts` is the hash of its tally words."""

    TYPE: ClassVar[str] = "BoxCount(uint16 group,bytes32 counts)"
    group: int
    counts: bytes

    def struct_hash(self) -> Digest:
        """EIP-712's hashStruct."""
        return _hash(self, (2, 0))


@dataclass(frozen=True, slots=True)
class Promise:
    """The relay's word that a ballot (its digest) is on chain by a block time."""

    TYPE: ClassVar[str] = "Promise(bytes32 ballot,uint64 includeBy)"
    ballot: bytes
    include_by: int

    def struct_hash(self) -> Digest:
        """EIP-712's hashStruct."""
        return _hash(self, (0, 8))


_TYPE_HASHES: dict[type[Message], Digest] = {
    kind: keccak(kind.TYPE.encode())
    for kind in (Ballot, Credential, CredentialList, Rebind, DeskAct, BoxCount, Promise)
}


def credential_list_hash(struct_hashes: Sequence[bytes]) -> Digest:
    """The struct hash of a CredentialList whose credentials have these struct hashes, in order."""
    return hash_words(_TYPE_HASHES[CredentialList], keccak(b"".join(struct_hashes)))


def typed_data(domain: Domain, message: Message) -> dict[str, object]:
    """The message as `eth_signTypedData_v4` takes it; bytes as hex text."""
    signatures = [part + ")" for part in message.TYPE.split(")") if part]
    types = {"EIP712Domain": _DOMAIN_FIELDS} | dict(map(_parse_type, signatures))
    primary = message.TYPE.partition("(")[0]
    return {
        "types": types,
        "primaryType": primary,
        "domain": domain.typed,
        "message": _plain(message, types),
    }


def _parse_type(signature: str) -> tuple[str, list[dict[str, str]]]:
    name, _, inside = signature.rstrip(")").partition("(")
    pairs = (each.split(" ") for each in inside.split(","))
    return name, [{"name": field, "type": kind} for kind, field in pairs]


def _plain(message: Message, types: dict[str, list[dict[str, str]]]) -> dict[str, object]:
    names = [each["name"] for each in types[type(message).__name__]]
    values: list[object] = [getattr(message, each) for each in message.__slots__]
    return {name: _plain_value(value, types) for name, value in zip(names, values, strict=True)}


def _plain_value(value: object, types: dict[str, list[dict[str, str]]]) -> object:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, tuple):
        return [_plain(each, types) for each in value]
    return value


def _hash(message: Message, sizes: tuple[int, ...]) -> Digest:
    """HashStruct of a flat message; sizes in bytes, 0 for a bytes32."""
    parts: list[bytes] = [_TYPE_HASHES[type(message)]]
    for name, size in zip(message.__slots__, sizes, strict=True):
        value = getattr(message, name)
        if size:
            pack(value, size, name, MessageError)
            parts.append(word(value))
        else:
            parts.append(exact(value, 32, name, MessageError))
    return hash_words(*parts)
