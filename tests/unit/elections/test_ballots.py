"""Choices as people type them, revisions, and receipts found again."""

import pytest

from hanpyo.elections.ballots import (
    BallotNotRecorded,
    ChoiceUnreadable,
    RevisionsExhausted,
    act_digest,
    describe,
    find_receipt,
    next_revision,
    read_choices,
)
from hanpyo.elections.record import ElectionRecord, RecordedAct
from hanpyo.protocol.acts import Terms
from hanpyo.protocol.agenda import Item, Method
from hanpyo.protocol.choices import Blank, Fault, Invalid, Valid
from hanpyo.protocol.domain import Domain
from hanpyo.protocol.messages import Ballot, digest
from hanpyo.protocol.offers import Act
from hanpyo.protocol.receipts import short_code
from hanpyo.protocol.types import Address, Digest, SkipReason

ITEMS = (
    Item(Method.CHOOSE_ONE, 3),
    Item(Method.RANKING, 3, maximum=3),
    Item(Method.SCORE, 3, maximum=3, points=5),
)
DOMAIN = Domain(7, Address(b"\x0e" * 20), Digest(b"\x05" * 32))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ([], [[], [], {}]),
        (["1=2"], [[2], [], {}]),
        (["2=3,1"], [[], [3, 1], {}]),
        (["3=1:5,2:0"], [[], [], {1: 5, 2: 0}]),
        (["3=2:1", " 1 = 3 "], [[3], [], {2: 1}]),
    ],
)
def test_choices_mean_what_was_typed(typed: list[str], meant: list[object]) -> None:
    assert read_choices(typed, ITEMS) == meant


@pytest.mark.parametrize(
    "typed", ["", "1", "1=", "=1", "1=a", "0=1", "4=1", "1=1:2", "3=1", "1=1;2"]
)
def test_what_is_no_choice_is_refused(typed: str) -> None:
    with pytest.raises(ChoiceUnreadable):
        read_choices([typed], ITEMS)


def test_an_item_is_named_once() -> None:
    with pytest.raises(ChoiceUnreadable, match="twice"):
        read_choices(["1=1", "1=2"], ITEMS)


def recorded(**order: int) -> RecordedAct:
    return RecordedAct(Act(Terms(4, **order), b"\x01" * 32), bytes(32))


def test_revisions_count_up_and_begin_anew_with_a_new_key() -> None:
    record = ElectionRecord()
    assert next_revision(record, 4, 0) == 0
    record.firsts[4] = recorded()
    assert next_revision(record, 4, 0) == 1
    record.later[4] = recorded(revision=6)
    assert (next_revision(record, 4, 0), next_revision(record, 4, 1)) == (7, 0)


def test_a_key_has_1024_revisions() -> None:
    record = ElectionRecord()
    record.later[4] = recorded(revision=1023)
    with pytest.raises(RevisionsExhausted):
        next_revision(record, 4, 0)


def test_a_receipt_finds_its_act_and_says_whether_it_is_live() -> None:
    record = ElectionRecord()
    record.firsts[4], record.later[4] = recorded(), recorded(revision=1)
    for act, live in ((record.firsts[4], False), (record.later[4], True)):
        found = find_receipt(record, DOMAIN, 4, short_code(act_digest(act, DOMAIN)))
        assert found is not None
        assert (found.recorded, found.live) == (act, live)
    assert find_receipt(record, DOMAIN, 5, short_code(act_digest(record.firsts[4], DOMAIN))) is None


def test_a_withdrawn_ballot_is_found_but_not_live() -> None:
    record = ElectionRecord()
    record.later[4] = RecordedAct(Act(Terms(4, revision=1, kind=2), bytes(32)), bytes(32))
    found = find_receipt(record, DOMAIN, 4, short_code(act_digest(record.later[4], DOMAIN)))
    assert found is not None
    assert not found.live


def test_the_digest_is_the_signed_one() -> None:
    act = recorded(epoch=2, revision=3)
    message = Ballot(4, 2, 3, 1, b"\x01" * 32, bytes(32))
    assert act_digest(act, DOMAIN) == digest(DOMAIN, message)


def test_verdicts_in_words() -> None:
    assert describe(Blank()) == "blank"
    assert describe(Invalid(Fault.BARRED)) == "invalid: option barred to this class"
    assert describe(Valid(((3, 1), (1, 1)))) == "3, 1"
    assert describe(Valid(((3, 2), (1, 1)))) == "3:2, 1:1"


def test_a_skipped_ballot_is_told_with_its_reason() -> None:
    error = BallotNotRecorded(4, SkipReason.WEIGHT_TOTAL)
    assert "voter 4" in str(error)
    assert "weight total" in str(error)
