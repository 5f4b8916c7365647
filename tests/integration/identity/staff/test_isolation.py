"""Nobody reaches another organisation, whatever the endpoint; nobody without a session anything.

The endpoints are read from the blueprints, so that a new one is tested the day it is made.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from apiflask import APIFlask

from hanpyo.db.models import Organisation, Role, Staff, StaffInvitation, StaffRole
from hanpyo.db.types import Base
from hanpyo.identity.staff.desk import desk_of
from hanpyo.runtime import Runtime
from hanpyo.web.audit_log import log
from hanpyo.web.organisations import organisation
from hanpyo.web.staff import staff
from tests.service.sign_in import Browser, invite, refusal_of
from tests.service.staff import new_organisation, new_staff, staff_browser

OPEN = {("POST", "/v1/staff/session"), ("POST", "/v1/staff/set-up")}
"""What nobody needs a session for."""
BODIES: dict[tuple[str, str], Any] = {
    ("POST", "/v1/organisations"): {"name": "다른 조합"},
    ("POST", "/v1/organisations/<organisation_id>/invitations"): {
        "name": "이담당",
        "mail": "lee@example.org",
        "role": "organiser",
    },
    ("POST", "/v1/operators/invitations"): {"name": "이담당", "mail": "lee@example.org"},
    ("POST", "/v1/staff/session/totp"): {"code": "123456"},
    ("PUT", "/v1/staff/me/totp"): {"code": "123456"},
    ("POST", "/v1/staff/session/passkey"): {"credential": {}},
    ("POST", "/v1/staff/me/passkeys"): {"name": "전화", "credential": {}},
    ("POST", "/v1/staff/me/roles"): {"token": "x" * 43},
    ("PUT", "/v1/staff/me/password"): {"current": "x" * 12, "new": "correct horse battery"},
}


def endpoints(app: APIFlask) -> Iterator[tuple[str, str]]:
    """Every method and path of the staff's blueprints."""
    ours = {staff.name, organisation.name, log.name}
    for rule in app.url_map.iter_rules():
        if rule.endpoint.partition(".")[0] in ours:
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield method, rule.rule


def filled(path: str, **places: str) -> str:
    for name, value in places.items():
        path = path.replace(f"<{name}>", value)
    assert "<" not in path, "say what this part of the path is"
    return path


@pytest.fixture
def victim(quick_runtime: Runtime) -> dict[str, str]:
    """Another organisation with a person and an invitation that waits."""
    place = new_organisation(quick_runtime, "남의 조합")
    owner = new_staff(quick_runtime, place, Role.ORGANISER)
    invite(desk_of(quick_runtime), place, Role.CLERK, "park@example.org")
    with quick_runtime.database.read() as session:
        invitation = session.query(StaffInvitation.id).scalar()
    return {
        "organisation_id": place,
        "staff_id": owner,
        "invitation_id": invitation,
        "passkey_id": "ee" * 16,
        "role": "organiser",
    }


def state_of(runtime: Runtime) -> list[str]:
    """What another organisation's state is made of."""
    kinds: tuple[type[Base], ...] = (Organisation, Staff, StaffRole, StaffInvitation)
    with runtime.database.read() as session:
        rows = [row for kind in kinds for row in session.query(kind).all()]
        return sorted(
            repr({key: value for key, value in vars(row).items() if key[0] != "_"}) for row in rows
        )


def test_every_endpoint_needs_a_session(
    app: APIFlask, other_browser: Browser, victim: dict[str, str]
) -> None:
    for method, path in endpoints(app):
        if (method, path) in OPEN:
            continue
        body = BODIES.get((method, path))
        answer = other_browser.request(method, filled(path, **victim), json=body)
        assert answer.status_code == 401, (method, path, answer.json)


