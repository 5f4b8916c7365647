"""A town that votes in browsers: a running installation, elections of any shape, and people.

Web, worker, chain and database are real processes; registrars are the installation's own.
"""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from hanpyo.db.models import (
    AccessCode,
    Election,
    ElectionState,
    Member,
    Notice,
    Organisation,
)
from hanpyo.elections import lifecycle
from hanpyo.elections.catalogue import PublishedElection
from hanpyo.elections.people import Person
from hanpyo.elections.plan import Periods, Plan, manifest_for
from hanpyo.identity.codes import LINK_PAGE, code_digest, new_letter_code, new_link_token
from hanpyo.identity.notices.outbox import open_letter
from hanpyo.protocol.agenda import Item, Method
from hanpyo.protocol.manifest import ClassRow
from hanpyo.protocol.roll import RollEntry, encode_roll, member_commitment
from hanpyo.protocol.types import Address, EntryKind, Secrecy
from tests.service.deployment import Deployment, deployment
from tests.service.members import add_member

PERIODS = Periods(lead=60, voting=200_000, desk=3_600, gap=600, release=3_600, challenge=600)
DAY = 86_400
_CALM: dict[str, Any] = {
    "HANPYO_CHAIN__POLL": "0.5",
    "HANPYO_CHAIN__CONFIRMATIONS": "1",
    "HANPYO_INDEX__STREAM_SECONDS": "4",
}
_BEAT = 1.0
"""Blocks cost every process something: they come with transactions, and seldom without."""


@dataclass(frozen=True)
class Question:
    """An agenda item with its texts."""

    title: str = "안건"
    options: Sequence[str] = ("찬성", "반대", "기권")
    item: Item = field(default_factory=lambda: Item(Method.CHOOSE_ONE, 3))
    more: dict[str, Any] = field(default_factory=dict)

    def text(self) -> dict[str, Any]:
        """The item in the published text."""
        return {"title": self.title, "options": list(self.options)} | self.more


@dataclass(frozen=True)
class Held:
    """A published election."""

    town: "Town"
    election: PublishedElection

    @property
    def id(self) -> str:
        """Its id in the service."""
        return self.election.id

    def link(self, voter: int, family: str = "mail", lasts: int = DAY) -> str:
        """A fresh personal link, as a member would open it."""
        return f"{self.town.url}{LINK_PAGE}#{self.code(voter, 'link', family, lasts)}"

    def letter(self, voter: int) -> str:
        """A fresh letter's code."""
        return self.code(voter, "letter", "post")

    def code(self, voter: int, kind: str, family: str, lasts: int = DAY) -> str:
        """A fresh personal code."""
        code = new_link_token() if kind == "link" else new_letter_code()
        now = self.town.now

        def work(session: Session) -> None:
            row = session.scalars(
                select(Member).where(Member.election_id == self.id, Member.voter == voter)
            ).one()
            session.add(
                AccessCode(
                    digest=code_digest(kind, code),
                    election_id=self.id,
                    member_id=row.id,
                    kind=kind,
                    family=family,
                    created_at=now,
                    expires_at=now + lasts,
                )
            )

        self.town.deployment.database.transact(work)
        return code

    def close(self) -> None:
        """Let the voting end on the chain, and wait until the service has seen it."""
        closes = self.election.manifest.timetable.closes_at
        with self.town.deployment.beat.held():
            self.town.deployment.node.controls.advance_to(closes + 1)
        self.town.deployment.wait(lambda: self.phase() != "voting", "the close is seen")

    def phase(self) -> str:
        """Where the service says that it stands."""
        answer = self.town.deployment.http.get(f"{self.town.url}/v1/elections/{self.id}")
        return str(answer.json().get("phase", ""))


