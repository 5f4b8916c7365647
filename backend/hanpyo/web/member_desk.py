"""What staff do for members: invitations, reminders, and appearances before two clerks."""

from typing import Final

from flask import Response, make_response

from hanpyo.db.models import Election, Role
from hanpyo.identity.invitations import Invited, letters_csv
from hanpyo.identity.staff import audit_log
from hanpyo.identity.staff.sessions import SignedIn
from hanpyo.web.context import runtime
from hanpyo.web.guard import require_for_election
from hanpyo.web.identity import members
from hanpyo.web.identity_models import (
    AppearanceIn,
    AppearanceOut,
    InvitationsIn,
    InvitedOut,
    LetterOut,
)
from hanpyo.web.openapi import gives, needs
from hanpyo.web.routing import APIBlueprint

member_desk = APIBlueprint(
    "member_desk", __name__, tag="Members", url_prefix="/v1/elections/<election_id>"
)
_SESSION: Final = "staffSession"


@member_desk.post("/appearances")
@needs(_SESSION)
@member_desk.input(AppearanceIn, arg_name="body")
@member_desk.output(AppearanceOut)
def record_appearance(election_id: str, body: AppearanceIn) -> AppearanceOut:
    """A clerk saw the member; a second clerk's word within a day makes it good for one rebind."""
    clerk, election = require_for_election(Role.CLERK, election_id)
    confirmed = members().appearances.record(election_id, body.voter, clerk.staff_id)
    _note(clerk, election, "member.appeared", {"voter": body.voter, "confirmed": confirmed})
    return AppearanceOut(confirmed=confirmed)


@member_desk.post("/invitations")
@needs(_SESSION)
@member_desk.input(InvitationsIn, arg_name="body")
@member_desk.output(InvitedOut, status_code=202)
def invite(election_id: str, body: InvitationsIn) -> InvitedOut:
    """Queue personal links to every contact on file, and make the letters."""
    organiser, election = require_for_election(Role.ORGANISER, election_id)
    invited = members().invitations.invite(election_id, body.letters, again=body.again)
    _note_sent(organiser, election, "members.invited", invited)
    return _invited(invited)


@member_desk.post("/invitations.csv")
@needs(_SESSION)
@member_desk.input(InvitationsIn, arg_name="body")
@member_desk.doc(responses={200: "The letters"})
@gives("text/csv")
def invite_by_list(election_id: str, body: InvitationsIn) -> Response:
    """The same; the answer is the list of letters for a printer."""
    organiser, election = require_for_election(Role.ORGANISER, election_id)
    invited = members().invitations.invite(election_id, body.letters, again=body.again)
    _note_sent(organiser, election, "members.invited", invited)
    response = make_response(letters_csv(invited.letters))
    response.mimetype = "text/csv"
    response.headers["Content-Disposition"] = 'attachment; filename="letters.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


@member_desk.post("/reminders")
@needs(_SESSION)
@member_desk.output(InvitedOut, status_code=202)
def remind(election_id: str) -> InvitedOut:
    """Queue a fresh link to members without an act on the record."""
    organiser, election = require_for_election(Role.ORGANISER, election_id)
    invited = members().invitations.remind(election_id)
    _note_sent(organiser, election, "members.reminded", invited)
    return _invited(invited)


def _invited(invited: Invited) -> InvitedOut:
    letters = [
        LetterOut(
            voter=each.voter,
            name=each.name,
            address=each.address,
            code=each.code,
            link=each.link,
        )
        for each in invited.letters
    ]
    return InvitedOut(members=invited.members, messages=invited.messages, letters=letters)


def _note_sent(who: SignedIn, election: Election, action: str, invited: Invited) -> None:
    counts = {
        "members": invited.members,
        "messages": invited.messages,
        "letters": len(invited.letters),
    }
    _note(who, election, action, counts)


def _note(who: SignedIn, election: Election, action: str, details: dict[str, int]) -> None:
    with runtime().database.write() as session:
        audit_log.record(
            session,
            election.organisation_id,
            who.actor,
            action,
            f"election:{election.id}",
            details,
        )
