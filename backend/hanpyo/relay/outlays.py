"""What elections cost besides their ballots: publishing, rebinds, closing.

Such a transaction has a row from the moment it is signed (`note_outlays`). `Bookkeeping` counts its
fee once, when it is seen to be mined; where another transaction took its nonce for good it cost
nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from hanpyo.chain.journal import Attempt as Signed
from hanpyo.chain.quantities import read_object, to_data
from hanpyo.chain.receipts import Receipt
from hanpyo.chain.rpc import Call, Rpc
from hanpyo.db.leases import Held
from hanpyo.db.models import Attempt, ChainHead, Outlay, Rebind, RelayAccount
from hanpyo.elections.posting import election_named
from hanpyo.relay.spending import note_cost
from hanpyo.runtime import Runtime

REBIND_LABEL: Final = "rebind:"
"""How the labels of rebinds start; the order's id follows."""
_Place = tuple[int, int]
"""An account's row and a nonce: the key of an outlay."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """One signed transaction of an outlay."""

    place: _Place
    address: bytes
    hash: bytes


def note_outlays(session: Session, attempts: Iterable[Signed]) -> None:
    """Keep a row for each attempt that is made for an election and holds no ballots."""
    for attempt in attempts:
        election_id = _election_of(session, attempt.label)
        if election_id is None:
            continue
        kept = select(Attempt.account_id).where(Attempt.hash == attempt.hash)
        account_id = session.scalars(kept).one()
        bound = attempt.gas * attempt.fees.max_fee
        row = session.get(Outlay, (account_id, attempt.nonce))
        if row is None:
            row = Outlay(account_id=account_id, nonce=attempt.nonce, election_id=election_id)
            session.add(row)
        row.cost_bound = max(bound, row.cost_bound or 0)
    session.flush()


class Bookkeeping:
    """Counts what outlays cost once they are mined; a `tasks.Task`."""

    name: Final = "relay:outlays"
    pause: Final = 2.0

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def step(self, held: Held) -> bool:
        """Count what was mined since the last look; more never waits."""
        with self._runtime.database.read() as session:
            waiting = _waiting(session)
        if waiting:
            fees = self._fees(waiting)
            self._runtime.database.transact(lambda session: self._note(session, held, fees))
        return False

    def _fees(self, waiting: Sequence[_Waiting]) -> dict[_Place, int | None]:
        """What each nonce that is used up cost; None where nothing of ours is mined with it."""
        rpc = self._runtime.rpc
        with rpc.steady():
            addresses = {each.address for each in waiting}
            counts = {each: rpc.nonce("0x" + each.hex()) for each in addresses}
            mined = [each for each in waiting if each.place[1] < counts[each.address]]
            paid = _paid(rpc, [each.hash for each in mined])
        fees: dict[_Place, int | None] = dict.fromkeys(each.place for each in mined)
        return fees | {each.place: paid[each.hash] for each in mined if each.hash in paid}

    def _note(self, session: Session, held: Held, fees: Mapping[_Place, int | None]) -> None:
        held.require(session)
        head = session.get(ChainHead, 1)
        for place, fee in fees.items():
            row = session.get_one(Outlay, place, with_for_update=True)
            if fee is not None:
                row.fee_paid = fee
                note_cost(session, row.election_id, self._runtime.now(), fee)
            elif row.missed_at is None:
                row.missed_at = head.number if head else None
            elif head is not None and row.missed_at <= head.final_number:
                row.fee_paid = 0


def _election_of(session: Session, label: str) -> str | None:
    if label.startswith(REBIND_LABEL):
        order = session.get(Rebind, label.removeprefix(REBIND_LABEL))
        return None if order is None else order.election_id
    return election_named(label)


def _waiting(session: Session) -> list[_Waiting]:
    """Every attempt of the outlays that are not known to be mined."""
    attempt = (Attempt.account_id == Outlay.account_id) & (Attempt.nonce == Outlay.nonce)
    rows = session.execute(
        select(Outlay.account_id, Outlay.nonce, RelayAccount.address, Attempt.hash)
        .join(RelayAccount, RelayAccount.id == Outlay.account_id)
        .join(Attempt, attempt)
        .where(Outlay.fee_paid.is_(None))
    )
    return [_Waiting((account, nonce), address, each) for account, nonce, address, each in rows]


def _paid(rpc: Rpc, hashes: Sequence[bytes]) -> dict[bytes, int]:
    """The fees of those transactions that are mined."""
    calls = [Call("eth_getTransactionReceipt", (to_data(each),)) for each in hashes]
    found = {}
    for each, answer in zip(hashes, rpc.results(calls), strict=True):
        if answer is not None:
            receipt = Receipt.from_rpc(read_object(answer, "receipt"))
            found[each] = receipt.gas_used * (receipt.gas_price or 0)
    return found
