"""Elections held by the service's own tasks, from draft to certified result, on both databases."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from hanpyo.chain.node_errors import NodeError
from hanpyo.chain.sender import Pace, Sender
from hanpyo.chain.tickets import Ticket, TransactionRequest
from hanpyo.db.leases import Held
from hanpyo.db.models import ElectionState
from hanpyo.elections import trusteeship
from hanpyo.elections.casting import Booth
from hanpyo.elections.closing import Closer
from hanpyo.elections.posting import TRIES, Given
from hanpyo.elections.published import published_text
from hanpyo.elections.trusteeship import KeyTooEarly, KeyTooLate, NotSealed
from hanpyo.errors import Invalid
from hanpyo.identity.staff import audit_log
from hanpyo.protocol.phases import Phase
from hanpyo.secrecy.trustee import TrusteeKey
from tests.service.databases import KINDS
from tests.service.life import Life
from tests.service.scene import Scene, scene

YES, NO = bytes([1]), bytes([2])


@pytest.fixture(scope="module", params=KINDS)
def stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    with scene(request.param, tmp_path_factory.mktemp("life")) as running:
        yield running


@pytest.fixture
def life(stage: Scene) -> Life:
    return Life(stage)


def hand_in(life: Life, election_id: str, secret: int) -> bool:
    return life.scene.runtime.database.transact(
        lambda session: trusteeship.hand_in_key(session, election_id, secret)
    )


def close(life: Life) -> int:
    life.scene.see_head()
    return life.run(life.closer())


def test_a_sealed_election_with_weights_and_classes_from_draft_to_certified(life: Life) -> None:
    classes: Any = {
        "groups": ["members", "board"],
        "classes": [
            {"name": "members", "group": "members"},
            {"name": "board", "group": "board", "barred": [[1, 2]]},
        ],
    }
    election_id = life.draft(
        life.content(**classes), members=[(1, 0), (2, 0), (3, 1), (4, 0), (5, 1)]
    )
    assert life.row(election_id).state == ElectionState.DRAFT
    election = life.publish(election_id)
    row = life.row(election_id)
    assert row.state == ElectionState.PUBLISHED
    assert row.manifest_hash == life.contract(election).manifest_hash
    times = election.manifest.timetable
    life.advance_to(times.opens_at)
    life.cast(election, *((voter, YES, 0) for voter in range(5)))
    plain = [number for number in range(5) if election.roll[number].class_ == 0]
    against, absent = plain[:2]
    life.cast(election, (against, NO, 1), (absent, None, 1))
    life.advance_to(times.barrier_at)
    assert close(life) == 1
    with pytest.raises(KeyTooEarly):
        hand_in(life, election_id, life.trustee.secret)
    life.advance_to(times.opening_at)
    assert close(life) == 0
    with pytest.raises(Invalid, match="not the secret"):
        hand_in(life, election_id, TrusteeKey.generate().secret)
    assert hand_in(life, election_id, life.trustee.secret)
    assert not hand_in(life, election_id, life.trustee.secret)
    close(life)
    assert life.row(election_id).state == ElectionState.PUBLISHED
    life.advance_to(times.certify_at)
    close(life)
    assert life.row(election_id).state == ElectionState.CERTIFIED
    result = life.contract(election).result(0)
    yes = set(range(5)) - {against, absent}
    assert result.heads[1] == len(yes)
    assert result.weights[1] == sum(election.roll[n].weight for n in yes)
    assert (result.heads[2], result.present_heads) == (1, 4)
    assert life.passes_audit(election)


def test_the_text_on_chain_holds_the_head_of_the_audit_log(life: Life) -> None:
    database = life.scene.runtime.database
    election_id = life.draft()
    organisation = life.organisation_id
    entry = database.transact(
        lambda session: audit_log.record(
            session,
            organisation,
            "staff:x",
            "election.publish_requested",
            f"election:{election_id}",
        )
    )
    election = life.publish(election_id)
    text = published_text(life.contract(election))
    assert text["log"] == "0x" + entry.hash.hex()
    assert text["organisation"] == "한표협동조합"
    with database.read() as session:
        entries = audit_log.read(session, organisation)
    audit_log.verify(entries)
    assert audit_log.check_anchor(entries, bytes.fromhex(text["log"][2:])) == 1
    assert [each.action for each in entries[1:]] == ["election.published"]


def test_an_open_election_needs_no_key(life: Life) -> None:
    election_id = life.draft(life.content(secrecy="open"))
    election = life.publish(election_id)
    times = election.manifest.timetable
    life.advance_to(times.opens_at)
    life.cast(election, (0, YES, 0), (1, NO, 0))
    life.cast(election, (0, NO, 1))
    life.advance_to(times.opening_at)
    with pytest.raises(NotSealed):
        hand_in(life, election_id, life.trustee.secret)
    close(life)
    life.advance_to(times.certify_at)
    close(life)
    assert life.row(election_id).state == ElectionState.CERTIFIED
    assert life.contract(election).result(0).heads == (0, 0, 2, 0)
    assert life.passes_audit(election)


class Forgetful(Closer):
    """Each step is another process's first."""

    def __init__(self, life: Life) -> None:
        self.life = life

    def step(self, held: Held) -> bool:
        return self.life.closer(voters_a_step=1).step(held)