@dataclass
class Town:
    """An installation whose pages browsers open."""

    deployment: Deployment
    organisation: str = "한표협동조합"
    public: str = ""

    @property
    def url(self) -> str:
        """Where the pages are."""
        return self.public or self.deployment.urls()[0]

    @property
    def now(self) -> int:
        """The service's clock."""
        return self.deployment.scene.runtime.now()

    def hold(
        self,
        questions: Sequence[Question] = (Question(),),
        *,
        title: str = "2026년 정기총회",
        secrecy: Secrecy = Secrecy.OPEN,
        people: Sequence[Person] = (),
        voters: int = 3,
        level: str = "L0",
        methods: str = "link letter",
        classes: Sequence[tuple[int, ClassRow]] = (),
        text: dict[str, Any] | None = None,
        periods: Periods = PERIODS,
        weights: Sequence[int] = (),
        test: bool = False,
        wallets: dict[int, bytes] | None = None,
    ) -> Held:
        """Publish, freeze and open an election; voter n is `people[n]` where there is one.

        `classes` are (voters from this number on, class row); `wallets` are key ids on the roll.
        """
        scene = self.deployment.scene
        rows = tuple(row for _, row in classes) or (ClassRow(0),)
        roll = tuple(
            RollEntry(
                EntryKind.LISTED if number in (wallets or {}) else EntryKind.ATTESTED,
                (wallets or {}).get(number)
                or member_commitment(f"member-{number}".encode(), bytes([7]) * 32),
                weights[number] if weights else 1,
                max((at for at, (first, _) in enumerate(classes) if number >= first), default=0),
            )
            for number in range(max(voters, len(people)))
        )
        told = {"title": title, "organisation": self.organisation} | (text or {})
        told["items"] = [each.text() for each in questions]
        items = tuple(each.item for each in questions)
        plan = Plan(secrecy, told, items, roll, rows)
        controls = scene.controls
        with self.deployment.beat.held():
            controls.set_automine(True)
            organiser = Address(bytes.fromhex(scene.organiser.address[2:]))
            timetable = periods.starting(controls.now())
            manifest = manifest_for(plan, organiser, timetable, scene.officials)
            start = scene.node.rpc.block_number()
            contract = lifecycle.create(scene.organiser, scene.factory, manifest)
            lifecycle.publish_and_freeze(scene.organiser, contract, plan)
            controls.advance_to(timetable.opens_at)
        now = self.now
        row = Election(
            state=ElectionState.PUBLISHED,
            title=title,
            definition="{}",
            identity=level,
            methods=methods,
            test=test,
            created_at=now,
            changed_at=now,
            text=plan.text_json,
            roll=encode_roll(roll),
            manifest=manifest.encode(),
            manifest_hash=contract.manifest_hash,
            address=bytes.fromhex(contract.address[2:]),
            created_block=start,
            opens_at=timetable.opens_at,
            closes_at=timetable.closes_at,
        )

        def work(session: Session) -> str:
            organisation = Organisation(name=self.organisation, created_at=now)
            session.add(organisation)
            session.flush()
            row.organisation_id = organisation.id
            session.add(row)
            session.flush()
            for number, entry in enumerate(roll):
                person = people[number] if number < len(people) else None
                add_member(session, scene.runtime.vault, row.id, number, entry, person=person)
            return row.id

        held = Held(self, scene.catalogue.get(self.deployment.database.transact(work)))
        self.deployment.wait_open(held.election)
        self.deployment.wait(lambda: held.phase() == "voting", "the pages see it open")
        return held

    def sent_code(self) -> str:
        """The one-time code that waits in the outbox; it is then no longer there."""
        found: list[tuple[Notice, str]] = []

        def look() -> bool:
            vault = self.deployment.scene.runtime.vault
            with self.deployment.database.read() as session:
                rows = session.scalars(select(Notice).where(Notice.state == "waiting")).all()
            found.extend(
                (row, open_letter(vault, row).parameters["code"])
                for row in rows
                if row.template == "code" and row.member_id is not None
            )
            return bool(found)

        self.deployment.wait(look, "a code is sent")
        row, code = found[0]
        self.deployment.database.transact(
            lambda session: session.delete(session.get_one(Notice, row.id))
        )
        return code


def text_of(held: Held) -> dict[str, Any]:
    """The published text of an election."""
    found: dict[str, Any] = orjson.loads(held.election.text or "{}")
    return found


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def town(folder: Path, port: int | None = None, **settings: Any) -> Iterator[Town]:
    """An installation with a name, as passkeys need one, and without an election yet."""
    port = port or free_port()
    url = f"http://localhost:{port}"
    named: dict[str, Any] = {"HANPYO_WEB__PORT": str(port), "HANPYO_WEB__PUBLIC_URL": url}
    with deployment("sqlite", folder, beat=_BEAT, **_CALM, **named, **settings) as running:
        running.node.controls.set_automine(True)
        runtime = running.scene.runtime
        web = runtime.settings.web.model_copy(update={"public_url": url})
        runtime.settings = runtime.settings.model_copy(update={"web": web})
        yield Town(running, public=url)
