"""The roll: uploaded, looked over row by row, accepted; members looked up and corrected, masked."""

from collections.abc import Sequence
from typing import Final

from flask import Response, request
from flask.typing import ResponseReturnValue

from hanpyo.db.models import ElectionState, Role
from hanpyo.elections.masking import masked
from hanpyo.elections.roll_office import Listed, RollOffice, template
from hanpyo.errors import HanpyoError
from hanpyo.web.context import runtime
from hanpyo.web.inputs import body_limit
from hanpyo.web.pages.office import naming
from hanpyo.web.pages.office.editing import Draft, draft_of
from hanpyo.web.pages.office.making import answer, given, office, to
from hanpyo.web.pages.office.saying import BadForm

_PLACE: Final = "/elections/<election_id>/roll"
KEEPERS: Final = (Role.ORGANISER, Role.REGISTRAR)
SEEKERS: Final = (*KEEPERS, Role.CLERK)
_PAGE: Final = 50
_LISTED: Final = 200
_SAMPLE: Final = 10
_SEARCHED: Final = ("number", "phone", "mail", "name", "birth_date")
_CORRECTED: Final = ("name", "phone", "mail", "birth_date", "address", "number", "weight")


@office.get(_PLACE)
def roll_page(election_id: str) -> ResponseReturnValue:
    """Who is on the roll, and the form for a file."""
    return _roll(draft_of(election_id, SEEKERS))


@office.post(_PLACE)
@body_limit("max_upload")
def upload_roll(election_id: str) -> ResponseReturnValue:
    """Read a file; nothing changes before it is accepted."""
    draft = draft_of(election_id, KEEPERS)
    file = request.files.get("file")
    try:
        if file is None or not file.filename:
            raise BadForm("")
        kept = _office().preview(draft.who.actor, election_id, file.read())
    except HanpyoError as error:
        return _roll(draft, error)
    found = kept.preview
    return answer(
        "office/roll_preview.html",
        draft=draft,
        kept=kept,
        found=found,
        rows=[masked(row.person) for row in found.rows[:_SAMPLE]],
        weights=[str(row.weight) for row in found.rows[:_SAMPLE]],
        errors=found.errors[:_LISTED],
        warnings=found.warnings[:_LISTED],
        fields=naming.FIELDS,
    )


@office.post(f"{_PLACE}/accept")
def accept_roll(election_id: str) -> ResponseReturnValue:
    """Make a preview the roll."""
    draft = draft_of(election_id, KEEPERS)
    preview_id = given("preview")["preview"]
    _office().accept(draft.who.actor, election_id, preview_id)
    return to(f"{draft.url}/roll", "accepted")


@office.get(f"{_PLACE}/template.csv")
def roll_template(election_id: str) -> Response:
    """An example to fill in."""
    draft_of(election_id)
    return _file(template(), "text/csv", "roll-template.csv")


@office.post(f"{_PLACE}/export")
def export_roll(election_id: str) -> Response:
    """The whole roll of a draft, to be corrected and uploaded again."""
    draft = draft_of(election_id, KEEPERS)
    return _file(_office().export(draft.who.actor, election_id), "text/csv", "roll.csv")


@office.post(f"{_PLACE}/private-list")
def private_list(election_id: str) -> Response:
    """Who is behind each voter number, sealed under a passphrase, for the registrars."""
    draft = draft_of(election_id, KEEPERS)
    passphrase = request.form.get("passphrase", "")
    if len(passphrase) < 12:  # noqa: PLR2004  as the API asks
        raise BadForm("passphrase")
    sealed = _office().private_list(draft.who.actor, election_id, passphrase)
    return _file(sealed, "application/octet-stream", f"{election_id}.private")


@office.post(f"{_PLACE}/search")
def search_roll(election_id: str) -> ResponseReturnValue:
    """Members who are exactly this, with their voter numbers; the search is logged."""
    draft = draft_of(election_id, SEEKERS)
    wanted = {name: text for name, text in given(*_SEARCHED).items() if text}
    try:
        found = _office().search(draft.who.actor, election_id, wanted)
    except HanpyoError as error:
        return _roll(draft, error)
    return _roll(draft, found=found)


@office.post(f"{_PLACE}/members/<member_id>")
def correct_member(election_id: str, member_id: str) -> ResponseReturnValue:
    """Correct a member of a draft; what is left empty stays."""
    draft = draft_of(election_id, KEEPERS)
    changes: dict[str, str | None] = {
        name: text for name, text in given(*_CORRECTED).items() if text
    }
    try:
        if not changes:
            raise BadForm("")
        _office().correct(draft.who.actor, election_id, member_id, changes)
    except HanpyoError as error:
        return _roll(draft, error)
    return to(f"{draft.url}/roll", "saved")


@office.post(f"{_PLACE}/erase")
def erase_people(election_id: str) -> ResponseReturnValue:
    """Forget the people of an election that is over, for good."""
    draft = draft_of(election_id, Role.ORGANISER)
    if not request.form.get("sure"):
        raise BadForm("")
    _office().erase(draft.who.actor, election_id)
    return to(f"{draft.url}/roll", "erased")


def _roll(
    draft: Draft, error: HanpyoError | None = None, found: Sequence[Listed] | None = None
) -> ResponseReturnValue:
    line, member = request.args.get("line", ""), request.args.get("member", "")
    after = (int(line), member) if line.isascii() and line.isdigit() and len(line) < 10 else None  # noqa: PLR2004
    listed = _office().page(draft.row.id, after, _PAGE + 1)
    following = listed[_PAGE - 1].member if len(listed) > _PAGE else None
    return answer(
        "office/roll.html",
        error,
        draft=draft,
        members=[_row(each) for each in listed[:_PAGE]],
        following=following,
        found=None if found is None else [(_row(each), each.member.voter) for each in found],
        open=draft.row.state == ElectionState.DRAFT,
        over=draft.row.state in (ElectionState.CERTIFIED, ElectionState.CANCELLED),
        keeper=bool(draft.roles & set(KEEPERS)),
        searched=_SEARCHED,
        corrected=_CORRECTED,
        fields=naming.FIELDS,
        typed=given(*_SEARCHED) if error else {},
    )


def _row(listed: Listed) -> dict[str, str]:
    member = listed.member
    weight = f"{member.weight_numerator}/{member.weight_denominator}".removesuffix("/1")
    return {"id": member.id, "line": str(member.line), "weight": weight} | masked(listed.person)


def _office() -> RollOffice:
    return RollOffice(runtime())


def _file(content: bytes, mimetype: str, name: str) -> Response:
    response = Response(content, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
