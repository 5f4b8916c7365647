"""An assembly from the organiser's sign-in to the certified result, over HTTP alone.

The tests are one story and run in order; each installation has its own.
"""

import hmac
import time
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
import pyotp
import pytest

from hanpyo.client import HanpyoClient, HanpyoClientError
from hanpyo.client.ballots import ballot_body
from hanpyo.client.elections import booth_of
from hanpyo.elections.casting import Booth, Voter
from hanpyo.elections.officials import new_key
from hanpyo.protocol.signatures import address_of
from hanpyo.secrecy.trustee import TrusteeKey
from hanpyo.web.ballot_models import BallotBody
from hanpyo.web.identity_models import CredentialOut
from tests.integration.service.conftest import Receiver, Service
from tests.service.scene import NO, YES

pytestmark = pytest.mark.xdist_group("service")
PASSWORD = "a long pass phrase of mine"
MEMBERS = ("김하나", "이두리", "박세찬", "최네모", "정다섯", "강여섯")
LEAD, VOTING, DESK, GAP, RELEASE, CHALLENGE = 900, 3_600, 60, 60, 7_200, 60
HEARD = ("election.frozen", "turnout", "election.closed", "key.released", "certified")


@dataclass
class Member:
    """Somebody with a personal link and a key of their own."""

    link: str
    key: bytes = field(default_factory=new_key, repr=False)
    credential: CredentialOut | None = None
    revision: int = 0

    @property
    def voter(self) -> Voter:
        assert self.credential is not None
        credential = self.credential
        return Voter(credential.voter, self.key, int(credential.weight), credential.class_)


@dataclass
class Assembly:
    """What the story has come to."""

    service: Service
    staff: HanpyoClient
    trustee: TrusteeKey = field(default_factory=TrusteeKey.generate)
    organisation: str = ""
    id: str = ""
    secret: str = ""
    members: list[Member] = field(default_factory=list)
    receipts: dict[str, str] = field(default_factory=dict)

    @property
    def times(self) -> Any:
        with self.service.client() as client:
            return client.elections.get(self.id).times

    def booth(self) -> Booth:
        with self.service.client() as client:
            return booth_of(client.elections.get(self.id))

    def body(self, member: Member, choices: bytes | None) -> BallotBody:
        """The member's next act."""
        assert member.credential is not None
        booth, revision = self.booth(), member.revision
        member.revision += 1
        record = (
            booth.withdrawal(member.voter, revision=revision)
            if choices is None
            else booth.ballot(member.voter, choices, revision=revision)
        )
        return ballot_body(member.voter, record, member.credential)

    def cast(self, member: Member, choices: bytes | None) -> str:
        """The digest of the member's next act, which the service has promised to record."""
        with self.service.client() as client:
            accepted = client.ballots.post(self.id, self.body(member, choices))
        return accepted.digest

    def state(self) -> str:
        """Where the election stands for its organisation."""
        rows = self.staff.organising.all(self.organisation)
        return next(each.state for each in rows if each.id == self.id)

    def is_read(self) -> bool:
        """Whether the index has come to the election."""
        with self.service.client() as client:
            try:
                return client.elections.get(self.id).phase != ""
            except HanpyoClientError as refused:
                if refused.problem != "not_indexed_yet":
                    raise
                return False

    def wait_state(self, digest: str, *states: str) -> None:
        def there() -> bool:
            with self.service.client() as client:
                return client.ballots.get(digest).state in states

        self.service.wait(there, f"the ballot is {states}")


@pytest.fixture(scope="module")
def assembly(service: Service) -> Any:
    with service.client() as staff:
        yield Assembly(service, staff)


def test_an_organiser_signs_in(assembly: Assembly) -> None:
    service = assembly.service
    made = service.command("operator", "create-organisation", "한표협동조합", "--json")
    assembly.organisation = made.report["id"]
    invited = service.command(
        *("operator", "invite", "kim@example.org", "--role", "organiser"),
        *("--organisation", assembly.organisation, "--json"),
    )
    assembly.staff.staff.set_up(invited.report["url"], PASSWORD)
    secret = assembly.staff.staff.begin_totp().secret
    assembly.staff.staff.confirm_totp(pyotp.TOTP(secret).now())
    assert [each.id for each in assembly.staff.staff.organisations()] == [assembly.organisation]
    with service.client() as stranger, pytest.raises(HanpyoClientError) as refused:
        list(stranger.organising.all(assembly.organisation))
    assert refused.value.status == 401


