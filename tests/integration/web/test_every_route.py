"""What holds for every route of the API, whoever adds one: taken from the map of URLs itself.

A route that is new and forgotten here fails: its body must be in `BODIES` if it has one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule

from hanpyo.db.models import Member, Role
from hanpyo.identity.staff import accounts
from hanpyo.identity.staff.desk import desk_of
from hanpyo.protocol.types import Secrecy
from hanpyo.web import cors, openapi
from hanpyo.webhooks import registry
from tests.service.callers import Installation, draft, installation, people
from tests.service.staff import new_staff

UNKNOWN: Final = "f" * 32
BODIES: Final[dict[str, Any]] = {
    "organisations.create_organisation": {"name": "조합"},
    "organisations.invite": {"name": "김담당", "mail": "kim@example.org", "role": "clerk"},
    "organisations.invite_operator": {"name": "김담당", "mail": "kim@example.org"},
    "elections.create_election": {"definition": {}},
    "elections.change_draft": {"identity": "L1"},
    "elections.hand_in_key": {"secret": "0x" + "0" * 63 + "1"},
    "identity.enter": {"method": "link", "code": "x"},
    "identity.begin": {"method": "mail", "contact": "kim@example.org"},
    "identity.begin_another": {"method": "mail"},
    "identity.verify": {"challenge": UNKNOWN, "answer": {}},
    "identity.enter_by_link": {"token": "x"},
    "me.bind_key": {"type": "address", "address": "0x" + "ab" * 20},
    "me.rebind_key": {"type": "address", "address": "0x" + "ab" * 20},
    "me.send_registrar_codes": {},
    "me.enrol_passkey": {"challenge": UNKNOWN, "credential": {}},
    "member_desk.record_appearance": {"voter": 0},
    "member_desk.invite": {},
    "member_desk.invite_by_list": {},
    "member_desk.invite_by_letters": {},
    "roll.accept": {"previewId": UNKNOWN},
    "roll.export_private_list": {"passphrase": "열두 글자가 넘는 암호문"},
    "roll.search_members": {"number": "M-0"},
    "roll.correct_member": {"name": "박고침"},
    "roll.erase_people": {"confirm": "erase"},
    "webhooks.register_webhook": {"url": "https://example.org/", "events": ["turnout"]},
    "ballots.post_ballot": {
        "voter": 0,
        "key": "0x" + "ab" * 20,
        "signature": "0x" + "11" * 64,
        "payload": "0x",
    },
    "staff.sign_in": {"mail": "kim@example.org", "password": "x"},
    "staff.set_up": {"token": "x", "password": "x"},
    "staff.show_code": {"code": "000000"},
    "staff.show_passkey": {"credential": {}},
    "staff.take_role": {"token": "x"},
    "staff.change_password": {"current": "x", "new": "y"},
    "staff.confirm_totp": {"code": "000000"},
    "staff.add_passkey": {"name": "전화", "credential": {}},
}
FILES: Final = ("roll.upload",)


@dataclass(frozen=True)
class Things:
    """Ids of one organisation's things, by the name that routes give them."""

    ids: dict[str, str]
    published: str


@dataclass(frozen=True)
class Two:
    """Two organisations of one installation."""

    made: Installation
    ours: Things
    theirs: Things


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    with installation("sqlite", tmp_path_factory.mktemp("routes")) as made:
        other = made.place.publish(6, Secrecy.OPEN)
        theirs = people(made.runtime, other.id)
        ours = _things(made, made.organisation, made.draft, made.election.id)
        yield Two(made, ours, _things(made, theirs, draft(made.runtime, theirs), other.id))


def _things(made: Installation, organisation: str, drafted: str, published: str) -> Things:
    runtime = made.runtime
    link = accounts.invite(
        desk_of(runtime), "test", organisation, Role.CLERK, name="이초대", mail="lee@example.org"
    )
    hook = registry.register(runtime, "test", organisation, "https://example.org/", ["turnout"])
    with runtime.database.read() as session:
        member = session.scalars(select(Member.id).where(Member.election_id == published)).first()
    ids = {
        "organisation_id": organisation,
        "election_id": drafted,
        "staff_id": new_staff(runtime, organisation, Role.CLERK),
        "invitation_id": link.invitation_id,
        "webhook_id": hook.webhook.id,
        "member_id": str(member),
        "role": "observer",
    }
    return Things(ids, published)


@pytest.fixture(scope="module")
def app(two: Two) -> APIFlask:
    return two.made.app


def rules(app: APIFlask) -> list[tuple[str, Rule]]:
    """Every method and rule of the API."""
    return [
        (method, rule)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        if rule.rule.startswith("/v1/")
    ]


