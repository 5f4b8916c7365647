"""A whole service for requests of any kind: an election on a followed chain, a draft, and callers.

Each caller is a client address of its own and one of: nobody, a member, an organiser with every
role of the organisation, an operator.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
from apiflask import APIFlask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hanpyo.db.models import AccessCode, Election, Member, MemberLookup, Role
from hanpyo.elections.catalogue import PublishedElection
from hanpyo.elections.people import Person, lookup_digests, seal_person
from hanpyo.identity.codes import code_digest, new_link_token
from hanpyo.identity.service import identity_of
from hanpyo.protocol.types import Secrecy
from hanpyo.runtime import Runtime
from hanpyo.web.app import create_app
from hanpyo.web.ballots import attach_relay
from tests.integration.indexer.following import Following
from tests.service.relaying import relay_of
from tests.service.scene import YES, Scene, scene
from tests.service.staff import QUICK_PASSWORDS, browser_of, new_organisation, new_staff
from tests.service.village import KnownRegistrars

METHODS: Final = "link letter mail sms birth passkey wallet"
OFFICES: Final = (Role.ORGANISER, Role.CLERK, Role.REGISTRAR, Role.OBSERVER)
CALLERS: Final = ("nobody", "member", "organiser", "operator")
DEFINITION: Final = {
    "title": "초안",
    "times": {"opens": 2_000_000_000, "closes": 2_000_000_060, "opening": 2_000_000_120},
    "items": [{"title": "안건", "options": ["찬성", "반대"]}],
}
PEOPLE: Final = tuple(
    Person(name=f"김회원{number}", mail=f"member{number}@example.org", number=f"M-{number}")
    for number in range(6)
)


def unused_addresses() -> Iterator[str]:
    """Addresses of clients, each once."""
    for number in range(1 << 24):
        yield f"10.{number >> 16}.{(number >> 8) & 255}.{number & 255}"


@dataclass
class Installation:
    """The service with one organisation, an election and a draft."""

    place: Scene
    app: APIFlask
    election: PublishedElection
    draft: str
    organisation: str
    addresses: Iterator[str] = field(default_factory=unused_addresses)

    @property
    def runtime(self) -> Runtime:
        return self.place.runtime

    def headers(self, caller: str) -> dict[str, str]:
        """What proves a fresh session of this caller, from an address of its own.

        A test client has to be told to use no cookies of its own.
        """
        own = {"X-Forwarded-For": next(self.addresses)}
        if caller == "member":
            return own | {"Authorization": f"Bearer {self.member_session(0)}"}
        if caller == "organiser":
            return own | self._staff(self.organisation, *OFFICES)
        if caller == "operator":
            return own | self._staff(None, Role.OPERATOR)
        return own

    def member_session(self, voter: int, election_id: str | None = None) -> str:
        """The bearer token of a member who opened a personal link."""
        token = self.link(voter, election_id or self.election.id)
        answer = self.app.test_client().post(
            "/v1/sessions",
            json={"token": token},
            headers={"X-Forwarded-For": next(self.addresses)},
        )
        assert answer.status_code == 201, answer.text
        return str(answer.get_json()["token"])

    def link(self, voter: int, election_id: str) -> str:
        """The token of a fresh personal link."""
        token, now = new_link_token(), self.runtime.now()
        with self.runtime.database.write() as session:
            member = session.scalars(
                select(Member).where(Member.election_id == election_id, Member.voter == voter)
            ).one()
            session.add(
                AccessCode(
                    digest=code_digest("link", token),
                    election_id=election_id,
                    member_id=member.id,
                    kind="link",
                    family="mail",
                    created_at=now,
                    expires_at=now + 86_400,
                )
            )
        return token

    def _staff(self, organisation: str | None, *held: Role) -> dict[str, str]:
        made = browser_of(self.app, self.runtime, new_staff(self.runtime, organisation, *held))
        address = urlsplit(made.base_url)
        name = "__Host-hanpyo_staff" if address.scheme == "https" else "hanpyo_staff"
        cookie = made.client.get_cookie(name, address.hostname or "")
        assert cookie is not None
        return {"Cookie": f"{name}={cookie.value}", "X-CSRF-Token": made.csrf}


@contextmanager
def installation(kind: str, folder: Path, **settings: Any) -> Iterator[Installation]:
    """A service behind one proxy that names its clients."""
    given = {
        "staff": QUICK_PASSWORDS,
        "web": {"trusted_proxies": 1, "max_upload": 300_000},
    } | settings
    with scene(kind, folder, **given) as place:
        followed = Following(place, place.publish(6, Secrecy.OPEN))
        followed.cast(YES, range(3))
        followed.follow()
        app = create_app(place.runtime)
        attach_relay(app, relay_of(place))
        registrars = KnownRegistrars(place.officials)
        identity = identity_of(place.runtime, registrars)
        app.extensions |= {"hanpyo.identity": identity, "hanpyo.registrars": registrars}
        organisation = people(place.runtime, followed.election.id)
        yield Installation(
            place, app, followed.election, draft(place.runtime, organisation), organisation
        )


def people(runtime: Runtime, election_id: str) -> str:
    """Give an election's members names and every method; the id of its organisation."""

    def work(session: Session) -> str:
        session.execute(
            update(Election)
            .where(Election.id == election_id)
            .values(methods=METHODS, identity="L0")
        )
        members = session.scalars(select(Member).where(Member.election_id == election_id)).all()
        for member in members:
            who = PEOPLE[member.voter or 0]
            member.sealed = seal_person(runtime.vault, member.id, who)
            for kind, digest in lookup_digests(runtime.vault, who):
                session.add(
                    MemberLookup(
                        election_id=election_id, kind=kind, digest=digest, member_id=member.id
                    )
                )
        return session.get_one(Election, election_id).organisation_id

    return runtime.database.transact(work)


def draft(runtime: Runtime, organisation_id: str) -> str:
    """A draft without a roll."""
    row = Election(
        organisation_id=organisation_id,
        title="초안",
        definition=orjson.dumps(DEFINITION).decode(),
        identity="L0",
        methods="link",
        created_at=runtime.now(),
        changed_at=runtime.now(),
    )

    def work(session: Session) -> str:
        session.add(row)
        session.flush()
        return row.id

    return runtime.database.transact(work)


def other_organisation(made: Installation) -> Mapping[str, str]:
    """Another organisation with a draft; its ids."""
    organisation = new_organisation(made.runtime, "남의조합")
    return {"organisation": organisation, "draft": draft(made.runtime, organisation)}
