"""After the close: settling, the trustees' key, opening and certification."""

from collections import Counter

import pytest

from bench.harness.people import draws
from bench.harness.plan import TRUSTEES, Plan
from bench.harness.trial import Act, Trial
from hanpyo.protocol.agenda import Item, Method
from hanpyo.protocol.choices import decode, increments
from hanpyo.protocol.manifest import ClassRow
from hanpyo.protocol.phases import Phase
from hanpyo.protocol.types import ZERO_WORD, Channel, Secrecy
from hanpyo.secrecy.group import ORDER
from tests.contracts.conftest import Open
from tests.contracts.desk import Desk
from tests.contracts.expect import CHOICES, reverts

OTHER = bytes((3, 2, 1))
BOTH = pytest.mark.parametrize("secrecy", [Secrecy.OPEN, Secrecy.SEALED])


def close(trial: Trial) -> None:
    trial.system.chain.mine_at(trial.plan.times.barrier_at)


def to_opening(trial: Trial) -> None:
    trial.system.chain.mine_at(trial.plan.times.opening_at)
    trial.release_key()


def tally(trial: Trial, stratum: int = 0) -> tuple[list[int], ...]:
    layout = trial.plan.manifest.tally_layout
    _, words = trial.read("stratum", stratum)
    planes = [words[at : at + layout.words] for at in range(0, len(words), layout.words)]
    return tuple(list(layout.unpack(plane)) for plane in planes)


def expected(trial: Trial, acts: list[Act]) -> tuple[list[int], ...]:
    """The tally of these ballots by the Python rules, all in one stratum."""
    manifest = trial.plan.manifest
    heads: Counter[int] = Counter()
    weights: Counter[int] = Counter()
    for act in acts:
        for cell, amount in increments(manifest, decode(manifest, act.choices, act.terms.class_)):
            heads[cell] += amount
            weights[cell] += amount * act.terms.weight
    cells = range(manifest.tally_layout.cells)
    planes = (heads, weights)[: manifest.tally_layout.planes]
    return tuple([plane[cell] for cell in cells] for plane in planes)


def count(trial: Trial, batches: int, touched: dict[int, list[int]]) -> None:
    """Settle, open and certify; `touched` are voters by the batch of their first, 0 for none."""
    close(trial)
    for batch, voters in touched.items():
        trial.settle(batch, voters)
    if trial.is_sealed:
        to_opening(trial)
        for batch in range(1, batches + 1):
            trial.open_batch(batch)
        held = [v for v, act in trial.held.items() if act.terms.kind == 1]
        if held:
            trial.open_acts(held)
    trial.system.chain.mine_at(trial.plan.times.certify_at)
    trial.do("certify")


@BOTH
@pytest.mark.parametrize("weighted", [False, True])
def test_the_tally_is_the_sum_of_the_live_ballots(
    begin: Open, secrecy: Secrecy, weighted: bool
) -> None:
    weights = tuple(1 + draws(f"w{n}").below(40 if weighted else 1) for n in range(12))
    trial = begin(secrecy=secrecy, weights=weights)
    random = draws("tally")
    last: dict[int, Act] = {}
    for revision, voters in enumerate((range(12), (1, 4, 9), (4,), (9, 4))):
        acts = [
            trial.act(v, bytes(random.below(5) for _ in range(3)), revision=revision)
            for v in voters
        ]
        trial.cast(acts)
        last |= {act.voter: act for act in acts}
    trial.cast([trial.act(1, revision=9, kind=2)])
    del last[1]
    count(trial, 1, {1: [1, 4, 9]})
    assert tally(trial) == expected(trial, list(last.values()))
    assert trial.read("turnout")[0] == 11
    assert trial.read("phase") == Phase.CERTIFIED


