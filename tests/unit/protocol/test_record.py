from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from hanpyo.protocol.acts import Terms, batch_record, seals_hash
from hanpyo.protocol.agenda import Item, Method
from hanpyo.protocol.choices import decode, increments
from hanpyo.protocol.domain import Domain
from hanpyo.protocol.envelopes import Position, envelope
from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.manifest import ClassRow, Manifest
from hanpyo.protocol.offers import Act, Offer
from hanpyo.protocol.phases import Phase
from hanpyo.protocol.record import Record, RecordRefusal
from hanpyo.protocol.tree import batch_root
from hanpyo.protocol.types import ZERO_WORD, Address, Channel, Digest, Secrecy, SkipReason
from tests.strategies import example_manifest

ITEMS = (Item(Method.CHOOSE_ONE, 3), Item(Method.SCORE, 2, 1, 2, points=4))
CLASSES = (ClassRow(0), ClassRow(1, ((0, 2),)))
OPEN = example_manifest(secrecy=Secrecy.OPEN, items=ITEMS, classes=CLASSES)
SEALED = example_manifest(items=ITEMS, classes=CLASSES)
REBIND, VOTING, CLOSED, BARRIER, OPENING, CERTIFY = 1400, 1500, 2500, 3000, 4000, 6000
CONTEXT = Domain(1, Address(b"\x01" * 20), Digest(bytes(32))).context
SALT = keccak(b"salt")


def act(voter: int, choices: bytes = b"\x01\x00\x00", **terms: int) -> Act:
    """A ballot of the open election."""
    return Act(Terms(voter, **terms), keccak(choices), ZERO_WORD, choices)


def withdrawal(voter: int, **terms: int) -> Act:
    return Act(Terms(voter, kind=2, **terms), ZERO_WORD)


def sealed(voter: int, choices: bytes = b"\x01\x00\x00", **terms: int) -> Act:
    each = Terms(voter, **terms)
    position = Position(CONTEXT, voter, each.epoch, each.revision)
    return Act(each, envelope(position, choices, SALT), keccak(b"escrow %d" % voter))


def cast(record: Record, *acts: Act, now: int = VOTING) -> list[SkipReason | None]:
    return record.cast([Offer(each) for each in acts], now)


def at_desk(record: Record, each: Act, desk: int, now: int = VOTING) -> SkipReason | None:
    return record.cast([Offer(each, desk=desk)], now)[0]


def test_a_first_enters_its_batchs_tree() -> None:
    record = Record(OPEN)
    acts = [act(2), act(0), act(9)]
    assert cast(record, *acts) == [None, None, None]
    batch = record.batches[0]
    assert batch.root == batch_root([each.leaf for each in acts])
    assert batch.record == batch_record(batch.root)
    assert record.slot(2).pack() == ZERO_WORD


def test_a_sealed_batch_also_keeps_its_seals() -> None:
    record = Record(SEALED)
    acts = [sealed(2), sealed(0)]
    cast(record, *acts)
    assert record.batches[0].seals == seals_hash([each.hash for each in acts])


def test_a_batch_in_which_nothing_is_a_first_writes_no_root() -> None:
    record = Record(OPEN)
    cast(record, act(1))
    assert cast(record, act(1), act(1, revision=1)) == [SkipReason.SUPERSEDED, None]
    assert len(record.batches) == 1


