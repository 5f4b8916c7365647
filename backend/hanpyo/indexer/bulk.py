"""Many rows at once: COPY on PostgreSQL, one prepared statement on SQLite; in the session's
transaction like everything else.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final, cast

import psycopg
from sqlalchemy import Table
from sqlalchemy.orm import Session

from hanpyo.db.types import Base

_ROWS_AT_ONCE: Final = 5_000
_ESCAPES: Final = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
Row = tuple[Any, ...]


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
    with (
        connection.cursor() as cursor,
        cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN'.encode()) as copy,
    ):
        for at in range(0, len(rows), _ROWS_AT_ONCE):
            copy.write(copy_text(rows[at : at + _ROWS_AT_ONCE]))


def copy_text(rows: Iterable[Row]) -> str:
    """The rows in PostgreSQL's text format of COPY."""
    return "".join(["\t".join(map(_text, row)) + "\n" for row in rows])


def _text(value: int | bytes | bool | str | None) -> str:
    if value is None:
        return r"\N"
    kind = type(value)
    if kind is int:
        return str(value)
    if isinstance(value, bytes):
        return r"\\x" + value.hex()
    if kind is bool:
        return "tf"[not value]
    return str(value).translate(_ESCAPES)
