"""A small election through the whole service, from the first account to the certificate.

People with names, phones, mails, birth dates and addresses are imported, invited, sign in, vote and
are told of it; and everything goes wrong once with somebody's data in it.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from email.message import EmailMessage
from typing import Any

import httpx
import pyotp
import pytest
from eth_account import Account

from hanpyo.client import HanpyoClient, HanpyoClientError
from hanpyo.client.ballots import ballot_body
from hanpyo.client.elections import booth_of
from hanpyo.db.models import Election, ElectionState, Role
from hanpyo.elections.casting import Voter
from hanpyo.elections.people import Person
from hanpyo.identity.staff import accounts, organisations
from hanpyo.identity.staff.desk import desk_of
from hanpyo.web.identity_models import Answer
from tests.service.outlets import Gateway, Mailbox
from tests.service.overheard import Heard
from tests.service.scene import YES, Scene

PEOPLE = (
    Person(
        name="강누리봄",
        phone="+821073519286",
        mail="Nuri.Bom@members.example.kr",
        birth_date=date(1957, 11, 23),
        address="전라남도 곡성군 한표길 731-2",
        number="JH-480213",
    ),
    Person(
        name="서가온솔",
        phone="+821091746385",
        mail="gaon_sol@members.example.kr",
        birth_date=date(1969, 8, 14),
        address="강원도 정선군 투표로 5094",
        number="JH-480214",
    ),
    Person(
        name="한별하늬",
        birth_date=date(1988, 3, 29),
        address="경상북도 봉화군 조합길 6617",
        number="JH-480215",
    ),
)
CLERK = Person(name="도담당찬", mail="clerk.dodam@office.example.kr")
PASSWORD = "길고 긴 암호 문장 8471"
STRANGER = "nobody.knows.me@elsewhere.example.kr"
VOTING = 7_200


@dataclass
class Stage:
    """A running service, its outlets, and the secrets that were given out."""

    place: Scene
    url: str
    heard: Heard
    mailbox: Mailbox
    gateway: Gateway
    secrets: list[str] = field(default_factory=list)

    def wait(self, holds: Callable[[], Any], seconds: float = 60.0) -> Any:
        """What `holds` gives once it gives something; blocks of a second come meanwhile."""
        deadline = time.monotonic() + seconds
        while not (found := holds()):
            assert time.monotonic() < deadline, self.heard.log.getvalue()[-3000:]
            time.sleep(0.05)
            self.place.controls.pass_time(1)
        return found

    def row(self, election_id: str) -> Election:
        with self.place.runtime.database.read() as session:
            return session.get_one(Election, election_id)

    def mailed(self, to: str, pattern: str) -> str:
        """What the newest mail to somebody says there; it is a secret from now on."""
        return self._secret([str(mail.get_content()) for mail in self.mails(to)], pattern)

    def mails(self, to: str | None) -> list[EmailMessage]:
        """What somebody got by mail."""
        return [mail for mail in self.mailbox.taken if str(to).lower() in mail["To"].lower()]

    def texted(self, to: str, pattern: str) -> str:
        """The same of text messages."""
        return self._secret(
            [each["text"] for each in self.gateway.taken if each["to"] == to], pattern
        )

    def _secret(self, texts: list[str], pattern: str) -> str:
        found = [match[1] for text in texts if (match := re.search(pattern, text))]
        if not found:
            return ""
        self.secrets.append(found[-1])
        return found[-1]


def hold(stage: Stage, hook: str) -> None:
    """The election from the first account to the certificate."""
    with HanpyoClient(stage.url) as office:
        election_id = prepare(stage, office, hook)
        vote(stage, election_id, PEOPLE[0], by_link_and_mail)
        vote(stage, election_id, PEOPLE[1], by_text_and_birth_date)
        stumble(stage, election_id)
        times = stage.wait(lambda: office.elections.get(election_id)).times
        for moment in (times.closes_at, times.barrier_at, times.opening_at, times.certify_at):
            stage.place.controls.advance_to(moment + 1)
        stage.wait(lambda: stage.row(election_id).state == ElectionState.CERTIFIED)
        stage.wait(lambda: any(b'"certified"' in body for body in stage.heard.webhooks))


def prepare(stage: Stage, office: HanpyoClient, hook: str) -> str:
    """Account, roll, publication and invitations; the election's id once it is open."""
    organisation = staff_account(stage, office)
    api = office.organising
    now = stage.place.controls.now()
    opens = now + 120
    times = [opens, opens + VOTING, opens + VOTING + 60, opens + VOTING + 120]
    names = ("opens", "closes", "barrier", "opening")
    definition = {
        "title": "정기총회",
        "secrecy": "open",
        "times": dict(zip(names, times, strict=True))
        | {"keyDeadline": times[-1] + 60, "certify": times[-1] + 120},
        "items": [{"title": "안건", "options": ["찬성", "반대"]}],
    }
    draft = api.create(
        organisation, definition, identity="L1", methods=["link", "letter", "mail", "sms", "birth"]
    )
    preview = api.upload_roll(draft.id, roll())
    assert preview.preview_id, preview
    api.accept_roll(draft.id, preview.preview_id)
    headers = office_headers(office)
    made = httpx.post(
        f"{stage.url}/v1/organisations/{organisation}/webhooks",
        json={
            "url": hook,
            "events": ["election.frozen", "turnout", "election.closed", "certified"],
        },
        headers=headers,
    )
    stage.secrets.append(made.json()["secret"])
    api.publish(draft.id)
    stage.wait(lambda: stage.row(draft.id).state == ElectionState.PUBLISHED)
    stage.place.controls.advance_to(opens)
    invited = api.invite(draft.id, "all")
    stage.secrets += [each.code for each in invited.letters]
    stage.secrets += [each.link.partition("#")[2] for each in invited.letters]
    search = {"name": PEOPLE[2].name, "birthDate": str(PEOPLE[2].birth_date)}
    members = f"{stage.url}/v1/elections/{draft.id}/members"
    assert httpx.post(f"{members}/search", json=search, headers=headers).status_code == 200
    assert httpx.get(members, headers=headers).status_code == 200
    return draft.id


