"""The outbox and its tasks: tries, back-off, expiry, leases, and what is told of acts."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import select

from hanpyo.db.leases import Held, LeaseLost, Leases
from hanpyo.db.models import Act, Cursor, Election, Notice, NoticeCursor
from hanpyo.identity.background import identity_tasks
from hanpyo.identity.cleaning import Cleaning
from hanpyo.identity.notices.acts import ActNotices
from hanpyo.identity.notices.channels import SendFailed
from hanpyo.identity.notices.outbox import Outgoing, queue
from hanpyo.identity.notices.sender import MOST_TRIES, NoticeSender
from hanpyo.identity.notices.templates import Text
from hanpyo.protocol.types import BallotKind
from tests.service.village import PEOPLE, Village


@dataclass
class Wire:
    """A channel that takes messages, or fails as told."""

    name: str = "mail"
    failure: SendFailed | None = None
    sent: list[tuple[str, Text, str]] = field(default_factory=list)
    rested: int = 0

    def send(self, recipient: str, text: Text, reference: str) -> None:
        if self.failure is not None:
            raise self.failure
        self.sent.append((recipient, text, reference))

    def rest(self) -> None:
        self.rested += 1


def held(place: Village, name: str) -> Held:
    taken = Leases(place.runtime.database, "test", clock=place.clock).take(name)
    assert taken is not None
    return taken


def sender(place: Village, wire: Wire) -> NoticeSender:
    return NoticeSender(place.runtime.database, place.runtime.vault, wire, place.clock)


def step(place: Village, wire: Wire) -> bool:
    task = sender(place, wire)
    return task.step(held(place, task.name))


def put(place: Village, recipient: str = "hana@example.org", seconds: int = 86_400) -> None:
    now = int(place.clock())
    parameters = {"title": "총회", "voter": "1"}
    outgoing = Outgoing(place.election, "key_bound", parameters, now, now + seconds)
    place.runtime.database.transact(
        lambda session: queue(session, place.runtime.vault, outgoing, ("mail", recipient))
    )


def notices(place: Village) -> list[Notice]:
    with place.runtime.database.read() as session:
        return list(session.scalars(select(Notice).order_by(Notice.created_at)))


def test_a_message_is_sent_once_and_its_content_forgotten(place: Village) -> None:
    put(place)
    wire = Wire()
    assert step(place, wire) is False
    step(place, wire)
    [(recipient, text, reference)] = wire.sent
    [notice] = notices(place)
    assert (recipient, reference) == ("hana@example.org", notice.id)
    assert "총회" in text.subject
    assert (notice.state, notice.sealed, notice.tries) == ("sent", None, 1)
    assert wire.rested == 2


def test_failures_are_tried_again_later_and_later_and_then_given_up(place: Village) -> None:
    put(place)
    wire = Wire(failure=SendFailed("smtp_451"))
    waits = []
    for _ in range(MOST_TRIES):
        step(place, wire)
        [notice] = notices(place)
        waits.append(notice.next_at - int(place.clock()))
        place.clock.now = notice.next_at
    assert waits == [15, 30, 60, 120, 240, 480, 960, 1_920]
    assert (notice.state, notice.fault, notice.sealed) == ("failed", "smtp_451", None)


def test_before_its_time_nothing_is_tried_again(place: Village) -> None:
    put(place)
    wire = Wire(failure=SendFailed("smtp_451"))
    step(place, wire)
    wire.failure = None
    step(place, wire)
    assert wire.sent == []
    place.clock.forward(15)
    step(place, wire)
    assert len(wire.sent) == 1


def test_a_final_failure_is_not_repeated(place: Village) -> None:
    put(place)
    step(place, Wire(failure=SendFailed("smtp_550", final=True)))
    assert notices(place)[0].state == "failed"


def test_what_has_expired_is_not_sent(place: Village) -> None:
    put(place, seconds=10)
    place.clock.forward(10)
    wire = Wire()
    step(place, wire)
    assert wire.sent == []
    assert [(each.state, each.sealed) for each in notices(place)] == [("expired", None)]


def test_what_expires_first_goes_first(place: Village) -> None:
    put(place, "late@example.org", 1_000)
    put(place, "soon@example.org", 100)
    wire = Wire()
    step(place, wire)
    assert [recipient for recipient, _, _ in wire.sent] == ["soon@example.org", "late@example.org"]


def test_one_bad_message_holds_up_no_other(place: Village) -> None:
    put(place)
    place.runtime.database.transact(
        lambda session: setattr(session.scalars(select(Notice)).one(), "sealed", b"\x01junk")
    )
    put(place, "duri@example.org")
    wire = Wire()
    step(place, wire)
    assert [recipient for recipient, _, _ in wire.sent] == ["duri@example.org"]
    assert sorted(each.state for each in notices(place)) == ["failed", "sent"]


def test_many_are_sent_in_steps(place: Village) -> None:
    for number in range(25):
        put(place, f"m{number}@example.org")
    wire = Wire()
    assert step(place, wire) is True
    assert step(place, wire) is False
    assert len({recipient for recipient, _, _ in wire.sent}) == 25


def test_a_process_that_lost_its_lease_sends_nothing(place: Village) -> None:
    put(place)
    wire = Wire()
    task = sender(place, wire)
    mine = held(place, task.name)
    place.clock.forward(31)
    Leases(place.runtime.database, "another", clock=place.clock).take(task.name)
    with pytest.raises(LeaseLost):
        task.step(mine)
    assert wire.sent == []


def test_void_messages_are_never_sent_and_deleted_in_time(place: Village) -> None:
    path = f"/v1/elections/{place.election}/challenges"
    place.visitor().post(path, {"method": "mail", "contact": "nobody@example.org"})
    wire = Wire()
    step(place, wire)
    assert wire.sent == []
    place.clock.forward(100_000)
    task = Cleaning(place.runtime.database, place.clock)
    task.step(held(place, task.name))
    assert notices(place) == []


def made(place: Village, voter: int, block: int, **more: Any) -> Act:
    """An act on the record, as the index notes it."""
    given = {
        "log_index": 0,
        "kind": BallotKind.BALLOT,
        "digest": bytes([voter, block]) * 16,
    } | more
    zeros = dict.fromkeys(("block_hash", "transaction_hash", "key", "content"), bytes(32))
    numbers = {"timestamp": 1, "epoch": 0, "revision": 0, "channel": 0, "class_": 0, "weight": 1}
    return Act(
        election_id=place.election, voter=voter, block_number=block, **zeros, **numbers, **given
    )


def act(place: Village, voter: int, block: int, **more: Any) -> None:
    """Put it on the record."""
    row = made(place, voter, block, **more)
    place.runtime.database.transact(lambda session: session.add(row))


def read_up_to(place: Village, block: int, final: int) -> None:
    """The index has read so far, and the chain is final so far."""
    cursor = Cursor(
        election_id=place.election,
        number=block,
        hash=bytes(32),
        code_hash=bytes(32),
        implementation=bytes(20),
    )
    place.runtime.database.transact(lambda session: session.merge(cursor))
    place.see_head(int(place.clock()), final)


def follow(place: Village) -> bool:
    task = ActNotices(place.runtime.database, place.runtime.vault, place.clock)
    return task.step(held(place, task.name))


def told(place: Village) -> list[tuple[str, str, str]]:
    return sorted(
        (row.template, letter.recipient, letter.parameters["voter"])
        for row, letter in place.letters()
    )


def test_members_are_told_of_their_acts_by_every_contact(place: Village) -> None:
    act(place, 0, 5)
    act(place, 2, 6, kind=BallotKind.WITHDRAWAL)
    read_up_to(place, 6, 6)
    follow(place)
    assert told(place) == [
        ("ballot_cast", PEOPLE[0].phone, "0"),
        ("ballot_cast", PEOPLE[0].mail, "0"),
        ("ballot_withdrawn", PEOPLE[2].phone, "2"),
    ]


def test_an_act_is_told_once_also_when_blocks_are_replaced(place: Village) -> None:
    act(place, 0, 5)
    act(place, 3, 5, log_index=1)
    read_up_to(place, 6, 4)
    follow(place)
    place.runtime.database.transact(lambda session: session.query(Act).delete())
    act(place, 0, 7, digest=bytes([0, 5]) * 16)
    act(place, 1, 6)
    read_up_to(place, 7, 7)
    follow(place)
    follow(place)
    assert sorted(voter for _, _, voter in told(place)) == ["0", "0", "1", "1"]


def test_final_blocks_are_looked_at_once(place: Village) -> None:
    act(place, 0, 5)
    read_up_to(place, 9, 7)
    follow(place)
    with place.runtime.database.read() as session:
        assert session.get_one(NoticeCursor, place.election).block_number == 7


def test_a_chain_that_the_index_has_not_read_is_waited_for(place: Village) -> None:
    read_up_to(place, 3, 50)
    follow(place)
    act(place, 0, 5)
    read_up_to(place, 50, 50)
    follow(place)
    assert len(told(place)) == 2


def test_many_acts_are_told_in_steps(place: Village) -> None:
    rows = [
        made(place, 3, 5 + number // 220, log_index=number, digest=number.to_bytes(32, "big"))
        for number in range(230)
    ]
    rows.append(made(place, 2, 7))
    place.runtime.database.transact(lambda session: session.add_all(rows))
    read_up_to(place, 9, 9)
    assert follow(place) is True
    assert follow(place) is False
    assert len(told(place)) == 1


def test_after_erasure_nobody_is_told(place: Village) -> None:
    act(place, 0, 5)
    read_up_to(place, 6, 6)
    place.runtime.database.transact(
        lambda session: setattr(session.get_one(Election, place.election), "erased_at", 1)
    )
    follow(place)
    assert told(place) == []


def test_the_worker_has_a_task_for_each_channel(place: Village) -> None:
    names = [task.name for task in identity_tasks(place.runtime)]
    assert names == ["notices_mail", "notices_sms", "act_notices", "identity_cleaning"]
