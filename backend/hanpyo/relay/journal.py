"""A sender's journal in the database: committed before anything is broadcast, and fenced.

Every entry checks in its own transaction that the account's lease is still this process's, so a
process that slept through its lease signs for nobody. An account belongs to one chain; a chain that
began anew is refused and the rows stay as evidence.
"""

from collections.abc import Callable, Sequence
from typing import ClassVar, Final

from sqlalchemy import insert, or_, select
from sqlalchemy.orm import Session

from hanpyo.chain.fees import Fees
from hanpyo.chain.journal import Attempt, JournalError, JournalOfAnother, Owner
from hanpyo.chain.signing import EMPTY_LABEL
from hanpyo.db.database import Database
from hanpyo.db.leases import Held
from hanpyo.db.models import Attempt as AttemptRow
from hanpyo.db.models import RelayAccount
from hanpyo.failpoints import failpoint

BATCH_LABEL: Final = "batch:"
"""How the labels of the relay's own batches start; what else is signed belongs to other tasks."""


class NonceConflict(JournalError):
    """The nonce was signed for something else; nothing was kept."""

    code: ClassVar[str] = "nonce_conflict"


class DatabaseJournal:
    """Implements `chain.journal.Journal` for one sender of an account under its lease, `held`.

    Each sender has a journal of its own, so that one whose lease another process has had since can
    sign nothing more.
    """

    def __init__(
        self,
        database: Database,
        held: Held,
        on_record: Callable[[Session, Sequence[Attempt]], None],
        clock: Callable[[], float],
    ) -> None:
        """`on_record` runs in the transaction of each entry, before it is committed."""
        self._database = database
        self.held = held
        self._on_record = on_record
        self._clock = clock
        self._account: int | None = None

    @property
    def account(self) -> int:
        """The account's row; raises `JournalError` before the journal was opened."""
        if self._account is None:
            raise JournalError("the journal was not opened")
        return self._account

    def open(self, owner: Owner) -> Sequence[Attempt]:
        """See `Journal.open`: what may still mine, and all that is no batch of ours."""

        def work(session: Session) -> Sequence[AttemptRow]:
            account = self._own(session, owner)
            self._account = account.id
            return session.scalars(
                select(AttemptRow)
                .where(
                    AttemptRow.account_id == account.id,
                    or_(
                        AttemptRow.nonce >= account.settled_nonce,
                        AttemptRow.label.not_like(f"{BATCH_LABEL}%"),
                    ),
                )
                .order_by(AttemptRow.id)
            ).all()

        return tuple(map(_attempt, self._database.transact(work)))

    def record(self, attempts: Sequence[Attempt]) -> None:
        """See `Journal.record`; raises `LeaseLost`, `NonceConflict`."""

        def work(session: Session) -> None:
            self.held.require(session)
            account = session.get_one(RelayAccount, self.account, with_for_update=True)
            known = self._labels(session, account, attempts)
            for attempt in attempts:
                _check_nonce(account, attempt, known)
                account.next_nonce = max(account.next_nonce, attempt.nonce + 1)
            now = int(self._clock())
            rows = [_row(account.id, attempt, now) for attempt in attempts]
            session.execute(insert(AttemptRow), rows)
            self._on_record(session, attempts)

        self._database.transact(work)
        failpoint("after_sign")

    def _own(self, session: Session, owner: Owner) -> RelayAccount:
        self.held.require(session)
        address = bytes.fromhex(owner.address[2:])
        account = session.scalar(
            select(RelayAccount).where(RelayAccount.address == address).with_for_update()
        )
        if account is None:
            account = RelayAccount(address=address, chain_id=owner.chain_id, genesis=owner.genesis)
            session.add(account)
            session.flush()
        if (account.chain_id, account.genesis) != (owner.chain_id, owner.genesis):
            raise JournalOfAnother(
                f"the account {owner.address} has sent on another chain, or the chain began anew: "
                "its rows are kept as evidence; use another account"
            )
        return account

    @staticmethod
    def _labels(
        session: Session, account: RelayAccount, attempts: Sequence[Attempt]
    ) -> dict[int, str]:
        """The label first signed for each nonce that was signed before."""
        rows = session.execute(
            select(AttemptRow.nonce, AttemptRow.label)
            .where(
                AttemptRow.account_id == account.id,
                AttemptRow.nonce.in_([attempt.nonce for attempt in attempts]),
            )
            .order_by(AttemptRow.id.desc())
        )
        return dict(rows.all())


def _check_nonce(account: RelayAccount, attempt: Attempt, known: dict[int, str]) -> None:
    first = known.get(attempt.nonce)
    is_same = first is None or attempt.label in (first, EMPTY_LABEL)
    is_gap = attempt.label == EMPTY_LABEL
    if not is_same or (first is None and attempt.nonce < account.next_nonce and not is_gap):
        raise NonceConflict(f"nonce {attempt.nonce} was signed for something else")


def _row(account_id: int, attempt: Attempt, now: int) -> dict[str, object]:
    return {
        "account_id": account_id,
        "nonce": attempt.nonce,
        "label": attempt.label,
        "gas": attempt.gas,
        "max_fee": attempt.fees.max_fee,
        "tip": attempt.fees.tip,
        "hash": attempt.hash,
        "raw": attempt.raw,
        "created_at": now,
    }


def _attempt(row: AttemptRow) -> Attempt:
    return Attempt(row.label, row.nonce, row.gas, Fees(row.max_fee, row.tip), row.hash, row.raw)