def test_closing_goes_on_in_small_steps_whoever_is_stopped_between(life: Life) -> None:
    election_id = life.draft(members=[(1, 0)] * 9)
    election = life.publish(election_id)
    times = election.manifest.timetable
    life.advance_to(times.opens_at)
    life.cast(election, *((voter, YES, 0) for voter in range(7)))
    life.cast(election, *((voter, NO, 1) for voter in range(3)), (7, NO, 2))
    life.advance_to(times.opening_at)
    hand_in(life, election_id, life.trustee.secret)
    assert life.run(Forgetful(life)) >= 4 + 1 + 8
    life.advance_to(times.certify_at)
    assert life.run(Forgetful(life)) >= 1
    assert life.contract(election).result(0).heads == (0, 4, 4, 0)
    assert life.passes_audit(election)


def test_a_bad_escrow_is_voided(life: Life) -> None:
    election_id = life.draft()
    election = life.publish(election_id)
    times = election.manifest.timetable
    other = replace(election.manifest, trustee_key=TrusteeKey.generate().public)
    careless = Booth(other, election.domain)
    life.advance_to(times.opens_at)
    life.cast(election, (0, YES, 0), (1, YES, 0))
    life.cast(election, (2, YES, 0), (1, YES, 1), booth=careless)
    life.advance_to(times.opening_at)
    hand_in(life, election_id, life.trustee.secret)
    close(life)
    life.advance_to(times.certify_at)
    close(life)
    assert life.row(election_id).state == ElectionState.CERTIFIED
    _, counters = life.contract(election).progress()
    assert (counters.opened, counters.voided, counters.live) == (1, 2, 3)
    assert life.passes_audit(election)


def test_a_late_key_leaves_the_outcome_undetermined(life: Life) -> None:
    election_id = life.draft()
    election = life.publish(election_id)
    times = election.manifest.timetable
    life.advance_to(times.opens_at)
    life.cast(election, (0, YES, 0))
    life.advance_to(times.key_deadline + 1)
    with pytest.raises(KeyTooLate):
        hand_in(life, election_id, life.trustee.secret)
    close(life)
    assert life.row(election_id).state == ElectionState.CERTIFIED
    assert life.contract(election).phase() is Phase.UNDETERMINED


def test_an_election_that_fails_to_close_keeps_no_other_from_it(life: Life) -> None:
    broken, sound = (
        life.draft(life.content(secrecy="open")),
        life.draft(life.content(secrecy="open")),
    )
    election = life.publish(broken)
    other = life.publish(sound)

    def lose_its_contract(session: object) -> None:
        row = session.get_one(type(life.row(broken)), broken)  # type: ignore[attr-defined]
        row.address = bytes(20)

    life.scene.runtime.database.transact(lose_its_contract)
    times = other.manifest.timetable
    life.advance_to(max(times.certify_at, election.manifest.timetable.certify_at))
    close(life)
    assert life.row(sound).state == ElectionState.CERTIFIED
    assert life.row(broken).state == ElectionState.PUBLISHED


class Hesitant(Sender):
    """A sender whose node refuses to send, `refusals` times."""

    refusals = 3 * TRIES

    def send(self, request: TransactionRequest) -> Ticket:
        if self.refusals:
            self.refusals -= 1
            raise NodeError(-32000, "not now")
        return super().send(request)


_MOST_STEPS = 100


class Idle(Sender):
    """A sender whose transactions are mined and do nothing."""

    def send(self, request: TransactionRequest) -> Ticket:
        return super().send(TransactionRequest(self.address, label=request.label))


def closing_by(life: Life, kind: type[Sender]) -> tuple[str, Sender]:
    """An election that has only to be certified, and a sender of its own to do it."""
    election_id = life.draft(life.content(secrecy="open"))
    election = life.publish(election_id)
    life.advance_to(election.manifest.timetable.certify_at)
    node = life.scene.node
    return election_id, kind(node.rpc, node.accounts[3], node.chain_id, pace=Pace(poll=0.01))


def faults_of_closing(life: Life, election_id: str, sender: Sender, count: int) -> list[str]:
    """The codes of the first `count` failures with an election in one closing task."""
    closer = life.closer(Given(sender))
    held = life.held(closer.name)
    codes: list[str] = []
    with capture_logs() as logs:
        for _ in range(_MOST_STEPS):
            closer.step(held)
            own = [each for each in logs if each.get("election") == election_id]
            codes = [each["code"] for each in own if each["event"] == "closing_failed"]
            if len(codes) == count:
                break
    return codes


def test_a_node_that_refuses_for_a_while_is_asked_until_it_takes_it(life: Life) -> None:
    election_id, sender = closing_by(life, Hesitant)
    refused = ["node_error"] * Hesitant.refusals
    assert faults_of_closing(life, election_id, sender, len(refused)) == refused
    close(life)
    assert life.row(election_id).state == ElectionState.CERTIFIED


def test_what_is_mined_without_effect_is_not_paid_for_again_and_again(life: Life) -> None:
    election_id, sender = closing_by(life, Idle)
    before = life.scene.node.rpc.nonce(sender.address)
    assert faults_of_closing(life, election_id, sender, 3) == ["sent_in_vain"] * 3
    assert life.scene.node.rpc.nonce(sender.address) == before + TRIES
    close(life)
    assert life.row(election_id).state == ElectionState.CERTIFIED