def browser(app: APIFlask) -> FlaskClient:
    """A client that sends the headers that it is given and keeps no cookie of its own."""
    return app.test_client(use_cookies=False)


def scheme(app: APIFlask, rule: Rule) -> str | None:
    return getattr(app.view_functions[rule.endpoint], openapi._SECURITY, None)


def is_public(app: APIFlask, rule: Rule) -> bool:
    return bool(getattr(app.view_functions[rule.endpoint], cors._MARK, False))


def call(two: Two, method: str, rule: Rule, headers: dict[str, str], **ids: str) -> Any:
    """A request to a rule with a body that it understands."""
    path = rule.rule
    for name in rule.arguments:
        path = path.replace(f"<{name}>", ids.get(name, UNKNOWN))
    more: dict[str, Any] = {}
    if rule.endpoint in BODIES:
        more["json"] = BODIES[rule.endpoint]
    elif rule.endpoint in FILES:
        more |= {"data": "이름\n김\n".encode(), "content_type": "text/csv"}
    return browser(two.made.app).open(path, method=method, headers=headers, **more)


def test_every_body_is_known(two: Two, app: APIFlask) -> None:
    document = browser(app).get("/v1/openapi.json").get_json()
    with_body = {
        operation["operationId"]
        for item in document["paths"].values()
        for operation in item.values()
        if isinstance(operation, dict) and "requestBody" in operation
    }
    assert with_body == {name.replace(".", "_") for name in (*BODIES, *FILES)}


def test_every_change_by_cookie_needs_the_sessions_token(two: Two, app: APIFlask) -> None:
    headers = two.made.headers("organiser")
    cookie = {name: value for name, value in headers.items() if name != "X-CSRF-Token"}
    tried = 0
    for method, rule in rules(app):
        if scheme(app, rule) != "staffSession" or method == "GET":
            continue
        for forged in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": "x" * 43}):
            answer = call(two, method, rule, cookie | forged, **two.ours.ids)
            assert (answer.status_code, answer.get_json()["code"]) == (403, "csrf_refused"), rule
        tried += 1
    assert tried > 30


def test_no_route_takes_a_cookie_that_it_does_not_say(two: Two, app: APIFlask) -> None:
    """A cookie is all that another site's form can bring along."""
    for method, rule in rules(app):
        if scheme(app, rule) is None or method == "GET":
            continue
        for cookies in ({}, {"Cookie": f"hanpyo_staff={'x' * 43}"}):
            answer = call(two, method, rule, cookies, **two.ours.ids)
            assert answer.status_code == 401, (rule, answer.text)


def test_nothing_of_another_organisation_is_reached(two: Two, app: APIFlask) -> None:
    headers, theirs = two.made.headers("organiser"), two.theirs.ids
    tried = 0
    for method, rule in rules(app):
        if scheme(app, rule) != "staffSession" or not rule.arguments & {
            "organisation_id",
            "election_id",
        }:
            continue
        for election in (theirs["election_id"], two.theirs.published):
            answer = call(two, method, rule, headers, **theirs | {"election_id": election})
            assert answer.status_code == 404, (method, rule, answer.text)
        for name in rule.arguments - {"organisation_id", "election_id", "role"}:
            mixed = two.ours.ids | {name: theirs[name]}
            answer = call(two, method, rule, headers, **mixed)
            assert answer.status_code == 404, (method, rule, name, answer.text)
        tried += 1
    assert tried > 30


def test_a_draft_is_nobodys_business(two: Two, app: APIFlask) -> None:
    """Who is not signed in finds no draft, by whatever route."""
    for method, rule in rules(app):
        if scheme(app, rule) is None and "election_id" in rule.arguments:
            answer = call(two, method, rule, {}, **two.ours.ids)
            assert answer.status_code in (404, 422), (method, rule, answer.text)


def test_members_name_nobody(app: APIFlask) -> None:
    """A member's route takes no id from the caller: there is nobody else's to guess."""
    routes = [rule for _, rule in rules(app) if scheme(app, rule) == "memberSession"]
    assert len(routes) >= 8
    assert all(not rule.arguments for rule in routes)


def test_one_members_challenge_is_nothing_in_anothers_session(two: Two) -> None:
    made = two.made
    one, other = (made.member_session(number) for number in (1, 2))
    client = browser(made.app)
    first = {"Authorization": f"Bearer {one}"}
    begun = client.post("/v1/sessions/challenges", json={"method": "birth"}, headers=first)
    challenge = begun.get_json()["challenge"]
    body = {"challenge": challenge, "answer": {"birthDate": "1961-02-03"}}
    for headers in ({"Authorization": f"Bearer {other}"}, {}):
        answer = client.post("/v1/sessions/verifications", json=body, headers=headers)
        assert (answer.status_code, answer.get_json()["code"]) == (401, "proof_refused")


