"""From draft to publishing: only what the checklist lets pass."""

from collections.abc import Sequence
from typing import ClassVar

from sqlalchemy.orm import Session

from hanpyo.config import Settings
from hanpyo.db.models import Election, ElectionState
from hanpyo.elections.chain_facts import facts_in
from hanpyo.elections.checklist import Finding, checklist
from hanpyo.elections.drafts import require_draft
from hanpyo.elections.situation import situation_of
from hanpyo.errors import Conflict


class NotReady(Conflict):
    """The checklist has faults; `findings` are all of its lines."""

    code: ClassVar[str] = "not_ready"

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        faults = ", ".join(each.code for each in findings if each.fault)
        super().__init__(f"the election cannot be published yet: {faults}")


def findings_of(
    session: Session, election: Election, settings: Settings, now: int
) -> tuple[Finding, ...]:
    """The checklist of a draft; `now` is the wall clock's time. Raises `Unavailable`."""
    facts = facts_in(session)
    latest = max(now, facts.timestamp)
    return checklist(situation_of(session, election, settings, latest, facts.chain_id))


def request_publishing(
    session: Session, election_id: str, settings: Settings, now: int
) -> Election:
    """Let a draft be published; raises `NotReady`, `NotADraft`, `UnknownElection`."""
    election = require_draft(session, election_id)
    findings = findings_of(session, election, settings, now)
    if any(each.fault for each in findings):
        raise NotReady(findings)
    election.state = ElectionState.PUBLISHING
    election.changed_at = now
    return election
