"""A small election through the whole service: what is personal stays where it belongs.

People with names, phones, mails, birth dates and addresses are imported, invited, sign in, vote and
are told of it. Then everything that leaves their hands is searched for them and for every secret:
logs at their loudest, the database as it lies there, each URL, each refusal, the chain, the
numbers, exports, messages to webhooks, and the evidence bundle.
"""

import io
import json
import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pyotp
import pytest
import structlog
from eth_account import Account
from sqlalchemy.engine import make_url

from hanpyo.audit import LiveSource, write_bundle
from hanpyo.chain.node import ENDOWMENT
from hanpyo.client import HanpyoClient, HanpyoClientError
from hanpyo.client.ballots import ballot_body
from hanpyo.client.elections import booth_of
from hanpyo.config import LogSection, load_settings
from hanpyo.db.models import Base, Election, ElectionState, Role
from hanpyo.elections.casting import Voter
from hanpyo.elections.people import Person
from hanpyo.identity.staff import accounts, organisations
from hanpyo.identity.staff.desk import desk_of
from hanpyo.operation.composition import runner_of
from hanpyo.operation.embedded import _with_keys
from hanpyo.operation.logs import configure_logs
from hanpyo.protocol.types import Address
from hanpyo.web.app import create_app
from hanpyo.web.identity_models import Answer
from tests.service.databases import KINDS
from tests.service.leaks import forms_of, leaks
from tests.service.outlets import Gateway, Mailbox, mail_server, sms_gateway
from tests.service.scene import YES, Scene, scene
from tests.service.serving import served
from tests.service.staff import QUICK_PASSWORDS

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
TOKEN = 22
"""Characters of 128 random bits: nobody finds such a token by its hash, which may be kept."""


@dataclass
class Heard:
    """What was seen of one service by whoever stands beside it."""

    urls: list[str] = field(default_factory=list)
    refusals: list[bytes] = field(default_factory=list)
    webhooks: list[bytes] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    log: io.StringIO = field(default_factory=io.StringIO)


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
            self.place.controls.advance_to(self.place.controls.now() + 1)
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