def test_what_is_private_is_kept_nowhere(two: Two, app: APIFlask) -> None:
    for caller in ("nobody", "member", "organiser"):
        headers = two.made.headers(caller)
        for method, rule in rules(app):
            if is_public(app, rule) or rule.endpoint == "staff.sign_out_everywhere":
                continue
            answer = call(two, method, rule, headers, **two.ours.ids)
            kept = answer.headers["Cache-Control"]
            conditional = rule.endpoint == "ballots.get_ballot" and "private" in kept
            assert "no-store" in kept or conditional, (rule, answer.status_code, kept)
            if rule.endpoint in ("staff.sign_out", "me.sign_out"):
                headers = two.made.headers(caller)


def test_other_origins_read_public_data_and_never_with_cookies(two: Two, app: APIFlask) -> None:
    evil = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    for method, rule in rules(app):
        path = rule.rule
        for name in rule.arguments:
            path = path.replace(f"<{name}>", two.ours.ids.get(name, UNKNOWN))
        for asked in ("OPTIONS", method):
            answer = browser(app).open(path, method=asked, headers=evil)
            assert "Access-Control-Allow-Credentials" not in answer.headers, rule
            allowed = answer.headers.get("Access-Control-Allow-Origin")
            assert allowed in ((None, "*") if is_public(app, rule) else (None,)), rule
            methods = answer.headers.get("Access-Control-Allow-Methods", "GET")
            asking = {"POST"} if rule.rule == "/rpc" else set()
            changing = {"POST", "PUT", "PATCH", "DELETE"} - asking
            assert not changing & set(methods.split(", ")), rule


def test_a_method_is_what_the_request_line_says(two: Two, app: APIFlask) -> None:
    headers = two.made.headers("organiser")
    path = "/v1/staff/session"
    for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        browser(app).get(path, headers=headers | {name: "DELETE"})
        browser(app).get(f"{path}?_method=DELETE", headers=headers)
        assert browser(app).get(path, headers=headers).status_code == 200
    for method in ("TRACE", "CONNECT", "PROPFIND"):
        assert browser(app).open(path, method=method, headers=headers).status_code == 405


ODD: Final = {
    "Authorization": (
        "Bearer",
        "Bearer  ",
        "Basic Og==",
        "Bearer \xff\xfe",
        "x" * 8_000,
        "Bearer \t",
    ),
    "Cookie": ("hanpyo_staff", "hanpyo_staff=\xff", "hanpyo_staff=a; hanpyo_staff=b", "=;=;" * 500),
    "X-CSRF-Token": ("\xff\xfe", "x" * 8_000),
    "Accept": ("*/*;q=0", "text/html;q=x", ";;,,", "application/json" * 500),
    "If-None-Match": ('"', "*", 'W/"' + "a" * 5_000, '"a",' * 1_000),
    "Range": ("bytes=5-1,-,x", "bytes=" + "0-1," * 1_000),
    "Last-Event-ID": ("-1", "\xb2", "9" * 400),
    "Origin": ("null", "https://", "https://\xff", "http://[::1"),
    "X-Forwarded-For": (",,,", "::1%eth0", "x" * 4_000),
    "Host": ("", "[", "a b", "\xff", "x" * 4_000),
    "Content-Length": ("-1", "x", "9" * 5_000),
}


@pytest.mark.parametrize("name", ODD)
def test_no_header_breaks_the_service(two: Two, app: APIFlask, name: str) -> None:
    headers = two.made.headers("organiser")
    for value in ODD[name]:
        for method, rule in rules(app):
            if method == "DELETE" or rule.endpoint.startswith("stream"):
                continue
            answer = call(two, method, rule, headers | {name: value}, **two.ours.ids)
            assert answer.status_code < 500 or "Retry-After" in answer.headers, (rule, value)


def test_heads_and_options_are_answered(two: Two, app: APIFlask) -> None:
    headers = two.made.headers("organiser")
    for _, rule in rules(app):
        for method in {"HEAD", "OPTIONS"} & (rule.methods or set()):
            if rule.endpoint.startswith("stream"):
                continue
            answer = call(two, method, rule, headers, **two.ours.ids)
            assert answer.status_code < 500, rule
            assert method != "HEAD" or not answer.data, rule
