"""What staff did: entries that are only ever added, chained by hashes, one chain an organisation.

The database itself refuses to change or delete an entry. `protect` makes it refuse; it runs when
the table is made, and a migration that makes the table by other means calls it.
"""

from typing import Any, Final

from sqlalchemy import Connection, String, Text, event
from sqlalchemy.orm import Mapped, mapped_column

from hanpyo.db.types import Base, Bytes32, Number, Seconds

INSTALLATION: Final = "installation"
"""The chain of what concerns no organisation."""
_REFUSAL: Final = "the audit log is append-only"
_SQLITE: Final = tuple(
    f"CREATE TRIGGER audit_entry_no_{act.lower()} BEFORE {act} ON audit_entry "
    f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    for act in ("UPDATE", "DELETE")
)
_POSTGRESQL: Final = f"""
CREATE OR REPLACE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$;
CREATE TRIGGER audit_entry_no_change BEFORE UPDATE OR DELETE ON audit_entry
FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON audit_entry
FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
"""


class AuditEntry(Base):
    """One thing that somebody did; see `identity.staff.audit_log` for its hash.

    `chain` is an organisation's id or `INSTALLATION`, `seq` counts from 1 in it. `details` is
    canonical JSON and holds no personal data.
    """

    __tablename__ = "audit_entry"

    chain: Mapped[str] = mapped_column(String(32), primary_key=True)
    seq: Mapped[Number] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[Seconds]
    actor: Mapped[str] = mapped_column(String(200))
    action: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(200))
    details: Mapped[str] = mapped_column(Text)
    previous: Mapped[Bytes32]
    hash: Mapped[Bytes32]


class AuditHead(Base):
    """Where a chain ends; who adds an entry locks it."""

    __tablename__ = "audit_head"

    chain: Mapped[str] = mapped_column(String(32), primary_key=True)
    seq: Mapped[Number]
    hash: Mapped[Bytes32]


def protect(connection: Connection) -> None:
    """Make the database refuse every change of an entry."""
    statements = _SQLITE if connection.dialect.name == "sqlite" else (_POSTGRESQL,)
    for statement in statements:
        connection.exec_driver_sql(statement)


@event.listens_for(AuditEntry.__table__, "after_create")
def _protect_new(_: object, connection: Connection, **__: Any) -> None:
    protect(connection)