@BOTH
def test_acts_without_a_first_are_settled_outside_the_trees(begin: Open, secrecy: Secrecy) -> None:
    trial = begin(secrecy=secrecy, clerks=2)
    desk = Desk(trial)
    paper = desk.named(5, OTHER)
    desk.vote(paper)
    trial.cast([trial.act(6, CHOICES, revision=2)])
    trial.cast([trial.act(7, kind=2)])
    count(trial, 0, {0: [5, 6, 7]})
    assert tally(trial, Channel.PAPER) == expected(trial, [paper])
    assert tally(trial, Channel.ONLINE) == expected(trial, [trial.held[6]])
    assert [trial.read("stratum", at)[0] for at in range(5)] == [
        1 << 128 | 1,
        0,
        1 << 128 | 1,
        0,
        0,
    ]


@BOTH
def test_long_choices_are_settled_and_opened(begin: Open, secrecy: Secrecy) -> None:
    trial = begin(secrecy=secrecy, items=(Item(Method.SCORE, 40, maximum=40, points=9),))
    acts = [trial.act(voter, bytes([voter % 10] * 40)) for voter in range(3)]
    trial.cast(acts)
    acts[0] = trial.act(0, bytes([7] * 40), revision=1)
    trial.cast(acts[:1])
    count(trial, 1, {1: [0]})
    assert tally(trial) == expected(trial, acts)


def test_settling_moves_presence_to_the_live_ballots_stratum(begin: Open) -> None:
    trial = begin(clerks=2, weights=(3, 2), classes=(ClassRow(0), ClassRow(1)), classes_of=(0, 1))
    desk = Desk(trial)
    trial.cast([trial.act(0, CHOICES), trial.act(1, CHOICES)])
    desk.vote(desk.in_person(1, OTHER))
    close(trial)
    receipt = trial.settle(1, [1])
    (event,) = trial.system.events(receipt)
    assert (event.name, event["voter"]) == ("VoterSettled", 1)
    found = {at: trial.read("stratum", at)[0] for at in range(10)}
    in_person = Channel.IN_PERSON * 2 + 1
    assert {at: word for at, word in found.items() if word} == {
        0: 1 << 128 | 3,
        in_person: 1 << 128 | 2,
    }


def test_a_voter_is_settled_once(begin: Open) -> None:
    trial = begin()
    trial.cast([trial.act(v, CHOICES) for v in range(3)])
    trial.cast([trial.act(v, OTHER, revision=1) for v in range(2)])
    close(trial)
    trial.settle(1, [0])
    before = tally(trial)
    receipt = trial.settle(1, [0])
    assert trial.system.events(receipt) == []
    assert tally(trial) == before
    assert trial.read("progress")[1]["settled"] == 1


def test_anyone_settles_voters_in_any_portion(begin: Open) -> None:
    trial = begin()
    trial.cast([trial.act(v, CHOICES) for v in range(4)])
    trial.cast([trial.act(v, CHOICES) for v in range(4, 7)])
    trial.cast([trial.act(v, OTHER, revision=1) for v in (0, 3, 5)])
    close(trial)
    trial.settle(2, [5])
    trial.settle(1, [3])
    trial.settle(1, [0, 3])
    assert trial.read("progress")[1]["settled"] == 3


def test_settling_waits_for_the_barrier(begin: Open) -> None:
    trial = begin()
    trial.cast([trial.act(0, CHOICES)])
    trial.cast([trial.act(0, OTHER, revision=1)])
    trial.system.chain.at(trial.plan.times.barrier_at - 1)
    with reverts("ElectionWrongPhase", phase=Phase.CLOSED):
        trial.settle(1, [0])
    trial.system.chain.at(trial.plan.times.barrier_at)
    trial.settle(1, [0])


def test_a_draft_settles_nothing(begin: Open) -> None:
    trial = begin()
    draft = Trial.create(trial.system, Plan(), 1)
    close(trial)
    with reverts("ElectionWrongPhase", phase=Phase.DRAFT):
        draft.do("settle", 0, ZERO_WORD, b"\0")


@BOTH
def test_settling_takes_what_is_recorded_and_nothing_else(begin: Open, secrecy: Secrecy) -> None:
    trial = begin(secrecy=secrecy)
    trial.cast([trial.act(v, CHOICES) for v in range(3)])
    trial.cast([trial.act(0, OTHER, revision=1)])
    close(trial)
    good = trial.settling(1, [0])
    for at in range(1, len(good)):
        forged = good[:at] + bytes((good[at] ^ 1,)) + good[at + 1 :]
        with pytest.raises(Exception, match=r"Malformed|Mismatch|Nothing|OutOfOrder"):
            _try(trial, "settle", 1, trial.seals(1), forged)
    with reverts("OpeningMismatch", batch=1):
        trial.do("settle", 1, b"\1" * 32, good)
    with reverts("OpeningMismatch", batch=2):
        trial.do("settle", 2, trial.seals(1), good)


