"""Many rows at once: binary COPY on PostgreSQL, a few prepared statements on SQLite; in the
session's transaction like everything else.
"""

import json
from collections.abc import Collection, Sequence
from itertools import chain
from typing import Any, Final, cast

import psycopg
from psycopg.types.string import BytesBinaryDumper
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    String,
    Table,
    and_,
    any_,
    func,
    literal,
    select,
    tuple_,
)
from sqlalchemy import cast as as_type
from sqlalchemy.orm import InstrumentedAttribute, Session

from hanpyo.db.types import Base

_TYPES: Final = {int: "int8", bytes: "bytea", str: "text", bool: "bool"}
Row = tuple[Any, ...]
# SQLite: rows of one statement. Other threads run while one is executed, and take up to 5 ms before
# they let this one go on, as long as a thousand rows last.
_AT_ONCE: Final = (1_000, 100, 1)
# SQLite, in KiB: some thousand hashes touch as many pages of their index, each to be written once.
_CACHE: Final = "PRAGMA cache_size = -32768"


def among(
    session: Session, column: InstrumentedAttribute[Any], values: Collection[int]
) -> ColumnElement[bool]:
    """The condition that a column, the key of its table, is one of many numbers.

    They are bound as one text: to bind each costs more.
    """
    if _is_postgresql(session):
        return column == any_(_array(values))
    told = func.json_each(json.dumps(list(values))).table_valued("value")
    return column.in_(select(told.c.value))


def among_own(
    session: Session,
    owner: tuple[InstrumentedAttribute[str], str],
    column: InstrumentedAttribute[Any],
    values: Collection[int],
) -> ColumnElement[bool]:
    """The condition that a row is one owner's (column, value), and a column one of many numbers.

    Until PostgreSQL has looked at a table it takes an owner's rows to be few, and would go through
    all of them; asked for both at once it looks each number up in the index.
    """
    owners, value = owner
    if _is_postgresql(session):
        return tuple_(owners, column).in_(select(literal(value), func.unnest(_array(values))))
    return and_(owners == value, among(session, column, values))


def _array(values: Collection[int]) -> ColumnElement[Any]:
    listed = literal("{" + ",".join(map(str, values)) + "}", String)
    return as_type(listed, ARRAY(BigInteger))


def _is_postgresql(session: Session) -> bool:
    return session.connection().dialect.name == "postgresql"


def insert_rows(session: Session, model: type[Base], rows: Sequence[Row]) -> None:
    """Insert rows whose values stand in the order of the model's columns.

    Where this raises, the transaction or savepoint has to be rolled back.
    """
    if not rows:
        return
    session.flush()
    table = cast("Table", model.__table__)
    connection = session.connection()
    if _is_postgresql(session):
        driver = cast("psycopg.Connection", connection.connection.driver_connection)
        _copy(driver, table, rows)
        return
    connection.exec_driver_sql(_CACHE)
    start = 0
    for at_once in _AT_ONCE:
        stop = len(rows) - (len(rows) - start) % at_once
        groups = [rows[at : at + at_once] for at in range(start, stop, at_once)]
        if groups:
            bound = [tuple(chain.from_iterable(group)) for group in groups]
            connection.exec_driver_sql(_insert(table, at_once), bound)
        start = stop


def _insert(table: Table, rows: int) -> str:
    """SQLite's statement that inserts so many rows.

    Its callers take back what one that fails has inserted, so that SQLite need not keep pages for
    it in a file.
    """
    row = "(" + ", ".join("?" for _ in table.columns) + ")"
    values = ", ".join([row] * rows)
    return f"INSERT OR FAIL INTO {table.name} VALUES {values}"  # noqa: S608  our own names


def _copy(connection: psycopg.Connection, table: Table, rows: Sequence[Row]) -> None:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    statement = f'COPY "{table.name}" ({names}) FROM STDIN (FORMAT binary)'
    with connection.cursor() as cursor:
        # By the type's name psycopg would find DB-API's own `Binary` first, which is slow Python.
        cursor.adapters.register_dumper(bytes, BytesBinaryDumper)
        with cursor.copy(statement.encode()) as copy:
            _write(copy, table, rows)


def _write(copy: psycopg.Copy, table: Table, rows: Sequence[Row]) -> None:
    copy.set_types([_TYPES[column.type.python_type] for column in table.columns])
    write = copy.write_row
    for row in rows:
        write(row)