@pytest.mark.parametrize(
    ("offer", "reason"),
    [
        (Offer(act(10)), SkipReason.UNKNOWN_VOTER),
        (Offer(act(1), signed=False), SkipReason.SIGNATURE),
        (Offer(act(1), attested=False), SkipReason.ATTESTATION),
        (Offer(act(1), signed=False, attested=False), SkipReason.SIGNATURE),
        (Offer(act(1, weight=0)), SkipReason.WEIGHT),
        (Offer(act(1, weight=6)), SkipReason.WEIGHT),
        (Offer(act(1, kind=0)), SkipReason.RANGE),
        (Offer(act(1, kind=3)), SkipReason.RANGE),
        (Offer(act(1, revision=1024)), SkipReason.RANGE),
        (Offer(withdrawal(1), clean=False), SkipReason.CONTENT),
        (Offer(act(1, class_=2)), SkipReason.CLASS),
        (Offer(act(1, epoch=1)), SkipReason.EPOCH),
        (Offer(act(1, kind=3, weight=6)), SkipReason.WEIGHT),
        (Offer(act(1, channel=2), desk=2), SkipReason.RANGE),
        (Offer(act(1, channel=4), desk=1), SkipReason.RANGE),
        (Offer(act(1, channel=4), desk=3), SkipReason.RANGE),
        (Offer(act(1, channel=4), desk=9), SkipReason.RANGE),
        (Offer(act(1, channel=4, epoch=1), desk=2), SkipReason.EPOCH),
        (Offer(act(1, channel=2), desk=1), SkipReason.EPOCH),
        (Offer(act(1), desk=4, clean=False), SkipReason.RANGE),
        (Offer(act(1), desk=4, bare=False), SkipReason.RANGE),
        (Offer(act(1, channel=2, epoch=1), desk=1, attested=False), SkipReason.ATTESTATION),
    ],
)
def test_an_act_that_may_not_be_recorded_is_skipped(offer: Offer, reason: SkipReason) -> None:
    record = Record(OPEN)
    assert record.cast([offer], VOTING) == [reason]
    assert (record.live, record.batches, record.slots) == (0, [], {})


@pytest.mark.parametrize("now", [999, 2000, BARRIER, OPENING])
def test_voters_act_only_while_the_voting_lasts(now: int) -> None:
    assert cast(Record(OPEN), act(1), now=now) == [SkipReason.NOT_OPEN]


@pytest.mark.parametrize(("now", "reason"), [(CLOSED, None), (BARRIER, SkipReason.NOT_OPEN)])
def test_clerks_act_until_the_barrier(now: int, reason: SkipReason | None) -> None:
    assert at_desk(Record(OPEN), act(1, channel=2, epoch=1), 1, now) is reason


def test_no_more_weight_is_cast_than_the_roll_has() -> None:
    record = Record(OPEN)
    assert cast(record, *(act(voter, weight=5) for voter in range(7))) == [None] * 6 + [
        SkipReason.WEIGHT_TOTAL
    ]
    assert cast(record, act(8, weight=1, revision=1)) == [SkipReason.WEIGHT_TOTAL]
    assert record.live_weight == 30


@pytest.mark.parametrize(
    ("acts", "live"),
    [
        ([act(1), act(1, revision=2)], act(1, revision=2)),
        ([act(1, revision=2), act(1)], act(1, revision=2)),
        ([act(1, revision=2), act(1, revision=1)], act(1, revision=2)),
        ([act(1), act(1, b"\x02\x00\x00")], act(1)),
        ([act(1), withdrawal(1, revision=1)], None),
        ([withdrawal(1), act(1)], None),
        ([withdrawal(1), act(1, revision=1)], act(1, revision=1)),
        ([act(1), withdrawal(1, revision=1), act(1, revision=2)], act(1, revision=2)),
    ],
)
def test_the_highest_order_is_live_whatever_came_first(acts: list[Act], live: Act | None) -> None:
    record = Record(OPEN)
    for each in acts:
        cast(record, each)
    assert record.live_act(1) == live
    assert record.live == (0 if live is None else 1)


def test_nothing_outranks_an_act_in_person() -> None:
    record = Record(OPEN)
    final = act(1, channel=4, epoch=65535)
    assert at_desk(record, final, 2) is None
    assert cast(record, act(1)) == [SkipReason.SUPERSEDED]
    assert at_desk(record, act(1, channel=2, epoch=1), 1) is SkipReason.SUPERSEDED
    assert record.live_act(1) == final


def test_a_paper_ballot_outranks_the_key_until_the_voter_is_rebound() -> None:
    record = Record(OPEN)
    cast(record, act(1))
    assert at_desk(record, act(1, channel=2, epoch=1), 1) is None
    assert cast(record, act(1, revision=9)) == [SkipReason.SUPERSEDED]
    record.rebind(1, 1, REBIND)
    assert cast(record, act(1, epoch=1)) == [SkipReason.SUPERSEDED]
    assert cast(record, act(1, epoch=1, revision=1)) == [None]