def test_an_organiser_asks_to_be_told(assembly: Assembly, receiver: Receiver) -> None:
    api = assembly.staff._api
    body = {"url": receiver.url, "events": list(HEARD)}
    answer = api._http.post(
        f"/v1/organisations/{assembly.organisation}/webhooks",
        json=body,
        headers={"X-CSRF-Token": api.csrf or ""},
    )
    assert answer.status_code == 201, answer.text
    assembly.secret = answer.json()["secret"]
    receiver.heard.clear()


def test_an_election_is_drafted_given_a_roll_and_published(assembly: Assembly) -> None:
    organising = assembly.staff.organising
    draft = organising.create(
        assembly.organisation,
        _definition(assembly.service.controls.now() + LEAD, assembly.trustee),
        identity="L0",
        methods=("link", "letter"),
    )
    assembly.id = draft.id
    rows = [f"{number},{name}" for number, name in enumerate(MEMBERS, 1)]
    preview = organising.upload_roll(draft.id, "\n".join(["조합원번호,이름", *rows]).encode())
    assert preview.errors == []
    assert preview.preview_id is not None
    assert organising.accept_roll(draft.id, preview.preview_id).members == len(MEMBERS)
    organising.publish(draft.id)
    assembly.service.wait(lambda: assembly.state() == "published", "it is published")
    assembly.service.wait(assembly.is_read, "the public can read it")
    with assembly.service.client() as client:
        assert client.elections.get(draft.id).roll.size == len(MEMBERS)


def test_members_come_by_their_links_and_bind_keys(assembly: Assembly) -> None:
    letters = assembly.staff.organising.invite(assembly.id, "all").letters
    assert len(letters) == len(MEMBERS)
    for letter in letters:
        member = Member(letter.link)
        with assembly.service.client() as client:
            session = client.members.enter_by_link(letter.link)
            assert session.enough
            assert client.members.me().title == "정기총회"
            address = "0x" + address_of(member.key).hex()
            member.credential = client.members.bind_key(address)
            assert client.members.bind_key(address) == member.credential
        assembly.members.append(member)
    assert sorted(each.voter.number for each in assembly.members) == list(range(len(MEMBERS)))


def test_nothing_is_taken_before_the_opening(assembly: Assembly) -> None:
    with pytest.raises(HanpyoClientError) as early:
        assembly.cast(assembly.members[0], YES)
    assert (early.value.status, early.value.problem) == (409, "voting_not_open")
    assembly.members[0].revision = 0
    assembly.service.advance_to(assembly.times.opens_at)


def test_ballots_come_on_the_record_and_become_final(assembly: Assembly) -> None:
    _until_taken(assembly)
    for member in assembly.members[1:5]:
        assembly.receipts[member.link] = assembly.cast(member, YES)
    for digest in assembly.receipts.values():
        assembly.wait_state(digest, "final")
    with assembly.service.client() as client:
        status = client.ballots.get(next(iter(assembly.receipts.values())))
    assert status.block is not None
    assert status.transaction is not None


def test_the_same_ballot_gets_the_same_promise_anywhere(assembly: Assembly) -> None:
    body = assembly.body(assembly.members[5], NO)
    answers = []
    for url in (*assembly.service.urls, *assembly.service.urls):
        with HanpyoClient(url) as client:
            answers.append(client.ballots.post(assembly.id, body))
    assert len({each.promise.signature for each in answers}) == 1
    assembly.wait_state(answers[0].digest, "recorded", "final")


def test_a_voter_changes_the_ballot_and_another_takes_it_back(assembly: Assembly) -> None:
    again = assembly.cast(assembly.members[1], NO)
    gone = assembly.cast(assembly.members[2], None)
    for digest in (again, gone):
        assembly.wait_state(digest, "recorded", "final")
    with assembly.service.client() as client:
        acts = client.elections.acts(assembly.id, assembly.members[1].voter.number)
    assert len(acts.acts) == 2
    assert acts.live is not None


def test_anybody_follows_turnout_and_nobody_sees_choices(assembly: Assembly) -> None:
    with assembly.service.client() as client:
        assembly.service.wait(
            lambda: client.elections.turnout(assembly.id).heads == len(MEMBERS) - 1,
            "the turnout is known",
        )
        with pytest.raises(HanpyoClientError) as sealed:
            client.elections.tally(assembly.id)
    assert sealed.value.problem == "tally_sealed"
    for url in assembly.service.urls:
        told = _first_message(f"{url}/v1/elections/{assembly.id}/stream")
        assert told["heads"] == len(MEMBERS) - 1


def test_after_the_close_nothing_is_taken(assembly: Assembly) -> None:
    closes_at = assembly.times.closes_at
    assembly.service.advance_to(closes_at)
    with assembly.service.client() as client:
        assembly.service.wait(
            lambda: client.elections.turnout(assembly.id).cursor.chain_time >= closes_at,
            "the close is seen",
        )
    time.sleep(1.1)  # a web process looks at the head once a second
    with pytest.raises(HanpyoClientError) as late:
        assembly.cast(assembly.members[3], NO)
    assert (late.value.status, late.value.problem) == (409, "voting_closed")


