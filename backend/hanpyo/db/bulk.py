"""Many rows at once: binary COPY on PostgreSQL, one prepared statement on SQLite; in the session's
transaction like everything else.
"""

import json
from collections.abc import Collection, Sequence
from typing import Any, Final, cast

import psycopg
from psycopg.types.string import BytesBinaryDumper
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    String,
    Table,
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


def among(
    session: Session, column: InstrumentedAttribute[Any], values: Collection[int]
) -> ColumnElement[bool]:
    """The condition that a column, the key of its table, is one of many numbers."""
    if _is_postgresql(session):
        return column == any_(_array(values))
    return column.in_(select(_numbers(session, values)))


def among_own(
    session: Session,
    owner: tuple[InstrumentedAttribute[str], str],
    column: InstrumentedAttribute[Any],
    values: Collection[int],
) -> ColumnElement[bool]:
    """The condition that a row is one owner's (column, value), and a column one of many numbers.

    Both are compared at once: PostgreSQL takes an owner's rows to be few until it has looked at the
    table, and would go through all of them instead of asking the index for each number.
    """
    owners, value = owner
    pairs = select(literal(value), _numbers(session, values))
    return tuple_(owners, column).in_(pairs)


def _numbers(session: Session, values: Collection[int]) -> ColumnElement[int]:
    """A column of these numbers, bound as one text: to bind each costs more."""
    if _is_postgresql(session):
        return func.unnest(_array(values))
    told = func.json_each(json.dumps(list(values))).table_valued("value")
    return told.c.value


def _array(values: Collection[int]) -> ColumnElement[Any]:
    listed = literal("{" + ",".join(map(str, values)) + "}", String)
    return as_type(listed, ARRAY(BigInteger))


def _is_postgresql(session: Session) -> bool:
    return session.connection().dialect.name == "postgresql"


def insert_rows(session: Session, model: type[Base], rows: Sequence[Row]) -> None:
    """Insert rows whose values stand in the order of the model's columns."""
    if not rows:
        return
    session.flush()
    table = cast("Table", model.__table__)
    connection = session.connection()
    if _is_postgresql(session):
        driver = cast("psycopg.Connection", connection.connection.driver_connection)
        _copy(driver, table, rows)
        return
    # Pages of an index by hashes are touched at random: write each once, at the commit, instead of
    # every time that the cache is full.
    connection.exec_driver_sql("PRAGMA cache_spill=OFF")
    places = ", ".join("?" for _ in table.columns)
    statement = f"INSERT INTO {table.name} VALUES ({places})"  # noqa: S608  our own table's name
    connection.exec_driver_sql(statement, list(rows))


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