def test_a_rebind_kills_nothing_and_ends_the_old_epoch() -> None:
    record = Record(OPEN)
    cast(record, act(1))
    record.rebind(1, 1, REBIND)
    assert record.slot(1).has_first
    assert record.live_act(1) == act(1)
    assert cast(record, act(1, revision=1)) == [SkipReason.EPOCH]
    assert cast(record, act(1, epoch=1)) == [None]
    assert record.live_act(1) == act(1, epoch=1)


def test_a_rebound_voter_has_no_first_any_more() -> None:
    record = Record(OPEN)
    record.rebind(1, 1, 0)
    assert cast(record, act(1)) == [SkipReason.EPOCH]
    assert cast(record, act(1, epoch=1)) == [None]
    assert 1 not in record.firsts


@pytest.mark.parametrize(
    ("voter", "epoch", "now", "attested"),
    [
        (1, 1, VOTING, True),
        (10, 1, REBIND, True),
        (-1, 1, REBIND, True),
        (1, 2, REBIND, True),
        (1, 0, REBIND, True),
        (1, 1, CLOSED, True),
        (1, 1, REBIND, False),
    ],
)
def test_a_rebind_needs_registrars_time_and_the_next_epoch(
    voter: int, epoch: int, now: int, attested: bool
) -> None:
    record = Record(OPEN)
    with pytest.raises(RecordRefusal):
        record.rebind(voter, epoch, now, attested=attested)
    assert record.slots == {}


def test_the_last_epoch_belongs_to_the_desk() -> None:
    record = Record(OPEN)
    record.slots[1] = replace(record.slot(1), minimum_epoch=65534)
    with pytest.raises(RecordRefusal, match="belongs to the desk"):
        record.rebind(1, 65535, 0)


def test_a_checked_in_voter_votes_in_the_online_assembly() -> None:
    record = Record(OPEN)
    assert at_desk(record, withdrawal(1), 4) is None
    assert at_desk(record, withdrawal(1), 4) is SkipReason.SUPERSEDED
    cast(record, act(1))
    assert record.firsts[1].terms.channel is Channel.ONLINE_ASSEMBLY
    assert record.turnout(OPEN.stratum(1, 0)) == (1, 1)


def test_an_open_ballot_is_counted_when_it_is_cast() -> None:
    record = Record(OPEN)
    cast(record, act(1, b"\x03\x04\x00", weight=5), act(2, b"\x02\x00\x01", class_=1))
    heads, weights = record.cells(0)
    assert heads == (0, 0, 0, 1, 0, 0, 4, 0, 0)
    assert weights == (0, 0, 0, 5, 0, 0, 20, 0, 0)
    assert record.cells(1)[0] == (0, 0, 0, 0, 1, 0, 0, 1, 0)
    assert record.turnout(0) == (1, 5)


def test_settling_moves_the_vote_to_the_live_act() -> None:
    record = Record(OPEN)
    cast(record, act(1, b"\x01\x00\x00", weight=2))
    at_desk(record, act(1, b"\x02\x00\x00", weight=2, channel=2, epoch=1), 1)
    paper = OPEN.stratum(2, 0)
    assert (record.turnout(0), record.turnout(paper)) == ((1, 2), (0, 0))
    assert record.settle(1, BARRIER)
    assert (record.turnout(0), record.turnout(paper)) == ((0, 0), (1, 2))
    assert sum(record.cells(0)[0]) == 0
    assert record.cells(paper)[0][2] == 1
    assert not record.settle(1, BARRIER)
    assert record.slot(1).settled


def test_settling_a_withdrawn_voter_leaves_nothing() -> None:
    record = Record(OPEN)
    cast(record, act(1), withdrawal(1, revision=1))
    record.settle(1, BARRIER)
    assert record.turnout(0) == (0, 0)


@pytest.mark.parametrize(("voter", "now"), [(1, BARRIER - 1), (2, BARRIER), (3, BARRIER)])
def test_only_voters_with_a_later_act_are_settled_after_the_barrier(voter: int, now: int) -> None:
    record = Record(OPEN)
    cast(record, act(1), act(1, revision=1), act(2))
    with pytest.raises(RecordRefusal):
        record.settle(voter, now)


