"""An organisation's people, its audit log, and where it is told of its elections."""

from typing import Final

from flask import Response, request
from flask.typing import ResponseReturnValue

from hanpyo.db.models import Organisation, Role
from hanpyo.errors import HanpyoError
from hanpyo.identity.staff import accounts, audit_log, log_files, organisations, people, roles
from hanpyo.identity.staff.refusals import Unknown
from hanpyo.web.context import runtime
from hanpyo.web.guard import desk, require, staff
from hanpyo.web.pages.office import naming
from hanpyo.web.pages.office.making import answer, given, office, to
from hanpyo.webhooks import registry

_PLACE: Final = "/organisations/<organisation_id>"
_ROLES: Final = (Role.ORGANISER, Role.CLERK, Role.REGISTRAR, Role.OBSERVER)
_MOST: Final = 200
_PAGE: Final = 100


@office.get(f"{_PLACE}/people")
def people_page(organisation_id: str) -> ResponseReturnValue:
    """Who holds which role, and who is invited."""
    require(Role.ORGANISER, organisation_id)
    return _people(organisation_id)


@office.post(f"{_PLACE}/invitations")
def invite_person(organisation_id: str) -> ResponseReturnValue:
    """A link by which somebody takes a role, shown this once."""
    signed_in, fields = staff(), given("name", "mail", "role")
    try:
        role = _role(fields["role"])
        roles.check_may_invite(signed_in.roles, organisation_id, role)
        link = accounts.invite(
            desk(),
            signed_in.actor,
            organisation_id,
            role,
            name=fields["name"],
            mail=fields["mail"],
        )
    except Unknown:
        raise
    except HanpyoError as error:
        require(Role.ORGANISER, organisation_id)
        return _people(organisation_id, error)
    back = f"/staff/organisations/{organisation_id}/people"
    return answer("office/link.html", link=link, back=back, name=fields["name"])


@office.post(f"{_PLACE}/invitations/<invitation_id>/withdraw")
def withdraw_invitation(organisation_id: str, invitation_id: str) -> ResponseReturnValue:
    """Take back an invitation that waits."""
    signed_in = require(Role.ORGANISER, organisation_id)
    accounts.withdraw(desk(), signed_in.actor, organisation_id, invitation_id)
    return to(f"/staff/organisations/{organisation_id}/people", "removed")


@office.post(f"{_PLACE}/people/<staff_id>/roles")
def change_roles(organisation_id: str, staff_id: str) -> ResponseReturnValue:
    """Give or take one role."""
    signed_in = require(Role.ORGANISER, organisation_id)
    role = _role(given("role")["role"])
    change = people.grant if request.form.get("act") == "grant" else people.revoke
    change(desk(), signed_in.actor, organisation_id, staff_id, role)
    return to(f"/staff/organisations/{organisation_id}/people", "saved")


@office.get(f"{_PLACE}/log")
def log_page(organisation_id: str) -> ResponseReturnValue:
    """What the organisation's staff did, oldest first; any role."""
    require(Role.OBSERVER, organisation_id)
    text = request.args.get("after", "")
    after = int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0  # noqa: PLR2004
    with runtime().database.read() as session:
        found = audit_log.read(session, organisation_id, after=after, limit=_PAGE + 1)
    names = {
        f"staff:{each.id}": each.name
        for each in people.listed(desk(), organisation_id, after="", limit=_MOST)
    }
    return answer(
        "office/log.html",
        organisation=_organisation(organisation_id),
        entries=found[:_PAGE],
        following=found[_PAGE - 1].seq if len(found) > _PAGE else None,
        names=names,
        actors=naming.ACTORS,
        actions=naming.ACTIONS,
    )


@office.get(f"{_PLACE}/log.ndjson")
def log_file(organisation_id: str) -> Response:
    """The whole log as a file for a check of one's own."""
    require(Role.OBSERVER, organisation_id)
    return Response(
        log_files.export(runtime().database, organisation_id),
        headers={"Content-Disposition": 'attachment; filename="audit-log.ndjson"'},
        mimetype=log_files.MEDIA_TYPE,
    )


@office.get(f"{_PLACE}/webhooks")
def webhooks_page(organisation_id: str) -> ResponseReturnValue:
    """Where the organisation is told."""
    require(Role.ORGANISER, organisation_id)
    return _webhooks(organisation_id)


@office.post(f"{_PLACE}/webhooks")
def add_webhook(organisation_id: str) -> ResponseReturnValue:
    """Register an address; its secret is shown this once."""
    actor = require(Role.ORGANISER, organisation_id).actor
    url, events = given("url")["url"], request.form.getlist("events")
    try:
        made = registry.register(runtime(), actor, organisation_id, url, events)
    except HanpyoError as error:
        return _webhooks(organisation_id, error)
    return answer(
        "office/webhook.html",
        organisation=_organisation(organisation_id),
        url=made.webhook.url,
        secret=made.secret,
    )


@office.post(f"{_PLACE}/webhooks/<webhook_id>/remove")
def remove_webhook(organisation_id: str, webhook_id: str) -> ResponseReturnValue:
    """Forget an address."""
    actor = require(Role.ORGANISER, organisation_id).actor
    registry.remove(runtime(), actor, organisation_id, webhook_id)
    return to(f"/staff/organisations/{organisation_id}/webhooks", "removed")


def _webhooks(organisation_id: str, error: HanpyoError | None = None) -> ResponseReturnValue:
    rows = registry.listed(runtime(), organisation_id)
    return answer(
        "office/webhooks.html",
        error,
        organisation=_organisation(organisation_id),
        rows=[(row, registry.deliveries(runtime(), organisation_id, row.id)[:5]) for row in rows],
        events=naming.EVENTS,
        url=request.form.get("url", ""),
    )


def _people(organisation_id: str, error: HanpyoError | None = None) -> ResponseReturnValue:
    return answer(
        "office/people.html",
        error,
        organisation=_organisation(organisation_id),
        people=people.listed(desk(), organisation_id, after="", limit=_MOST),
        invited=people.invited(desk(), organisation_id, after="", limit=_MOST),
        roles={role.value: naming.ROLES[role] for role in _ROLES},
        typed=given("name", "mail", "role") if error else {},
    )


def _organisation(organisation_id: str) -> Organisation:
    return organisations.get(desk(), staff(), organisation_id)


def _role(name: str) -> Role:
    if name not in _ROLES:
        raise Unknown
    return Role(name)
