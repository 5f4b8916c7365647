"""Calls and answers of a contract by its ABI: names in, bytes out, and back.

Values are Python's: ints, bytes, text, bools, tuples for structs and arrays. Addresses come
out as text in lower case and go in as text or 20 bytes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError, EncodingError
from eth_hash.auto import keccak

from hanpyo.chain.artifact import load_artifact
from hanpyo.chain.errors import ChainError

_SELECTOR = 4
_UNREADABLE = (DecodingError, EncodingError, OverflowError, ValueError)


class AnswerUnreadable(ChainError):
    """A contract answered with bytes that its interface does not allow: it is another contract."""

    code: ClassVar[str] = "answer_unreadable"


@dataclass(frozen=True, slots=True)
class Function:
    """One function: its selector, and the types of what it takes and gives."""

    name: str
    selector: bytes
    takes: tuple[str, ...]
    gives: tuple[str, ...]

    def call_data(self, *arguments: object) -> bytes:
        """The bytes of a call with these arguments."""
        return self.selector + encode(self.takes, arguments)

    def read(self, answer: bytes) -> tuple[Any, ...]:
        """The values in an answer; raises `AnswerUnreadable`."""
        try:
            return _decode(self.gives, answer)
        except _UNREADABLE as error:
            raise AnswerUnreadable(
                f"{self.name} answered with {len(answer)} bytes that are not its result: there is "
                "no such contract at this address"
            ) from error


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its topic, and the types of its indexed and plain parts in order."""

    name: str
    topic: bytes
    indexed: tuple[str, ...]
    plain: tuple[str, ...]

    def read(self, topics: Iterable[bytes], data: bytes) -> tuple[Any, ...]:
        """The indexed values, then the others; raises `AnswerUnreadable`."""
        try:
            found = [
                _decode((kind,), topic)[0]
                for kind, topic in zip(self.indexed, list(topics)[1:], strict=True)
            ]
            return (*found, *_decode(self.plain, data))
        except _UNREADABLE as error:
            raise AnswerUnreadable(f"a log is not the event {self.name}") from error


@dataclass(frozen=True)
class Interface:
    """The functions and events of one contract."""

    abi: tuple[Mapping[str, Any], ...]

    @classmethod
    def of(cls, name: str) -> "Interface":
        """The interface of the packaged contract `name`."""
        return cls(tuple(load_artifact(name).abi))

    @cached_property
    def functions(self) -> Mapping[str, Function]:
        """Functions by name; none is overloaded."""
        return {
            entry["name"]: Function(
                entry["name"],
                keccak(_signature(entry).encode())[:_SELECTOR],
                tuple(map(_type, entry["inputs"])),
                tuple(map(_type, entry["outputs"])),
            )
            for entry in self.abi
            if entry["type"] == "function"
        }

    @cached_property
    def events(self) -> Mapping[bytes, Event]:
        """Events by topic."""
        found = [
            Event(
                entry["name"],
                keccak(_signature(entry).encode()),
                tuple(_type(part) for part in entry["inputs"] if part["indexed"]),
                tuple(_type(part) for part in entry["inputs"] if not part["indexed"]),
            )
            for entry in self.abi
            if entry["type"] == "event"
        ]
        return {event.topic: event for event in found}


def constructor_data(name: str, *arguments: object) -> bytes:
    """The bytes that deploy the packaged contract `name` with these constructor arguments."""
    artifact = load_artifact(name)
    inputs: Sequence[Mapping[str, Any]] = next(
        (entry["inputs"] for entry in artifact.abi if entry["type"] == "constructor"), ()
    )
    return artifact.creation + encode(tuple(map(_type, inputs)), arguments)


def _decode(types: tuple[str, ...], data: bytes) -> tuple[Any, ...]:
    """The values in `data`, which must be exactly how the compiler encodes them."""
    values: tuple[Any, ...] = decode(types, data)
    if encode(types, values) != data:
        raise ValueError("the bytes are not the encoding of what they decode to")
    return values


def _signature(entry: Mapping[str, Any]) -> str:
    return f"{entry['name']}({','.join(map(_type, entry['inputs']))})"


def _type(part: Mapping[str, Any]) -> str:
    """The canonical type, with a struct spelled out as its tuple."""
    kind = str(part["type"])
    if not kind.startswith("tuple"):
        return kind
    return f"({','.join(map(_type, part['components']))}){kind.removeprefix('tuple')}"