def opened_record(*acts: Act) -> Record:
    record = Record(SEALED)
    cast(record, *acts)
    record.release_key()
    return record


def test_a_sealed_ballot_is_counted_when_it_is_opened() -> None:
    record = opened_record(sealed(1, b"\x03\x00\x00"))
    assert sum(record.cells(0)[0]) == 0
    assert record.turnout(0) == (1, 1)
    assert record.open(CONTEXT, 1, b"\x03\x00\x00", SALT, OPENING)
    assert record.cells(0)[0][3] == 1
    assert not record.open(CONTEXT, 1, b"\x03\x00\x00", SALT, OPENING)
    assert record.unopened == 0


@pytest.mark.parametrize(
    ("voter", "choices", "now"),
    [(1, b"\x02\x00\x00", OPENING), (2, b"\x01\x00\x00", OPENING), (1, b"\x01\x00\x00", 3999)],
)
def test_a_wrong_opening_changes_nothing(voter: int, choices: bytes, now: int) -> None:
    record = opened_record(sealed(1))
    with pytest.raises(RecordRefusal):
        record.open(CONTEXT, voter, choices, SALT, now)
    assert record.opened == {}


def test_nothing_opens_without_the_key_or_in_an_open_election() -> None:
    record = Record(SEALED)
    cast(record, sealed(1))
    with pytest.raises(RecordRefusal, match="key is not released"):
        record.open(CONTEXT, 1, b"\x01\x00\x00", SALT, OPENING)
    public = Record(OPEN)
    cast(public, act(1))
    with pytest.raises(RecordRefusal, match="not sealed"):
        public.void(1, OPENING)


def test_a_later_sealed_act_is_opened_at_its_own_order() -> None:
    record = opened_record(sealed(1), sealed(1, b"\x02\x00\x00", revision=5))
    with pytest.raises(RecordRefusal, match="not the opening"):
        record.open(CONTEXT, 1, b"\x01\x00\x00", SALT, OPENING)
    assert record.open(CONTEXT, 1, b"\x02\x00\x00", SALT, OPENING)


def test_a_voided_ballot_is_present_and_invalid_for_every_item() -> None:
    record = opened_record(sealed(1), sealed(2, weight=3))
    record.open(CONTEXT, 1, b"\x01\x00\x00", SALT, OPENING)
    for voter in (1, 2):
        record.void(voter, OPENING)
    heads, weights = record.cells(0)
    assert heads == (0, 0, 0, 0, 2, 0, 0, 0, 2)
    assert weights == (0, 0, 0, 0, 4, 0, 0, 0, 4)
    assert record.turnout(0) == (2, 4)
    assert record.unopened == 0
    assert not record.open(CONTEXT, 1, b"\x01\x00\x00", SALT, OPENING)
    with pytest.raises(RecordRefusal, match="void already"):
        record.void(1, OPENING)


def test_certifying_needs_every_vote_in_the_count() -> None:
    record = opened_record(sealed(1), sealed(2), sealed(2, revision=1))
    record.open(CONTEXT, 1, b"\x01\x00\x00", SALT, OPENING)
    with pytest.raises(RecordRefusal, match="1 voters are not settled"):
        record.certify(CERTIFY)
    record.settle(2, CERTIFY)
    with pytest.raises(RecordRefusal, match="1 ballots are not opened"):
        record.certify(CERTIFY)
    record.open(CONTEXT, 2, b"\x01\x00\x00", SALT, CERTIFY)
    with pytest.raises(RecordRefusal, match="too early"):
        record.certify(CERTIFY - 1)
    record.certify(CERTIFY)
    assert record.phase(CERTIFY) is Phase.CERTIFIED
    with pytest.raises(RecordRefusal, match="not being opened"):
        record.certify(CERTIFY)


def test_an_open_election_certifies_without_openings() -> None:
    record = Record(OPEN)
    cast(record, act(1))
    assert record.unopened == 0
    record.certify(CERTIFY)
    assert record.certified


