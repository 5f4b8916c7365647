"""A new election from a template, and the parts of a draft that are no agenda."""

from typing import Final

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from hanpyo.db.models import Role
from hanpyo.elections.definition import definition_of
from hanpyo.elections.organising import Organising
from hanpyo.elections.templates import TEMPLATES, Law, template
from hanpyo.elections.terms import LEVELS, METHODS, Terms
from hanpyo.errors import HanpyoError
from hanpyo.identity.staff import organisations
from hanpyo.web.context import runtime
from hanpyo.web.guard import desk, require
from hanpyo.web.pages.office import dates, naming
from hanpyo.web.pages.office.editing import Draft, draft_of
from hanpyo.web.pages.office.making import answer, given, office, to
from hanpyo.web.pages.office.saying import BadForm

_PLACE: Final = "/elections/<election_id>"
_BLANK: Final = "blank"
_KEY_PARTS: Final = 2
LAWS: Final[dict[str, LazyString]] = {
    "none": lazy_gettext("정하지 않음"),
    "cooperative": lazy_gettext("협동조합기본법"),
    "redevelopment": lazy_gettext("도시 및 주거환경정비법"),
    "condominium": lazy_gettext("집합건물의 소유 및 관리에 관한 법률"),
}


@office.get("/organisations/<organisation_id>/new")
def new_election_page(organisation_id: str) -> ResponseReturnValue:
    """Which template, and the title."""
    return _new(organisation_id)


@office.post("/organisations/<organisation_id>/new")
def create_election(organisation_id: str) -> ResponseReturnValue:
    """Make a draft; organisers only."""
    signed_in = require(Role.ORGANISER, organisation_id)
    fields = given("title", "template", "kind")
    organising, now = Organising(runtime()), runtime().now()
    try:
        found = None if fields["template"] == _BLANK else template(fields["template"])
        law = found.law if found else None
        times = dates.proposed(now, law)
        content = (
            found.definition(fields["title"], times)
            if found
            else {
                "title": fields["title"],
                "secrecy": "sealed",
                "times": times,
                "items": [{"title": "제1호 안건", "options": ["찬성", "반대", "기권"]}],
            }
        )
        name = organisations.get(desk(), signed_in, organisation_id).name
        terms = Terms(found.identity if found else "L2", _methods(), law)
        made = organising.create(
            signed_in.actor,
            organisation_id,
            content | {"organisation": name},
            terms,
            test=fields["kind"] == "test",
        )
    except HanpyoError as error:
        return _new(organisation_id, error)
    return to(f"/staff/elections/{made.id}/agenda", "created")


@office.get(f"{_PLACE}/channels")
def channels_page(election_id: str) -> ResponseReturnValue:
    """How members are known and reached, and under which law they decide."""
    return _channels(draft_of(election_id))


@office.post(f"{_PLACE}/channels")
def change_channels(election_id: str) -> ResponseReturnValue:
    """Change level, methods and law; methods that the page does not offer stay."""
    draft = draft_of(election_id, Role.ORGANISER)
    fields, methods = given("identity", "law"), request.form.getlist("methods")

    def merged(old: Terms) -> Terms:
        others = [name for name in old.methods if name.partition(":")[0] == "oidc"]
        law = None if fields["law"] == "none" else Law(fields["law"])
        return Terms(fields["identity"], (*methods, *others), law)

    try:
        if fields["law"] not in LAWS:
            raise BadForm("law")
        draft.change_terms(merged)
    except HanpyoError as error:
        return _channels(draft, error)
    return to(f"{draft.url}/channels", "saved")


@office.get(f"{_PLACE}/dates")
def dates_page(election_id: str) -> ResponseReturnValue:
    """When everything happens."""
    draft = draft_of(election_id)
    times = dates.shown(draft.content.get("times", {}))
    return answer("office/dates.html", draft=draft, times=times)


@office.post(f"{_PLACE}/dates")
def change_dates(election_id: str) -> ResponseReturnValue:
    """Change the times."""
    draft = draft_of(election_id, Role.ORGANISER)
    try:
        draft.change(times=dates.read(request.form))
    except HanpyoError as error:
        times = given(*dates.FIELDS)
        return answer("office/dates.html", error, draft=draft, times=times)
    return to(f"{draft.url}/dates", "saved")


@office.get(f"{_PLACE}/key")
def key_page(election_id: str) -> ResponseReturnValue:
    """The public half of the trustee's key."""
    return _key(draft_of(election_id))


@office.post(f"{_PLACE}/key")
def change_key(election_id: str) -> ResponseReturnValue:
    """Take in the public key that the trustee made: two hexadecimal numbers."""
    draft = draft_of(election_id, Role.ORGANISER)
    parts = request.form.get("key", "").replace(",", " ").split()
    try:
        if len(parts) not in (0, _KEY_PARTS):
            raise BadForm("trusteeKey")
        key = {"x": parts[0], "y": parts[1]} if parts else None
        draft.change(trusteeKey=key)
    except HanpyoError as error:
        return _key(draft, error)
    return to(f"{draft.url}/key", "saved")


@office.get(f"{_PLACE}/preview")
def preview_page(election_id: str) -> ResponseReturnValue:
    """The agenda as members will see it."""
    draft = draft_of(election_id)
    definition = definition_of(draft.content)
    return answer("office/preview.html", draft=draft, definition=definition)


def _methods() -> tuple[str, ...]:
    """Links and letters, and codes over what this installation can send."""
    settings = runtime().settings
    able = (("mail", settings.mail.host), ("sms", settings.sms.url))
    return ("link", "letter", *(name for name, can in able if can))


def _new(organisation_id: str, error: HanpyoError | None = None) -> ResponseReturnValue:
    signed_in = require(Role.ORGANISER, organisation_id)
    return answer(
        "office/new.html",
        error,
        organisation=organisations.get(desk(), signed_in, organisation_id),
        templates=TEMPLATES,
        names=naming.TEMPLATES,
        advice=naming.ADVICE,
        chosen_template=request.form.get("template", TEMPLATES[0].id),
        kind=request.form.get("kind", "real"),
        title=request.form.get("title", ""),
    )


def _channels(draft: Draft, error: HanpyoError | None = None) -> ResponseReturnValue:
    row = draft.row
    return answer(
        "office/channels.html",
        error,
        draft=draft,
        level=request.form.get("identity", row.identity),
        chosen_methods=request.form.getlist("methods") if error else row.methods.split(),
        law=request.form.get("law", row.law or "none"),
        levels={name: naming.LEVELS[name] for name in LEVELS},
        methods={name: naming.METHODS[name] for name in METHODS if name != "oidc"},
        laws=LAWS,
    )


def _key(draft: Draft, error: HanpyoError | None = None) -> ResponseReturnValue:
    kept = draft.content.get("trusteeKey")
    text = request.form.get("key", f"{kept['x']} {kept['y']}" if kept else "")
    return answer("office/key.html", error, draft=draft, key=text, kept=kept)
