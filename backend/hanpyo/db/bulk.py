"""Many rows at once: binary COPY on PostgreSQL, one prepared statement on SQLite; in the session's
transaction like everything else.
"""

import json
from collections.abc import Sequence
from typing import Any, Final, cast

import psycopg
from psycopg.types.string import BytesBinaryDumper
from sqlalchemy import ARRAY, BigInteger, String, Table, any_, func, literal, select
from sqlalchemy import cast as as_type
from sqlalchemy.orm import InstrumentedAttribute, Session

from hanpyo.db.types import Base

_TYPES: Final = {int: "int8", bytes: "bytea", str: "text", bool: "bool"}
Row = tuple[Any, ...]


def among(session: Session, column: InstrumentedAttribute[Any], values: Sequence[int]) -> Any:
    """The condition that a column is one of many numbers, bound as one text."""
    if session.connection().dialect.name == "postgresql":
        listed = literal("{" + ",".join(map(str, values)) + "}", String)
        return column == any_(as_type(listed, ARRAY(BigInteger)))
    told = func.json_each(json.dumps(list(values))).table_valued("value")
    return column.in_(select(told.c.value))


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
