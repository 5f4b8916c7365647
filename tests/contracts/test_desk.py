"""The desk: paper, proxy and in-person ballots and check-ins, each on the word of two clerks."""

from typing import Any

import pytest

from bench.harness.plan import Plan
from bench.harness.system import System
from bench.harness.trial import Trial
from hanpyo.protocol.acts import ACT_IS_BALLOT, HAS_ACT, HAS_FIRST, Slot
from hanpyo.protocol.batch import encode_desk
from hanpyo.protocol.types import Channel, DeskKind, Secrecy, SkipReason
from tests.contracts.conftest import Open
from tests.contracts.desk import Desk
from tests.contracts.expect import CHOICES, assert_recorded, assert_skipped, reverts

OTHER = bytes((3, 2, 1))


@pytest.fixture
def trial(begin: Open) -> Trial:
    return begin(clerks=3)


@pytest.fixture
def desk(trial: Trial) -> Desk:
    return Desk(trial)


def slot(trial: Trial, voter: int) -> Slot:
    return Slot.unpack(trial.read("slot", voter).to_bytes(32, "big"))


@pytest.mark.parametrize("sealed", [False, True])
@pytest.mark.parametrize("channel", [Channel.PAPER, Channel.PROXY])
def test_a_named_ballot_is_an_act_of_its_channel(
    begin: Open, channel: Channel, sealed: bool
) -> None:
    trial = begin(clerks=2, secrecy=Secrecy(int(sealed)))
    act = Desk(trial).named(3, CHOICES, channel)
    assert_recorded(trial, Desk(trial).vote(act), act)
    assert slot(trial, 3) == Slot().record(act.terms, act.hash, has_first=False)
    assert trial.read("hasBallot", 3)


def test_a_desk_act_is_shown_without_a_key(desk: Desk) -> None:
    receipt = desk.vote(desk.named(3, CHOICES))
    (event,) = desk.trial.system.events(receipt)
    assert (event.name, event["key"]) == ("BallotCast", bytes(32))


def test_a_named_ballot_overrides_what_the_voter_cast(desk: Desk) -> None:
    trial = desk.trial
    trial.cast([trial.act(0, CHOICES)])
    trial.cast([trial.act(0, CHOICES, revision=1023)])
    act = desk.named(0, OTHER)
    assert_recorded(trial, desk.vote(act), act)
    assert slot(trial, 0).state == HAS_FIRST | HAS_ACT | ACT_IS_BALLOT
    again = trial.cast([trial.act(0, CHOICES, revision=1)])
    assert_skipped(trial, again, (0, SkipReason.SUPERSEDED))


@pytest.mark.parametrize("epoch", [0, 2, 65535])
def test_a_named_ballot_takes_exactly_the_next_epoch(desk: Desk, epoch: int) -> None:
    receipt = desk.vote(desk.named(0, CHOICES, epoch=epoch))
    assert_skipped(desk.trial, receipt, (0, SkipReason.EPOCH))


def test_a_second_named_ballot_is_superseded(desk: Desk) -> None:
    desk.vote(desk.named(0, CHOICES))
    receipt = desk.vote(desk.named(0, OTHER, Channel.PROXY))
    assert_skipped(desk.trial, receipt, (0, SkipReason.SUPERSEDED))


def test_nothing_outranks_a_ballot_in_person(desk: Desk) -> None:
    trial = desk.trial
    desk.vote(desk.named(0, CHOICES))
    act = desk.in_person(0, OTHER)
    assert_recorded(trial, desk.vote(act), act)
    for late in (desk.in_person(0, CHOICES), desk.named(0, CHOICES)):
        assert_skipped(trial, desk.vote(late), (0, SkipReason.SUPERSEDED))
    own = trial.cast([trial.act(0, CHOICES, revision=1)])
    assert_skipped(trial, own, (0, SkipReason.SUPERSEDED))


@pytest.mark.parametrize("epoch", [0, 1, 65534])
def test_in_person_takes_the_last_epoch_only(desk: Desk, epoch: int) -> None:
    act = desk.trial.act(0, CHOICES, channel=Channel.IN_PERSON, epoch=epoch)
    assert_skipped(desk.trial, desk.vote(act), (0, SkipReason.EPOCH))


