"""RLP (Ethereum Yellow Paper, appendix B), typed and strict."""

from collections.abc import Sequence
from typing import ClassVar, TypeAlias

import rlp  # type: ignore[import-untyped]  # the package carries no types
from rlp.exceptions import RLPException  # type: ignore[import-untyped]  # as above

from hanpyo.chain.errors import UntrustworthyAnswer

Encodable: TypeAlias = "bytes | int | Sequence[Encodable]"
Decoded: TypeAlias = "bytes | list[Decoded]"


class InvalidEncoding(UntrustworthyAnswer):
    """Bytes that should be RLP are not, or do not hold what they should."""

    code: ClassVar[str] = "invalid_encoding"


def encode(item: Encodable) -> bytes:
    """The encoding of bytes, a non-negative integer or a sequence of such."""
    return bytes(rlp.encode(item))


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
