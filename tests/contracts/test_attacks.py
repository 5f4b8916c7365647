"""The attacks of the protocol's table that apply to open and sealed elections, one test each.

Malformed points and scalars are in test_voiding and test_counting, the early or missing key
in test_counting; wallets that burn gas and copies sent with little gas in test_wide.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bench.harness.people import person
from bench.harness.plan import DAY, TRUSTEES, Plan, question, timetable
from bench.harness.trial import RELAY, Act, Trial
from hanpyo.protocol.batch import CompactBatch, encode_compact
from hanpyo.protocol.domain import Domain
from hanpyo.protocol.envelopes import Position
from hanpyo.protocol.manifest import Timetable
from hanpyo.protocol.messages import Rebind, digest
from hanpyo.protocol.receipts import short_code
from hanpyo.protocol.types import Address, Digest, Secrecy, SkipReason
from hanpyo.secrecy.escrow import EscrowOpener
from tests.contracts.conftest import Open
from tests.contracts.desk import Desk
from tests.contracts.expect import CHOICES, assert_recorded, assert_skipped, reverts

OTHER = bytes((3, 2, 1))


@pytest.fixture
def trial(begin_sealed: Open) -> Trial:
    return begin_sealed()


def replayed(target: Trial, source: Trial, act: Act) -> None:
    """The act signed for `source`, with its credential from there, is skipped in `target`."""
    batch = encode_compact(CompactBatch((source.record(act, each=True),)), target.form)
    receipt = target.submit("cast", batch)
    assert_skipped(target, receipt, (act.voter, SkipReason.ATTESTATION))


def test_a_ballot_copied_by_another_voter_is_not_theirs(trial: Trial) -> None:
    """Neither a copied record nor a copied envelope, signed anew, is a ballot of the copier."""
    own = trial.act(0, CHOICES)
    trial.cast([own])
    stolen = replace(trial.record(own, each=True), voter=1)
    receipt = trial.submit("cast", encode_compact(CompactBatch((stolen,)), trial.form))
    assert_skipped(trial, receipt, (1, SkipReason.ATTESTATION))
    copy = trial.act(1, CHOICES, payload=own.payload)
    trial.cast([copy])
    position = Position(trial.domain.context, 1, 0, 0)
    opener = EscrowOpener(TRUSTEES.secret)
    outcome = opener.open(copy.payload[32:], copy.content, len(CHOICES), position)
    assert type(outcome).__name__ == "BadEscrow"


def test_a_ballot_is_not_replayed_in_another_election(trial: Trial) -> None:
    chain = trial.system.chain
    other = Trial.create(trial.system, Plan(secrecy=Secrecy.SEALED, times=_next_day(trial)), 1)
    other.publish()
    other.organise("freeze")
    act = trial.act(0, CHOICES)
    trial.cast([act])
    chain.mine_at(other.plan.times.opens_at)
    replayed(other, trial, act)


def test_a_ballot_is_not_moved_to_an_edited_text(trial: Trial) -> None:
    """The manifest covers the text's hash and is in the domain: another text, another domain."""
    edited = replace(trial.plan.manifest, text_hash=Digest(bytes(31) + b"\1"))
    assert edited.encode() != trial.plan.manifest.encode()
    plan = Plan(secrecy=Secrecy.SEALED, items=(question(2),) * 3, times=_next_day(trial))
    other = Trial.create(trial.system, plan, 1)
    other.publish()
    other.organise("freeze")
    trial.system.chain.mine_at(other.plan.times.opens_at)
    replayed(other, trial, trial.act(0, CHOICES))


@pytest.mark.parametrize(
    "elsewhere",
    [
        lambda own: Domain(own.chain_id + 1, own.election, own.manifest_hash),
        lambda own: Domain(own.chain_id, Address(bytes(20)), own.manifest_hash),
        lambda own: Domain(own.chain_id, own.election, Digest(bytes(32))),
    ],
    ids=["another chain", "another contract", "another manifest"],
)
def test_a_signature_for_another_domain_is_none_here(
    trial: Trial, elsewhere: Callable[[Domain], Domain]
) -> None:
    act = trial.act(0, CHOICES)
    foreign = trial.voter(0).sign(digest(elsewhere(trial.domain), act.message))
    record = replace(trial.record(act, each=True), signature=foreign)
    receipt = trial.submit("cast", encode_compact(CompactBatch((record,)), trial.form))
    assert_skipped(trial, receipt, (0, SkipReason.ATTESTATION))


@pytest.mark.parametrize("field", ["epoch", "revision", "kind", "weight", "class_"])
def test_no_field_of_a_signed_ballot_can_be_altered(begin: Open, field: str) -> None:
    trial = begin(weights=(2, 3), classes=Plan().classes * 2)
    act = trial.act(0, bytes(3), revision=1)
    altered = {"epoch": 1, "revision": 2, "kind": 2, "weight": 3, "class_": 1}[field]
    change: dict[str, Any] = {field: altered}
    record = replace(trial.record(act, each=True), **change)
    batch = CompactBatch((record,), None, weights=True, classes=True, orders=True)
    receipt = trial.submit("cast", encode_compact(batch, trial.form))
    assert_skipped(trial, receipt, (0, SkipReason.ATTESTATION))


