"""Draft, frozen, voting: publishing, freezing, calling off, each at its time by its person."""

import pytest

from bench.harness.people import person
from bench.harness.plan import OPENS, TEXT, Plan
from bench.harness.system import System
from bench.harness.trial import Trial
from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.phases import Phase
from tests.contracts.expect import CHOICES, reverts

STRANGER = person("stranger")


@pytest.fixture
def draft(system: System) -> Trial:
    return Trial.create(system, Plan())


@pytest.fixture
def published(draft: Trial) -> Trial:
    draft.publish()
    return draft


def test_a_new_election_is_a_draft(draft: Trial) -> None:
    assert draft.read("phase") == Phase.DRAFT


def test_the_text_is_published_in_an_event(draft: Trial) -> None:
    receipt = draft.organise("publishText", TEXT)
    (event,) = draft.system.events(receipt)
    assert (event.name, event["text"]) == ("TextPublished", TEXT)


def test_another_text_is_refused(draft: Trial) -> None:
    with reverts("ElectionTextMismatch", actual=keccak(b"other")):
        draft.organise("publishText", "other")


def test_roll_entries_are_published_in_order(draft: Trial) -> None:
    roll = draft.plan.roll_file
    first = draft.organise("publishRoll", 0, roll[: 4 * 43])
    second = draft.organise("publishRoll", 4, roll[4 * 43 :])
    found = [draft.system.events(receipt)[0] for receipt in (first, second)]
    assert [(each["first"], each["entries"]) for each in found] == [
        (0, roll[: 4 * 43]),
        (4, roll[4 * 43 :]),
    ]


@pytest.mark.parametrize(
    ("first", "length", "expected"),
    [
        pytest.param(1, 43, 0, id="a gap"),
        pytest.param(0, 42, 0, id="a part of an entry"),
        pytest.param(0, 11 * 43, 0, id="more entries than the roll has"),
    ],
)
def test_roll_entries_out_of_order_are_refused(
    draft: Trial, first: int, length: int, expected: int
) -> None:
    with reverts("ElectionRollGap", expected=expected):
        draft.organise("publishRoll", first, (draft.plan.roll_file * 2)[:length])


def test_a_roll_entry_is_published_once(draft: Trial) -> None:
    draft.organise("publishRoll", 0, draft.plan.roll_file[:43])
    with reverts("ElectionRollGap", expected=1):
        draft.organise("publishRoll", 0, draft.plan.roll_file[:43])


def test_freezing_needs_the_text(draft: Trial) -> None:
    draft.organise("publishRoll", 0, draft.plan.roll_file)
    with reverts("ElectionNotPublished"):
        draft.organise("freeze")


def test_freezing_needs_the_whole_roll(draft: Trial) -> None:
    draft.organise("publishText", TEXT)
    draft.organise("publishRoll", 0, draft.plan.roll_file[: 9 * 43])
    with reverts("ElectionNotPublished"):
        draft.organise("freeze")


def test_a_roll_bound_by_its_hash_need_not_be_in_events(system: System) -> None:
    trial = Trial.create(system, Plan(roll_size=1_000))
    trial.organise("publishText", TEXT)
    trial.organise("freeze")
    assert trial.read("phase") == Phase.FROZEN


def test_freezing_is_announced_with_the_manifest_hash(published: Trial) -> None:
    receipt = published.organise("freeze")
    (event,) = published.system.events(receipt)
    assert (event.name, event["manifestHash"]) == (
        "ElectionFrozen",
        published.domain.manifest_hash,
    )
    assert published.read("phase") == Phase.FROZEN


def test_freezing_is_possible_in_the_last_second_before_opening(published: Trial) -> None:
    published.system.chain.at(OPENS - 1)
    published.organise("freeze")
    assert published.read("phase") == Phase.FROZEN


def test_freezing_is_refused_at_opening(published: Trial) -> None:
    published.system.chain.at(OPENS)
    with reverts("ElectionInvalidManifest", offset=172):
        published.organise("freeze")


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("publishText", (TEXT,)),
        ("publishRoll", (0, bytes(43))),
        ("freeze", ()),
        ("cancel", ()),
    ],
)
def test_only_the_organiser_prepares_an_election(
    draft: Trial, function: str, arguments: tuple[object, ...]
) -> None:
    sender = "0x" + STRANGER.address.hex()
    with reverts("ElectionUnauthorised", sender=sender):
        draft.do(function, *arguments, sender=STRANGER)


@pytest.mark.parametrize(
    ("function", "arguments"),
    [("publishText", (TEXT,)), ("publishRoll", (0, bytes(43))), ("freeze", ())],
)
def test_nothing_is_published_or_frozen_after_freezing(
    published: Trial, function: str, arguments: tuple[object, ...]
) -> None:
    published.organise("freeze")
    with reverts("ElectionWrongPhase", phase=Phase.FROZEN):
        published.organise(function, *arguments)


@pytest.mark.parametrize("freeze", [False, True])
def test_an_election_is_called_off_before_it_opens(published: Trial, freeze: bool) -> None:
    if freeze:
        published.organise("freeze")
    published.system.chain.at(OPENS - 1)
    receipt = published.organise("cancel")
    assert [event.name for event in published.system.events(receipt)] == ["ElectionCancelled"]
    assert published.read("phase") == Phase.CANCELLED


def test_an_election_is_not_called_off_once_it_opened(published: Trial) -> None:
    published.organise("freeze")
    published.system.chain.at(OPENS)
    with reverts("ElectionWrongPhase", phase=Phase.VOTING):
        published.organise("cancel")


@pytest.mark.parametrize("function", ["cancel", "freeze"])
def test_a_cancelled_election_stays_cancelled(draft: Trial, function: str) -> None:
    draft.organise("cancel")
    with reverts("ElectionWrongPhase", phase=Phase.CANCELLED):
        draft.organise(function)


def test_a_cancelled_election_records_nothing(published: Trial) -> None:
    published.organise("freeze")
    published.organise("cancel")
    published.system.chain.at(OPENS)
    receipt = published.cast([published.act(0, CHOICES)])
    assert published.skipped(receipt) == [(0, 1)]
    assert not published.read("hasBallot", 0)


def test_a_draft_at_its_opening_records_nothing(published: Trial) -> None:
    published.system.chain.at(OPENS)
    receipt = published.cast([published.act(0, CHOICES)])
    assert published.skipped(receipt) == [(0, 1)]


def test_the_phases_follow_the_frozen_times(published: Trial) -> None:
    published.organise("freeze")
    times = published.plan.times
    steps = [
        (times.opens_at, Phase.FROZEN, Phase.VOTING),
        (times.closes_at, Phase.VOTING, Phase.CLOSED),
        (times.opening_at, Phase.CLOSED, Phase.OPENING),
    ]
    seen = []
    for time, _, _ in steps:
        published.system.chain.mine_at(time - 1)
        before = published.read("phase")
        published.system.chain.mine_at(time)
        seen.append((time, before, published.read("phase")))
    assert seen == steps
