"""Moving to another key: who may, until when, and what the relay is given."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hanpyo.db.models import MemberSession, Passkey, Rebind, VoterState
from hanpyo.elections.officials import new_key
from hanpyo.identity import rebinds
from hanpyo.identity.appearances import SameClerk
from hanpyo.identity.errors import UnknownMember
from hanpyo.protocol.messages import Rebind as RebindMessage
from hanpyo.protocol.messages import digest
from hanpyo.protocol.signatures import address_of, recover
from hanpyo.registrar.errors import RegistrarsUnavailable
from tests.service.village import PEOPLE, Village, Visitor


def key() -> dict[str, str]:
    return {"type": "address", "address": "0x" + address_of(new_key()).hex()}


def bound(place: Village, member: int = 0) -> Visitor:
    """A member who bound a key by mail alone."""
    visitor = place.with_code(member)
    assert visitor.post("/v1/me/key", key()).status_code == 200
    return visitor


def with_phone(place: Village, member: int = 0) -> Visitor:
    """The member again, with a code to the phone as well."""
    visitor = place.with_code(member)
    place.add_code(visitor, "sms")
    return visitor


def record_epoch(place: Village, voter: int, epoch: int) -> None:
    """What the index notes once the chain has the rebind."""
    columns = {"acts": 0, "epoch": 0, "revision": 0}
    flags = dict.fromkeys(("checked_in", "later", "settled", "voided"), False)
    row = VoterState(
        election_id=place.election, voter=voter, minimum_epoch=epoch, **columns, **flags
    )
    place.runtime.database.transact(lambda session: session.merge(row))


def orders(place: Village) -> list[Rebind]:
    """Orders that wait for the relay."""
    signed = select(Rebind).where(Rebind.state == rebinds.SIGNED)
    with place.runtime.database.read() as session:
        return list(session.scalars(signed))


def test_an_independent_second_factor_moves_to_a_new_key(place: Village) -> None:
    bound(place)
    visitor, fresh = with_phone(place), key()
    answer = visitor.post("/v1/me/rebind", fresh)
    assert (answer.status_code, answer.json) == (202, {"epoch": 1, "state": "signed"})
    [order] = orders(place)
    assert (order.voter, order.epoch) == (0, 1)
    assert order.until == place.published.manifest.timetable.rebind_until
    signed = digest(place.published.domain, RebindMessage(0, 1))
    registrars = place.published.manifest.registrars
    signatures = order.signatures or b""
    assert len(signatures) == 2 * 65
    for at in (0, 65):
        part = signatures[at : at + 65]
        assert recover(signed, part[1:]) == registrars[part[0]]
    record_epoch(place, 0, 1)
    credential = visitor.post("/v1/me/key", fresh)
    assert (credential.status_code, credential.json["epoch"]) == (200, 1)
    assert visitor.post("/v1/me/key", key()).json["code"] == "another_key_bound"


@pytest.mark.parametrize(
    ("channels", "family"),
    [((), "mail"), (("mail",), "mail"), (("birth",), "mail"), ((), "post")],
)
def test_the_same_channel_or_what_others_know_is_no_second_factor(
    place: Village, channels: tuple[str, ...], family: str
) -> None:
    place.elections.clear()
    place.publish(level="L0")
    first = place.by_link(0, family)
    first.post("/v1/me/key", key())
    visitor = place.by_link(0, family)
    for channel in channels:
        begun = visitor.post("/v1/sessions/challenges", {"method": channel}).json["challenge"]
        proof = {"birthDate": "1961-02-03"} if channel == "birth" else {"code": place.sent_code()}
        assert visitor.answer(begun, **proof).status_code == 201
    answer = visitor.post("/v1/me/rebind", key())
    assert (answer.status_code, answer.json["code"]) == (403, "second_factor_missing")
    assert orders(place) == []


def test_one_new_channel_alone_is_no_second_factor(place: Village) -> None:
    """Whoever holds nothing but the phone may not take the seat."""
    place.elections.clear()
    place.publish(level="L0")
    place.by_link(0).post("/v1/me/key", key())
    visitor = place.visitor()
    path = f"/v1/elections/{place.election}/challenges"
    begun = visitor.post(path, {"method": "sms", "contact": PEOPLE[0].phone}).json["challenge"]
    visitor.answer(begun, code=place.sent_code())
    assert visitor.post("/v1/me/rebind", key()).json["code"] == "second_factor_missing"


def test_two_clerks_stand_in_for_the_second_factor_once(place: Village) -> None:
    bound(place)
    visitor = place.with_code(0)
    record = place.identity.appearances.record
    assert record(place.election, 0, "clerk-1") is False
    with pytest.raises(SameClerk):
        record(place.election, 0, "clerk-1")
    assert visitor.post("/v1/me/rebind", key()).status_code == 403
    assert record(place.election, 0, "clerk-2") is True
    assert visitor.post("/v1/me/rebind", key()).status_code == 202
    assert "appearance" in place.registrars.asked[-1].evidence.methods
    record_epoch(place, 0, 1)
    assert visitor.post("/v1/me/rebind", key()).status_code == 403
    with pytest.raises(UnknownMember):
        record(place.election, 99, "clerk-1")


def test_an_appearance_ends_after_a_day_and_is_one_members_own(place: Village) -> None:
    bound(place, 0)
    bound(place, 1)
    for clerk in ("clerk-1", "clerk-2"):
        place.identity.appearances.record(place.election, 0, clerk)
    assert place.with_code(1).post("/v1/me/rebind", key()).status_code == 403
    place.see_head(int(place.clock()))
    place.clock.forward(86_400)
    assert place.with_code(0).post("/v1/me/rebind", key()).status_code == 403


def test_without_a_key_there_is_nothing_to_move(place: Village) -> None:
    answer = with_phone(place).post("/v1/me/rebind", key())
    assert (answer.status_code, answer.json["code"]) == (409, "nothing_bound")


def test_after_the_cut_off_keys_stay(place: Village) -> None:
    bound(place)
    visitor = with_phone(place)
    place.see_head(place.published.manifest.timetable.rebind_until - rebinds.MARGIN)
    answer = visitor.post("/v1/me/rebind", key())
    assert (answer.status_code, answer.json["code"]) == (409, "rebind_too_late")


def test_the_same_again_goes_on_and_another_key_waits(place: Village) -> None:
    bound(place)
    visitor, fresh = with_phone(place), key()
    place.registrars.failure = RegistrarsUnavailable("too few answer")
    assert visitor.post("/v1/me/rebind", fresh).status_code == 503
    assert orders(place) == []
    place.registrars.failure = None
    assert visitor.post("/v1/me/rebind", key()).json["code"] == "rebind_under_way"
    assert visitor.post("/v1/me/rebind", fresh).json["state"] == "signed"
    assert visitor.post("/v1/me/rebind", fresh).json["state"] == "signed"
    assert len(orders(place)) == 1


def test_the_relay_says_what_became_of_an_order(place: Village) -> None:
    bound(place)
    visitor, fresh = with_phone(place), key()
    visitor.post("/v1/me/rebind", fresh)
    [order] = orders(place)

    def note(session: Session) -> None:
        rebinds.note_sent(session, order.id, bytes(32), 1)
        rebinds.note_failed(session, order.id, "reverted", 2)

    place.runtime.database.transact(note)
    assert orders(place) == []
    assert visitor.post("/v1/me/rebind", key()).json["code"] == "another_key_bound"
    assert visitor.post("/v1/me/rebind", fresh).json["state"] == "signed"
    place.runtime.database.transact(lambda session: rebinds.note_done(session, order.id, 3))
    with place.runtime.database.read() as session:
        assert session.get_one(Rebind, order.id).state == "done"


def test_a_rebind_ends_other_sessions_and_passkeys_and_is_told(place: Village) -> None:
    old = bound(place)
    member = place.member(0)
    row = Passkey(
        credential=b"old",
        election_id=place.election,
        member_id=member.id,
        public_key=b"",
        counter=0,
        factors="[]",
        created_at=0,
    )
    place.runtime.database.transact(lambda session: session.add(row))
    visitor = with_phone(place)
    visitor.post("/v1/me/rebind", key())
    assert old.get("/v1/me").status_code == 401
    assert visitor.get("/v1/me").status_code == 200
    with place.runtime.database.read() as session:
        assert session.query(MemberSession).count() == 1
        assert session.get_one(Passkey, (b"old", place.election)).revoked_at is not None
    told = [letter for row, letter in place.letters() if row.template == "key_rebound"]
    assert {letter.recipient for letter in told} == {PEOPLE[0].mail, PEOPLE[0].phone}


def test_at_an_epoch_that_others_raised_a_key_needs_the_second_factor_too(place: Village) -> None:
    bound(place)
    record_epoch(place, 0, 1)
    assert place.with_code(0).post("/v1/me/key", key()).json["code"] == "second_factor_missing"
    answer = with_phone(place).post("/v1/me/key", key())
    assert (answer.status_code, answer.json["epoch"]) == (200, 1)
