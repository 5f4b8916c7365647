"""From a personal link to a recorded ballot, and over to a new key: real registrars, real chain."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hanpyo.chain.contracts import ElectionContract
from hanpyo.db.models import AccessCode, Election, Member, Notice, Rebind, VoterState
from hanpyo.elections.casting import Voter, single_batch
from hanpyo.elections.catalogue import PublishedElection
from hanpyo.elections.people import Person, seal_person
from hanpyo.identity.codes import code_digest, new_link_token
from hanpyo.identity.notices.outbox import open_letter
from hanpyo.identity.service import identity_of
from hanpyo.protocol.batch import Attestation
from hanpyo.protocol.signatures import address_of
from hanpyo.registrar.client import Registrars
from hanpyo.web.app import create_app
from tests.service.attesting import offices
from tests.service.scene import YES, Scene, booth, scene, voter
from tests.service.village import Visitor

PERSON = Person(name="김하나", mail="hana@example.org", phone="+821023456781")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with scene("sqlite", tmp_path_factory.mktemp("on_chain")) as made:
        yield made


@pytest.fixture
def election(stage: Scene) -> PublishedElection:
    published = stage.publish(voters=3)

    def work(session: Session) -> None:
        session.execute(update(Election).values(methods="link mail sms"))
        for row in session.query(Member).filter_by(election_id=published.id):
            row.sealed = seal_person(stage.runtime.vault, row.id, PERSON)

    stage.runtime.database.transact(work)
    return published


@pytest.fixture
def app(stage: Scene, election: PublishedElection) -> Iterator[Any]:
    registrars = Registrars(offices(stage))
    identity = identity_of(stage.runtime, registrars)
    app = create_app(stage.runtime)
    app.extensions["hanpyo.identity"] = identity
    app.extensions["hanpyo.registrars"] = registrars
    yield app
    registrars.close()


def signed_in(stage: Scene, app: Any, election: PublishedElection, *channels: str) -> Visitor:
    """Voter 1 by a link and codes."""
    token, visitor = new_link_token(), Visitor(app)

    def work(session: Session) -> None:
        member = session.query(Member).filter_by(election_id=election.id, voter=1).one()
        session.add(
            AccessCode(
                digest=code_digest("link", token),
                election_id=election.id,
                member_id=member.id,
                kind="link",
                family="mail",
                created_at=0,
                expires_at=1 << 40,
            )
        )

    stage.runtime.database.transact(work)
    assert visitor.post("/v1/sessions", {"token": token}).status_code == 201
    for channel in channels:
        begun = visitor.post("/v1/sessions/challenges", {"method": channel})
        answer = visitor.answer(begun.json["challenge"], code=sent_code(stage))
        assert answer.status_code == 201, answer.json
    return visitor


def sent_code(stage: Scene) -> str:
    with stage.runtime.database.write() as session:
        row = session.query(Notice).filter_by(template="code", state="waiting").one()
        code = open_letter(stage.runtime.vault, row).parameters["code"]
        session.delete(row)
    return code


def body(who: Voter) -> dict[str, str]:
    return {"type": "address", "address": "0x" + address_of(who.key).hex()}


def cast(stage: Scene, election: PublishedElection, who: Voter, credential: dict[str, Any]) -> bool:
    """Whether a ballot with this credential is recorded."""
    attestations = tuple(
        Attestation(each["index"], bytes.fromhex(each["signature"][2:]))
        for each in credential["attestations"]
    )
    place = booth(election)
    record = place.ballot(who, YES, epoch=credential["epoch"])
    contract = ElectionContract(stage.node.rpc, election.address)
    before = contract.slot(who.number), contract.has_ballot(who.number)
    stage.organiser.transact(contract.cast(single_batch(place, record, attestations)))
    return before != (contract.slot(who.number), contract.has_ballot(who.number))


def test_a_link_becomes_a_recorded_ballot_and_a_new_key_another(
    stage: Scene, election: PublishedElection, app: Any
) -> None:
    old, new = voter(1), voter(1)
    visitor = signed_in(stage, app, election, "mail")
    first = visitor.post("/v1/me/key", body(old))
    assert first.status_code == 200, first.json
    assert cast(stage, election, old, first.json)

    visitor = signed_in(stage, app, election, "mail", "sms")
    ordered = visitor.post("/v1/me/rebind", body(new))
    assert (ordered.status_code, ordered.json["state"]) == (202, "signed"), ordered.json
    with stage.runtime.database.read() as session:
        order = session.scalars(select(Rebind)).one()
    contract = ElectionContract(stage.node.rpc, election.address)
    stage.organiser.transact(contract.rebind(order.voter, order.epoch, order.signatures or b""))
    assert contract.slot(1) >> 240 == 1

    flags = dict.fromkeys(("checked_in", "later", "settled", "voided"), False)
    row = VoterState(
        election_id=election.id,
        voter=1,
        acts=1,
        epoch=0,
        revision=0,
        minimum_epoch=1,
        **flags,
    )
    stage.runtime.database.transact(lambda session: session.merge(row))
    second = visitor.post("/v1/me/key", body(new))
    assert (second.status_code, second.json["epoch"]) == (200, 1), second.json
    assert not cast(stage, election, old, first.json)
    assert cast(stage, election, new, second.json)