def test_a_voter_with_a_first_is_not_settled_outside_the_tree(begin: Open) -> None:
    trial = begin()
    trial.cast([trial.act(0, CHOICES)])
    trial.cast([trial.act(0, OTHER, revision=1)])
    close(trial)
    with reverts("OpeningNothingThere", voter=0):
        trial.settle(0, [0])


def test_a_voter_without_acts_is_not_settled(begin: Open) -> None:
    trial = begin()
    trial.cast([trial.act(v, CHOICES) for v in range(2)])
    close(trial)
    trial.held[1] = trial.batches[0][1]
    with reverts("OpeningNothingThere", voter=1):
        trial.settle(1, [1])


def test_a_stream_cut_or_with_unknown_tokens_reverts(begin: Open) -> None:
    trial = begin()
    trial.cast([trial.act(v, CHOICES) for v in range(3)])
    trial.cast([trial.act(0, OTHER, revision=1)])
    close(trial)
    good = trial.settling(1, [0])
    for length in (0, 2, 6, len(good) - 1):
        with reverts("BatchMalformed"):
            trial.do("settle", 1, ZERO_WORD, good[:length])
    for token in (32, 254):
        with reverts("BatchMalformed"):
            trial.do("settle", 1, ZERO_WORD, bytes((0, token)) + bytes(32))
    with reverts("BranchOutOfOrder"):
        trial.do("settle", 1, ZERO_WORD, b"\0\1" + bytes(32) + b"\2" + bytes(32))


# The trustees' key


@pytest.mark.parametrize("secret", [0, 1, TRUSTEES.secret + 1, TRUSTEES.secret + ORDER])
def test_only_the_secret_of_the_trustees_key_is_accepted(begin_sealed: Open, secret: int) -> None:
    trial = begin_sealed()
    trial.system.chain.at(trial.plan.times.opening_at)
    with reverts("TrusteeWrongSecret"):
        trial.do("releaseKey", secret)


def test_the_key_is_released_once(begin_sealed: Open) -> None:
    trial = begin_sealed()
    to_opening(trial)
    with reverts("TrusteeWrongSecret"):
        trial.release_key()


@pytest.mark.parametrize(("offset", "lost"), [(-1, True), (0, False)])
def test_a_key_before_the_barrier_is_loss_of_secrecy(
    begin_sealed: Open, offset: int, lost: bool
) -> None:
    trial = begin_sealed()
    trial.system.chain.at(trial.plan.times.barrier_at + offset)
    (event,) = trial.system.events(trial.release_key())
    assert dict(event.values) == {"secret": TRUSTEES.secret, "secrecyLost": lost}
    assert trial.read("progress")[0]["secrecyLost"] is lost
    assert trial.read("secret") == TRUSTEES.secret


def test_an_early_key_changes_no_ballot_and_no_time(begin_sealed: Open) -> None:
    trial = begin_sealed()
    trial.cast([trial.act(0, CHOICES)])
    trial.release_key()
    assert trial.read("phase") == Phase.VOTING
    trial.cast([trial.act(1, CHOICES)])
    with reverts("ElectionWrongPhase", phase=Phase.VOTING):
        trial.open_batch(1)
    assert trial.read("turnout")[0] == 2


def test_the_key_is_accepted_until_its_deadline(begin_sealed: Open) -> None:
    trial = begin_sealed()
    trial.system.chain.at(trial.plan.times.key_deadline)
    trial.release_key()
    trial.system.chain.mine_at(trial.plan.times.key_deadline + 1)
    assert trial.read("phase") == Phase.OPENING


