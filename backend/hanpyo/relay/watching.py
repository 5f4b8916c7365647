"""Following signed batches until they are final, and keeping account of what they cost.

A receipt is only a hint here: what became of a ballot is read from the record. A batch is done or
failed for good when the block that says so is final; until then it is the only transaction its
ballots are in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from hanpyo.chain.quantities import read_object, to_data
from hanpyo.chain.receipts import Receipt
from hanpyo.chain.rpc import Call, Rpc
from hanpyo.chain.sender import Sender
from hanpyo.chain.signing import EMPTY_LABEL
from hanpyo.chain.tickets import NonceTaken, Ticket
from hanpyo.db.models import Attempt, Batch, BatchState, ChainHead, RelayAccount
from hanpyo.failpoints import failpoint
from hanpyo.relay.accounts import SendingAccount
from hanpyo.relay.journal import BATCH_LABEL
from hanpyo.relay.spending import note_cost
from hanpyo.runtime import Runtime

_OPEN: Final = (BatchState.SENT, BatchState.MINED)
TAKEN: Final = "another transaction took its nonce"
REVERTED: Final = "its transaction reverted"
VOIDED: Final = "no node could take its transaction"


def follow(runtime: Runtime, account: SendingAccount, sender: Sender) -> int:
    """Look once at what is under way, heal it, and note what became of it.

    How many batches are signed and not mined. Raises as `Sender.look`.
    """
    with runtime.database.read() as session:
        batches = _open_batches(session, account.id)
        final_number = _final_number(session)
        suspects = _hashes(session, account.id, [_nonce(b) for b in batches if b.cause == TAKEN])
    if not batches:
        return 0
    count = runtime.rpc.nonce(sender.address)
    fallen = {_nonce(b) for b in batches if b.state == BatchState.MINED and _nonce(b) >= count}
    asked = [
        Ticket(_nonce(batch), BATCH_LABEL + batch.id)
        for batch in batches
        if batch.cause != TAKEN
        and (
            batch.state == BatchState.SENT
            or _nonce(batch) in fallen
            or (batch.block_number or 0) <= final_number
        )
    ]
    taken: NonceTaken | None = None
    receipts = _receipts(runtime.rpc, suspects)
    try:
        receipts |= sender.look(asked, fallen)
    except NonceTaken as error:
        taken = error
    if receipts:
        failpoint("after_receipt")
    failpoint("before_mark")
    sight = _Sight(receipts, frozenset(fallen), taken, final_number, runtime.now())
    still_open = runtime.database.transact(lambda session: _note(session, account.id, sight))
    failpoint("after_mark")
    if taken is not None:
        raise taken
    return still_open


@dataclass(frozen=True, slots=True)
class _Sight:
    """One look: receipts by nonce, nonces that fell out of the chain, one that another took."""

    receipts: Mapping[int, Receipt]
    fallen: frozenset[int]
    taken: NonceTaken | None
    final_number: int
    now: int


def _note(session: Session, account_id: int, sight: _Sight) -> int:
    """Move every open batch on; how many are signed and not mined after that."""
    batches = _open_batches(session, account_id, lock=True)
    labels = _labels(session, [each.transaction_hash for each in sight.receipts.values()])
    for batch in batches:
        receipt = sight.receipts.get(_nonce(batch))
        if receipt is not None:
            _mine(session, batch, receipt, labels.get(receipt.transaction_hash, ""), sight.now)
            _settle(batch, sight.final_number)
        elif sight.taken is not None and _nonce(batch) == sight.taken.nonce:
            head = session.get(ChainHead, 1)
            batch.state, batch.cause = BatchState.MINED, TAKEN
            batch.block_number = head.number if head else None
        elif _nonce(batch) in sight.fallen:
            batch.state, batch.block_number, batch.cause = BatchState.SENT, None, None
        elif batch.cause == TAKEN:
            _settle(batch, sight.final_number)
    account = session.get_one(RelayAccount, account_id)
    unsettled = [_nonce(batch) for batch in batches if batch.state in _OPEN]
    settled = min(unsettled, default=account.next_nonce)
    account.settled_nonce = max(account.settled_nonce, settled)
    return sum(batch.state == BatchState.SENT for batch in batches)


def _open_batches(session: Session, account_id: int, *, lock: bool = False) -> Sequence[Batch]:
    wanted = (
        select(Batch)
        .where(Batch.account_id == account_id, Batch.state.in_(_OPEN), Batch.nonce.is_not(None))
        .order_by(Batch.nonce)
    )
    return session.scalars(wanted.with_for_update() if lock else wanted).all()


def _final_number(session: Session) -> int:
    head = session.get(ChainHead, 1)
    return -1 if head is None else head.final_number


def _nonce(batch: Batch) -> int:
    return -1 if batch.nonce is None else batch.nonce


def _hashes(session: Session, account_id: int, nonces: Sequence[int]) -> list[tuple[int, bytes]]:
    rows = session.execute(
        select(Attempt.nonce, Attempt.hash).where(
            Attempt.account_id == account_id, Attempt.nonce.in_(nonces)
        )
    )
    return list(rows.all()) if nonces else []


def _receipts(rpc: Rpc, hashes: Sequence[tuple[int, bytes]]) -> dict[int, Receipt]:
    """Receipts of nonces that seemed lost to another transaction; usually there is none."""
    calls = [Call("eth_getTransactionReceipt", (to_data(each),)) for _, each in hashes]
    return {
        nonce: Receipt.from_rpc(read_object(answer, "receipt"))
        for (nonce, _), answer in zip(hashes, rpc.results(calls), strict=True)
        if answer is not None
    }


def _mine(session: Session, batch: Batch, receipt: Receipt, label: str, now: int) -> None:
    if batch.fee_paid is None:
        batch.gas_used = receipt.gas_used
        batch.fee_paid = receipt.gas_used * (receipt.gas_price or 0)
        note_cost(session, batch.election_id, now, batch.fee_paid)
    batch.state, batch.block_number = BatchState.MINED, receipt.block_number
    if label == EMPTY_LABEL:
        batch.cause = VOIDED
    else:
        batch.cause = None if receipt.succeeded else REVERTED


def _settle(batch: Batch, final_number: int) -> None:
    if batch.state != BatchState.MINED or batch.block_number is None:
        return
    if batch.block_number <= final_number:
        batch.state = BatchState.DONE if batch.cause is None else BatchState.FAILED


def _labels(session: Session, hashes: Sequence[bytes]) -> dict[bytes, str]:
    rows = session.execute(select(Attempt.hash, Attempt.label).where(Attempt.hash.in_(hashes)))
    return dict(rows.all())
