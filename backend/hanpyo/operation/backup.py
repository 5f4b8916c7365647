"""Backups that either kind of database restores: one file, compressed, checksummed, complete.

Everything is read in one transaction that sees one moment. What is sealed stays sealed: the file is
worth what the database is worth without the keys, which are never in it. A file is checked from end
to end before the first row is written, and only an empty database is written to.

The file is gzip over lines of JSON: a head, then a line for each table and one for each of its
rows, then the number of rows and the SHA-256 of all lines before. Leases are left out: they belong
to processes.
"""

import gzip
import hashlib
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final

import orjson
from sqlalchemy import Connection, Table, func, select, text

from hanpyo.db.database import Database
from hanpyo.db.models import Base, Lease
from hanpyo.db.revisions import HEAD, require_current
from hanpyo.db.schema import migrate
from hanpyo.errors import HanpyoError
from hanpyo.new_files import new_file

FORMAT: Final = "hanpyo-backup-1"
_AT_ONCE: Final = 500
_LONGEST_LINE: Final = 64 << 20


class BackupRefused(HanpyoError):
    """A backup that cannot be written or restored; nothing was changed."""

    code: ClassVar[str] = "backup_refused"


@dataclass(frozen=True, slots=True)
class Summary:
    """What a backup holds: when it was made, its schema, and rows by table."""

    created_at: int
    revision: str
    rows: dict[str, int]


def back_up(database: Database, file: Path, now: int) -> Summary:
    """Write everything to a new private file; raises `BackupRefused`, `SchemaError`."""
    require_current(database)
    if file.exists():
        raise BackupRefused(f"{file} exists already; nothing is overwritten")
    partial = file.with_name(file.name + ".partial")
    try:
        with new_file(partial) as raw:
            summary = _write(database, raw, now)
    except OSError as error:
        raise BackupRefused(f"{partial} cannot be written: {error.strerror}") from error
    partial.rename(file)
    return summary


def restore(database: Database, file: Path) -> Summary:
    """Read a backup into an empty database, which is migrated; raises `BackupRefused`."""
    summary = look_at(file)
    migrate(database)
    if summary.revision != HEAD:
        raise BackupRefused(
            f"the backup has the schema {summary.revision}, this version {HEAD}: restore it with "
            "the version that wrote it, then migrate"
        )
    engine = database.engine.execution_options(hanpyo_write=True)
    with engine.begin() as connection:
        _require_empty(connection)
        _read(connection, file)
        _continue_numbering(connection)
    return summary


def look_at(file: Path) -> Summary:
    """Check a backup from end to end; raises `BackupRefused`."""
    lines = _lines(file)
    start = next(lines, None)
    if not isinstance(start, dict) or start.get("format") != FORMAT:
        raise BackupRefused(f"{file} is not a backup")
    rows: dict[str, int] = {}
    for line in lines:
        if isinstance(line, dict):
            name = line["table"]
            rows[name] = 0
        else:
            rows[name] += 1
    return Summary(start["createdAt"], start["revision"], rows)


def _write(database: Database, raw: Any, now: int) -> Summary:
    digest, counted = hashlib.sha256(), {}

    def put(value: Any) -> None:
        line = orjson.dumps(value) + b"\n"
        digest.update(line)
        packed.write(line)

    with (
        database.engine.connect() as connection,
        gzip.GzipFile(fileobj=raw, mode="wb", filename="", mtime=0, compresslevel=6) as packed,
    ):
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        put({"format": FORMAT, "revision": HEAD, "createdAt": now})
        for table in _tables():
            put({"table": table.name, "columns": [column.name for column in table.columns]})
            counted[table.name] = 0
            for row in connection.execute(
                _plain(table), execution_options={"stream_results": True, "yield_per": _AT_ONCE}
            ):
                put([_packed(value) for value in row])
                counted[table.name] += 1
        total = sum(counted.values())
        packed.write(orjson.dumps({"rows": total, "sha256": digest.hexdigest()}) + b"\n")
    return Summary(now, HEAD, counted)


def _plain(table: Table) -> Any:
    """Every row in the order of the key, values as the database keeps them."""
    return select(table).order_by(*table.primary_key.columns)


def _tables() -> list[Table]:
    """Every table, those that others refer to first."""
    return [each for each in Base.metadata.sorted_tables if each.name != Lease.__tablename__]


def _packed(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 1 << 63:
        return {"i": str(value)}
    return {"b": b64encode(value).decode()} if isinstance(value, bytes) else value


def _unpacked(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return int(value["i"]) if "i" in value else b64decode(value["b"])


def _lines(file: Path) -> Iterator[Any]:
    """The lines before the last, which is held against them."""
    digest, rows = hashlib.sha256(), 0
    waiting: bytes | None = None
    try:
        with gzip.open(file, "rb") as packed:
            while line := packed.readline(_LONGEST_LINE):
                if waiting is not None:
                    digest.update(waiting)
                    value = orjson.loads(waiting)
                    rows += isinstance(value, list)
                    yield value
                waiting = line
        end = orjson.loads(waiting or b"null")
    except (OSError, EOFError, ValueError) as error:
        raise BackupRefused(f"{file} cannot be read to its end: it is damaged") from error
    if end != {"rows": rows, "sha256": digest.hexdigest()}:
        raise BackupRefused(f"{file} is damaged: its checksum is another")


def _require_empty(connection: Connection) -> None:
    for table in _tables():
        if connection.execute(select(func.count()).select_from(table)).scalar():
            raise BackupRefused(
                f"the database is not empty ({table.name} has rows): restore into a new one"
            )


def _read(connection: Connection, file: Path) -> None:
    table: Table | None = None
    columns: Sequence[str] = ()
    waiting: list[dict[str, Any]] = []
    lines = _lines(file)
    next(lines)

    def flush() -> None:
        if table is not None and waiting:
            connection.execute(table.insert(), waiting)
            waiting.clear()

    for line in lines:
        if isinstance(line, dict):
            flush()
            table, columns = Base.metadata.tables[line["table"]], line["columns"]
        else:
            waiting.append(dict(zip(columns, map(_unpacked, line), strict=True)))
            if len(waiting) == _AT_ONCE:
                flush()
    flush()


def _continue_numbering(connection: Connection) -> None:
    """PostgreSQL counts serial keys on its own: let it go on behind the restored ones."""
    if connection.dialect.name != "postgresql":
        return
    for table in _tables():
        column = table.autoincrement_column
        if column is None:
            continue
        connection.execute(
            text(
                f"SELECT setval(pg_get_serial_sequence('{table.name}', '{column.name}'), "  # noqa: S608
                f"COALESCE((SELECT MAX({column.name}) FROM {table.name}), 0) + 1, false)"
            )
        )
