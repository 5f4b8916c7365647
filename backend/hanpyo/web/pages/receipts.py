"""A receipt's short code, looked up: where its ballot stands, and never what it says."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from hanpyo.db.models import Act, Ballot, BallotState, VoterState
from hanpyo.protocol.receipts import ReceiptError, parse_code
from hanpyo.protocol.types import BallotKind
from hanpyo.relay.states import OPEN

_DIGEST_BYTES = 32


class Standing(StrEnum):
    """What a voter wants to know of a ballot."""

    WAITING = "waiting"
    """Taken and promised, not on the record yet."""
    COUNTS = "counts"
    OPENED = "opened"
    """It counts, and its envelope was opened."""
    REPLACED = "replaced"
    TAKEN_BACK = "taken back"
    """A withdrawal of the same voter came after it."""
    WITHDRAWAL = "withdrawal"
    """This act itself takes a ballot back."""
    VOID = "void"
    """Its envelope could not be opened."""
    LOST = "lost"
    """It was promised and is not recorded; evidence says why."""


@dataclass(frozen=True, slots=True)
class Found:
    """The ballot of a receipt; times in seconds."""

    code: str
    standing: Standing
    received_at: int | None
    recorded_at: int | None
    transaction: str | None


def find_receipt(session: Session, election_id: str, code: str) -> Found | None:
    """The ballot in this election with this receipt; None when there is none, or none can be."""
    try:
        start = parse_code(code)
    except ReceiptError:
        return None
    first = start.ljust(_DIGEST_BYTES, b"\0")
    last = start.ljust(_DIGEST_BYTES, b"\xff")
    act = session.scalars(
        select(Act)
        .where(Act.election_id == election_id, Act.digest.between(first, last))
        .order_by(Act.block_number, Act.log_index)
        .limit(1)
    ).first()
    ballot = session.scalars(
        select(Ballot)
        .where(Ballot.election_id == election_id, Ballot.digest.between(first, last))
        .limit(1)
    ).first()
    if act is None and ballot is None:
        return None
    return Found(
        code=code,
        standing=_recorded(session, act) if act else _promised(ballot),
        received_at=ballot.received_at if ballot else None,
        recorded_at=act.timestamp if act else None,
        transaction="0x" + act.transaction_hash.hex() if act else None,
    )


def _recorded(session: Session, act: Act) -> Standing:
    if act.kind == BallotKind.WITHDRAWAL:
        return Standing.WITHDRAWAL
    state = session.get(VoterState, (act.election_id, act.voter))
    if state is None:
        return Standing.COUNTS
    if (state.live_block, state.live_index) != (act.block_number, act.log_index):
        return Standing.TAKEN_BACK if state.live_block is None else Standing.REPLACED
    if state.voided:
        return Standing.VOID
    return Standing.OPENED if state.opened is not None else Standing.COUNTS


def _promised(ballot: Ballot | None) -> Standing:
    if ballot is None or BallotState(ballot.state) in OPEN:
        return Standing.WAITING
    if ballot.state in (BallotState.SUPERSEDED, BallotState.OUTDATED):
        return Standing.REPLACED
    return Standing.LOST