@contextmanager
def listening(heard: Heard) -> Iterator[None]:
    """Logs as the service writes them at debug, and what was logged before it was cleaned."""

    class Raw(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if not record.name.startswith("mail."):  # the test's own mail server
                heard.events.append(f"{record.msg!r} {record.args!r} {record.exc_info!r}")

    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    configure_logs(LogSection(level="debug"), heard.log)
    root.handlers[0].addFilter(lambda record: not record.name.startswith("mail."))
    root.addHandler(Raw())
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.configure(**before)


def recording(application: Any, heard: Heard) -> Any:
    """The WSGI application, each URL and each refusal noted."""

    def call(environ: dict[str, Any], start: Any) -> Any:
        heard.urls.append(f"{environ['PATH_INFO']}?{environ.get('QUERY_STRING', '')}")
        heard.urls.append(environ.get("HTTP_REFERER", ""))
        status: list[str] = []

        def begin(line: str, headers: Any, *more: Any) -> Any:
            status.append(line)
            told = [f"{name}: {value}" for name, value in headers if name != "Set-Cookie"]
            heard.refusals.append("\n".join(told).encode())
            return start(line, headers, *more)

        body = list(application(environ, begin))
        if status[0] >= "4":
            heard.refusals.extend(body)
        return body

    return call


@contextmanager
def receiving(heard: Heard) -> Iterator[str]:
    """A webhook's receiver."""

    def application(environ: dict[str, Any], start: Any) -> list[bytes]:
        heard.urls.append(f"{environ['PATH_INFO']}?{environ.get('QUERY_STRING', '')}")
        heard.webhooks.append(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        start("204 No Content", [])
        return []

    with served(application) as url:  # type: ignore[arg-type]  # any WSGI application serves
        yield f"{url}/hook"


@pytest.fixture(scope="module", params=KINDS)
def stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("privacy")
    keys = _with_keys(load_settings(data=folder))
    heard = Heard()
    with mail_server() as mailbox, sms_gateway() as gateway, receiving(heard) as hook:
        given: dict[str, Any] = {
            "relay": keys.relay.model_dump() | {"batch_age": 0.1},
            "registrars": keys.registrars.model_dump(),
            "staff": QUICK_PASSWORDS,
            "mail": {"host": "127.0.0.1", "port": mailbox.port, "security": "none"},
            "sms": {"url": gateway.url},
            "webhooks": {"allow_loopback": True, "turnout_every": 1},
        }
        with scene(request.param, folder, history=300, **given) as place, listening(heard):
            sender = json.loads(keys.relay.keystores[0].read_text())["address"]
            place.controls.set_balance(f"0x{sender}", ENDOWMENT)
            runner = runner_of(place.runtime)
            runner.start()
            app = create_app(place.runtime)
            app.wsgi_app = recording(app.wsgi_app, heard)  # type: ignore[method-assign]
            try:
                with served(app) as url:
                    made = Stage(place, url, heard, mailbox, gateway)
                    hold(made, hook)
                    yield made
            finally:
                assert runner.stop()


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


def haystacks(stage: Stage, folder: Path) -> dict[str, bytes]:
    """Everything that somebody without the key may get hold of."""
    heard, place = stage.heard, stage.place
    election = place.catalogue.get(_election_id(stage))
    bundle = folder / f"{time.monotonic_ns()}.json"
    address = Address(bytes.fromhex(election.address[2:]))
    write_bundle(LiveSource([place.node.rpc]), address, bundle)
    return {
        "the logs": heard.log.getvalue().encode(),
        "what was logged": "\n".join(heard.events).encode(),
        "URLs": "\n".join(heard.urls).encode(),
        "refusals and headers": b"\n".join(heard.refusals),
        "webhooks": b"\n".join(heard.webhooks),
        "the database": dump(place),
        "the chain": chain(place),
        "the numbers": httpx.get(f"{stage.url}/metrics").content,
        "exports": exports(stage, election.id),
        "the bundle": bundle.read_bytes(),
    }


def dump(place: Scene) -> bytes:
    """The database as whoever steals it has it."""
    url = make_url(place.runtime.settings.database)
    if url.get_backend_name() == "sqlite":
        file = Path(url.database or "")
        return b"".join(each.read_bytes() for each in sorted(file.parent.glob(f"{file.name}*")))
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    found = bytearray()
    with psycopg.connect(plain) as connection, connection.cursor() as cursor:
        for table in Base.metadata.sorted_tables:
            with cursor.copy(f'COPY "{table.name}" TO STDOUT'.encode()) as copy:
                for row in copy:
                    found += row
    return bytes(found)


def chain(place: Scene) -> bytes:
    """Every block's transactions, every log, every contract's code, as text and as bytes."""
    rpc = place.node.rpc
    blocks = [
        rpc.call("eth_getBlockByNumber", hex(number), True)
        for number in range(rpc.block_number() + 1)
    ]
    logs: Any = rpc.call("eth_getLogs", {"fromBlock": "0x0", "toBlock": "latest"})
    made = {each["address"] for each in logs}
    code = [rpc.call("eth_getCode", each, "latest") for each in made]
    text = json.dumps([blocks, logs, code])
    words: list[str] = re.findall(r"0x((?:[0-9a-f]{2})+)", text)
    return text.encode() + b"\n" + b"\n".join(bytes.fromhex(each) for each in words)


def exports(stage: Stage, election_id: str) -> bytes:
    """What everybody may read, in every format."""
    place = f"{stage.url}/v1/elections"
    paths = [f"{place}", f"{place}/{election_id}", f"{place}/{election_id}/results"]
    for name in ("turnout", "tally", "events", "acts"):
        query = "voter=0&" if name == "acts" else ""
        paths += [f"{place}/{election_id}/{name}?{query}format={kind}" for kind in KINDS_OF_EXPORT]
    answers = [httpx.get(path) for path in paths]
    assert {answer.status_code for answer in answers} == {200}
    return b"\n".join(answer.content for answer in answers)


KINDS_OF_EXPORT = ("json", "csv", "jsonld")


def _election_id(stage: Stage) -> str:
    with HanpyoClient(stage.url) as client:
        (election,) = client.elections.all()
        return election.id


@pytest.fixture(scope="module")
def places(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return haystacks(stage, tmp_path_factory.mktemp("places"))


def test_nothing_personal_and_no_secret_is_anywhere(stage: Stage, places: dict[str, bytes]) -> None:
    assert all(len(content) > 100 for content in places.values()), list(map(len, places.values()))
    values = {form for who in (*PEOPLE, CLERK) for form in forms_of(who)}
    tokens = {each for each in stage.secrets if len(each) >= TOKEN}
    found = leaks(places, sorted(values | (set(stage.secrets) - tokens) | {STRANGER}))
    found += leaks(places, sorted(tokens), hashes=False)
    assert not found, "\n".join(found)


def test_people_were_told_and_the_secrets_were_real(stage: Stage) -> None:
    assert len(stage.secrets) > 20
    for who in PEOPLE[:2]:
        assert len(stage.mails(who.mail)) >= 3, who.number
    assert len([each for each in stage.gateway.taken if each["to"] == PEOPLE[1].phone]) >= 3


@pytest.mark.parametrize("where", ["the logs", "the database", "the chain", "URLs"])
def test_the_search_finds_what_is_planted(places: dict[str, bytes], where: str) -> None:
    who = PEOPLE[1]
    for planted in (
        (who.name or "").encode(),
        (who.mail or "").lower().encode().hex().encode(),
        b"tel 010-9174-6385;",
        f" {who.birth_date:%Y%m%d}.".encode(),
    ):
        content = {where: places[where][:5_000] + planted}
        assert leaks(content, sorted(forms_of(who))), planted
