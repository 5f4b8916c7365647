"""Invitations and reminders as staff send them, each with its line in the audit log."""

from collections.abc import Mapping

from hanpyo.db.models import Election
from hanpyo.identity.invitations import Invited, Letters
from hanpyo.identity.staff import audit_log
from hanpyo.identity.staff.sessions import SignedIn
from hanpyo.web.context import runtime
from hanpyo.web.identity import members


def invite(who: SignedIn, election: Election, letters: Letters, *, again: bool) -> Invited:
    """See `Invitations.invite`."""
    invited = members().invitations.invite(election.id, letters, again=again)
    _note_sent(who, election, "members.invited", invited)
    return invited


def remind(who: SignedIn, election: Election) -> Invited:
    """See `Invitations.remind`."""
    invited = members().invitations.remind(election.id)
    _note_sent(who, election, "members.reminded", invited)
    return invited


def record_appearance(who: SignedIn, election: Election, voter: int) -> bool:
    """See `Appearances.record`; whether it is confirmed."""
    confirmed = members().appearances.record(election.id, voter, who.staff_id)
    _note(who, election, "member.appeared", {"voter": voter, "confirmed": confirmed})
    return confirmed


def _note(
    who: SignedIn, election: Election, action: str, details: Mapping[str, audit_log.Detail]
) -> None:
    """A line in the log of the election's organisation."""
    with runtime().database.write() as session:
        audit_log.record(
            session,
            election.organisation_id,
            who.actor,
            action,
            f"election:{election.id}",
            details,
        )


def _note_sent(who: SignedIn, election: Election, action: str, invited: Invited) -> None:
    counts = {
        "members": invited.members,
        "messages": invited.messages,
        "letters": len(invited.letters),
    }
    _note(who, election, action, counts)