@pytest.mark.parametrize("at", [0, 31, 32, 64, 65, -1], ids=str)
def test_a_swapped_envelope_or_escrow_is_not_the_signed_one(trial: Trial, at: int) -> None:
    act = trial.act(0, CHOICES)
    record = trial.record(act, each=True)
    payload = bytearray(record.payload)
    payload[at] ^= 1
    batch = CompactBatch((replace(record, payload=bytes(payload)),))
    receipt = trial.submit("cast", encode_compact(batch, trial.form))
    assert_skipped(trial, receipt, (0, SkipReason.ATTESTATION))


def test_fewer_registrars_than_the_threshold_make_no_voter(begin: Open) -> None:
    """One of three signs under two indices, or lends both signatures: nothing is recorded."""
    trial = begin(registrars=3, threshold=2)
    act = trial.act(0, CHOICES)
    record = trial.record(act, each=True)
    first, second = record.attestations
    lent = replace(second, signature=first.signature)
    batch = CompactBatch((replace(record, attestations=(first, lent)),))
    receipt = trial.submit("cast", encode_compact(batch, trial.form))
    assert_skipped(trial, receipt, (0, SkipReason.ATTESTATION))


def test_the_relay_and_the_organiser_make_no_ballot(trial: Trial) -> None:
    act = trial.act(0, CHOICES)
    for stranger in (RELAY, trial.plan.organiser, person("registrar 0")):
        own = trial.record(act, each=True)
        record = replace(trial.record(act, signer=stranger), attestations=own.attestations)
        receipt = trial.submit("cast", encode_compact(CompactBatch((record,)), trial.form))
        assert_skipped(trial, receipt, (0, SkipReason.ATTESTATION))


def test_two_voters_never_share_a_receipt(trial: Trial) -> None:
    payload = trial.act(0, CHOICES).payload
    acts = [
        trial.act(voter, CHOICES, payload=payload, revision=revision)
        for voter in range(3)
        for revision in range(3)
    ]
    codes = {short_code(trial.digest(act.message)) for act in acts}
    assert len(codes) == len(acts)


@pytest.mark.parametrize("copied", [1, 2, 3])
def test_a_front_run_copy_of_the_relays_calldata_stops_nothing(trial: Trial, copied: int) -> None:
    """A thief sends the first records of a pending batch: the rest is recorded when it comes."""
    acts = [trial.act(voter, CHOICES) for voter in range(3)]
    records = [trial.record(act, each=True) for act in acts]
    stolen = encode_compact(CompactBatch(tuple(records[:copied])), trial.form)
    trial.submit("cast", stolen, sender=person("thief"))
    late = trial.submit("cast", encode_compact(CompactBatch(tuple(records)), trial.form))
    assert trial.skipped(late) == [(v, SkipReason.SUPERSEDED) for v in range(copied)]
    assert trial.read("turnout")[0] == 3


def test_records_in_any_order_end_in_the_same_state(trial: Trial) -> None:
    """Votes cast out of order, or directly while a relayed one waits: the highest counts."""
    acts = [trial.act(0, CHOICES, revision=revision) for revision in range(4)]
    slots = set()
    for order in ((0, 1, 2, 3), (3, 2, 1, 0), (0, 3, 1, 2), (1, 3, 0, 2)):
        with trial.system.chain.undone():
            for number in order:
                trial.cast([acts[number]], each=True)
            slots.add(trial.read("slot", 0) & ~(1 << 200))
            assert trial.read("turnout")[0] == 1
    assert len(slots) == 1


def test_one_record_repeated_in_a_batch_counts_once(trial: Trial) -> None:
    receipt = trial.cast([trial.act(0, CHOICES)] * 5)
    assert trial.skipped(receipt) == [(0, SkipReason.SUPERSEDED)] * 4
    assert trial.read("turnout")[0] == 1


def test_an_old_key_is_dead_after_rebinding(trial: Trial) -> None:
    """The old key's ballot of the old epoch, withheld until now, is refused in every revision."""
    withheld = [trial.act(0, CHOICES, revision=revision) for revision in (0, 5)]
    hash_ = trial.digest(Rebind(0, 1))
    signed = b"".join(bytes((each.index,)) + each.signature for each in trial.attest(hash_))
    trial.do("rebind", 0, 1, signed)
    receipt = trial.cast(withheld)
    assert_skipped(trial, receipt, (0, SkipReason.EPOCH), (0, SkipReason.EPOCH))
    act = trial.act(0, OTHER, epoch=1)
    new = {0: person("new key of voter 0")}
    assert_recorded(trial, trial.cast([act], signers=new), act)


