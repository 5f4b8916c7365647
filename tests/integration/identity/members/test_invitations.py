"""Invitations and reminders: a link for each contact, letters for whoever has none."""

import csv
import io

from sqlalchemy import select

from hanpyo.db.models import AccessCode, Act, KeyBinding, MemberLookup, Notice
from hanpyo.identity.erasure import erase_identity
from hanpyo.identity.invitations import letters_csv
from hanpyo.protocol.types import BallotKind
from tests.service.village import PEOPLE, Village


def links(place: Village) -> dict[str, str]:
    return {letter.recipient: letter.parameters["link"] for _, letter in place.letters()}


def test_each_contact_gets_a_link_of_its_own(place: Village) -> None:
    invited = place.identity.invitations.invite(place.election)
    assert (invited.members, invited.messages, invited.letters) == (4, 5, ())
    sent = links(place)
    contacts = {each for person in PEOPLE for each in (person.mail, person.phone) if each}
    assert set(sent) == contacts
    assert len(set(sent.values())) == 5
    for link in sent.values():
        page, _, token = link.partition("#")
        assert page == "http://localhost:8080/v"
        visitor = place.visitor()
        assert visitor.post("/v1/sessions", {"token": token}).status_code == 201


def test_links_are_known_by_the_channel_that_carried_them(place: Village) -> None:
    place.identity.invitations.invite(place.election)
    with place.runtime.database.read() as session:
        families = session.scalars(select(AccessCode.family)).all()
    assert sorted(families) == ["mail", "mail", "phone", "phone", "phone"]


def test_whoever_cannot_be_reached_gets_a_letter(place: Village) -> None:
    invited = place.identity.invitations.invite(place.election, "unreachable")
    [letter] = invited.letters
    assert (letter.voter, letter.name, letter.address) == (3, "=최네모", "서울시 한표로 4")
    path = f"/v1/elections/{place.election}/sessions"
    answer = place.visitor().post(path, {"method": "letter", "code": letter.code})
    assert answer.status_code == 201
    assert letter.link.startswith("http://localhost:8080/v#")
    assert letter.code not in repr(invited)


def test_a_list_of_letters_holds_no_formula(place: Village) -> None:
    invited = place.identity.invitations.invite(place.election, "all")
    rows = list(csv.DictReader(io.StringIO(letters_csv(invited.letters).decode("utf-8-sig"))))
    assert [row["voter"] for row in rows] == ["0", "1", "2", "3"]
    assert rows[3]["name"] == "'=최네모"


def test_nobody_is_invited_twice_unless_asked(place: Village) -> None:
    invitations = place.identity.invitations
    invitations.invite(place.election, "all")
    assert invitations.invite(place.election, "all").members == 0
    assert invitations.invite(place.election, "none", again=True).messages == 5


def test_an_invitation_names_the_voter_number_that_notices_name(place: Village) -> None:
    place.identity.invitations.invite(place.election)
    voters = {
        letter.parameters["voter"]
        for _, letter in place.letters()
        if letter.recipient == PEOPLE[1].mail
    }
    assert voters == {"1"}


def test_reminders_go_to_whoever_has_not_voted(place: Village) -> None:
    zeros = dict.fromkeys(("block_hash", "transaction_hash", "key", "content"), bytes(32))
    numbers = dict.fromkeys(("log_index", "epoch", "revision", "channel", "class_"), 0)
    act = Act(
        election_id=place.election,
        voter=0,
        block_number=5,
        timestamp=1,
        weight=1,
        kind=BallotKind.BALLOT,
        digest=bytes(32),
        **zeros,
        **numbers,
    )
    place.runtime.database.transact(lambda session: session.add(act))
    reminded = place.identity.invitations.remind(place.election)
    assert (reminded.members, reminded.messages) == (3, 3)
    assert PEOPLE[0].mail not in links(place)


def test_without_links_the_message_leads_to_the_election(place: Village) -> None:
    place.elections.clear()
    place.publish("L2", "letter mail")
    invited = place.identity.invitations.invite(place.election, "all")
    assert set(links(place).values()) == {f"http://localhost:8080/v#e={place.election}"}
    assert {letter.link for letter in invited.letters} == {""}
    assert all(letter.code for letter in invited.letters)


def test_erasure_leaves_bindings_without_what_was_shown(place: Village) -> None:
    place.identity.invitations.invite(place.election)
    visitor = place.with_code(0)
    visitor.post("/v1/me/key", {"type": "address", "address": "0x" + "ab" * 20})
    erased = place.election
    kept = place.publish()
    place.identity.invitations.invite(kept)
    place.runtime.database.transact(lambda session: erase_identity(session, erased))
    assert visitor.get("/v1/me").status_code == 401
    with place.runtime.database.read() as session:
        assert session.scalars(select(KeyBinding.factors)).all() == ["[]"]
        for table in (AccessCode, Notice):
            assert set(session.scalars(select(table.election_id))) == {kept}
        assert session.query(MemberLookup).count() > 0
