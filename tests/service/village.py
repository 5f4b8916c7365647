"""A village that votes: a published election whose members have mail, phone and birth date.

There is no chain; registrars are the election's own keys, at hand. Time is a clock that tests move.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import Headers

from hanpyo.config import load_settings
from hanpyo.db.database import Database
from hanpyo.db.models import (
    AccessCode,
    Act,
    Appearance,
    ChainHead,
    Challenge,
    Cursor,
    Election,
    ElectionState,
    Installation,
    KeyBinding,
    Member,
    MemberSession,
    Notice,
    NoticeCursor,
    Organisation,
    Passkey,
    RateCounter,
    Rebind,
    VoterState,
)
from hanpyo.db.vault import MasterKey, Vault
from hanpyo.elections.catalogue import Catalogue, PublishedElection
from hanpyo.elections.officials import Officials, Signers, new_key
from hanpyo.elections.people import Person
from hanpyo.elections.plan import Periods, Plan, manifest_for
from hanpyo.errors import HanpyoError
from hanpyo.identity.codes import code_digest, new_letter_code, new_link_token
from hanpyo.identity.notices.outbox import Letter, open_letter
from hanpyo.identity.service import Identity, identity_of
from hanpyo.protocol.agenda import Item, Method
from hanpyo.protocol.batch import Attestation
from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.messages import Message
from hanpyo.protocol.roll import RollEntry, encode_roll, member_commitment
from hanpyo.protocol.signatures import address_key_id
from hanpyo.protocol.types import Address, EntryKind, Secrecy
from hanpyo.registrar.requests import AttestationRequest, Purpose
from hanpyo.runtime import Runtime
from hanpyo.secrecy.trustee import TrusteeKey
from hanpyo.web.app import create_app
from tests.service.clocks import Clock
from tests.service.databases import ready_database
from tests.service.members import add_member

PERIODS = Periods(lead=60, voting=86_400, desk=3_600, gap=600, release=3_600, challenge=600)
PEOPLE = (
    Person(
        name="김하나",
        mail="hana@example.org",
        phone="+821023456781",
        birth_date=date(1961, 2, 3),
        address="서울시 한표로 1",
        number="A-1",
        subject="test:hana",
    ),
    Person(
        name="이두리",
        mail="duri@example.org",
        phone="+821023456782",
        birth_date=date(1972, 3, 4),
        number="A-2",
        subject="test:duri",
    ),
    Person(name="박세찬", phone="+821023456783", birth_date=date(1983, 4, 5), number="A-3"),
    Person(name="=최네모", address="서울시 한표로 4", number="A-4"),
)

FORGOTTEN = (
    AccessCode,
    Act,
    Appearance,
    ChainHead,
    Challenge,
    Cursor,
    KeyBinding,
    MemberSession,
    Notice,
    NoticeCursor,
    Passkey,
    RateCounter,
    Rebind,
    VoterState,
)


@dataclass
class KnownRegistrars:
    """Registrars whose keys are at hand: they attest what they are asked, or fail as told."""

    officials: Officials
    failure: HanpyoError | None = None
    asked: list[AttestationRequest] = field(default_factory=list)
    codes: list[tuple[int, Purpose]] = field(default_factory=list)

    def attest(
        self, election: PublishedElection, request: AttestationRequest
    ) -> tuple[Attestation, ...]:
        return self._sign(election, request, request.credential)

    def attest_rebind(
        self, election: PublishedElection, request: AttestationRequest
    ) -> tuple[Attestation, ...]:
        return self._sign(election, request, request.rebind)

    def send_codes(self, election: PublishedElection, voter: int, purpose: Purpose) -> int:
        self.codes.append((voter, purpose))
        return 1

    def _sign(
        self, election: PublishedElection, request: AttestationRequest, message: Message
    ) -> tuple[Attestation, ...]:
        self.asked.append(request)
        if self.failure is not None:
            raise self.failure
        return self.officials.registrars.attest_message(election.domain, message)


@dataclass(frozen=True)
class Answered:
    """An answer of the API; `json` is empty where there is no body."""

    status_code: int
    json: dict[str, Any]
    text: str
    headers: Headers


@dataclass
class Visitor:
    """One browser with its bearer token."""

    app: APIFlask
    token: str = field(default="", repr=False)
    address: str = "203.0.113.7"
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    def request(self, method: str, path: str, json: Any = None) -> Answered:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        answer = self.client.open(
            path,
            method=method,
            json=json,
            headers=headers,
            environ_base={"REMOTE_ADDR": self.address},
        )
        body = answer.get_json() if answer.data else {}
        if answer.status_code == 201:
            self.token = body.get("token", self.token)
        return Answered(answer.status_code, body, answer.text, answer.headers)

    def post(self, path: str, json: Any = None) -> Answered:
        return self.request("POST", path, json)

    def get(self, path: str) -> Answered:
        return self.request("GET", path)

    def answer(self, challenge: str, **answer: Any) -> Answered:
        """Answer a challenge."""
        body = {"challenge": challenge, "answer": answer}
        return self.post("/v1/sessions/verifications", body)


@dataclass
class Village:
    """A runtime with published elections of four people."""

    runtime: Runtime
    clock: Clock
    officials: Officials
    registrars: KnownRegistrars
    app: APIFlask
    identity: Identity
    elections: list[str] = field(default_factory=list)

    @property
    def election(self) -> str:
        """The first election's id."""
        return self.elections[0]

    @property
    def published(self) -> PublishedElection:
        """The first election."""
        return Catalogue(self.runtime.database).get(self.election)

    def visitor(self, address: str = "203.0.113.7") -> Visitor:
        """A browser without a session."""
        return Visitor(self.app, address=address)

    def member(self, place: int, election: str | None = None) -> Member:
        """The member who is `PEOPLE[place]`, also their voter number."""
        with self.runtime.database.read() as session:
            return session.scalars(
                select(Member).where(
                    Member.election_id == (election or self.election), Member.voter == place
                )
            ).one()

    def code(
        self, place: int, kind: str = "link", family: str = "mail", election: str | None = None
    ) -> str:
        """A fresh personal code for a member."""
        code = new_link_token() if kind == "link" else new_letter_code()
        member = self.member(place, election)
        row = AccessCode(
            digest=code_digest(kind, code),
            election_id=member.election_id,
            member_id=member.id,
            kind=kind,
            family=family,
            created_at=int(self.clock()),
            expires_at=int(self.clock()) + 86_400,
        )
        self.runtime.database.transact(lambda session: session.add(row))
        return code

    def by_link(self, place: int, family: str = "mail") -> Visitor:
        """A browser that opened a personal link."""
        visitor = self.visitor()
        answer = visitor.post("/v1/sessions", {"token": self.code(place, family=family)})
        assert answer.status_code == 201, answer.json
        return visitor

    def with_code(self, place: int, channel: str = "mail", family: str = "mail") -> Visitor:
        """A browser with a link and a code: level L2."""
        visitor = self.by_link(place, family)
        self.add_code(visitor, channel)
        return visitor

    def add_code(self, visitor: Visitor, channel: str) -> None:
        """Show a code over this channel."""
        begun = visitor.post("/v1/sessions/challenges", {"method": channel})
        assert begun.status_code == 201, begun.json
        answer = visitor.answer(begun.json["challenge"], code=self.sent_code())
        assert answer.status_code == 201, answer.json

    def letters(self) -> list[tuple[Notice, Letter]]:
        """What waits in the outbox, oldest first."""
        with self.runtime.database.read() as session:
            rows = session.scalars(
                select(Notice).where(Notice.state == "waiting").order_by(Notice.created_at)
            ).all()
        return [(row, open_letter(self.runtime.vault, row)) for row in rows]

    def sent_code(self) -> str:
        """The one code that waits; it is then no longer there."""
        [(row, letter)] = [each for each in self.letters() if each[0].template == "code"]
        self.runtime.database.transact(lambda session: session.delete(session.get(Notice, row.id)))
        return letter.parameters["code"]

    def begin_anew(self) -> None:
        """Forget all elections' doings, let a day pass, and publish another election."""
        with self.runtime.database.write() as session:
            for table in FORGOTTEN:
                session.execute(delete(table))
        self.clock.forward(100_000)
        self.registrars.asked.clear()
        self.registrars.codes.clear()
        self.registrars.failure = None
        self.elections.clear()
        self.publish()

    def publish(
        self,
        level: str = "L2",
        methods: str = "link letter mail sms birth passkey",
        *,
        people: Sequence[Person] = PEOPLE,
        wallets: Sequence[bytes] = (),
    ) -> str:
        """One more election: members in voter-number order, those listed by wallet last."""
        roll = tuple(
            RollEntry(
                EntryKind.ATTESTED,
                member_commitment(f"{len(self.elections)}-{number}".encode(), bytes(32)),
                number + 1,
                0,
            )
            for number in range(len(people))
        ) + tuple(
            RollEntry(EntryKind.LISTED, address_key_id(Address(wallet)), 1, 0) for wallet in wallets
        )
        text = {"title": "마을 총회", "items": [{"title": "안건", "options": ["찬성", "반대"]}]}
        plan = Plan(Secrecy.OPEN, text, (Item(Method.CHOOSE_ONE, 2),), roll)
        start = int(self.clock())
        manifest = manifest_for(
            plan, Address(bytes([9]) * 20), PERIODS.starting(start), self.officials
        )
        encoded = manifest.encode()

        def work(session: Session) -> str:
            organisation = Organisation(name="한표마을", created_at=start)
            session.add(organisation)
            session.flush()
            election = Election(
                organisation_id=organisation.id,
                state=ElectionState.PUBLISHED,
                title=plan.text["title"],
                definition="{}",
                identity=level,
                methods=methods,
                created_at=start,
                changed_at=start,
                text=plan.text_json,
                roll=encode_roll(roll),
                manifest=encoded,
                manifest_hash=keccak(encoded),
                address=new_key()[:20],
                created_block=1,
                opens_at=manifest.timetable.opens_at,
                closes_at=manifest.timetable.closes_at,
            )
            session.add(election)
            session.flush()
            for number, entry in enumerate(roll):
                person = people[number] if number < len(people) else None
                add_member(session, self.runtime.vault, election.id, number, entry, person=person)
            return election.id

        self.elections.append(self.runtime.database.transact(work))
        return self.elections[-1]

    def see_head(self, timestamp: int, number: int = 10) -> None:
        """The chain's newest block, all final."""
        head = ChainHead(
            id=1,
            number=number,
            hash=bytes(32),
            timestamp=timestamp,
            final_number=number,
            seen_at=int(self.clock()),
        )
        self.runtime.database.transact(lambda session: session.merge(head))


@contextmanager
def village(database_kind: str, folder: Path, **settings: Any) -> Iterator[Village]:
    """A village without an election yet."""
    clock = Clock()
    with ready_database(database_kind, folder) as url:
        database = Database(url)
        given = {"data": folder, "database_url": url} | settings
        runtime = Runtime(
            load_settings(**given), database, Vault([MasterKey.generate(1)]), clock=clock
        )
        installation = Installation(
            id=1,
            chain_id=31_337,
            genesis=bytes(32),
            factory=bytes(20),
            embedded=True,
            created_at=int(clock()),
        )
        database.transact(lambda session: session.add(installation))
        officials = Officials(Signers.generate(3, 2), Signers.generate(2, 2), TrusteeKey.generate())
        registrars = KnownRegistrars(officials)
        identity = identity_of(runtime, registrars)
        app = create_app(runtime)
        app.extensions["hanpyo.identity"] = identity
        app.extensions["hanpyo.registrars"] = registrars
        yield Village(runtime, clock, officials, registrars, app, identity)
        database.close()