@pytest.mark.parametrize("role", [Role.ORGANISER, Role.CLERK, Role.REGISTRAR, Role.OBSERVER])
def test_no_endpoint_reaches_another_organisation(
    app: APIFlask, quick_runtime: Runtime, victim: dict[str, str], role: Role
) -> None:
    who = staff_browser(app, quick_runtime, new_organisation(quick_runtime), role)
    before = state_of(quick_runtime)
    seen = 0
    for method, path in endpoints(app):
        if "<organisation_id>" not in path:
            continue
        seen += 1
        body = BODIES.get((method, path))
        answer = who.open(method, filled(path, **victim), json=body)
        nobodys = who.open(
            method, filled(path, **victim | {"organisation_id": "ee" * 16}), json=body
        )
        assert refusal_of(answer) == (404, "not_found"), (method, path)
        assert answer.data == nobodys.data
    assert seen >= 9
    assert state_of(quick_runtime) == before


@pytest.mark.parametrize("role", [Role.ORGANISER, Role.OBSERVER])
def test_only_operators_reach_the_installation(
    app: APIFlask, quick_runtime: Runtime, victim: dict[str, str], role: Role
) -> None:
    who = staff_browser(app, quick_runtime, victim["organisation_id"], role)
    before = state_of(quick_runtime)
    for method, path in endpoints(app):
        if "<organisation_id>" in path or path.startswith("/v1/staff/"):
            continue
        if (method, path) == ("GET", "/v1/organisations"):
            continue
        answer = who.open(method, filled(path, **victim), json=BODIES.get((method, path)))
        assert refusal_of(answer) == (403, "role_missing"), (method, path)
    assert state_of(quick_runtime) == before


@pytest.mark.parametrize("role", [Role.CLERK, Role.REGISTRAR, Role.OBSERVER])
def test_only_organisers_manage_people(
    app: APIFlask, quick_runtime: Runtime, victim: dict[str, str], role: Role
) -> None:
    who = staff_browser(app, quick_runtime, victim["organisation_id"], role)
    before = state_of(quick_runtime)
    for method, path in endpoints(app):
        if ("/people" not in path and "/invitations" not in path) or "<organ" not in path:
            continue
        answer = who.open(method, filled(path, **victim), json=BODIES.get((method, path)))
        assert refusal_of(answer) == (403, "role_missing"), (method, path)
    assert state_of(quick_runtime) == before


def test_people_and_invitations_of_others_are_not_reached_through_ones_own_organisation(
    app: APIFlask, quick_runtime: Runtime, victim: dict[str, str]
) -> None:
    own = new_organisation(quick_runtime)
    who = staff_browser(app, quick_runtime, own, Role.ORGANISER)
    before = state_of(quick_runtime)
    place = f"/v1/organisations/{own}"
    person = f"{place}/people/{victim['staff_id']}/roles"
    for answer in (
        who.put(f"{person}/observer"),
        who.delete(f"{person}/organiser"),
        who.delete(f"{place}/invitations/{victim['invitation_id']}"),
        who.put(f"{place}/people/{who.staff_id}/roles/operator"),
        who.put(f"{place}/people/{who.staff_id}/roles/king"),
    ):
        assert refusal_of(answer) == (404, "not_found")
    assert state_of(quick_runtime) == before


def test_one_sees_ones_own_organisations_only(
    app: APIFlask, quick_runtime: Runtime, victim: dict[str, str]
) -> None:
    own = new_organisation(quick_runtime, "우리 조합")
    who = staff_browser(app, quick_runtime, own, Role.OBSERVER)
    found = who.get("/v1/organisations").get_json()
    assert [each["name"] for each in found["organisations"]] == ["우리 조합"]
    assert who.get(f"/v1/organisations/{own}").status_code == 200
    operator = staff_browser(app, quick_runtime, None, Role.OPERATOR)
    everything = operator.get("/v1/organisations").get_json()["organisations"]
    assert {each["name"] for each in everything} == {"우리 조합", "남의 조합"}
    assert operator.get(f"/v1/organisations/{own}").status_code == 200
    assert operator.get(f"/v1/organisations/{own}/people").status_code == 404
