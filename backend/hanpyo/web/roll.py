"""The roll of an election over HTTP: uploaded, looked over, accepted, corrected, forgotten.

What identifies a person comes in bodies, never in URLs, and goes out masked; the one file that
holds it whole is the draft's own roll.
"""

from collections.abc import Sequence
from typing import Any, Final

from flask import Response, request
from werkzeug.exceptions import UnsupportedMediaType

from hanpyo.db.models import Role
from hanpyo.elections.masking import masked
from hanpyo.elections.roll_import import Note
from hanpyo.elections.roll_office import Kept, Listed, RollOffice, template
from hanpyo.errors import Invalid
from hanpyo.web.context import runtime
from hanpyo.web.guard import require_for_election
from hanpyo.web.inputs import body_limit
from hanpyo.web.openapi import gives, needs, takes
from hanpyo.web.pagination import PageQuery, cut
from hanpyo.web.roll_models import (
    AcceptedOut,
    AcceptIn,
    ClassOut,
    ColumnOut,
    CorrectionIn,
    ErasedOut,
    ErasureIn,
    MemberOut,
    MembersOut,
    NoteOut,
    PassphraseIn,
    PreviewOut,
    SearchIn,
)
from hanpyo.web.routing import APIBlueprint

roll = APIBlueprint("roll", __name__, tag="Roll", url_prefix="/v1/elections/<election_id>")
_SESSION: Final = "staffSession"
_KEEPERS: Final = (Role.ORGANISER, Role.REGISTRAR)
_SEEKERS: Final = (*_KEEPERS, Role.CLERK)
_LISTED: Final = 500
_FILE: Final = "file"
_CSV: Final = "text/csv"
_RAW: Final = (
    _CSV,
    "application/octet-stream",
    "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)


@roll.post("/roll")
@body_limit("max_upload")
@needs(_SESSION)
@takes(*_RAW)
@roll.output(PreviewOut)
def upload(election_id: str) -> PreviewOut:
    """Read a CSV or XLSX file, as the body or as the part `file`; nothing changes yet."""
    person, _ = require_for_election(_KEEPERS, election_id)
    return _preview(_office().preview(person.actor, election_id, _uploaded()))


@roll.post("/roll/accept")
@needs(_SESSION)
@roll.input(AcceptIn, arg_name="body")
@roll.output(AcceptedOut)
def accept(election_id: str, body: AcceptIn) -> AcceptedOut:
    """Make a preview without errors the roll, in place of the one before."""
    person, _ = require_for_election(_KEEPERS, election_id)
    return AcceptedOut(members=_office().accept(person.actor, election_id, body.preview_id))


@roll.get("/roll/template.csv")
@needs(_SESSION)
@roll.doc(responses={200: "An example file"})
@gives(_CSV)
def show_template(election_id: str) -> Response:
    """An example to fill in."""
    require_for_election(Role.OBSERVER, election_id)
    return _file(template(), _CSV, "roll-template.csv")


@roll.get("/roll/members.csv")
@needs(_SESSION)
@roll.doc(responses={200: "The draft's roll"})
@gives(_CSV)
def export(election_id: str) -> Response:
    """The whole roll of a draft, to be corrected and uploaded again."""
    person, _ = require_for_election(_KEEPERS, election_id)
    return _file(_office().export(person.actor, election_id), _CSV, "roll.csv")


@roll.post("/roll/private-list")
@needs(_SESSION)
@roll.input(PassphraseIn, arg_name="body")
@roll.doc(responses={200: "The sealed list"})
@gives("application/octet-stream")
def export_private_list(election_id: str, body: PassphraseIn) -> Response:
    """Who is behind each voter number, sealed under a passphrase, for the registrars."""
    person, _ = require_for_election(_KEEPERS, election_id)
    sealed = _office().private_list(person.actor, election_id, body.passphrase)
    return _file(sealed, "application/octet-stream", f"{election_id}.private")


@roll.get("/members")
@needs(_SESSION)
@roll.input(PageQuery, location="query", arg_name="query")
@roll.output(MembersOut)
def list_members(election_id: str, query: PageQuery) -> MembersOut:
    """The roll's members in the order of the file, masked and without voter numbers."""
    require_for_election(_SEEKERS, election_id)
    key = query.key(int, str)
    after = None if key is None else (int(key[0]), str(key[1]))
    found = _office().page(election_id, after, query.many)
    shown, following = cut(query, found, lambda each: (each.member.line, each.member.id))
    return MembersOut(members=list(map(_member, shown)), next=following)


@roll.post("/members/search")
@needs(_SESSION)
@roll.input(SearchIn, arg_name="body")
@roll.output(MembersOut)
def search_members(election_id: str, body: SearchIn) -> MembersOut:
    """Members who are exactly this, with their voter numbers; the search is logged."""
    person, _ = require_for_election(_SEEKERS, election_id)
    given = body.model_dump(exclude_none=True)
    found = _office().search(person.actor, election_id, given)
    return MembersOut(members=[_member(each, each.member.voter) for each in found])


@roll.patch("/members/<member_id>")
@needs(_SESSION)
@roll.input(CorrectionIn, arg_name="body")
@roll.output(MemberOut)
def correct_member(election_id: str, member_id: str, body: CorrectionIn) -> MemberOut:
    """Correct a member before the election is published."""
    person, _ = require_for_election(_KEEPERS, election_id)
    given = body.model_dump(exclude_none=True, by_alias=False)
    if not given:
        raise Invalid("", "name at least one field")
    changes = {name.rstrip("_"): text or None for name, text in given.items()}
    return _member(_office().correct(person.actor, election_id, member_id, changes))


@roll.post("/erasure")
@needs(_SESSION)
@roll.input(ErasureIn, arg_name="body")
@roll.output(ErasedOut)
def erase_people(election_id: str, body: ErasureIn) -> ErasedOut:
    """Forget the people of an election that is certified or cancelled, for good."""
    del body
    person, _ = require_for_election(Role.ORGANISER, election_id)
    return ErasedOut(erased=_office().erase(person.actor, election_id))


def _office() -> RollOffice:
    return RollOffice(runtime())


def _uploaded() -> bytes:
    if request.mimetype == "multipart/form-data":
        file = request.files.get(_FILE)
        if file is None:
            raise Invalid(_FILE, "the form has no such part")
        return bytes(file.read())
    if request.mimetype not in _RAW:
        raise UnsupportedMediaType(f"send multipart/form-data, or one of {', '.join(_RAW)}")
    return request.get_data()


def _file(content: bytes, mimetype: str, name: str) -> Response:
    response = Response(content, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _preview(kept: Kept) -> PreviewOut:
    found = kept.preview
    return PreviewOut(
        preview_id=kept.id,
        expires_at=kept.expires_at,
        rows=len(found.rows),
        weight=str(found.weight),
        classes=[
            ClassOut(number=number, name=kept.classes[number], heads=heads, weight=str(weight))
            for number, (heads, weight) in found.by_class.items()
        ],
        columns=[ColumnOut(title=each.title, field=each.field) for each in found.columns],
        errors=_notes(found.errors),
        error_count=len(found.errors),
        warnings=_notes(found.warnings),
        warning_count=len(found.warnings),
    )


def _notes(notes: Sequence[Note]) -> list[NoteOut]:
    return [
        NoteOut(
            code=each.code,
            row=each.row,
            column=each.column,
            other_row=each.other,
            korean=each.korean,
            english=each.english,
        )
        for each in notes[:_LISTED]
    ]


def _member(listed: Listed, voter: int | None = None) -> MemberOut:
    member = listed.member
    weight = f"{member.weight_numerator}/{member.weight_denominator}".removesuffix("/1")
    shown: dict[str, Any] = dict(masked(listed.person)) | {"class": member.class_}
    return MemberOut(
        id=member.id,
        row=member.line,
        weight=weight,
        listed=member.wallet is not None,
        voter=voter,
        **shown,
    )
