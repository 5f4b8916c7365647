"""What of this package goes when an election's personal data is erased.

Bindings stay: a voter number and a key are on the chain for everybody. What the member showed for
them goes, and so does everything that was sent or could let somebody in.
"""

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from hanpyo.db.models import (
    AccessCode,
    Appearance,
    Challenge,
    KeyBinding,
    MemberSession,
    Notice,
    Passkey,
)


def erase_identity(session: Session, election_id: str) -> None:
    """Erase in the caller's transaction; harmless when repeated."""
    for table in (Challenge, MemberSession, AccessCode, Passkey, Appearance, Notice):
        session.execute(delete(table).where(table.election_id == election_id))
    bindings = update(KeyBinding).where(KeyBinding.election_id == election_id)
    session.execute(bindings.values(factors="[]"))
