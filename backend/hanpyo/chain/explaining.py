"""What calldata and logs say by the ABIs of the packaged contracts, in names and texts for people.

Nothing here trusts its input: whatever does not decode exactly is not explained, long values are
cut, and so are long lists.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError, EncodingError
from eth_hash.auto import keccak
from eth_utils.address import to_checksum_address

from hanpyo.chain.abi import Interface, canonical_type, signature
from hanpyo.chain.contracts import MODULES
from hanpyo.chain.receipts import Log

ELECTION: Final = "Election"
LONGEST: Final = 160
"""Bytes of one value that are shown."""
LONGEST_TEXT: Final = 1_000
MOST_VALUES: Final = 100
_SELECTOR: Final = 4
_UNREADABLE: Final = (DecodingError, EncodingError, OverflowError, ValueError)


@dataclass(frozen=True, slots=True)
class Value:
    """An argument: its name (with its place in structs and lists), type and text.

    `size` is how many bytes or letters there are where `text` shows only the first.
    """

    name: str
    kind: str
    text: str
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Explained:
    """A call or an event: its name and arguments; `more` says that arguments were left out."""

    name: str
    values: tuple[Value, ...]
    more: bool = False


def explain_call(contract: str, data: bytes) -> Explained | None:
    """The call of the packaged contract in this calldata; None where it is none."""
    entry = _functions(contract).get(data[:_SELECTOR])
    if entry is None:
        return None
    inputs = entry["inputs"]
    kinds = [canonical_type(each) for each in inputs]
    try:
        values = decode(kinds, data[_SELECTOR:])
        if encode(kinds, values) != data[_SELECTOR:]:
            return None
    except _UNREADABLE:
        return None
    return _explained(entry["name"], inputs, values)


def explain_log(contract: str, log: Log) -> Explained | None:
    """The event of the packaged contract in a log; None where it is none."""
    entry = _events(contract).get(log.topics[0]) if log.topics else None
    if entry is None:
        return None
    inputs: Sequence[Mapping[str, Any]] = entry["inputs"]
    indexed = [each for each in inputs if each["indexed"]]
    rest = [each for each in inputs if not each["indexed"]]
    if len(log.topics) != len(indexed) + 1:
        return None
    try:
        told = dict(zip([each["name"] for each in rest], _all(rest, log.data), strict=True))
        for each, topic in zip(indexed, log.topics[1:], strict=True):
            told[each["name"]] = decode([canonical_type(each)], topic)[0]
    except _UNREADABLE:
        return None
    return _explained(entry["name"], inputs, [told[each["name"]] for each in inputs])


def _all(inputs: Sequence[Mapping[str, Any]], data: bytes) -> tuple[Any, ...]:
    return decode([canonical_type(each) for each in inputs], data)


def _explained(name: str, inputs: Sequence[Mapping[str, Any]], values: Sequence[Any]) -> Explained:
    found: list[Value] = []
    for each in _values("", inputs, values):
        if len(found) == MOST_VALUES:
            return Explained(name, tuple(found), more=True)
        found.append(each)
    return Explained(name, tuple(found))


def _values(
    within: str, inputs: Sequence[Mapping[str, Any]], values: Sequence[Any]
) -> Iterator[Value]:
    for part, value in zip(inputs, values, strict=True):
        yield from _flat(within + (part["name"] or "…"), part, str(part["type"]), value)


def _flat(name: str, part: Mapping[str, Any], kind: str, value: Any) -> Iterator[Value]:
    if kind.endswith("]"):
        inner = kind[: kind.rindex("[")]
        for place, each in enumerate(value):
            yield from _flat(f"{name}[{place}]", part, inner, each)
    elif kind == "tuple":
        yield from _values(f"{name}.", part["components"], value)
    else:
        yield _shown(name, kind, value)


def _shown(name: str, kind: str, value: Any) -> Value:
    if kind == "address":
        return Value(name, kind, to_checksum_address(value))
    if isinstance(value, bytes):
        cut = len(value) > LONGEST
        return Value(name, kind, f"0x{value[:LONGEST].hex()}", len(value) if cut else None)
    if isinstance(value, bool):
        return Value(name, kind, "true" if value else "false")
    text = str(value)
    return Value(name, kind, text[:LONGEST_TEXT], len(text) if len(text) > LONGEST_TEXT else None)


@cache
def _functions(contract: str) -> Mapping[bytes, Mapping[str, Any]]:
    """By selector; an election passes calls on to its modules, which name the arguments."""
    contracts = (contract, *MODULES) if contract == ELECTION else (contract,)
    return {
        keccak(signature(entry).encode())[:_SELECTOR]: entry
        for each in contracts
        for entry in Interface.of(each).abi
        if entry["type"] == "function"
    }


@cache
def _events(contract: str) -> Mapping[bytes, Mapping[str, Any]]:
    return {
        keccak(signature(entry).encode()): entry
        for entry in Interface.of(contract).abi
        if entry["type"] == "event"
    }
