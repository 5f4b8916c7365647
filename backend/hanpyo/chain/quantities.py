"""Strict reading and writing of the two hexadecimal forms of Ethereum JSON-RPC.

A *quantity* is a non-negative integer ("0x0", "0x41"); *data* is bytes, two digits each. Anything
else raises `MalformedAnswer` naming the field, so that nothing of doubtful shape travels inwards.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address

from hanpyo.chain.errors import MalformedAnswer

ADDRESS_SIZE: Final = 20
HASH_SIZE: Final = 32
_SHOWN: Final = 80
_from_hex: Final = bytes.fromhex
_QUANTITY: Final = re.compile(r"0x[0-9a-fA-F]{1,64}", re.ASCII)


def to_quantity(value: int) -> str:
    """`value` as a JSON-RPC quantity."""
    if value < 0:
        raise ValueError(f"a quantity is never negative, got {value}")
    return hex(value)


def to_data(value: bytes) -> str:
    """`value` as JSON-RPC data."""
    return "0x" + value.hex()


def read_quantity(value: object, name: str) -> int:
    """The integer in the answer's field `name`."""
    if not isinstance(value, str) or not _QUANTITY.fullmatch(value):
        raise MalformedAnswer(f"{name} is not a hexadecimal quantity: {_shown(value)}")
    return int(value, 16)


def read_data(value: object, name: str, size: int | None = None) -> bytes:
    """The bytes in the answer's field `name`, of exactly `size` bytes when given."""
    try:
        data = _from_hex(value[2:]) if value[:2] == "0x" else None  # type: ignore[index]  # caught
    except (TypeError, ValueError):
        data = None
    if data is None or not isinstance(value, str):
        raise MalformedAnswer(f"{name} is not hexadecimal data: {_shown(value)}")
    if (size is not None and len(data) != size) or 2 + 2 * len(data) != len(value):
        raise MalformedAnswer(f"{name} has {len(data)} bytes, {size} expected")
    return data


def read_hash(value: object, name: str) -> bytes:
    """The 32 bytes in the answer's field `name`."""
    return read_data(value, name, HASH_SIZE)


def read_address(value: object, name: str) -> ChecksumAddress:
    """The address in the answer's field `name`, with its checksum."""
    return to_checksum_address(read_data(value, name, ADDRESS_SIZE))


def read_object(value: object, name: str) -> Mapping[str, object]:
    """The JSON object in the answer's field `name`."""
    if not isinstance(value, dict):
        raise MalformedAnswer(f"{name} is not a JSON object: {_shown(value)}")
    return value


def read_list(value: object, name: str) -> Sequence[object]:
    """The JSON array in the answer's field `name`."""
    if not isinstance(value, list):
        raise MalformedAnswer(f"{name} is not a JSON array: {_shown(value)}")
    return value


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."
