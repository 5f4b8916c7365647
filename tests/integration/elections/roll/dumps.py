"""Everything that a database holds, as somebody sees it who has stolen its files."""

from pathlib import Path

from sqlalchemy import text

from hanpyo.db.database import Database
from hanpyo.db.models import Base


def dump(database: Database) -> bytes:
    """All rows of all tables; of SQLite the raw file too, with what deletions left behind."""
    parts: list[bytes] = []
    with database.read() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(table.select()):
                parts.extend(
                    value if isinstance(value, bytes) else str(value).encode() for value in row
                )
    if database.is_sqlite:
        with database.engine.connect() as connection:
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        name = Path(database.engine.url.database or "")
        parts.extend(path.read_bytes() for path in name.parent.glob(f"{name.name}*"))
    return b"\0".join(parts)
