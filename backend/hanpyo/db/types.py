"""Column types and defaults that all models share.

Times are whole seconds since 1970. Ids that appear in URLs are 128 random bits in hexadecimal, so
that nobody can guess one. Money is decimal text: 256 bits fit no integer column.
"""

import secrets
from typing import Annotated, Any

from sqlalchemy import BigInteger, Dialect, Integer, LargeBinary, String
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator

_ID_BYTES = 16
_WEI_DIGITS = 78


def new_id() -> str:
    """128 random bits in hexadecimal."""
    return secrets.token_hex(_ID_BYTES)


class WeiText(TypeDecorator[int]):
    """An amount of wei, kept as decimal text."""

    impl = String(_WEI_DIGITS)
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> str | None:
        """To the database."""
        del dialect
        return None if value is None else str(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> int | None:
        """From the database."""
        del dialect
        return None if value is None else int(value)


class Base(DeclarativeBase):
    """The base of every model."""


# SQLite numbers rows by itself only where the key is its INTEGER.
SerialId = Annotated[
    int,
    mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True),
]
RandomId = Annotated[str, mapped_column(String(2 * _ID_BYTES), primary_key=True, default=new_id)]
Reference = Annotated[str, mapped_column(String(2 * _ID_BYTES))]
Seconds = Annotated[int, mapped_column(BigInteger)]
Number = Annotated[int, mapped_column(BigInteger)]
Bytes32 = Annotated[bytes, mapped_column(LargeBinary(32))]
Bytes20 = Annotated[bytes, mapped_column(LargeBinary(20))]
Blob = Annotated[bytes, mapped_column(LargeBinary)]
WeiAmount = Annotated[int, mapped_column(WeiText)]
