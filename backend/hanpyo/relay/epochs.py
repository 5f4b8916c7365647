"""Which number a voter's key must have: the minimum epoch, counting rebinds on their way.

A ballot under the old key is not taken once the registrars have signed a rebind; one under the new
key waits until the rebind is on the chain.
"""

from collections.abc import Collection
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hanpyo.db.models import Rebind

_COUNTING: Final = ("signed", "sent", "done")
EXPECTED_EPOCH: Final = (
    "SELECT coalesce(max(rebind.epoch), 0) FROM rebind "
    "WHERE rebind.election_id = given.election_id AND rebind.voter = given.voter "
    "AND rebind.state IN ('signed', 'sent', 'done')"
)
"""SQL of `expected_epoch`, in a statement whose table `given` has `election_id` and `voter`."""


def expected_epoch(session: Session, election_id: str, voter: int) -> int:
    """The epoch that the voter's next act must carry."""
    epoch = session.scalar(
        select(func.max(Rebind.epoch)).where(
            Rebind.election_id == election_id,
            Rebind.voter == voter,
            Rebind.state.in_(_COUNTING),
        )
    )
    return epoch or 0


def recorded_epochs(session: Session, election_id: str, voters: Collection[int]) -> dict[int, int]:
    """The minimum epochs that the chain is known to hold; voters without one have 0."""
    rows = session.execute(
        select(Rebind.voter, func.max(Rebind.epoch))
        .where(
            Rebind.election_id == election_id,
            Rebind.voter.in_(voters),
            Rebind.state == "done",
        )
        .group_by(Rebind.voter)
    )
    return dict(rows.tuples().all())