def staff_account(stage: Stage, office: HanpyoClient) -> str:
    """Set the organiser's account up; the organisation's id."""
    desk = desk_of(stage.place.runtime)
    made = organisations.create(desk, "console", "한표협동조합")
    link = accounts.invite(
        desk, "console", made.id, Role.ORGANISER, name=CLERK.name or "", mail=CLERK.mail or ""
    )
    stage.secrets.append(link.url.partition("#")[2])
    office.staff.set_up(link.url, PASSWORD)
    secret = office.staff.begin_totp().secret
    stage.secrets += [secret, PASSWORD]
    stage.secrets.append(office.staff.confirm_totp(pyotp.TOTP(secret).now()).csrf_token)
    stage.secrets.append(office_headers(office)["Cookie"].partition("=")[2])
    return made.id


def office_headers(office: HanpyoClient) -> dict[str, str]:
    """The cookie and the token of a signed-in client, for requests that it has no words for."""
    api = office.staff._api
    jar = api._http.cookies
    return {"Cookie": f"hanpyo_staff={jar['hanpyo_staff']}", "X-CSRF-Token": api.csrf or ""}


def roll() -> bytes:
    lines = ["조합원번호,이름,휴대폰,이메일,생년월일,주소"]
    for each in PEOPLE:
        phone = "0" + each.phone.removeprefix("+82") if each.phone else ""
        lines.append(
            f"{each.number},{each.name},{phone},{each.mail or ''},{each.birth_date},{each.address}"
        )
    return "\n".join(lines).encode("utf-8-sig")


def by_link_and_mail(stage: Stage, election_id: str, client: HanpyoClient, who: Person) -> None:
    link = stage.wait(lambda: stage.mailed(who.mail or "", r"#([A-Za-z0-9_-]{16,})"))
    stage.secrets.append(client.members.enter_by_link(link).token)
    begun = client.members.begin_another("mail").challenge
    code = stage.wait(lambda: stage.mailed(who.mail or "", r"확인 번호는 ([0-9]{8})"))
    with pytest.raises(HanpyoClientError):
        client.members.verify(begun, Answer(code="00000000"))
    stage.secrets.append(client.members.verify(begun, Answer(code=code)).token)


def by_text_and_birth_date(
    stage: Stage, election_id: str, client: HanpyoClient, who: Person
) -> None:
    begun = client.members.begin(election_id, "sms", who.phone or "").challenge
    code = stage.wait(lambda: stage.texted(who.phone or "", r"확인 번호 ([0-9]{6})"))
    stage.secrets.append(client.members.verify(begun, Answer(code=code)).token)
    second = client.members.begin_another("birth").challenge
    born = str(who.birth_date)
    stage.secrets.append(client.members.verify(second, Answer(birth_date=born)).token)


def vote(stage: Stage, election_id: str, who: Person, enter: Any) -> None:
    """Sign in, bind a key, hand a ballot in and wait until it is recorded and told of."""
    key = Account.create()
    with HanpyoClient(stage.url) as client:
        enter(stage, election_id, client, who)
        credential = client.members.bind_key(key.address)
        voter = Voter(credential.voter, bytes(key.key), int(credential.weight), credential.class_)
        record = booth_of(client.elections.get(election_id)).ballot(voter, YES)
        told = client.ballots.post(election_id, ballot_body(voter, record, credential))
        stage.wait(lambda: client.ballots.get(told.digest).state in ("recorded", "final"))
    stage.secrets.append(key.key.hex())


def stumble(stage: Stage, election_id: str) -> None:
    """Everything that goes wrong with somebody's data in it."""
    who, election = PEOPLE[0], f"{stage.url}/v1/elections/{election_id}"
    bodies: list[tuple[str, Any]] = [
        ("/challenges", {"method": "mail", "contact": STRANGER}),
        ("/challenges", {"method": "mail", "contact": f"{who.name} {who.phone}"}),
        ("/challenges", {"method": "mail", "contact": who.mail, who.name: who.address}),
        ("/sessions", {"method": "letter", "code": who.mail}),
        ("/sessions", {"method": "link", "code": who.phone, "name": who.name}),
        ("/ballots", {"voter": who.name, "key": who.mail, "payload": who.phone}),
        ("/key", {"secret": who.address}),
    ]
    for path, body in bodies:
        httpx.post(election + path, json=body)
    httpx.post(f"{stage.url}/v1/staff/session", json={"mail": CLERK.mail, "password": who.name})
    httpx.post(f"{stage.url}/v1/sessions", content=f'{{"token": "{who.mail}"'.encode())
    httpx.post(f"{stage.url}/v1/sessions", content=str(who.name).encode())
    httpx.get(f"{stage.url}/v1/me", headers={"Authorization": f"Bearer {STRANGER}"})
