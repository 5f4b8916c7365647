"""Standings and sums of one election in the database."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, delete, select, text
from sqlalchemy.orm import Session

from hanpyo.db.bulk import among, insert_rows
from hanpyo.db.models import Progress, TallyCell, TurnoutCell, TurnoutHour, VoterState
from hanpyo.db.types import Base
from hanpyo.indexer.standing import Standing
from hanpyo.indexer.sums import Sums


def load_standings(session: Session, election: str, voters: Collection[int]) -> dict[int, Standing]:
    """The standings of those of these voters that have a row."""
    columns = list(VoterState.__table__.columns)[1:]
    query = select(*columns).where(
        VoterState.election_id == election, among(session, VoterState.voter, voters)
    )
    return {row[0]: Standing(*row) for row in session.execute(query)}


def save_standings(
    session: Session, election: str, known: Collection[int], standings: Mapping[int, Standing]
) -> None:
    """Replace the rows of `known` voters, and write these standings but the plain ones."""
    if known:
        gone = among(session, VoterState.voter, known)
        session.execute(delete(VoterState).where(VoterState.election_id == election, gone))
    rows = [(election, *each) for each in standings.values() if not each.is_plain]
    insert_rows(session, VoterState, rows)


def add_sums(session: Session, election: str, progress: Progress, sums: Sums) -> None:
    """Add the changes to the election's rows; what comes to nothing has no row."""
    for name, change in sums.counts.items():
        setattr(progress, name, getattr(progress, name) + change)
    session.flush()
    tables: tuple[tuple[type[Base], Iterable[tuple[Any, Sequence[int]]]], ...] = (
        (TurnoutCell, sums.turnout.items()),
        (TurnoutHour, sums.hours.items()),
        (TallyCell, sums.cells.items()),
    )
    for model, pairs in tables:
        rows = [(*key, *pair) for key, pair in pairs if any(pair)]
        if rows:
            _add(session, model, election, rows)


def progress_of(session: Session, election: str) -> Progress:
    """The election's progress, made where there is none, locked until the commit."""
    progress = session.get(Progress, election, with_for_update=True)
    if progress is None:
        progress = Progress(election_id=election)
        session.add(progress)
        session.flush()
    return progress


def _add(
    session: Session, model: type[Base], election: str, rows: Sequence[tuple[int, ...]]
) -> None:
    table: Table = model.__table__  # type: ignore[assignment]
    names = [column.name for column in table.columns]
    keys = ", ".join(names[:-2])
    statement = text(
        f"INSERT INTO {table.name} ({', '.join(names)}) "  # noqa: S608  names of our own columns
        f"VALUES ({', '.join(':' + name for name in names)}) "
        f"ON CONFLICT ({keys}) DO UPDATE SET heads = {table.name}.heads + excluded.heads, "
        f"weight = {table.name}.weight + excluded.weight"
    )
    values = [dict(zip(names, (election, *row), strict=True)) for row in rows]
    session.execute(statement, values)
    if any(row[-1] < 0 for row in rows):
        session.execute(
            delete(table).where(
                table.c.election_id == election, table.c.heads == 0, table.c.weight == 0
            )
        )
