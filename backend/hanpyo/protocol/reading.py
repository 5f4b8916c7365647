"""Strict reading of bytes: every field has a name, and nothing may be missing or left over."""

from typing import ClassVar

from hanpyo.errors import HanpyoError


class EncodingError(HanpyoError):
    """Bytes or values that do not follow docs/protocol.md; `field` names the part at fault."""

    code: ClassVar[str] = "bad_encoding"
    subject: ClassVar[str] = "encoding"

    def __init__(self, field: str, problem: str) -> None:
        self.field = field
        self.problem = problem
        super().__init__(f"{self.subject}, {field}: {problem}")


class Reader:
    """Takes fields from the front of `data`; raises `error` naming the field that is cut short."""

    def __init__(self, data: bytes, error: type[EncodingError]) -> None:
        self._data = data
        self._at = 0
        self._error = error

    @property
    def position(self) -> int:
        """How many bytes were taken so far."""
        return self._at

    @property
    def remaining(self) -> int:
        """How many bytes are left."""
        return len(self._data) - self._at

    def take(self, length: int, field: str) -> bytes:
        """The next `length` bytes."""
        end = self._at + length
        if end > len(self._data):
            raise self._error(
                field, f"truncated: {length} bytes needed at byte {self._at}, {self.remaining} left"
            )
        piece = self._data[self._at : end]
        self._at = end
        return piece

    def integer(self, length: int, field: str) -> int:
        """The next `length` bytes as an unsigned big-endian integer."""
        return int.from_bytes(self.take(length, field), "big")

    def finish(self) -> None:
        """Refuse trailing bytes."""
        if self.remaining:
            raise self._error("end", f"{self.remaining} trailing bytes after byte {self._at}")


def pack(value: int, length: int, field: str, error: type[EncodingError]) -> bytes:
    """An unsigned integer in `length` big-endian bytes; `error` when it does not fit."""
    if not 0 <= value < 1 << (8 * length):
        raise error(field, f"{value} does not fit {8 * length} unsigned bits")
    return value.to_bytes(length, "big")


def require(condition: bool, field: str, problem: str, error: type[EncodingError]) -> None:
    """Raise `error` for `field` unless the condition holds."""
    if not condition:
        raise error(field, problem)


def exact(value: bytes, length: int, field: str, error: type[EncodingError]) -> bytes:
    """The value itself, which must have exactly `length` bytes."""
    if len(value) != length:
        raise error(field, f"{len(value)} bytes instead of {length}")
    return value
