"""Previews that wait to be accepted: sealed, for an hour, for their own election only."""

from fractions import Fraction
from typing import Any, ClassVar, Final

import orjson
from sqlalchemy import delete
from sqlalchemy.orm import Session

from hanpyo.db.models import RollPreview
from hanpyo.db.types import new_id
from hanpyo.db.vault import Vault
from hanpyo.elections.people import Person
from hanpyo.elections.roll_import import Preview, RollRow
from hanpyo.errors import NotFound
from hanpyo.protocol.types import Address

LIFETIME: Final = 3_600
"""Seconds."""
_GONE: Final = "there is no such preview any more: upload the file again"


class UnknownPreview(NotFound):
    """There is no such preview of this election's roll, or its hour is over."""

    code: ClassVar[str] = "unknown_preview"


def keep_preview(
    session: Session, vault: Vault, election_id: str, preview: Preview, now: int
) -> str | None:
    """The id under which the preview can be accepted; None where its errors forbid that."""
    session.execute(delete(RollPreview).where(RollPreview.expires_at <= now))
    if preview.errors:
        return None
    kept = new_id()
    data = orjson.dumps([_dump(row) for row in preview.rows])
    session.add(
        RollPreview(
            id=kept,
            election_id=election_id,
            sealed=vault.seal(data, context_of(kept)),
            expires_at=now + LIFETIME,
        )
    )
    session.flush()
    return kept


def open_preview(
    session: Session, vault: Vault, election_id: str, preview_id: str, now: int
) -> tuple[RollRow, ...]:
    """The rows of a preview; raises `UnknownPreview`."""
    kept = session.get(RollPreview, preview_id)
    if kept is None or kept.election_id != election_id or kept.expires_at <= now:
        raise UnknownPreview(_GONE)
    rows = orjson.loads(vault.open(kept.sealed, context_of(kept.id)))
    return tuple(map(_load, rows))


def drop_preview(session: Session, election_id: str, preview_id: str) -> None:
    """Delete a preview that is accepted; raises `UnknownPreview` when another was faster."""
    kept = session.get(RollPreview, preview_id, with_for_update=True)
    if kept is None or kept.election_id != election_id:
        raise UnknownPreview(_GONE)
    session.delete(kept)


def context_of(preview_id: str) -> str:
    """The place to which the vault binds a preview."""
    return f"roll_preview:{preview_id}"


def _dump(row: RollRow) -> list[Any]:
    return [
        row.row,
        row.person.fields(),
        str(row.weight),
        row.class_,
        row.wallet and row.wallet.hex(),
    ]


def _load(values: list[Any]) -> RollRow:
    row, person, weight, class_, wallet = values
    address = Address(bytes.fromhex(wallet)) if wallet else None
    return RollRow(row, Person.of(person), Fraction(weight), class_, address)