def test_the_trustee_releases_the_key_and_the_service_certifies(assembly: Assembly) -> None:
    times = assembly.times
    assembly.service.advance_to(times.opening_at + 1)
    with assembly.service.client() as trustee:

        def handed_in() -> bool:
            try:
                trustee.organising.hand_in_key(assembly.id, assembly.trustee.secret)
            except HanpyoClientError:
                return False
            return True

        assembly.service.wait(handed_in, "the key is taken")
        assembly.service.wait(
            lambda: trustee.elections.turnout(assembly.id).opened >= len(MEMBERS) - 1,
            "ballots are opened",
        )
        assembly.service.advance_to(times.certify_at + 1)
        assembly.service.wait(
            lambda: trustee.elections.get(assembly.id).phase == "certified", "it is certified"
        )


def test_the_result_is_what_was_cast(assembly: Assembly) -> None:
    with assembly.service.client() as client:
        assembly.service.wait(lambda: client.elections.tally(assembly.id).final, "it is final")
        (item,) = client.elections.tally(assembly.id).items
        results = client.elections.results(assembly.id)
    heads = {each.option: each.heads for each in item.options}
    assert (heads[1], heads[2]) == (3, 2)
    assert results.outcome_final
    told = {each.option: each.heads for each in results.items[0].options}
    assert (told[1], told[2]) == (3, 2)


def test_everything_is_exported(assembly: Assembly) -> None:
    for url in assembly.service.urls:
        place = f"{url}/v1/elections/{assembly.id}"
        table = httpx.get(f"{place}/events?format=csv", timeout=20)
        assert table.headers["Content-Type"].startswith("text/csv")
        assert "ElectionCertified" in table.text
        linked = httpx.get(f"{place}/tally?format=jsonld", timeout=20)
        assert linked.json()["@context"]
        tag = table.headers["ETag"]
        assert tag


def test_the_organisation_was_told_with_signatures(assembly: Assembly, receiver: Receiver) -> None:
    assembly.service.wait(lambda: set(receiver.events) >= set(HEARD), "all is told")
    key = b64decode(assembly.secret.removeprefix("whsec_"))
    for headers, body in receiver.heard:
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        expected = b64encode(hmac.digest(key, signed, "sha256")).decode()
        assert f"v1,{expected}" in headers["webhook-signature"].split()


def test_anybody_audits_it_through_the_service(assembly: Assembly) -> None:
    with assembly.service.client() as client:
        address = client.elections.get(assembly.id).address
    for url in assembly.service.urls:
        ran = assembly.service.command(
            "audit", "--rpc", f"{url}/rpc", "--election", address, "--json"
        )
        assert ran.status == 0, ran.errors
        assert ran.report["ok"] is True


def test_the_service_is_ready_at_the_end(assembly: Assembly) -> None:
    for url in assembly.service.urls:
        answer = httpx.get(f"{url}/readyz", timeout=20)
        assert answer.status_code == 200, answer.text


def _until_taken(assembly: Assembly) -> None:
    """Wait for the follower to see the opening, by the first member's ballot."""

    def taken() -> bool:
        try:
            assembly.receipts[assembly.members[0].link] = assembly.cast(assembly.members[0], YES)
        except HanpyoClientError as refused:
            if refused.problem != "voting_not_open":
                raise
            assembly.members[0].revision = 0
            return False
        return True

    assembly.service.wait(taken, "ballots are taken")


def _first_message(url: str) -> dict[str, Any]:
    deadline = time.monotonic() + 20
    with httpx.stream("GET", url, timeout=20) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        for line in answer.iter_lines():
            if line.startswith("data:"):
                told: dict[str, Any] = orjson.loads(line.removeprefix("data:"))
                return told
            assert time.monotonic() < deadline
    raise AssertionError("the stream told nothing")


def _definition(opens: int, trustee: TrusteeKey) -> dict[str, Any]:
    closes = opens + VOTING
    barrier = closes + DESK
    opening = barrier + GAP
    x, y = trustee.public
    return {
        "title": "정기총회",
        "secrecy": "sealed",
        "times": {
            "opens": opens,
            "closes": closes,
            "barrier": barrier,
            "opening": opening,
            "keyDeadline": opening + RELEASE,
            "certify": opening + RELEASE + CHALLENGE,
        },
        "trusteeKey": {"x": hex(x), "y": hex(y)},
        "items": [{"title": "안건", "options": ["찬성", "반대"]}],
    }
