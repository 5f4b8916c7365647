"""Rolls for tests."""

from datetime import date
from typing import Any

from hanpyo.db.database import Database
from hanpyo.db.models import Election, ElectionState
from hanpyo.db.vault import Vault
from hanpyo.elections.drawing import draw_roll_of
from hanpyo.elections.members_store import prepare_roll, replace_roll
from hanpyo.elections.people import Person
from hanpyo.elections.roll_import import RollRow
from hanpyo.protocol.roll import RollEntry, encode_roll

KIM = Person(
    "김한표이름",
    "+821012345678",
    "kim.secret@example.kr",
    date(1960, 1, 2),
    "종로구 비밀로 1",
    "77",
)


def rows(count: int, **more: Any) -> tuple[RollRow, ...]:
    """Different people; the first is `KIM`."""
    others = (
        RollRow(
            number + 2,
            Person(f"이름비밀{number}", f"+8210555{number:05}", f"m{number}@example.kr"),
            **more,
        )
        for number in range(1, count)
    )
    return (RollRow(2, KIM, **more), *others)


def fill(database: Database, vault: Vault, election_id: str, roll: tuple[RollRow, ...]) -> None:
    """Make these rows the roll."""
    prepared = prepare_roll(vault, election_id, roll)
    database.transact(lambda session: replace_roll(session, prepared))


def draw(database: Database, vault: Vault, election_id: str) -> tuple[RollEntry, ...]:
    """Draw the roll and remember it, as publishing does."""
    with database.write() as session:
        election = session.get_one(Election, election_id, with_for_update=True)
        entries = draw_roll_of(session, vault, election_id)
        election.roll = encode_roll(entries)
        election.state = ElectionState.PUBLISHING
    return entries
