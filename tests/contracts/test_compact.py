"""Compact batches: what is recorded, what is skipped with which reason, what reverts."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bench.harness.people import person
from bench.harness.plan import DAY, Plan, timetable
from bench.harness.trial import Trial
from hanpyo.protocol.acts import batch_record
from hanpyo.protocol.agenda import Item, Method
from hanpyo.protocol.batch import CompactBatch, Listing, encode_compact
from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.manifest import ClassRow
from hanpyo.protocol.messages import credential_list_hash, struct_digest
from hanpyo.protocol.types import Digest, Secrecy, SkipReason
from tests.contracts.conftest import Open
from tests.contracts.expect import CHOICES, assert_recorded, assert_skipped, reverts

LONG = (Item(Method.SCORE, 40, maximum=40, points=9),)
HEAD = 7
SIGNED = 65
RECORDS = HEAD + 2 * SIGNED
UPPER_S = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A1


@pytest.fixture
def trial(begin: Open) -> Trial:
    return begin()


@pytest.mark.parametrize("each", [False, True], ids=["one list", "each its own"])
def test_ballots_of_attested_voters_are_recorded(trial: Trial, each: bool) -> None:
    acts = [trial.act(voter, CHOICES) for voter in (3, 1, 7)]
    assert_recorded(trial, trial.cast(acts, each=each), *acts)
    assert [trial.read("hasBallot", voter) for voter in range(4)] == [False, True, False, True]
    assert trial.read("turnout") == (3, 3, 10, 10)


def test_an_open_ballot_is_shown_with_its_key_and_choices(trial: Trial) -> None:
    act = trial.act(4, CHOICES)
    event = trial.note(trial.cast([act]))[0]
    assert event.name == "BallotCast"
    assert event.values == {
        "voter": 4,
        "terms": int.from_bytes(act.terms.pack(), "big"),
        "key": trial.voter(4).key_id,
        "choices": CHOICES.ljust(32, b"\0"),
    }


def test_long_choices_are_shown_as_bytes(begin: Open) -> None:
    trial = begin(items=LONG)
    choices = bytes(range(10)) * 4
    event = trial.note(trial.cast([trial.act(0, choices)]))[0]
    assert (event.name, event["choices"]) == ("LongBallotCast", choices)


def test_a_sealed_ballot_is_shown_with_envelope_and_escrow(begin_sealed: Open) -> None:
    trial = begin_sealed()
    act = trial.act(2, CHOICES)
    event = trial.note(trial.cast([act]))[0]
    assert event.name == "BallotSealed"
    assert event["envelope"] == act.content
    assert event["escrowHead"] + event["escrowTail"] == act.payload[32:].ljust(64, b"\0")


def test_a_long_escrow_is_shown_as_bytes(begin_sealed: Open) -> None:
    trial = begin_sealed(items=LONG)
    act = trial.act(2, bytes(40))
    event = trial.note(trial.cast([act]))[0]
    assert (event.name, event["escrow"]) == ("LongBallotSealed", act.payload[32:])


@pytest.mark.parametrize("sealed", [False, True])
@pytest.mark.parametrize("count", [1, 2, 3, 7, 8])
def test_a_batch_keeps_the_root_of_its_firsts(begin: Open, sealed: bool, count: int) -> None:
    trial = begin(secrecy=Secrecy(int(sealed)))
    receipt = trial.cast([trial.act(voter, CHOICES) for voter in range(count)])
    event = trial.system.events(receipt)[-1]
    root, seals = trial.root(1), trial.seals(1)
    assert event.name == "BatchRecorded"
    assert event.values == {"batch": 1, "root": root, "seals": seals, "firsts": count}
    assert trial.read("batch", 1) == batch_record(root, seals)


def test_weights_and_classes_are_recorded_in_their_stratum(begin: Open) -> None:
    trial = begin(weights=(1, 5, 9), classes=(ClassRow(0), ClassRow(1)), classes_of=(0, 1, 1))
    acts = [trial.act(voter, CHOICES) for voter in range(3)]
    assert_recorded(trial, trial.cast(acts), *acts)
    assert trial.read("stratum", 0)[0] == 1 << 128 | 1
    assert trial.read("stratum", 1)[0] == 2 << 128 | 14


@pytest.mark.parametrize("positions", [(0,), (1,), (2,), (0, 1), (0, 3), (2, 3)])
def test_a_list_may_hold_voters_without_a_ballot_here(
    trial: Trial, positions: tuple[int, ...]
) -> None:
    acts = [trial.act(voter, CHOICES) for voter in (0, 1)]
    absent = [trial.act(voter, CHOICES) for voter in (8, 9)]
    hashes = [trial.credential(act).struct_hash() for act in absent]
    extras = list(zip(positions, hashes, strict=False))
    assert_recorded(trial, trial.cast(acts, extras=extras), *acts)


def test_a_batch_may_cross_words_of_the_voter_bitmap(begin: Open) -> None:
    trial = begin(weights=(1,) * 600)
    acts = [trial.act(voter, CHOICES) for voter in (599, 0, 300, 255, 256)]
    assert_recorded(trial, trial.cast(acts), *acts)
    assert all(trial.read("hasBallot", act.voter) for act in acts)


def test_a_batch_in_which_nothing_is_recorded_changes_nothing(trial: Trial) -> None:
    receipt = trial.cast([trial.act(0, CHOICES, epoch=1)])
    assert [event.name for event in trial.system.events(receipt)] == ["BallotSkipped"]
    assert trial.read("batch", 1) == bytes(32)
    assert trial.read("progress")[1]["batches"] == 0


def test_a_skipped_act_is_named_by_its_digest(trial: Trial) -> None:
    act = trial.act(0, CHOICES, epoch=1)
    (event,) = trial.system.events(trial.cast([act]))
    assert event["digest"] == trial.digest(act.message)


@pytest.mark.parametrize(
    ("offset", "recorded"), [(-1, False), (0, True)], ids=["before opensAt", "at opensAt"]
)
def test_voting_starts_at_its_second(trial: Trial, offset: int, recorded: bool) -> None:
    fresh = Trial.create(trial.system, Plan(times=timetable(trial.plan.times.opens_at + DAY)), 1)
    fresh.publish()
    fresh.organise("freeze")
    fresh.system.chain.at(fresh.plan.times.opens_at + offset)
    receipt = fresh.cast([fresh.act(0, CHOICES)])
    expected = [] if recorded else [(0, SkipReason.NOT_OPEN)]
    assert fresh.skipped(receipt) == expected


@pytest.mark.parametrize(
    ("offset", "recorded"), [(-1, True), (0, False)], ids=["before closesAt", "at closesAt"]
)
def test_voting_ends_at_its_second(trial: Trial, offset: int, recorded: bool) -> None:
    trial.system.chain.at(trial.plan.times.closes_at + offset)
    receipt = trial.cast([trial.act(0, CHOICES)])
    assert trial.skipped(receipt) == ([] if recorded else [(0, SkipReason.NOT_OPEN)])


def test_a_voter_beyond_the_roll_is_skipped(trial: Trial) -> None:
    acts = [trial.act(voter, CHOICES) for voter in (10, 2**32 - 1)]
    unknown = SkipReason.UNKNOWN_VOTER
    assert_skipped(trial, trial.cast(acts), (10, unknown), (2**32 - 1, unknown))


@pytest.mark.parametrize("weight", [0, 6])
def test_a_weight_out_of_range_is_skipped(begin: Open, weight: int) -> None:
    trial = begin(weights=(1, 5, 1))
    act = trial.act(0, CHOICES, weight=weight)
    assert_skipped(trial, trial.cast([act]), (0, SkipReason.WEIGHT))


def test_more_weight_than_the_roll_has_is_skipped(begin: Open) -> None:
    trial = begin(weights=(1, 5, 1))
    acts = [trial.act(0, CHOICES, weight=5), trial.act(1, CHOICES, weight=5)]
    assert_skipped(trial, trial.cast(acts), (1, SkipReason.WEIGHT_TOTAL))
    assert trial.read("turnout")[:2] == (1, 5)


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        ({"kind": 0}, SkipReason.RANGE),
        ({"kind": 3}, SkipReason.RANGE),
        ({"revision": 1024}, SkipReason.RANGE),
        ({"class_": 1}, SkipReason.CLASS),
        ({"epoch": 1}, SkipReason.EPOCH),
        ({"epoch": 65535}, SkipReason.EPOCH),
    ],
)
def test_terms_out_of_range_are_skipped(
    trial: Trial, terms: dict[str, Any], reason: SkipReason
) -> None:
    assert_skipped(trial, trial.cast([trial.act(0, CHOICES, **terms)]), (0, reason))


def test_the_last_revision_is_recorded(trial: Trial) -> None:
    act = trial.act(0, CHOICES, revision=1023)
    assert_recorded(trial, trial.cast([act]), act)


@pytest.mark.parametrize("sealed", [False, True])
def test_a_withdrawal_with_content_is_skipped(begin: Open, sealed: bool) -> None:
    trial = begin(secrecy=Secrecy(int(sealed)))
    length = trial.form.payload_length
    for at in (0, length - 1):
        payload = bytes(at) + b"\1" + bytes(length - at - 1)
        act = trial.act(0, kind=2, payload=payload)
        assert_skipped(trial, trial.cast([act]), (0, SkipReason.CONTENT))


def test_a_bad_signature_is_skipped_and_its_neighbours_stay(trial: Trial) -> None:
    acts = [trial.act(voter, CHOICES) for voter in range(3)]
    batch = bytearray(trial.compact(acts, each=True))
    stride = (len(batch) - HEAD) // 3
    at = HEAD + stride + 4
    batch[at : at + 64] = b"\xff" * 64
    receipt = trial.submit("cast", bytes(batch))
    assert_skipped(trial, receipt, (1, SkipReason.SIGNATURE))
    assert trial.read("turnout")[0] == 2


def test_a_forged_signature_changes_the_list_that_the_registrars_signed(trial: Trial) -> None:
    batch = bytearray(trial.compact([trial.act(voter, CHOICES) for voter in range(3)]))
    batch[RECORDS + 4 : RECORDS + 68] = b"\xff" * 64
    with reverts("ElectionBadAttestation"):
        trial.submit("cast", bytes(batch))


@pytest.mark.parametrize(
    ("s", "reason"),
    [(UPPER_S, SkipReason.SIGNATURE), (UPPER_S - 1, SkipReason.ATTESTATION)],
    ids=["upper half", "lower half"],
)
def test_only_the_lower_half_of_the_order_makes_a_signature(
    trial: Trial, s: int, reason: SkipReason
) -> None:
    """Any s below the order recovers some key; the contract takes none from the upper half."""
    batch = bytearray(trial.compact([trial.act(0, CHOICES)], each=True))
    at = HEAD + 4 + 32
    batch[at : at + 32] = s.to_bytes(32, "big")
    assert_skipped(trial, trial.submit("cast", bytes(batch)), (0, reason))


def test_another_key_than_the_attested_one_is_skipped(trial: Trial) -> None:
    act = trial.act(0, CHOICES)
    own = trial.record(act, each=True)
    stolen = trial.record(act, signer=person("thief"))
    batch = CompactBatch((replace(stolen, attestations=own.attestations),))
    receipt = trial.submit("cast", encode_compact(batch, trial.form))
    assert_skipped(trial, receipt, (0, SkipReason.ATTESTATION))


def test_a_list_signed_for_another_key_is_refused(trial: Trial) -> None:
    act = trial.act(0, CHOICES)
    record = trial.record(act, signer=person("thief"))
    hashes = [trial.credential(act).struct_hash()]
    hash_ = struct_digest(trial.domain, credential_list_hash(hashes))
    batch = CompactBatch.shortest([record], Listing(trial.attest(hash_)))
    with reverts("ElectionBadAttestation"):
        trial.submit("cast", encode_compact(batch, trial.form))


def test_a_list_signed_in_another_order_is_refused(trial: Trial) -> None:
    acts = [trial.act(voter, CHOICES) for voter in (0, 1)]
    hashes = [trial.credential(act).struct_hash() for act in reversed(acts)]
    hash_ = struct_digest(trial.domain, credential_list_hash([Digest(h) for h in hashes]))
    records = [trial.record(act) for act in acts]
    batch = CompactBatch.shortest(records, Listing(trial.attest(hash_)))
    with reverts("ElectionBadAttestation"):
        trial.submit("cast", encode_compact(batch, trial.form))


def test_without_registrars_there_is_no_compact_batch(begin: Open) -> None:
    trial = begin(registrars=0, threshold=0)
    act = trial.act(0, CHOICES)
    payload = bytes(4) + trial.voter(0).sign(trial.digest(act.message)) + CHOICES
    for how in (b"\0", b"\1"):
        with reverts("BatchMalformed", offset=4):
            trial.do("cast", b"\1\0\0\1" + how + b"\0\0" + payload)


def test_reasons_are_tried_in_the_order_of_the_specification(begin: Open) -> None:
    """Each act has the fault of its place and all later ones."""
    trial = begin(weights=(1,) * 3, classes=(ClassRow(0),))
    trial.cast([trial.act(0, CHOICES)])
    junk = b"\1" * trial.form.payload_length
    faults: list[tuple[dict[str, Any], SkipReason]] = [
        ({"weight": 0, "kind": 3, "class_": 9, "epoch": 1}, SkipReason.WEIGHT),
        ({"kind": 3, "class_": 9, "epoch": 1}, SkipReason.RANGE),
        ({"kind": 2, "class_": 9, "epoch": 1}, SkipReason.CONTENT),
        ({"class_": 9, "epoch": 1}, SkipReason.CLASS),
        ({"epoch": 1}, SkipReason.EPOCH),
        ({}, SkipReason.SUPERSEDED),
    ]
    for terms, reason in faults:
        act = trial.act(0, payload=junk, **terms)
        assert_skipped(trial, trial.cast([act], each=True), (0, reason))


Patch = Callable[[bytearray], bytes]


def _set(at: int, value: bytes) -> Patch:
    return lambda batch: bytes(batch[:at]) + value + bytes(batch[at + len(value) :])


STRUCTURE: list[tuple[str, bool, Patch, int | None]] = [
    ("empty", False, lambda batch: b"", 0),
    ("cut in the head", False, lambda batch: bytes(batch[:6]), 0),
    ("another format", False, _set(0, b"\2"), 0),
    ("unknown flag", False, _set(1, b"\x08"), 1),
    ("no record", False, _set(2, b"\0\0"), 2),
    ("more records than bytes", False, _set(2, b"\0\3"), None),
    ("fewer records than bytes", False, _set(2, b"\0\1"), None),
    ("unknown credentials", False, _set(4, b"\2"), 4),
    ("extras without a list", True, _set(5, b"\0\1"), 5),
    ("extras that are not there", False, _set(5, b"\0\1"), None),
    ("a byte short", False, lambda batch: bytes(batch[:-1]), None),
    ("a byte long", False, lambda batch: bytes(batch) + b"\0", None),
    ("flags that lengthen records", False, _set(1, b"\4"), None),
    ("list signed by the same twice", False, _set(HEAD + SIGNED, b"\0"), HEAD),
    ("list signed in falling order", False, _set(HEAD, b"\1"), HEAD),
    ("list signed by nobody known", False, _set(HEAD + SIGNED, b"\2"), HEAD),
    ("record signed by the same twice", True, _set(-SIGNED, b"\0"), None),
]


@pytest.mark.parametrize(
    ("each", "patch", "offset"), [pytest.param(*row[1:], id=row[0]) for row in STRUCTURE]
)
def test_a_malformed_batch_reverts(
    trial: Trial, each: bool, patch: Patch, offset: int | None
) -> None:
    batch = bytearray(trial.compact([trial.act(v, CHOICES) for v in (0, 1)], each=each))
    expected = {} if offset is None else {"offset": offset}
    if each and offset is None:
        at = len(batch) - SIGNED
        batch[at] = 0
        patch = bytes
    with reverts("BatchMalformed", **expected):
        trial.submit("cast", patch(batch))


@pytest.mark.parametrize("positions", [(1, 0), (1, 1), (0, 4), (65535,)])
def test_extras_out_of_place_revert(trial: Trial, positions: tuple[int, ...]) -> None:
    acts = [trial.act(voter, CHOICES) for voter in (0, 1)]
    good = trial.compact(acts)
    extras = b"".join(at.to_bytes(2, "big") + keccak(b"extra") for at in positions)
    count = len(positions).to_bytes(2, "big")
    batch = good[:5] + count + good[7:RECORDS] + extras + good[RECORDS:]
    with reverts("BatchMalformed", offset=HEAD):
        trial.submit("cast", batch)


def test_what_is_malformed_reverts_in_every_phase(trial: Trial) -> None:
    trial.system.chain.at(trial.plan.times.certify_at)
    with reverts("BatchMalformed", offset=0):
        trial.do("cast", b"\1")
