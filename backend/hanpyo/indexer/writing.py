"""What the follower writes: each function is part of one transaction of its caller's."""

from collections.abc import Iterable, Mapping

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hanpyo.chain.headers import Header
from hanpyo.db.bulk import among, insert_rows
from hanpyo.db.models import Block, ChainHead, Cursor, Rewind
from hanpyo.elections.catalogue import PublishedElection
from hanpyo.indexer.index import ElectionIndex


def write_head(session: Session, block: Header | Block, *, final: int, now: int) -> None:
    """Note the newest block; `seen_at` stays what it was while the block is the same."""
    head = session.get(ChainHead, 1)
    if head is None:
        head = ChainHead(id=1, hash=b"")
        session.add(head)
    if head.hash != block.hash:
        head.seen_at = now
    head.number, head.hash, head.timestamp = block.number, block.hash, block.timestamp
    head.final_number = final


def write_blocks(session: Session, headers: Iterable[Header], *, eventful: bool) -> None:
    """Note these blocks; one with events stays one."""
    told = {header.number: header for header in headers}
    if not told:
        return
    found = session.scalars(select(Block).where(among(session, Block.number, list(told))))
    known = {row.number: row for row in found}
    for number, row in known.items():
        header = told[number]
        row.hash, row.parent_hash, row.timestamp = header.hash, header.parent_hash, header.timestamp
        row.eventful = row.eventful or eventful
    new = (header for number, header in told.items() if number not in known)
    rows = [(each.number, each.hash, each.parent_hash, each.timestamp, eventful) for each in new]
    insert_rows(session, Block, rows)


def prune_blocks(session: Session, final: int) -> None:
    """Forget final blocks without events, but the newest final one."""
    session.execute(delete(Block).where(Block.number < final, Block.eventful.is_(False)))


def rewind(
    session: Session, indexes: Mapping[str, ElectionIndex], ancestor: int, now: int
) -> list[str]:
    """Take back every block above `ancestor`; which elections lost events."""
    row = session.get_one(Block, ancestor)
    changed = []
    for cursor in session.scalars(select(Cursor).where(Cursor.number > ancestor)).all():
        if indexes[cursor.election_id].undo(session, ancestor):
            changed.append(cursor.election_id)
            session.add(
                Rewind(
                    election_id=cursor.election_id,
                    from_number=cursor.number,
                    to_number=ancestor,
                    happened_at=now,
                )
            )
        cursor.number, cursor.hash = ancestor, row.hash
    session.execute(delete(Block).where(Block.number > ancestor))
    head = session.get(ChainHead, 1)
    final = ancestor if head is None else min(head.final_number, ancestor)
    write_head(session, row, final=final, now=now)
    return changed


def restart(session: Session, election: PublishedElection) -> None:
    """Forget everything read of one election: the follower reads it again from its creation.

    The cursor goes first, so that whoever is writing rows behind it has committed or will not.
    """
    session.execute(delete(Cursor).where(Cursor.election_id == election.id))
    ElectionIndex(election).clear(session)


def forget_chain(session: Session, elections: Iterable[PublishedElection]) -> None:
    """Forget everything that was read from the chain."""
    for election in elections:
        restart(session, election)
    session.execute(delete(Block))
    session.execute(delete(ChainHead))