def test_after_the_deadline_the_outcome_is_undetermined_for_ever(begin_sealed: Open) -> None:
    trial = begin_sealed()
    trial.cast([trial.act(0, CHOICES)])
    trial.system.chain.at(trial.plan.times.key_deadline + 1)
    with reverts("ElectionWrongPhase", phase=Phase.UNDETERMINED):
        trial.release_key()
    trial.system.chain.mine_at(trial.plan.times.certify_at)
    with reverts("ElectionWrongPhase", phase=Phase.UNDETERMINED):
        trial.do("certify")
    assert trial.read("phase") == Phase.UNDETERMINED
    assert trial.read("result", 0)["outcome"] == 4


def test_a_draft_takes_no_key(begin_sealed: Open) -> None:
    trial = begin_sealed()
    draft = Trial.create(trial.system, trial.plan, 1)
    with reverts("ElectionWrongPhase", phase=Phase.DRAFT):
        draft.release_key()


# Opening


def test_opening_shows_the_choices(begin_sealed: Open) -> None:
    trial = begin_sealed()
    trial.cast([trial.act(v, CHOICES) for v in range(2)])
    to_opening(trial)
    events = trial.system.events(trial.open_batch(1))
    assert [(e.name, e["voter"]) for e in events] == [("BallotOpened", 0), ("BallotOpened", 1)]
    assert events[0]["choices"] == CHOICES.ljust(32, b"\0")


def test_a_ballot_is_opened_once(begin_sealed: Open) -> None:
    trial = begin_sealed()
    trial.cast([trial.act(v, CHOICES) for v in range(3)])
    to_opening(trial)
    trial.open_batch(1, [1])
    again = trial.open_batch(1)
    assert [event["voter"] for event in trial.system.events(again)] == [0, 2]
    assert trial.system.events(trial.open_batch(1)) == []
    assert trial.read("progress")[1]["opened"] == 3


def test_openings_cross_the_words_of_the_voter_bitmap(begin_sealed: Open) -> None:
    trial = begin_sealed(weights=(1,) * 600)
    trial.cast([trial.act(v, CHOICES) for v in (599, 0, 300, 1)])
    to_opening(trial)
    opened = trial.open_batch(1)
    assert [event["voter"] for event in trial.system.events(opened)] == [599, 0, 300, 1]
    assert trial.system.events(trial.open_batch(1)) == []


@pytest.mark.parametrize("flags", [8, 255])
def test_unknown_stream_flags_revert(begin_sealed: Open, flags: int) -> None:
    trial = begin_sealed()
    trial.cast([trial.act(0, CHOICES)])
    to_opening(trial)
    stream = bytes((flags,)) + trial.opening(1)[1:]
    with reverts("BatchMalformed", offset=flags):
        trial.do("open", 1, trial.seals(1), stream)


def test_a_replaced_first_is_passed_over(begin_sealed: Open) -> None:
    trial = begin_sealed()
    trial.cast([trial.act(v, CHOICES) for v in range(2)])
    trial.cast([trial.act(0, OTHER, revision=1)])
    to_opening(trial)
    opened = trial.open_batch(1)
    assert [event["voter"] for event in trial.system.events(opened)] == [1]


def test_a_ballot_in_a_slot_is_opened_once(begin_sealed: Open) -> None:
    trial = begin_sealed()
    trial.cast([trial.act(0, CHOICES, revision=1)])
    to_opening(trial)
    trial.open_acts([0])
    before = tally(trial)
    assert trial.system.events(trial.open_acts([0, 0])) == []
    assert tally(trial) == before


def test_nothing_opens_without_the_key(begin_sealed: Open) -> None:
    trial = begin_sealed()
    trial.cast([trial.act(0, CHOICES)])
    trial.cast([trial.act(1, CHOICES, revision=1)])
    trial.system.chain.mine_at(trial.plan.times.opening_at)
    with reverts("ElectionWrongPhase", phase=Phase.OPENING):
        trial.open_batch(1)
    with reverts("ElectionWrongPhase", phase=Phase.OPENING):
        trial.open_acts([1])


