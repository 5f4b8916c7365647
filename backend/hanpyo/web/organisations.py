"""Organisations and their people: made by operators, run by organisers."""

from typing import Final

from hanpyo.db.models import Organisation as Row
from hanpyo.db.models import Role
from hanpyo.identity.staff import accounts, organisations, people, roles
from hanpyo.identity.staff.links import Link as Issued
from hanpyo.identity.staff.refusals import Unknown
from hanpyo.web.guard import desk, require, staff
from hanpyo.web.openapi import needs
from hanpyo.web.pagination import PageQuery, cut
from hanpyo.web.routing import APIBlueprint
from hanpyo.web.staff_models import (
    Invitation,
    InvitationIn,
    Invitations,
    Link,
    OperatorIn,
    Organisation,
    OrganisationIn,
    Organisations,
    People,
    Person,
)

organisation = APIBlueprint("organisations", __name__, tag="Organisations", url_prefix="/v1")
_SESSION: Final = "staffSession"
_PLACE: Final = "/organisations/<organisation_id>"


@organisation.get("/organisations")
@needs(_SESSION)
@organisation.input(PageQuery, location="query", arg_name="query")
@organisation.output(Organisations)
def list_organisations(query: PageQuery) -> Organisations:
    """One's own organisations, or all for an operator."""
    found = organisations.visible(desk(), staff(), after=_after(query), limit=query.many)
    shown, following = cut(query, found, lambda each: (each.id,))
    return Organisations(organisations=list(map(_organisation, shown)), next=following)


@organisation.post("/organisations")
@needs(_SESSION)
@organisation.input(OrganisationIn, arg_name="body")
@organisation.output(Organisation, status_code=201)
def create_organisation(body: OrganisationIn) -> Organisation:
    """Make an organisation; operators only."""
    signed_in = require(Role.OPERATOR, None)
    return _organisation(organisations.create(desk(), signed_in.actor, body.name))


@organisation.get(_PLACE)
@needs(_SESSION)
@organisation.output(Organisation)
def show_organisation(organisation_id: str) -> Organisation:
    """An organisation of one's own, or any for an operator."""
    return _organisation(organisations.get(desk(), staff(), organisation_id))


@organisation.get(f"{_PLACE}/people")
@needs(_SESSION)
@organisation.input(PageQuery, location="query", arg_name="query")
@organisation.output(People)
def list_people(organisation_id: str, query: PageQuery) -> People:
    """Who holds which role; organisers only."""
    require(Role.ORGANISER, organisation_id)
    found = people.listed(desk(), organisation_id, after=_after(query), limit=query.many)
    shown, following = cut(query, found, lambda each: (each.id,))
    return People(people=list(map(_person, shown)), next=following)


@organisation.put(f"{_PLACE}/people/<staff_id>/roles/<role>")
@needs(_SESSION)
@organisation.output({}, status_code=204)
def grant_role(organisation_id: str, staff_id: str, role: str) -> str:
    """Give one of the organisation's people another role."""
    signed_in = require(Role.ORGANISER, organisation_id)
    people.grant(desk(), signed_in.actor, organisation_id, staff_id, _role(role))
    return ""


@organisation.delete(f"{_PLACE}/people/<staff_id>/roles/<role>")
@needs(_SESSION)
@organisation.output({}, status_code=204)
def revoke_role(organisation_id: str, staff_id: str, role: str) -> str:
    """Take a role away at once; the last organiser stays."""
    signed_in = require(Role.ORGANISER, organisation_id)
    people.revoke(desk(), signed_in.actor, organisation_id, staff_id, _role(role))
    return ""


@organisation.get(f"{_PLACE}/invitations")
@needs(_SESSION)
@organisation.input(PageQuery, location="query", arg_name="query")
@organisation.output(Invitations)
def list_invitations(organisation_id: str, query: PageQuery) -> Invitations:
    """Invitations that wait; organisers only."""
    require(Role.ORGANISER, organisation_id)
    found = people.invited(desk(), organisation_id, after=_after(query), limit=query.many)
    shown, following = cut(query, found, lambda each: (each.id,))
    return Invitations(invitations=list(map(_invitation, shown)), next=following)


@organisation.post(f"{_PLACE}/invitations")
@needs(_SESSION)
@organisation.input(InvitationIn, arg_name="body")
@organisation.output(Link, status_code=201)
def invite(organisation_id: str, body: InvitationIn) -> Link:
    """A link by which somebody takes a role; an operator invites organisers."""
    signed_in, role = staff(), Role(body.role)
    roles.check_may_invite(signed_in.roles, organisation_id, role)
    actor = signed_in.actor
    return _link(
        accounts.invite(desk(), actor, organisation_id, role, name=body.name, mail=body.mail)
    )


@organisation.delete(f"{_PLACE}/invitations/<invitation_id>")
@needs(_SESSION)
@organisation.output({}, status_code=204)
def withdraw(organisation_id: str, invitation_id: str) -> str:
    """Take back an invitation that waits."""
    signed_in = require(Role.ORGANISER, organisation_id)
    accounts.withdraw(desk(), signed_in.actor, organisation_id, invitation_id)
    return ""


@organisation.post("/operators/invitations")
@needs(_SESSION)
@organisation.input(OperatorIn, arg_name="body")
@organisation.output(Link, status_code=201)
def invite_operator(body: OperatorIn) -> Link:
    """A link by which somebody becomes an operator; operators only."""
    signed_in = require(Role.OPERATOR, None)
    return _link(
        accounts.invite(
            desk(), signed_in.actor, None, Role.OPERATOR, name=body.name, mail=body.mail
        )
    )


@organisation.delete("/operators/<staff_id>")
@needs(_SESSION)
@organisation.output({}, status_code=204)
def revoke_operator(staff_id: str) -> str:
    """Take the operator's role away; the last operator stays."""
    signed_in = require(Role.OPERATOR, None)
    people.revoke(desk(), signed_in.actor, None, staff_id, Role.OPERATOR)
    return ""


@organisation.post("/people/<staff_id>/reset")
@needs(_SESSION)
@organisation.output(Link, status_code=201)
def reset(staff_id: str) -> Link:
    """A link to set an account up anew; nothing of the old works any more. Operators only."""
    signed_in = require(Role.OPERATOR, None)
    return _link(accounts.reset(desk(), signed_in.actor, staff_id))


@organisation.post("/people/<staff_id>/disable")
@needs(_SESSION)
@organisation.output({}, status_code=204)
def disable(staff_id: str) -> str:
    """Shut an account out at once; operators only."""
    signed_in = require(Role.OPERATOR, None)
    accounts.disable(desk(), signed_in.actor, staff_id)
    return ""


def _after(query: PageQuery) -> str:
    key = query.key(str)
    return "" if key is None else str(key[0])


def _role(name: str) -> Role:
    if name not in set(Role) - {Role.OPERATOR}:
        raise Unknown
    return Role(name)


def _organisation(row: Row) -> Organisation:
    return Organisation(id=row.id, name=row.name, created_at=row.created_at)


def _person(each: people.Person) -> Person:
    return Person(
        id=each.id,
        name=each.name,
        mail=each.mail,
        roles=list(each.roles),
        disabled=each.disabled,
    )


def _invitation(each: people.Invited) -> Invitation:
    return Invitation(
        id=each.id, name=each.name, mail=each.mail, role=each.role, expires_at=each.expires_at
    )


def _link(issued: Issued) -> Link:
    return Link(id=issued.invitation_id, url=issued.url, expires_at=issued.expires_at)
