"""Calls and answers of a contract by its ABI: names in, bytes out, and back.

Values are Python's: ints, bytes, text, bools, tuples for structs and arrays. Addresses come
out as text in lower case and go in as text or 20 bytes.
"""

from collections.abc import Mapping, Sequence
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


@dataclass(frozen=True)
class Interface:
    """The functions of one contract."""

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
                keccak(signature(entry).encode())[:_SELECTOR],
                tuple(map(canonical_type, entry["inputs"])),
                tuple(map(canonical_type, entry["outputs"])),
            )
            for entry in self.abi
            if entry["type"] == "function"
        }


def constructor_data(name: str, *arguments: object) -> bytes:
    """The bytes that deploy the packaged contract `name` with these constructor arguments."""
    artifact = load_artifact(name)
    inputs: Sequence[Mapping[str, Any]] = next(
        (entry["inputs"] for entry in artifact.abi if entry["type"] == "constructor"), ()
    )
    return artifact.creation + encode(tuple(map(canonical_type, inputs)), arguments)


def _decode(types: tuple[str, ...], data: bytes) -> tuple[Any, ...]:
    """The values in `data`, which must be exactly how the compiler encodes them."""
    values: tuple[Any, ...] = decode(types, data)
    if encode(types, values) != data:
        raise ValueError("the bytes are not the encoding of what they decode to")
    return values


def signature(entry: Mapping[str, Any]) -> str:
    """What a function's selector or an event's topic is the hash of."""
    return f"{entry['name']}({','.join(map(canonical_type, entry['inputs']))})"


def canonical_type(part: Mapping[str, Any]) -> str:
    """The canonical type, with a struct spelled out as its tuple."""
    kind = str(part["type"])
    if not kind.startswith("tuple"):
        return kind
    return f"({','.join(map(canonical_type, part['components']))}){kind.removeprefix('tuple')}"
