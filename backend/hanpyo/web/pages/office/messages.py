"""Invitations, letters and reminders; what became of them; and the clerks' desk."""

from collections.abc import Sequence
from typing import Final, cast

from flask import request
from flask.typing import ResponseReturnValue

from hanpyo.db.models import Role
from hanpyo.errors import HanpyoError
from hanpyo.identity.invitations import Letters
from hanpyo.identity.notices import delivery
from hanpyo.web import inviting
from hanpyo.web.context import runtime
from hanpyo.web.identity import members
from hanpyo.web.letters import Boxed, LettersPdf, guidance
from hanpyo.web.pages.office import naming
from hanpyo.web.pages.office.editing import Draft, draft_of
from hanpyo.web.pages.office.making import answer, given, office, to
from hanpyo.web.pages.office.qr import qr
from hanpyo.web.pages.office.saying import BadForm
from hanpyo.web.pages.office.standing import stand

_PLACE: Final = "/elections/<election_id>"
_LETTERS: Final = ("none", "unreachable", "all")
_LISTED: Final = 200
_LONGEST_NUMBER: Final = 9


@office.get(f"{_PLACE}/messages")
def messages_page(election_id: str) -> ResponseReturnValue:
    """What was sent, what failed, and what can be sent now."""
    return _messages(draft_of(election_id, Role.ORGANISER))


@office.post(f"{_PLACE}/invitations")
def invite(election_id: str) -> ResponseReturnValue:
    """Send personal links; the letters are in the answer and nowhere else, so it is no redirect.

    They are a page to print, or a PDF where the button says so. Before a PDF whose face lacks
    characters of names or addresses, the organiser is asked and nothing is sent yet.
    """
    draft = draft_of(election_id, Role.ORGANISER)
    letters, again = given("letters")["letters"], bool(request.form.get("again"))
    pdf = LettersPdf(draft.row) if request.form.get("print") == "pdf" else None
    try:
        if letters not in _LETTERS:
            raise BadForm("")
        wanted = cast("Letters", letters)
        if pdf is not None and not request.form.get("boxes"):
            addressees = members().invitations.addressees(election_id, wanted, again=again)
            if boxed := list(pdf.boxed(addressees)):
                return _ask(draft, boxed, letters, again=again)
        invited = inviting.invite(draft.who, draft.row, wanted, again=again)
    except HanpyoError as error:
        return _messages(draft, error)
    if not invited.letters:
        return to(f"{draft.url}/messages", "invited")
    if pdf is not None:
        return pdf.response(invited.letters)
    return answer(
        "office/letters.html",
        draft=draft,
        guidance=guidance(draft.row),
        letters=[(each, qr(each.link) if each.link else "") for each in invited.letters],
    )


@office.post(f"{_PLACE}/reminders")
def remind(election_id: str) -> ResponseReturnValue:
    """Send a fresh link to whoever has not voted."""
    draft = draft_of(election_id, Role.ORGANISER)
    inviting.remind(draft.who, draft.row)
    return to(f"{draft.url}/messages", "reminded")


@office.get(f"{_PLACE}/desk")
def desk_page(election_id: str) -> ResponseReturnValue:
    """Where clerks say that a member stood before them."""
    return answer("office/desk.html", draft=draft_of(election_id, Role.CLERK), number="")


@office.post(f"{_PLACE}/desk")
def record_appearance(election_id: str) -> ResponseReturnValue:
    """A clerk saw the member; a second one's word makes it good for one rebind."""
    draft = draft_of(election_id, Role.CLERK)
    number = given("voter")["voter"]
    try:
        if not number.isascii() or not number.isdigit() or len(number) > _LONGEST_NUMBER:
            raise BadForm("")
        confirmed = inviting.record_appearance(draft.who, draft.row, int(number))
    except HanpyoError as error:
        return answer("office/desk.html", error, draft=draft, number=number)
    return to(f"{draft.url}/desk", "confirmed" if confirmed else "seen")


def _ask(draft: Draft, boxed: Sequence[Boxed], letters: str, *, again: bool) -> ResponseReturnValue:
    """How letters are to be made that a PDF cannot show whole."""
    return answer(
        "office/boxed.html",
        draft=draft,
        boxed=boxed[:_LISTED],
        total=len(boxed),
        letters=letters,
        again=again,
    )


def _messages(draft: Draft, error: HanpyoError | None = None) -> ResponseReturnValue:
    with runtime().database.read() as session:
        counts = delivery.counts(session, draft.row.id)
        failures = delivery.failures(session, runtime().vault, draft.row.id, _LISTED)
    return answer(
        "office/messages.html",
        error,
        draft=draft,
        stand=stand(draft.row),
        counts=counts,
        failures=failures,
        states=naming.NOTICES,
        ways=naming.WAYS,
        letter="letter" in draft.row.methods.split(),
    )