@pytest.mark.parametrize(
    ("kind", "channel", "epoch"),
    [
        (DeskKind.NAMED, Channel.ONLINE, 1),
        (DeskKind.NAMED, Channel.ONLINE_ASSEMBLY, 1),
        (DeskKind.NAMED, Channel.IN_PERSON, 65535),
        (DeskKind.NAMED, 5, 1),
        (DeskKind.IN_PERSON, Channel.PAPER, 65535),
        (DeskKind.IN_PERSON, Channel.ONLINE, 65535),
        (DeskKind.BOXED, Channel.IN_PERSON, 65535),
        (0, Channel.PAPER, 1),
        (5, Channel.PAPER, 1),
    ],
)
def test_an_act_of_another_channel_or_kind_is_skipped(
    desk: Desk, kind: int, channel: int, epoch: int
) -> None:
    act = desk.trial.act(0, CHOICES, channel=channel, epoch=epoch)
    if kind == DeskKind.BOXED:
        act = desk.trial.act(0, channel=channel, epoch=epoch, kind=2)
    receipt = desk.send(desk.record(act, kind))
    assert_skipped(desk.trial, receipt, (0, SkipReason.RANGE))


def test_after_a_check_in_the_voters_own_ballot_is_of_the_online_assembly(desk: Desk) -> None:
    trial = desk.trial
    trial.cast([trial.act(1, CHOICES)])
    (event,) = trial.system.events(desk.send(desk.check_in(0)))
    assert (event.name, event["voter"]) == ("VoterCheckedIn", 0)
    trial.cast([trial.act(voter, CHOICES) for voter in (0, 2)])
    groups = 1
    assembly = Channel.ONLINE_ASSEMBLY * groups
    assert trial.read("stratum", assembly)[0] >> 128 == 1
    assert trial.read("stratum", Channel.ONLINE)[0] >> 128 == 2
    assert trial.batches[1][0].terms.channel == Channel.ONLINE_ASSEMBLY


def test_a_check_in_within_a_batch_does_not_touch_desk_channels(desk: Desk) -> None:
    trial = desk.trial
    act = desk.named(0, CHOICES)
    receipt = desk.send(desk.check_in(0), desk.record(act, DeskKind.NAMED))
    assert trial.skipped(receipt) == []
    assert trial.held[0].terms.channel == Channel.PAPER


def test_a_voter_checks_in_once(desk: Desk) -> None:
    receipt = desk.send(desk.check_in(0), desk.check_in(0))
    assert_skipped(desk.trial, receipt, (0, SkipReason.SUPERSEDED))


def test_a_check_in_is_no_ballot(desk: Desk) -> None:
    desk.send(desk.check_in(0))
    assert not desk.trial.read("hasBallot", 0)
    assert desk.trial.read("turnout")[0] == 0


@pytest.mark.parametrize("terms", [{"channel": 2}, {"epoch": 1}, {"weight": 1}, {"class_": 1}])
def test_a_check_in_has_no_other_field(desk: Desk, terms: dict[str, Any]) -> None:
    receipt = desk.send(desk.check_in(0, **terms))
    assert_skipped(desk.trial, receipt, (0, SkipReason.RANGE))


def test_a_check_in_carries_no_payload(desk: Desk) -> None:
    length = desk.trial.form.payload_length
    act = desk.trial.act(0, kind=2, weight=0, class_=0, payload=b"\1" * length)
    receipt = desk.send(desk.record(act, DeskKind.CHECK_IN))
    assert_skipped(desk.trial, receipt, (0, SkipReason.RANGE))


@pytest.mark.parametrize("clerks", [(0, 2), (1, 2)])
def test_any_two_clerks_in_their_order_may_sign(desk: Desk, clerks: tuple[int, int]) -> None:
    act = desk.named(0, CHOICES)
    assert_recorded(desk.trial, desk.send(desk.record(act, DeskKind.NAMED, clerks)), act)


def patched(desk: Desk, *places: tuple[int, bytes]) -> bytes:
    act = desk.named(0, CHOICES)
    batch = bytearray(encode_desk([desk.record(act, DeskKind.NAMED)], desk.trial.form))
    for place, value in places:
        at = place % len(batch)
        batch[at : at + len(value)] = value
    return bytes(batch)


