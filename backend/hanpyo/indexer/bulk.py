"""Many rows at once: COPY on PostgreSQL, one prepared statement on SQLite; in the session's
transaction like everything else.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final, cast

import psycopg
from sqlalchemy import ARRAY, BigInteger, Table, any_, bindparam, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from hanpyo.db.types import Base

_ROWS_AT_ONCE: Final = 5_000
_ESCAPES: Final = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
Row = tuple[Any, ...]


def among(session: Session, column: InstrumentedAttribute[Any], values: Sequence[int]) -> Any:
    """The condition that a column is one of many numbers, bound as one value."""
    if session.connection().dialect.name == "postgresql":
        return column == any_(bindparam(None, list(values), type_=ARRAY(BigInteger)))
    listed = func.json_each(json.dumps(list(values))).table_valued("value")
    return column.in_(select(listed.c.value))


def insert_rows(session: Session, model: type[Base], rows: Sequence[Row]) -> None:
    """Insert rows whose values stand in the order of the model's columns."""
    if not rows:
        return
    session.flush()
    table = cast("Table", model.__table__)
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        driver = cast("psycopg.Connection", connection.connection.driver_connection)
        _copy(driver, table, rows)
        return
    places = ", ".join("?" for _ in table.columns)
    statement = f"INSERT INTO {table.name} VALUES ({places})"  # noqa: S608  our own table's name
    connection.exec_driver_sql(statement, list(rows))


def _copy(connection: psycopg.Connection, table: Table, rows: Sequence[Row]) -> None:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    nullable = [bool(column.nullable) for column in table.columns]
    with (
        connection.cursor() as cursor,
        cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN'.encode()) as copy,
    ):
        for at in range(0, len(rows), _ROWS_AT_ONCE):
            copy.write(copy_text(rows[at : at + _ROWS_AT_ONCE], nullable))


def copy_text(rows: Sequence[Row], nullable: Sequence[bool]) -> str:
    """The rows in PostgreSQL's text format of COPY.

    Converted a column at a time, which takes a third of the time of a value at a time.
    """
    columns = [
        _column(column, may_be_null)
        for column, may_be_null in zip(zip(*rows, strict=True), nullable, strict=True)
    ]
    return "\n".join(map("\t".join, zip(*columns, strict=True))) + "\n"


def _column(values: Sequence[Any], nullable: bool) -> Iterable[str]:
    if nullable:
        return [r"\N" if value is None else _text(value) for value in values]
    kind = type(values[0])
    if kind is int:
        return map(str, values)
    if kind is bytes:
        return [r"\\x" + value.hex() for value in values]
    return map(_text, values)


def _text(value: int | bytes | bool | str) -> str:
    if isinstance(value, bytes):
        return r"\\x" + value.hex()
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    if isinstance(value, bool):
        return "tf"[not value]
    return str(value)