def test_a_rebinding_is_not_replayed(trial: Trial) -> None:
    hash_ = trial.digest(Rebind(0, 1))
    signed = b"".join(bytes((each.index,)) + each.signature for each in trial.attest(hash_))
    trial.do("rebind", 0, 1, signed)
    with reverts("ElectionWrongEpoch", expected=2):
        trial.do("rebind", 0, 1, signed)


def test_a_dead_ballot_is_not_replaced_twice(begin: Open) -> None:
    """Re-vote, withdraw, re-vote: the first leaves the sum once, whoever settles how often."""
    trial = begin()
    trial.cast([trial.act(0, CHOICES)])
    for revision, kind in ((1, 1), (2, 2), (3, 1)):
        trial.cast([trial.act(0, OTHER, revision=revision, kind=kind)])
    trial.system.chain.mine_at(trial.plan.times.barrier_at)
    for _ in range(3):
        trial.settle(1, [0])
    result = trial.read("result", 0)
    assert (result["heads"], result["presentHeads"]) == ((0, 0, 0, 1, 0), 1)


def test_an_opening_cannot_be_withheld(trial: Trial) -> None:
    """Anyone with the released key opens every good ballot, without its voter."""
    acts = [trial.act(voter, CHOICES) for voter in range(3)]
    trial.cast(acts)
    trial.system.chain.mine_at(trial.plan.times.opening_at)
    trial.release_key()
    opener = EscrowOpener(trial.read("secret"))
    found = []
    for act in acts:
        position = Position(trial.domain.context, act.voter, 0, 0)
        opening = opener.open(act.payload[32:], act.content, len(CHOICES), position)
        found.append(replace(act, choices=opening.choices, salt=opening.salt))  # type: ignore[union-attr]
    trial.batches[0] = found
    trial.do("open", 1, trial.seals(1), trial.opening(1), sender=person("anyone"))
    assert trial.read("progress")[1]["opened"] == 3


def test_equal_choices_make_envelopes_that_nobody_can_compare(trial: Trial) -> None:
    acts = [trial.act(voter, CHOICES) for voter in range(3)]
    assert len({act.content for act in acts}) == 3
    assert len({act.payload[65:] for act in acts}) == 3
    assert len({act.salt for act in acts}) == 3


def test_blank_and_full_ballots_have_one_length(trial: Trial) -> None:
    assert len(trial.act(0, bytes(3)).payload) == len(trial.act(1, CHOICES).payload)


def test_junk_in_a_batch_costs_nobody_a_ballot(trial: Trial) -> None:
    good = [trial.act(voter, CHOICES) for voter in range(3)]
    records = [trial.record(act, each=True) for act in good]
    junk = [
        replace(records[0], signature=bytes(64)),
        replace(records[1], voter=9_999),
        replace(records[2], payload=bytes(trial.form.payload_length)),
    ]
    mixed = [each for pair in zip(junk, records, strict=True) for each in pair]
    receipt = trial.submit("cast", encode_compact(CompactBatch(tuple(mixed)), trial.form))
    assert len(trial.skipped(receipt)) == 3
    assert trial.read("turnout")[0] == 3


def test_one_clerk_alone_makes_no_desk_act(begin: Open) -> None:
    trial = begin(clerks=2)
    desk = Desk(trial)
    record = desk.record(desk.named(0, CHOICES), 1)
    first, second = record.attestations
    lent = replace(second, signature=first.signature)
    receipt = desk.send(replace(record, attestations=(first, lent)))
    assert_skipped(trial, receipt, (0, SkipReason.ATTESTATION))


def test_a_desk_act_is_no_ballot_of_the_voter_and_a_ballot_is_no_desk_act(begin: Open) -> None:
    """The messages have types of their own: a clerk's signature never stands for a voter's."""
    trial = begin(clerks=2)
    desk = Desk(trial)
    act = desk.named(0, CHOICES)
    record = desk.record(act, 1)
    ballot = trial.digest(act.message)
    signatures = tuple(
        replace(each, signature=key.sign(ballot))
        for each, key in zip(record.attestations, trial.plan.clerk_keys, strict=True)
    )
    receipt = desk.send(replace(record, attestations=signatures))  # type: ignore[arg-type]
    assert_skipped(trial, receipt, (0, SkipReason.ATTESTATION))


def test_a_desk_batch_is_replayed_without_effect(begin: Open) -> None:
    trial = begin(clerks=2)
    desk = Desk(trial)
    record = desk.record(desk.named(0, CHOICES), 1)
    desk.send(record)
    assert_skipped(trial, desk.send(record), (0, SkipReason.SUPERSEDED))


def _next_day(trial: Trial) -> Timetable:
    return timetable(trial.plan.times.opens_at + DAY)
