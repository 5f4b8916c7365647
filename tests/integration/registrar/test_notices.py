"""What a registrar tells members by itself, following the chain by its own node."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hanpyo.chain.contracts import ElectionContract
from hanpyo.config import SmsSection
from hanpyo.db.leases import Held, Leases
from hanpyo.db.models.registrar import RegistrarElection
from hanpyo.elections.casting import single_batch
from hanpyo.elections.catalogue import PublishedElection
from hanpyo.protocol.batch import Attestation
from hanpyo.registrar.contacts import Contact
from hanpyo.registrar.errors import ElectionUnknown, KeyTaken
from hanpyo.registrar.importing import import_contacts
from hanpyo.registrar.notices import NoticeSender
from hanpyo.registrar.opening import Desk
from hanpyo.registrar.sending import Outlet
from hanpyo.registrar.watch import ActWatch
from hanpyo.tasks import Task
from tests.service.attesting import PASSPHRASE, desk, private_list, request_for
from tests.service.clocks import Clock
from tests.service.outlets import sms_gateway
from tests.service.registrar_mail import Mailbox, mailbox
from tests.service.scene import YES, Scene, booth, voter


@pytest.fixture(scope="module")
def published(lone: Scene) -> PublishedElection:
    return lone.publish(voters=8)


@pytest.fixture
def post() -> Iterator[Mailbox]:
    with mailbox() as found:
        yield found


@pytest.fixture
def clock() -> Clock:
    return Clock(time.time())


@pytest.fixture
def own(
    lone: Scene, published: PublishedElection, tmp_path: Path, post: Mailbox, clock: Clock
) -> Iterator[Desk]:
    with desk(lone, tmp_path, "none", post, clock) as found:
        import_contacts(found, published.domain.election, private_list(published), PASSPHRASE)
        yield found


def run(own: Desk, post: Mailbox) -> None:
    """One step of each task of the registrar."""
    notices = own.office.notices
    sender = NoticeSender(notices, Outlet(own.settings.mail, own.settings.sms), "감사위원회")
    step(own, ActWatch(own.office.elections, notices, confirmations=1))
    step(own, sender)


def step(own: Desk, task: Task) -> None:
    held = Leases(own.parts.database, "test").take(task.name)
    assert isinstance(held, Held)
    while task.step(held):
        pass


def texts(post: Mailbox, number: int) -> list[str]:
    """What one voter was told, in order."""
    return sorted(
        (text for to, text in post.texts if to == f"v{number}@members.test"),
        key=lambda text: "등록되었습니다" not in text,
    )


def cast(lone: Scene, own: Desk, published: PublishedElection, number: int) -> None:
    """A ballot whose credential carries the signatures of this registrar and of the second."""
    member = voter(number)
    record = booth(published).ballot(member, YES)
    signature = own.office.attest(request_for(published, member))
    other = lone.credential(published, record, member)[1]
    batch = single_batch(booth(published), record, (Attestation(0, signature), other))
    contract = ElectionContract(lone.node.rpc, published.address)
    lone.organiser.transact(contract.cast(batch))


def test_a_member_is_told_of_key_and_ballot_once_each(
    lone: Scene, published: PublishedElection, own: Desk, post: Mailbox
) -> None:
    cast(lone, own, published, 0)
    for _ in range(2):
        run(own, post)
    told = texts(post, 0)
    assert ["표가 기록" in text for text in told] == [False, True]
    assert "시험 투표" in told[0]


def test_a_mail_server_that_refuses_is_asked_again_later(
    published: PublishedElection, own: Desk, post: Mailbox, clock: Clock
) -> None:
    own.office.attest(request_for(published, voter(1)))
    post.refusing = True
    run(own, post)
    post.refusing = False
    run(own, post)
    assert post.texts == []
    clock.forward(31)
    run(own, post)
    assert len(texts(post, 1)) == 1


def test_each_contact_is_told_until_it_has_taken_the_message(
    published: PublishedElection, own: Desk, post: Mailbox, clock: Clock
) -> None:
    contact = Contact("v4@members.test", "+821012345678")
    own.contacts.replace(published.domain.election, [(4, contact)])
    own.office.attest(request_for(published, voter(4)))
    with sms_gateway() as gateway:
        outlet = Outlet(own.settings.mail, SmsSection(url=gateway.url))
        sender = NoticeSender(own.office.notices, outlet, "감사위원회")
        post.refusing = True
        step(own, sender)
        assert (len(gateway.taken), post.texts) == (1, [])
        post.refusing = False
        for _ in range(2):
            clock.forward(31)
            step(own, sender)
        assert (len(gateway.taken), len(texts(post, 4))) == (1, 1)


def test_an_election_that_cannot_be_followed_holds_up_no_other(
    lone: Scene, published: PublishedElection, own: Desk, post: Mailbox
) -> None:
    cast(lone, own, published, 5)
    with own.parts.database.write() as session:
        place = {"registrar": own.office.address, "election": bytes(20)}
        known = session.get_one(RegistrarElection, place | {"election": published.domain.election})
        session.add(
            RegistrarElection(
                **place,
                manifest_hash=bytes(32),
                title="",
                first_seen_at=0,
                cursor=known.cursor,
                ends_at=known.ends_at,
            )
        )
    with pytest.raises(ElectionUnknown):
        run(own, post)
    step(own, NoticeSender(own.office.notices, Outlet(own.settings.mail, own.settings.sms), "x"))
    assert ["표가 기록" in text for text in texts(post, 5)] == [False, True]


def test_a_ballot_that_is_read_twice_is_told_once(
    lone: Scene, published: PublishedElection, own: Desk, post: Mailbox
) -> None:
    cast(lone, own, published, 3)
    run(own, post)
    told = len(post.texts)
    place = {"registrar": own.office.address, "election": published.domain.election}
    with own.parts.database.write() as session:
        session.get_one(RegistrarElection, place).cursor = frozen_at(own, published)
    run(own, post)
    assert len(post.texts) == told


def frozen_at(own: Desk, published: PublishedElection) -> int:
    return own.office.elections.get(published.domain.election).frozen_at


def test_an_attempt_at_a_second_key_is_told_to_the_member(
    published: PublishedElection, own: Desk, post: Mailbox
) -> None:
    own.office.attest(request_for(published, voter(2)))
    with pytest.raises(KeyTaken):
        own.office.attest(request_for(published, voter(2)))
    run(own, post)
    assert ["거절했습니다" in text for text in texts(post, 2)] == [False, True]
