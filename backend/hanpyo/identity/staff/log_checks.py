"""Every audit log of an installation checked at once, with what its elections published."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from hanpyo.db.database import Database
from hanpyo.db.models import AuditEntry, AuditHead, Election
from hanpyo.db.models.audit_log import INSTALLATION
from hanpyo.identity.staff.audit_log import BEGINNING, LogBroken
from hanpyo.identity.staff.log_files import anchor_of, check, entries


@dataclass(frozen=True)
class LogCheck:
    """What the check of one chain found; `fault` is None when everything holds.

    `anchors` is how many elections published a hash of it.
    """

    chain: str
    entries: int
    anchors: int
    fault: str | None


def check_logs(database: Database) -> tuple[LogCheck, ...]:
    """The check of every chain, each as it stands at one moment."""
    with database.read() as session:
        ends = session.scalars(select(AuditHead.chain))
        started = session.scalars(select(AuditEntry.chain).distinct())
        owners = session.scalars(select(Election.organisation_id).distinct())
        chains = sorted({*ends, *started, *owners})
    return tuple(_check(database, chain) for chain in chains)


def _check(database: Database, chain: str) -> LogCheck:
    place = None if chain == INSTALLATION else chain
    with _one_moment(database) as session:
        end = session.get(AuditHead, chain)
        newest = BEGINNING if end is None else end.hash
        try:
            named = map(anchor_of, _texts(session, chain))
            anchors = [anchor for anchor in named if anchor is not None]
            count = check(tuple(entries(session, place)), anchors, newest)
        except LogBroken as broken:
            return LogCheck(chain, 0, 0, str(broken))
    return LogCheck(chain, count, len(anchors), None)


@contextmanager
def _one_moment(database: Database) -> Iterator[Session]:
    """A session that sees the database as it is at its first read; it holds nobody up."""
    with database.read() as session:
        if not database.is_sqlite:  # where every reading transaction is one moment already
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield session


def _texts(session: Session, chain: str) -> list[str]:
    """The published texts of the chain's elections."""
    found = session.scalars(
        select(Election.text).where(
            Election.organisation_id == chain, Election.created_block.is_not(None)
        )
    )
    return [each for each in found if each is not None]
