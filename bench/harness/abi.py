"""Calls, events and errors of a contract from its ABI."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from eth_abi.abi import decode, encode

from hanpyo.protocol.hashing import keccak


@dataclass(frozen=True, slots=True)
class Event:
    """A decoded log or error: its name and its arguments by name."""

    name: str
    values: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.values[name]


class Interface:
    """Encodes calls and decodes what comes back; an overloaded name takes its last definition."""

    def __init__(self, *abis: Iterable[Mapping[str, Any]]) -> None:
        entries = [entry for abi in abis for entry in abi]
        self._functions = {e["name"]: e for e in entries if e["type"] == "function"}
        self._errors = {_id(e)[:4]: e for e in entries if e["type"] == "error"}
        self._events = {_id(e): e for e in entries if e["type"] == "event"}

    def encode(self, function: str, *arguments: object) -> bytes:
        """Calldata."""
        entry = self._functions[function]
        return bytes(_id(entry)[:4]) + encode(_types(entry["inputs"]), arguments)

    def decode(self, function: str, data: bytes) -> Any:
        """A call's result: one value, or a tuple of several; structs become dictionaries."""
        outputs = self._functions[function]["outputs"]
        values = tuple(
            _named(output, value)
            for output, value in zip(outputs, decode(_types(outputs), data), strict=True)
        )
        return values[0] if len(values) == 1 else values

    def event(self, topics: list[bytes], data: bytes) -> Event:
        """A log's event."""
        entry = self._events[topics[0]]
        indexed = [each for each in entry["inputs"] if each["indexed"]]
        plain = [each for each in entry["inputs"] if not each["indexed"]]
        values = dict(zip((e["name"] for e in plain), decode(_types(plain), data), strict=True))
        for each, topic in zip(indexed, topics[1:], strict=True):
            values[each["name"]] = decode([each["type"]], topic)[0]
        return Event(entry["name"], values)

    def error(self, data: bytes) -> Event:
        """A revert's error; named `0x…` where the ABI does not know it."""
        entry = self._errors.get(data[:4])
        if entry is None:
            return Event("0x" + data.hex(), {})
        inputs = entry["inputs"]
        values = decode(_types(inputs), data[4:])
        return Event(entry["name"], dict(zip((e["name"] for e in inputs), values, strict=True)))


def _type(entry: Mapping[str, Any]) -> str:
    kind: str = entry["type"]
    if not kind.startswith("tuple"):
        return kind
    return "(" + ",".join(_types(entry["components"])) + ")" + kind[len("tuple") :]


def _types(entries: Iterable[Mapping[str, Any]]) -> list[str]:
    return [_type(entry) for entry in entries]


def _id(entry: Mapping[str, Any]) -> bytes:
    return keccak(f"{entry['name']}({','.join(_types(entry['inputs']))})".encode())


def _named(entry: Mapping[str, Any], value: Any) -> Any:
    if entry["type"] == "tuple":
        parts = zip(entry["components"], value, strict=True)
        return {part["name"]: _named(part, each) for part, each in parts}
    return value
