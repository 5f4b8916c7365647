"""Why a contract refused, in words: Solidity's built-in errors and the custom ones of ABIs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError
from eth_hash.auto import keccak

_SELECTOR: Final = 4
_WORD: Final = 32
_TEXT: Final = bytes.fromhex("08c379a0")  # Error(string)
_PANIC: Final = bytes.fromhex("4e487b71")  # Panic(uint256)
# Solidity documentation, "Panic via assert and Error via require".
_PANICS: Final = {
    0x01: "an assertion failed",
    0x11: "arithmetic overflow",
    0x12: "division by zero",
    0x21: "value outside its enumeration",
    0x22: "storage byte array wrongly encoded",
    0x31: "pop of an empty array",
    0x32: "index out of bounds",
    0x41: "too much memory",
    0x51: "call of an uninitialised function",
}


@dataclass(frozen=True, slots=True)
class CustomError:
    """A custom error of a contract: its name, and the names and types of its arguments."""

    name: str
    arguments: tuple[str, ...]
    types: tuple[str, ...]

    @property
    def selector(self) -> bytes:
        """The first four bytes of revert data with this error."""
        return keccak(f"{self.name}({','.join(self.types)})".encode())[:_SELECTOR]


@dataclass(frozen=True, slots=True)
class RevertReasons:
    """Turns revert data into words; knows the custom errors it was made with."""

    errors: Mapping[bytes, CustomError] = field(default_factory=dict)

    @classmethod
    def from_abis(cls, abis: Iterable[Iterable[Mapping[str, object]]]) -> Self:
        """Reasons that know every error of these contract ABIs."""
        found = [_custom(entry) for abi in abis for entry in abi if entry.get("type") == "error"]
        return cls({error.selector: error for error in found})

    def describe(self, data: bytes | None) -> str:
        """The reason in `data`, such as `NotFrozen(phase=1)`; never raises."""
        if not data:
            return "no reason given"
        selector, arguments = data[:_SELECTOR], data[_SELECTOR:]
        try:
            if selector == _TEXT:
                return str(_decode(("string",), arguments)[0])
            if selector == _PANIC:
                number = _decode(("uint256",), arguments)[0]
                return f"panic 0x{number:02x}: {_PANICS.get(number, 'unknown cause')}"
            error = self.errors.get(selector)
            if error is not None:
                return _shown(error, _decode(error.types, arguments))
        except (DecodingError, OverflowError, UnicodeDecodeError):
            return f"undecodable reason 0x{data.hex()}"
        return f"unknown error 0x{data.hex()}"


def _decode(types: tuple[str, ...], arguments: bytes) -> tuple[Any, ...]:
    if len(arguments) % _WORD or len(arguments) < _WORD * len(types):
        raise DecodingError("the arguments are cut short")
    return decode(types, arguments)


def _custom(entry: Mapping[str, object]) -> CustomError:
    inputs = entry.get("inputs")
    parameters = [p for p in inputs if isinstance(p, dict)] if isinstance(inputs, list) else []
    names = tuple(str(parameter.get("name", "")) for parameter in parameters)
    return CustomError(str(entry["name"]), names, tuple(_type(p) for p in parameters))


def _type(parameter: Mapping[str, object]) -> str:
    """The canonical type, with a struct spelled out as its tuple."""
    kind = str(parameter["type"])
    components = parameter.get("components")
    if not kind.startswith("tuple") or not isinstance(components, list):
        return kind
    return f"({','.join(_type(part) for part in components)}){kind.removeprefix('tuple')}"


def _shown(error: CustomError, values: Iterable[object]) -> str:
    pairs = zip(error.arguments, values, strict=True)
    parts = [f"{name}={_value(value)}" if name else _value(value) for name, value in pairs]
    return f"{error.name}({', '.join(parts)})"


def _value(value: object) -> str:
    return f"0x{value.hex()}" if isinstance(value, bytes) else str(value)
