"""Which number a voter's key must have: the chain's minimum epoch, or a rebind's on its way there.

A ballot under the old key is not taken once the registrars have signed a rebind.
"""

from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hanpyo.db.models import Rebind, VoterState

_COUNTING: Final = ("signed", "sent")
EXPECTED_EPOCH: Final = """
SELECT max(epoch) FROM (
  SELECT 0 AS epoch
  UNION ALL SELECT voter_state.minimum_epoch FROM voter_state
    WHERE voter_state.election_id = given.election_id AND voter_state.voter = given.voter
  UNION ALL SELECT rebind.epoch FROM rebind
    WHERE rebind.election_id = given.election_id AND rebind.voter = given.voter
      AND rebind.state IN ('signed', 'sent')) AS known
"""
"""SQL of `expected_epoch`, in a statement whose table `given` has `election_id` and `voter`."""


def expected_epoch(session: Session, election_id: str, voter: int) -> int:
    """The epoch that the voter's next act must carry."""
    ordered = session.scalar(
        select(func.max(Rebind.epoch)).where(
            Rebind.election_id == election_id,
            Rebind.voter == voter,
            Rebind.state.in_(_COUNTING),
        )
    )
    known = session.get(VoterState, (election_id, voter))
    return max(ordered or 0, known.minimum_epoch if known else 0)