def test_openings_start_at_their_second(begin_sealed: Open) -> None:
    trial = begin_sealed()
    trial.cast([trial.act(0, CHOICES)])
    close(trial)
    trial.release_key()
    trial.system.chain.at(trial.plan.times.opening_at - 1)
    with reverts("ElectionWrongPhase", phase=Phase.CLOSED):
        trial.open_batch(1)
    trial.system.chain.at(trial.plan.times.opening_at)
    trial.open_batch(1)


def test_an_opening_of_anything_else_fails_and_changes_nothing(begin_sealed: Open) -> None:
    trial = begin_sealed(weights=(1, 2, 1))
    trial.cast([trial.act(v, CHOICES) for v in range(3)])
    to_opening(trial)
    good = trial.opening(1, [1])
    for at in range(len(good)):
        forged = good[:at] + bytes((good[at] ^ 1,)) + good[at + 1 :]
        with pytest.raises(Exception, match=r"Malformed|Mismatch|OutOfOrder"):
            _try(trial, "open", 1, trial.seals(1), forged)
    assert trial.read("progress")[1]["opened"] == 0
    trial.do("open", 1, trial.seals(1), good)


@pytest.mark.parametrize("stream", [b"", b"\0", b"\0\xff\0\0\0\0"])
def test_an_opening_without_records_reverts(begin_sealed: Open, stream: bytes) -> None:
    trial = begin_sealed()
    trial.cast([trial.act(0, CHOICES)])
    to_opening(trial)
    with pytest.raises(Exception, match=r"Malformed|Mismatch"):
        trial.do("open", 1, trial.seals(1), stream)


def test_an_opening_of_a_slot_is_what_the_slot_holds(begin_sealed: Open) -> None:
    trial = begin_sealed()
    act = trial.act(0, CHOICES, revision=1)
    trial.cast([act])
    to_opening(trial)
    good = trial.head(act, 7) + act.escrow_hash + act.salt + act.choices
    for at in range(len(good)):
        forged = good[:at] + bytes((good[at] ^ 1,)) + good[at + 1 :]
        with pytest.raises(Exception, match=r"Malformed|Nothing"):
            _try(trial, "openActs", forged)
    with reverts("BatchMalformed"):
        trial.do("openActs", good[:-1])


def test_choices_that_break_the_rules_are_invalid_for_their_item(begin_sealed: Open) -> None:
    trial = begin_sealed()
    trial.cast([trial.act(0, bytes((1, 9, 0)))])
    to_opening(trial)
    trial.open_batch(1)
    assert tally(trial) == ([0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0],)


# Certification


def test_certification_waits_for_its_second(begin: Open) -> None:
    trial = begin()
    trial.cast([trial.act(0, CHOICES)])
    trial.system.chain.at(trial.plan.times.certify_at - 1)
    with reverts("ElectionWrongPhase", phase=Phase.OPENING):
        trial.do("certify")
    trial.system.chain.at(trial.plan.times.certify_at)
    (event,) = trial.system.events(trial.do("certify"))
    assert dict(event.values) == {"ballots": 1, "weight": 1, "voided": 0}


def test_certification_waits_for_every_settlement_and_opening(begin_sealed: Open) -> None:
    trial = begin_sealed()
    trial.cast([trial.act(v, CHOICES) for v in range(3)])
    trial.cast([trial.act(0, OTHER, revision=1)])
    to_opening(trial)
    trial.system.chain.mine_at(trial.plan.times.certify_at)
    with reverts("CertifyIncomplete", unsettled=1, unopened=3):
        trial.do("certify")
    trial.settle(1, [0])
    trial.open_batch(1)
    with reverts("CertifyIncomplete", unsettled=0, unopened=1):
        trial.do("certify")
    trial.open_acts([0])
    trial.do("certify")


def test_an_election_is_certified_once(begin: Open) -> None:
    trial = begin()
    trial.system.chain.at(trial.plan.times.certify_at)
    trial.do("certify")
    with reverts("ElectionWrongPhase", phase=Phase.CERTIFIED):
        trial.do("certify")


def _try(trial: Trial, function: str, *arguments: object) -> None:
    """A call on the present state, which is not changed."""
    data = trial.system.interface.encode(function, *arguments)
    trial.system.chain.call(trial.address, data, trial.system.interface)
