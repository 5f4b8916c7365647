"""The first page: one's organisations and their elections; operators make organisations there."""

from dataclasses import dataclass
from typing import Final

from flask import request
from flask.typing import ResponseReturnValue

from hanpyo.db.models import Election, Organisation, Role
from hanpyo.elections.organising import Organising
from hanpyo.errors import HanpyoError
from hanpyo.identity.staff import accounts, organisations, roles
from hanpyo.identity.staff.roles import Held
from hanpyo.web.context import runtime
from hanpyo.web.guard import desk, require, staff
from hanpyo.web.pages.office.making import answer, given, office, to
from hanpyo.web.pages.office.standing import Stand, stands

_MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Place:
    """An organisation with one's roles in it and its elections, the newest first."""

    organisation: Organisation
    roles: frozenset[str]
    elections: list[tuple[Election, Stand]]


@office.get("")
def dashboard() -> ResponseReturnValue:
    """Every organisation of one's own; all of them for an operator."""
    found = staff()
    rows = organisations.visible(desk(), found, after="", limit=_MOST)
    return answer(
        "office/home.html",
        places=[_place(row, found.roles) for row in rows],
        operator=Held(None, Role.OPERATOR) in found.roles,
    )


@office.post("/organisations")
def create_organisation() -> ResponseReturnValue:
    """Make an organisation; operators only."""
    signed_in = require(Role.OPERATOR, None)
    made = organisations.create(desk(), signed_in.actor, request.form.get("name", ""))
    return to(f"/staff/organisations/{made.id}/organiser")


@office.get("/organisations/<organisation_id>/organiser")
def invite_organiser_page(organisation_id: str) -> ResponseReturnValue:
    """Invite an organiser; operators only."""
    require(Role.OPERATOR, None)
    return _organiser(organisation_id)


@office.post("/organisations/<organisation_id>/organiser")
def invite_organiser(organisation_id: str) -> ResponseReturnValue:
    """The link of an organiser, shown this once."""
    signed_in, fields = staff(), given("name", "mail")
    roles.check_may_invite(signed_in.roles, organisation_id, Role.ORGANISER)
    try:
        link = accounts.invite(desk(), signed_in.actor, organisation_id, Role.ORGANISER, **fields)
    except HanpyoError as error:
        return _organiser(organisation_id, error)
    return answer("office/link.html", link=link, back="/staff", name=fields["name"])


def _organiser(organisation_id: str, error: HanpyoError | None = None) -> ResponseReturnValue:
    row = organisations.get(desk(), staff(), organisation_id)
    return answer("office/organiser.html", error, organisation=row)


def _place(row: Organisation, held: frozenset[Held]) -> Place:
    here = frozenset(each.role for each in held if each.organisation_id == row.id)
    rows = Organising(runtime()).listed(row.id, None, _MOST) if here else []
    found = stands(rows)
    return Place(row, here, [(each, found[each.id]) for each in rows])
