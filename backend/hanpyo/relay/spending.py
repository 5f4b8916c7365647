"""What elections cost, by day, and the caps on it.

All that is sent for an election counts: its batches, and its outlays (`relay.outlays`). What is
signed and not known to be mined counts with the most it may cost. What mined counts once, when it
is first seen, also where a reorganisation takes it back and it mines again at another price.

At a cap no ballot and nothing of a publication is sent. Rebinds and closing go on: a voter's key
and the result must not wait for money that is there. Readiness and the metrics show the caps.
"""

from typing import Final

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from hanpyo.config import RelaySection
from hanpyo.db.models import Batch, BatchState, Election, ElectionState, Outlay, Spend

_DAY: Final = 86_400
_FIRST_COST: Final = text(
    "INSERT INTO spend (election_id, day, wei) VALUES (:election_id, :day, '0') "
    "ON CONFLICT DO NOTHING"  # another account may note the day's first cost at this moment
)
_LIVE: Final = (ElectionState.PUBLISHING, ElectionState.PUBLISHED)


def note_cost(session: Session, election_id: str, now: int, wei: int) -> None:
    """Add what a transaction cost to the election's day; others may do so at the same moment."""
    day = now // _DAY
    session.execute(_FIRST_COST, {"election_id": election_id, "day": day})
    row = session.get_one(Spend, (election_id, day), with_for_update=True)
    row.wei += wei
    session.flush()


def may_spend(session: Session, relay: RelaySection, election_id: str, now: int) -> bool:
    """Whether one more transaction stays within what the election and the day may cost."""
    cap = session.scalar(select(Election.spend_cap).where(Election.id == election_id))
    spent = session.scalars(select(Spend.wei).where(Spend.election_id == election_id)).all()
    under_way = _under_way(session)
    own = sum(spent) + sum(bound for election, bound in under_way if election == election_id)
    today = spent_on_day(session, now) + sum(bound for _, bound in under_way)
    return own < _cap(cap, relay) and today < relay.spend_a_day


def spent_on_day(session: Session, now: int) -> int:
    """What all transactions have cost on the day of `now`."""
    return sum(session.scalars(select(Spend.wei).where(Spend.day == now // _DAY)))


def elections_at_cap(session: Session, relay: RelaySection) -> int:
    """How many elections that have not ended have spent all that they may."""
    rows = session.execute(
        select(Election.id, Election.spend_cap, Spend.wei)
        .join(Spend, Spend.election_id == Election.id)
        .where(Election.state.in_(_LIVE))
    )
    left: dict[str, int] = {}
    for election_id, cap, wei in rows:
        left[election_id] = left.get(election_id, _cap(cap, relay)) - wei
    return sum(each <= 0 for each in left.values())


def _cap(own: int | None, relay: RelaySection) -> int:
    return relay.spend_an_election if own is None else own


def _under_way(session: Session) -> list[tuple[str, int]]:
    """Election and bound of everything that is signed and not known to be mined."""
    batches = select(Batch.election_id, Batch.cost_bound).where(Batch.state == BatchState.SENT)
    outlays = select(Outlay.election_id, Outlay.cost_bound).where(Outlay.fee_paid.is_(None))
    found = [*session.execute(batches), *session.execute(outlays)]
    return [(election, bound or 0) for election, bound in found]
