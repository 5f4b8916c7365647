"""What the journal notes of batches and outlays, in the transaction that keeps their attempts."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hanpyo.chain.journal import Attempt, JournalError
from hanpyo.db.models import Ballot, BallotState, Batch, BatchState
from hanpyo.relay.journal import BATCH_LABEL
from hanpyo.relay.outlays import note_outlays
from hanpyo.relay.states import move


def note_signed(session: Session, attempts: Sequence[Attempt]) -> None:
    """Let each attempt's batch be sent, and its ballots with it; keep a row for every outlay.

    Raises `JournalError` when a batch was given up meanwhile: then nothing is kept or broadcast.
    """
    note_outlays(session, attempts)
    by_batch = {
        attempt.label.removeprefix(BATCH_LABEL): attempt
        for attempt in attempts
        if attempt.label.startswith(BATCH_LABEL)
    }
    if not by_batch:
        return
    batches = session.scalars(select(Batch).where(Batch.id.in_(by_batch)).with_for_update()).all()
    if len(batches) != len(by_batch):
        raise JournalError("a batch was given up before it was signed")
    for batch in batches:
        attempt = by_batch[batch.id]
        batch.cost_bound = attempt.gas * attempt.fees.max_fee
        batch.nonce = attempt.nonce
        if batch.state == BatchState.PLANNED:
            batch.state = BatchState.SENT
    session.execute(
        update(Ballot)
        .where(Ballot.batch_id.in_(by_batch), Ballot.state == BallotState.QUEUED)
        .values(state=move(BallotState.QUEUED, BallotState.SENT), cause=None)
    )
