"""What staff do for members: invitations, reminders, and appearances before two clerks."""

from typing import Final

from flask import Response, make_response

from hanpyo.db.models import Role
from hanpyo.identity.invitations import Invited, letters_csv
from hanpyo.web import inviting
from hanpyo.web.guard import require_for_election
from hanpyo.web.identity_models import (
    AppearanceIn,
    AppearanceOut,
    InvitationsIn,
    InvitedOut,
    LetterOut,
)
from hanpyo.web.letters import MEDIA_TYPE, LettersPdf
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
    return AppearanceOut(confirmed=inviting.record_appearance(clerk, election, body.voter))


@member_desk.post("/invitations")
@needs(_SESSION)
@member_desk.input(InvitationsIn, arg_name="body")
@member_desk.output(InvitedOut, status_code=202)
def invite(election_id: str, body: InvitationsIn) -> InvitedOut:
    """Queue personal links to every contact on file, and make the letters."""
    organiser, election = require_for_election(Role.ORGANISER, election_id)
    return _invited(inviting.invite(organiser, election, body.letters, again=body.again))


@member_desk.post("/invitations.csv")
@needs(_SESSION)
@member_desk.input(InvitationsIn, arg_name="body")
@member_desk.doc(responses={200: "The letters"})
@gives("text/csv")
def invite_by_list(election_id: str, body: InvitationsIn) -> Response:
    """The same; the answer is the list of letters for a printer."""
    organiser, election = require_for_election(Role.ORGANISER, election_id)
    invited = inviting.invite(organiser, election, body.letters, again=body.again)
    response = make_response(letters_csv(invited.letters))
    response.mimetype = "text/csv"
    response.headers["Content-Disposition"] = 'attachment; filename="letters.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


@member_desk.post("/invitations.pdf")
@needs(_SESSION)
@member_desk.input(InvitationsIn, arg_name="body")
@member_desk.doc(responses={200: "The letters"})
@gives(MEDIA_TYPE)
def invite_by_letters(election_id: str, body: InvitationsIn) -> Response:
    """The same; the answer is the letters to print, an A4 sheet a person."""
    organiser, election = require_for_election(Role.ORGANISER, election_id)
    pdf = LettersPdf(election)
    return pdf.response(
        inviting.invite(organiser, election, body.letters, again=body.again).letters
    )


@member_desk.post("/reminders")
@needs(_SESSION)
@member_desk.output(InvitedOut, status_code=202)
def remind(election_id: str) -> InvitedOut:
    """Queue a fresh link to members without an act on the record."""
    organiser, election = require_for_election(Role.ORGANISER, election_id)
    return _invited(inviting.remind(organiser, election))


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
