"""Elections held whole: later acts settle, bad escrows are voided, everything is certified."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from hanpyo.audit import LiveSource, Status, audit
from hanpyo.chain.contracts import ElectionContract, Outcome
from hanpyo.elections import lifecycle
from hanpyo.elections.casting import Booth, SignedAct, Voter, cast_all
from hanpyo.elections.demonstration import CHANGED, MEMBERS, PRESENT, WITHDRAWN, general_assembly
from hanpyo.elections.holding import Act, Setting, hold
from hanpyo.elections.hosting import EMBEDDED_PERIODS, Host, embedded_host
from hanpyo.elections.officials import Officials, Signers, new_key
from hanpyo.elections.plan import Member, Plan, draw_roll, manifest_for
from hanpyo.elections.progress import Stages
from hanpyo.elections.published import published_text
from hanpyo.elections.record import read_record
from hanpyo.protocol.agenda import Item, Method
from hanpyo.protocol.phases import Phase
from hanpyo.protocol.roll import encode_roll
from hanpyo.protocol.types import Address, Secrecy
from hanpyo.secrecy.trustee import TrusteeKey

YES, NO = bytes([1]), bytes([2])


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with embedded_host(Stages()) as host:
        yield host


@pytest.fixture
def officials() -> Officials:
    return Officials(Signers.generate(3, 2), trustee=TrusteeKey.generate())


def plan(secrecy: Secrecy, voters: int) -> Plan:
    roll, _ = draw_roll([Member(str(number)) for number in range(voters)])
    text = {"title": "trial", "items": [{"title": "?", "options": ["yes", "no"]}]}
    return Plan(secrecy, text, (Item(Method.CHOOSE_ONE, 2),), roll)


def passes(contract: ElectionContract) -> bool:
    return audit(LiveSource([contract.rpc]), Address(bytes.fromhex(contract.address[2:]))).ok


@pytest.mark.parametrize("secrecy", [Secrecy.OPEN, Secrecy.SEALED])
def test_the_last_act_counts(host: Host, officials: Officials, secrecy: Secrecy) -> None:
    rounds = [
        [Act(0, YES), Act(1, YES), Act(2, YES), Act(3, YES), Act(4, NO)],
        [Act(0, NO, 1), Act(1, None, 1), Act(2, None, 1), Act(3, NO, 5)],
        [Act(2, NO, 2), Act(5, NO, 3), Act(6, None, 1)],
        [Act(6, YES, 2)],
    ]
    setting = Setting(host.venue, host.factory, officials, EMBEDDED_PERIODS)
    held = hold(setting, plan(secrecy, 8), rounds, Stages())
    assert held.results[0].heads == (0, 1, 5, 0)
    assert held.results[0].outcome is Outcome.COUNTED
    assert held.contract.turnout().heads == 6
    assert held.record.settled == {0, 1, 2, 3, 5, 6}
    assert passes(held.contract)


def test_an_election_without_a_ballot_is_certified(host: Host, officials: Officials) -> None:
    setting = Setting(host.venue, host.factory, officials, EMBEDDED_PERIODS)
    held = hold(setting, plan(Secrecy.SEALED, 2), [], Stages())
    assert held.results[0].heads == (0, 0, 0, 0)
    assert passes(held.contract)


def test_bad_escrows_are_voided_first_or_later(host: Host, officials: Officials) -> None:
    trial, venue = plan(Secrecy.SEALED, 3), host.venue
    timetable = EMBEDDED_PERIODS.starting(venue.clock.now())
    organiser = Address(bytes.fromhex(venue.organiser.address[2:]))
    manifest = manifest_for(trial, organiser, timetable, officials)
    contract = lifecycle.create(venue.organiser, host.factory, manifest)
    lifecycle.publish_and_freeze(venue.organiser, contract, trial)
    voters = [Voter(number, new_key()) for number in range(3)]
    other = TrusteeKey.generate()
    booth = Booth.of(contract)
    careless = Booth(replace(manifest, trustee_key=other.public), contract.domain)
    acts = [
        SignedAct(voters[0], careless.ballot(voters[0], YES)),
        SignedAct(voters[1], booth.ballot(voters[1], YES)),
        SignedAct(voters[2], booth.ballot(voters[2], YES)),
        SignedAct(voters[2], careless.ballot(voters[2], NO, revision=1)),
    ]
    venue.clock.wait_until(timetable.opens_at)
    cast_all(venue.relay, contract, acts, officials.registrars)
    venue.clock.wait_until(timetable.opening_at)
    assert officials.trustee is not None
    venue.organiser.transact(contract.release_key(officials.trustee.secret))
    record = read_record(contract)
    assert lifecycle.settle_all(venue.relay, contract, record) == 1
    assert lifecycle.open_all(venue.relay, contract, record) == 2
    venue.clock.wait_until(timetable.certify_at)
    venue.relay.transact(contract.certify())
    assert contract.result(0).heads[1:3] == (1, 0)
    assert contract.result(0).present_heads == 3
    assert read_record(contract).voided == {0, 2}
    assert passes(contract)


def test_settling_and_opening_again_changes_nothing(host: Host, officials: Officials) -> None:
    setting = Setting(host.venue, host.factory, officials, EMBEDDED_PERIODS)
    rounds = [[Act(0, YES), Act(1, NO)], [Act(0, NO, 1)]]
    held = hold(setting, plan(Secrecy.SEALED, 2), rounds, Stages())
    relay, contract, record = host.venue.relay, held.contract, held.record
    before = contract.progress()
    assert lifecycle.settle_all(relay, contract, record) == 0
    assert lifecycle.open_all(relay, contract, record) == 0
    assert contract.progress() == before


def test_a_draft_has_a_text_once_it_is_published(host: Host, officials: Officials) -> None:
    trial, venue = plan(Secrecy.OPEN, 2), host.venue
    timetable = EMBEDDED_PERIODS.starting(venue.clock.now())
    organiser = Address(bytes.fromhex(venue.organiser.address[2:]))
    manifest = manifest_for(trial, organiser, timetable, officials)
    contract = lifecycle.create(venue.organiser, host.factory, manifest)
    assert (contract.phase(), published_text(contract)) == (Phase.DRAFT, {})
    venue.organiser.transact(contract.publish_text(trial.text_json))
    assert published_text(contract) == trial.text
    venue.organiser.transact(contract.cancel())
    assert contract.phase() is Phase.CANCELLED
    assert contract.result(0).outcome is Outcome.CANCELLED


def test_a_roll_bound_by_its_file_is_not_in_the_events(host: Host, officials: Officials) -> None:
    setting = Setting(host.venue, host.factory, officials, EMBEDDED_PERIODS)
    trial = replace(plan(Secrecy.OPEN, 2), roll_in_file=True)
    held = hold(setting, trial, [[Act(0, YES)]], Stages())
    election = Address(bytes.fromhex(held.contract.address[2:]))
    source = LiveSource([host.venue.rpc])
    roll = encode_roll(trial.roll)
    assert audit(source, election, roll_file=roll).check("roll").status is Status.PASS
    assert audit(source, election).check("roll").status is Status.UNCHECKED


def test_nobody_reads_a_sealed_ballot_before_the_key(host: Host, officials: Officials) -> None:
    trial, venue = plan(Secrecy.SEALED, 1), host.venue
    timetable = EMBEDDED_PERIODS.starting(venue.clock.now())
    organiser = Address(bytes.fromhex(venue.organiser.address[2:]))
    manifest = manifest_for(trial, organiser, timetable, officials)
    contract = lifecycle.create(venue.organiser, host.factory, manifest)
    lifecycle.publish_and_freeze(venue.organiser, contract, trial)
    venue.clock.wait_until(timetable.opens_at)
    voter = Voter(0, new_key())
    act = SignedAct(voter, Booth.of(contract).ballot(voter, YES))
    cast_all(venue.relay, contract, [act], officials.registrars)
    record = read_record(contract)
    with pytest.raises(lifecycle.KeyNotReleased):
        lifecycle.read_choices_of(contract, record.firsts[0])
    with pytest.raises(lifecycle.KeyNotReleased):
        lifecycle.open_all(venue.relay, contract, record)


def test_the_demonstration_is_the_same_election_every_time(
    host: Host, officials: Officials
) -> None:
    assembly = general_assembly()
    setting = Setting(host.venue, host.factory, officials, EMBEDDED_PERIODS)
    held = hold(setting, assembly.plan, assembly.rounds, Stages())
    outcomes = [result.outcome for result in held.results]
    passed, failed, counted = Outcome.PASSED, Outcome.FAILED, Outcome.COUNTED
    assert outcomes == [passed, passed, failed, passed, counted]
    assert held.results[3].heads == (4, 77, 16, 5, 0)
    assert held.results[0].eligible_heads == MEMBERS
    assert held.results[0].present_heads == PRESENT - WITHDRAWN + 1
    assert len(held.record.later) == CHANGED + WITHDRAWN
    assert passes(held.contract)
