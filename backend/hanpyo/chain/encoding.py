"""RLP (Ethereum Yellow Paper, appendix B), typed and strict."""

from collections.abc import Sequence
from typing import ClassVar, Final, TypeAlias

import rlp  # type: ignore[import-untyped]  # the package carries no types
from rlp.exceptions import RLPException  # type: ignore[import-untyped]  # as above

from hanpyo.chain.errors import UntrustworthyAnswer

Encodable: TypeAlias = "bytes | int | Sequence[Encodable]"
Decoded: TypeAlias = "bytes | list[Decoded]"


_STRING: Final = 0x80  # what the first byte of a string's and of a list's head counts from
_LIST: Final = 0xC0
_LONG: Final = 55  # of a longer item the head tells the size of the length, and then the length


class InvalidEncoding(UntrustworthyAnswer):
    """Bytes that should be RLP are not, or do not hold what they should."""

    code: ClassVar[str] = "invalid_encoding"


def encode(item: Encodable) -> bytes:
    """The encoding of bytes, a non-negative integer or a sequence of such.

    Written out because the package takes five times as long, mostly to find out what it is given.
    """
    if isinstance(item, bytes):
        return item if len(item) == 1 and item[0] < _STRING else _headed(_STRING, item)
    if isinstance(item, int):
        return encode(item.to_bytes((item.bit_length() + 7) // 8))
    return _headed(_LIST, b"".join([encode(each) for each in item]))


def _headed(kind: int, body: bytes) -> bytes:
    size = len(body)
    if size <= _LONG:
        return bytes((kind + size,)) + body
    told = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((kind + _LONG + len(told),)) + told + body


def decode(encoded: bytes) -> Decoded:
    """The bytes or list encoded; raises `InvalidEncoding`, also for any non-canonical form."""
    try:
        item: Decoded = rlp.decode(encoded)
    except (RLPException, RecursionError) as error:
        raise InvalidEncoding("the bytes are not canonical RLP") from error
    return item


def decode_list(encoded: bytes) -> list[Decoded]:
    """The list encoded; raises `InvalidEncoding`."""
    return as_list(decode(encoded))


def as_list(item: Decoded) -> list[Decoded]:
    """`item` when it is a list; raises `InvalidEncoding`."""
    if isinstance(item, bytes):
        raise InvalidEncoding("the encoding holds bytes where a list belongs")
    return item


def as_bytes(item: Decoded) -> bytes:
    """`item` when it is bytes; raises `InvalidEncoding`."""
    if not isinstance(item, bytes):
        raise InvalidEncoding("the encoding holds a list where bytes belong")
    return item


def as_integer(item: Decoded) -> int:
    """`item` as an integer without leading zeros; raises `InvalidEncoding`."""
    number = as_bytes(item)
    if number[:1] == b"\0":
        raise InvalidEncoding("an encoded integer has a leading zero")
    return int.from_bytes(number)