def test_a_clerks_signature_under_another_index_is_skipped(desk: Desk) -> None:
    receipt = desk.trial.submit("castDesk", patched(desk, (-65, b"\2")))
    assert_skipped(desk.trial, receipt, (0, SkipReason.ATTESTATION))


@pytest.mark.parametrize("at", [-129, -64])
def test_each_clerks_signature_counts(desk: Desk, at: int) -> None:
    receipt = desk.trial.submit("castDesk", patched(desk, (at, bytes(64))))
    assert_skipped(desk.trial, receipt, (0, SkipReason.ATTESTATION))


def test_a_registrar_is_no_clerk(desk: Desk) -> None:
    trial = desk.trial
    act = desk.named(0, CHOICES)
    record = desk.record(act, DeskKind.NAMED)
    signature = trial.plan.registrar_keys[0].sign(trial.digest(record.message(trial.form)))
    receipt = trial.submit("castDesk", patched(desk, (-64, signature)))
    assert_skipped(trial, receipt, (0, SkipReason.ATTESTATION))


MALFORMED = [
    ("another format", ((0, b"\2"),)),
    ("no record", ((1, b"\0\0"),)),
    ("two records", ((1, b"\0\2"),)),
    ("one clerk twice", ((-65, b"\0"),)),
    ("clerks in falling order", ((-130, b"\1"), (-65, b"\0"))),
    ("a clerk who is not there", ((-65, b"\3"),)),
]


@pytest.mark.parametrize("places", [pytest.param(row[1], id=row[0]) for row in MALFORMED])
def test_a_malformed_desk_batch_reverts(desk: Desk, places: tuple[tuple[int, bytes], ...]) -> None:
    with reverts("BatchMalformed"):
        desk.trial.do("castDesk", patched(desk, *places))


@pytest.mark.parametrize("cut", [0, 1, 2, -1])
def test_a_desk_batch_of_another_length_reverts(desk: Desk, cut: int) -> None:
    with reverts("BatchMalformed"):
        desk.trial.do("castDesk", patched(desk)[:cut])
    with reverts("BatchMalformed"):
        desk.trial.do("castDesk", patched(desk) + b"\0")


def test_without_clerks_there_is_no_desk(begin: Open) -> None:
    trial = begin()
    with reverts("BatchMalformed"):
        trial.do("castDesk", b"\3\0\1" + bytes(20 + trial.form.payload_length + 130))


@pytest.mark.parametrize(("offset", "recorded"), [(-1, True), (0, False)])
def test_the_desk_records_until_the_barrier(desk: Desk, offset: int, recorded: bool) -> None:
    trial = desk.trial
    record = desk.record(desk.named(0, CHOICES), DeskKind.NAMED)
    trial.system.chain.at(trial.plan.times.barrier_at + offset)
    expected = [] if recorded else [(0, SkipReason.NOT_OPEN)]
    assert trial.skipped(desk.send(record)) == expected


def test_the_desk_records_nothing_before_voting(system: System) -> None:
    early = Trial.create(system, Plan(clerks=2))
    early.publish()
    early.organise("freeze")
    desk = Desk(early)
    assert_skipped(early, desk.vote(desk.named(0, CHOICES)), (0, SkipReason.NOT_OPEN))


def test_a_desk_act_of_an_unknown_voter_is_skipped(desk: Desk) -> None:
    receipt = desk.vote(desk.named(10, CHOICES))
    assert_skipped(desk.trial, receipt, (10, SkipReason.UNKNOWN_VOTER))


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        ({"weight": 0}, SkipReason.WEIGHT),
        ({"weight": 2}, SkipReason.WEIGHT),
        ({"class_": 1}, SkipReason.CLASS),
    ],
)
def test_a_named_ballot_out_of_range_is_skipped(
    desk: Desk, terms: dict[str, Any], reason: SkipReason
) -> None:
    act = desk.trial.act(0, CHOICES, channel=Channel.PAPER, epoch=1, **terms)
    assert_skipped(desk.trial, desk.vote(act), (0, reason))
