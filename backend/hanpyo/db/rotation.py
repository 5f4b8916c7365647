"""Exchanging the key of personal data while the service runs.

The new key goes first into the ring of every process and the old one second; then each sealed value
is opened and sealed again, a batch in a transaction. What is sealed with the key in use is passed
over, so that a rotation that was interrupted goes on where it stopped. The old key may leave the
ring when `rotate` has returned.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, inspect, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from hanpyo.db.database import Database
from hanpyo.db.models import Base
from hanpyo.db.vault import Vault

_BATCH: Final = 500

Context = Callable[[Any], str]
"""The place to which a row's value is bound."""
After = Callable[[Session, Vault, Sequence[tuple[Any, bytes]]], None]
"""Told of a batch's rows and values in the clear, to renew the keyed hashes that go with them."""


@dataclass(frozen=True)
class SealedColumn:
    """A column of sealed values: whose, where they are bound, and which lookups follow them."""

    model: type[Base]
    column: InstrumentedAttribute[Any]
    context: Context
    after: After | None = None


def rotate(
    database: Database,
    vault: Vault,
    columns: Sequence[SealedColumn],
    *,
    batch: int = _BATCH,
    advance: Callable[[int], None] = lambda _: None,
) -> int:
    """Seal every value of `columns` with the key in use; how many were sealed again.

    `advance` is told the size of each batch. Passes are repeated until one finds nothing, for a
    process that has the old ring may still write. Raises `VaultError` where a key is missing.
    """
    total = 0
    for column in columns:
        while done := _pass(database, vault, column, batch, advance):
            total += done
    return total


def _pass(
    database: Database,
    vault: Vault,
    column: SealedColumn,
    batch: int,
    advance: Callable[[int], None],
) -> int:
    total, cursor = 0, None
    while True:

        def work(session: Session, after: Any = cursor) -> tuple[int, Any]:
            return _reseal(session, vault, column, after, batch)

        done, cursor = database.transact(work)
        if not done:
            return total
        total += done
        advance(done)


def _reseal(
    session: Session, vault: Vault, sealed: SealedColumn, cursor: Any, batch: int
) -> tuple[int, Any]:
    """Seal up to `batch` values behind the primary key `cursor` again; how many, and the last."""
    keys = inspect(sealed.model).primary_key
    wanted = select(sealed.model).where(
        sealed.column.is_not(None), func.substr(sealed.column, 1, 1) != bytes((vault.current,))
    )
    if cursor is not None:
        wanted = wanted.where(tuple_(*keys) > tuple_(*cursor))
    rows = session.scalars(wanted.order_by(*keys).limit(batch).with_for_update()).all()
    values: list[tuple[Any, bytes]] = []
    for row in rows:
        context = sealed.context(row)
        plain = vault.open(getattr(row, sealed.column.key), context)
        setattr(row, sealed.column.key, vault.seal(plain, context))
        values.append((row, plain))
    session.flush()
    if sealed.after is not None and values:
        sealed.after(session, vault, values)
    return len(rows), inspect(rows[-1]).identity if rows else None