def test_without_the_key_the_outcome_stays_undetermined() -> None:
    times = replace(SEALED.timetable, certify_at=SEALED.timetable.key_deadline)
    record = Record(replace(SEALED, timetable=times))
    with pytest.raises(RecordRefusal, match="key is not released"):
        record.certify(5000)
    assert record.phase(5001) is Phase.UNDETERMINED
    with pytest.raises(RecordRefusal, match="not being opened"):
        record.certify(5001)


class OpenElection(RuleBasedStateMachine):
    """Whatever arrives in whatever order, the tally is the sum over live ballots."""

    manifest: Manifest = OPEN
    voters = st.integers(0, 11)
    fields = st.binary(min_size=3, max_size=3) | st.sampled_from(
        [bytes(3), b"\x01\x04\x00", b"\x02\x00\x03"]
    )

    @initialize()
    def freeze(self) -> None:
        self.record = Record(self.manifest)

    @rule(
        voter=voters,
        choices=fields,
        revision=st.integers(0, 3),
        epoch=st.integers(0, 2),
        entry=st.tuples(st.integers(1, 5), st.integers(0, 1)),
    )
    def vote(
        self, voter: int, choices: bytes, revision: int, epoch: int, entry: tuple[int, int]
    ) -> None:
        weight, class_ = entry
        terms = {"revision": revision, "epoch": epoch, "weight": weight, "class_": class_}
        cast(self.record, act(voter, choices, **terms))

    @rule(voter=voters, revision=st.integers(0, 3))
    def withdraw(self, voter: int, revision: int) -> None:
        cast(self.record, withdrawal(voter, revision=revision))

    @rule(voter=voters, choices=fields, desk=st.sampled_from([1, 2]))
    def come_to_the_desk(self, voter: int, choices: bytes, desk: int) -> None:
        epoch = 65535 if desk == 2 else self.record.slot(voter).minimum_epoch + 1
        at_desk(self.record, act(voter, choices, channel=2 * desk, epoch=epoch), desk, CLOSED)

    @rule(voter=st.integers(0, 9))
    def rebind(self, voter: int) -> None:
        self.record.rebind(voter, self.record.slot(voter).minimum_epoch + 1, 0)

    @rule(voter=voters)
    def check_in(self, voter: int) -> None:
        at_desk(self.record, withdrawal(voter), 4)

    @invariant()
    def one_live_ballot_an_entry(self) -> None:
        live = [voter for voter in range(12) if self.record.live_act(voter)]
        assert len(live) == self.record.live
        assert all(voter < self.manifest.roll.size for voter in live)
        assert 0 <= self.record.live_weight <= self.manifest.roll.weight

    @invariant()
    def slots_hold_what_is_recorded(self) -> None:
        for voter, later in self.record.acts.items():
            slot = self.record.slot(voter)
            assert slot.holds(later.hash)
            assert (slot.epoch, slot.revision) == (later.terms.epoch, later.terms.revision)
            assert slot.has_first is (voter in self.record.firsts)
            assert slot.live_act is later.is_ballot

    def teardown(self) -> None:
        if not hasattr(self, "record"):
            return
        for voter in list(self.record.acts):
            self.record.settle(voter, BARRIER)
        assert self.record.unsettled == 0
        expected: Counter[tuple[int, int, int]] = Counter()
        present: Counter[int] = Counter()
        for voter in range(12):
            live = self.record.live_act(voter)
            if live is None or live.choices is None:
                continue
            terms = live.terms
            stratum = self.manifest.stratum(terms.channel, terms.class_)
            present[stratum] += 1
            verdicts = decode(self.manifest, live.choices, terms.class_)
            for cell, amount in increments(self.manifest, verdicts):
                expected[stratum, 0, cell] += amount
                expected[stratum, 1, cell] += amount * terms.weight
        for stratum in range(self.manifest.strata):
            assert self.record.turnout(stratum)[0] == present[stratum]
            for plane, cells in enumerate(self.record.cells(stratum)):
                for cell, value in enumerate(cells):
                    assert value == expected[stratum, plane, cell]


TestOpenElection = OpenElection.TestCase
