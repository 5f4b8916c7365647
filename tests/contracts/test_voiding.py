"""Bad escrows are proven on chain by anyone: the voter stays present, the ballot is invalid."""

from typing import Any

import pytest

from bench.harness.plan import TRUSTEES
from bench.harness.trial import Act, Trial
from hanpyo.protocol.agenda import Item, Method
from hanpyo.protocol.envelopes import Position, envelope
from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.phases import Phase
from hanpyo.secrecy.escrow import EscrowOpener
from hanpyo.secrecy.group import P
from tests.contracts.conftest import Open
from tests.contracts.expect import CHOICES, reverts

SALT = keccak(b"a salt that the escrow does not hold")
NOT_ON_CURVE = next(x for x in range(1, 100) if pow(x**3 + 3, (P - 1) // 2, P) == P - 1).to_bytes(
    32, "big"
)


def forged(trial: Trial, voter: int, escrow: bytes, **terms: Any) -> Act:
    """A ballot whose envelope holds CHOICES under SALT, with another escrow."""
    epoch, revision = terms.get("epoch", 0), terms.get("revision", 0)
    position = Position(trial.domain.context, voter, epoch, revision)
    payload = envelope(position, CHOICES, SALT) + escrow
    made = trial.act(voter, CHOICES, payload=payload, **terms)
    return Act(made.terms, payload, made.content, made.escrow_hash, CHOICES, SALT)


def bad_escrows(trial: Trial) -> dict[str, bytes]:
    good = trial.act(0, CHOICES).payload[32:]
    return {
        "no point": b"\4" + good[1:],
        "x not reduced": b"\2" + P.to_bytes(32, "big") + good[33:],
        "x off the curve": b"\2" + NOT_ON_CURVE + good[33:],
        "another point": bytes((good[0] ^ 1,)) + good[1:],
        "other choices": good[:-1] + bytes((good[-1] ^ 1,)),
    }


BAD = ["no point", "x not reduced", "x off the curve", "another point", "other choices"]


def ballot(act: Act, *, opened: bool = False) -> tuple[object, ...]:
    salt, choices = (act.salt, act.choices) if opened else (bytes(32), b"")
    terms = int.from_bytes(act.terms.pack(), "big")
    return terms, act.content, act.payload[32:], salt, choices


def void_first(trial: Trial, act: Act, *, opened: bool = False, batch: int = 1) -> list[str]:
    acts = trial.batches[batch - 1]
    index = next(at for at, each in enumerate(acts) if each.voter == act.voter)
    hashes = [each.hash for each in acts]
    receipt = trial.do(
        "voidFirst", batch, trial.root(batch), hashes, index, ballot(act, opened=opened)
    )
    return [event.name for event in trial.system.events(receipt)]


def to_opening(trial: Trial) -> None:
    trial.system.chain.mine_at(trial.plan.times.opening_at)
    trial.release_key()


def heads(trial: Trial) -> tuple[int, ...]:
    return tuple(trial.read("result", 0)["heads"])


@pytest.mark.parametrize("name", BAD)
def test_a_first_with_a_bad_escrow_is_void(begin_sealed: Open, name: str) -> None:
    trial = begin_sealed()
    bad = forged(trial, 0, bad_escrows(trial)[name])
    trial.cast([bad, trial.act(1, CHOICES)])
    to_opening(trial)
    assert void_first(trial, bad) == ["BallotVoided"]
    trial.batches[0][0] = bad
    opened = trial.open_batch(1)
    assert [event["voter"] for event in trial.system.events(opened)] == [1]
    assert heads(trial) == (0, 1, 0, 0, 1)
    assert trial.read("turnout")[0] == 2
    trial.system.chain.mine_at(trial.plan.times.certify_at)
    (event,) = trial.system.events(trial.do("certify"))
    assert (event["ballots"], event["voided"]) == (2, 1)


@pytest.mark.parametrize("name", BAD)
def test_contract_and_python_agree_on_a_bad_escrow(begin_sealed: Open, name: str) -> None:
    trial = begin_sealed()
    bad = forged(trial, 0, bad_escrows(trial)[name])
    position = Position(trial.domain.context, 0, 0, 0)
    opener = EscrowOpener(TRUSTEES.secret)
    outcome = opener.open(bad.payload[32:], bad.content, len(CHOICES), position)
    assert type(outcome).__name__ == "BadEscrow"


@pytest.mark.parametrize("name", BAD)
def test_the_ballot_in_a_slot_with_a_bad_escrow_is_void(begin_sealed: Open, name: str) -> None:
    trial = begin_sealed()
    trial.cast([trial.act(0, CHOICES)])
    bad = forged(trial, 0, bad_escrows(trial)[name], revision=1)
    trial.cast([bad])
    to_opening(trial)
    receipt = trial.do("voidAct", ballot(bad))
    assert [event.name for event in trial.system.events(receipt)] == ["BallotVoided"]
    trial.held[0] = bad
    assert trial.system.events(trial.open_acts([0])) == []
    assert trial.read("progress")[1]["voided"] == 1


def test_a_good_escrow_is_not_void(begin_sealed: Open) -> None:
    trial = begin_sealed()
    first, later = trial.act(0, CHOICES), trial.act(1, CHOICES, revision=1)
    trial.cast([first, later])
    to_opening(trial)
    with reverts("EscrowIsGood", voter=0):
        void_first(trial, first)
    with reverts("EscrowIsGood", voter=1):
        trial.do("voidAct", ballot(later))


@pytest.mark.parametrize("length", [3, 32, 40, 64, 70])
def test_every_length_of_choices_is_decrypted(begin_sealed: Open, length: int) -> None:
    item = Item(Method.SCORE, length, maximum=length, points=9)
    trial = begin_sealed(items=(item,))
    good = trial.act(0, bytes([at % 10 for at in range(length)]))
    trial.cast([good])
    to_opening(trial)
    with reverts("EscrowIsGood", voter=0):
        void_first(trial, good)


def test_an_opened_ballot_with_a_bad_escrow_is_taken_back(begin_sealed: Open) -> None:
    """Whoever seals a bad escrow and opens the envelope alone gains nothing by waiting."""
    trial = begin_sealed()
    bad = forged(trial, 0, bad_escrows(trial)["other choices"])
    trial.cast([bad, trial.act(1, CHOICES)])
    trial.batches[0][0] = bad
    to_opening(trial)
    trial.open_batch(1)
    assert heads(trial) == (0, 2, 0, 0, 0)
    void_first(trial, bad, opened=True)
    assert heads(trial) == (0, 1, 0, 0, 1)
    counters = trial.read("progress")[1]
    assert (counters["opened"], counters["voided"]) == (1, 1)


def test_an_opened_ballot_in_a_slot_is_taken_back(begin_sealed: Open) -> None:
    trial = begin_sealed(weights=(7, 1))
    bad = forged(trial, 0, bad_escrows(trial)["other choices"], revision=1)
    trial.cast([bad])
    trial.held[0] = bad
    to_opening(trial)
    trial.settle(0, [0])
    trial.open_acts([0])
    assert trial.read("result", 0)["weights"] == (0, 7, 0, 0, 0)
    trial.do("voidAct", ballot(bad, opened=True))
    assert trial.read("result", 0)["weights"] == (0, 0, 0, 0, 7)


def test_taking_back_needs_the_choices_that_were_opened(begin_sealed: Open) -> None:
    trial = begin_sealed()
    bad = forged(trial, 0, bad_escrows(trial)["other choices"])
    trial.cast([bad])
    trial.batches[0][0] = bad
    to_opening(trial)
    trial.open_batch(1)
    with reverts("BatchMalformed"):
        void_first(trial, bad)
    other = Act(bad.terms, bad.payload, bad.content, bad.escrow_hash, bytes((2, 2, 2)), SALT)
    with reverts("OpeningMismatch"):
        void_first(trial, other, opened=True)


def test_a_ballot_is_voided_once(begin_sealed: Open) -> None:
    trial = begin_sealed()
    bad = forged(trial, 0, bad_escrows(trial)["no point"])
    trial.cast([bad])
    to_opening(trial)
    void_first(trial, bad)
    with reverts("OpeningNothingThere", voter=0):
        void_first(trial, bad)


def test_a_replaced_first_is_not_voided(begin_sealed: Open) -> None:
    trial = begin_sealed()
    bad = forged(trial, 0, bad_escrows(trial)["no point"])
    trial.cast([bad])
    trial.cast([trial.act(0, CHOICES, revision=1)])
    to_opening(trial)
    with reverts("OpeningNothingThere", voter=0):
        void_first(trial, bad)


def test_a_withdrawn_or_unknown_act_is_not_voided(begin_sealed: Open) -> None:
    trial = begin_sealed()
    bad = forged(trial, 0, bad_escrows(trial)["no point"], revision=1)
    trial.cast([bad])
    trial.cast([trial.act(0, revision=2, kind=2)])
    to_opening(trial)
    with reverts("OpeningNothingThere", voter=0):
        trial.do("voidAct", ballot(bad))
    stranger = forged(trial, 5, bad_escrows(trial)["no point"], revision=1)
    with reverts("OpeningNothingThere", voter=5):
        trial.do("voidAct", ballot(stranger))


def test_a_ballot_that_the_batch_does_not_hold_is_not_voided(begin_sealed: Open) -> None:
    trial = begin_sealed()
    acts = [forged(trial, v, bad_escrows(trial)["no point"]) for v in range(2)]
    trial.cast(acts)
    to_opening(trial)
    hashes = [act.hash for act in acts]
    root = trial.root(1)
    calls: list[tuple[object, ...]] = [
        (2, root, hashes, 0, ballot(acts[0])),
        (1, bytes(32), hashes, 0, ballot(acts[0])),
        (1, root, hashes[:1], 0, ballot(acts[0])),
        (1, root, hashes, 1, ballot(acts[0])),
        (1, root, hashes, 2, ballot(acts[0])),
    ]
    for call in calls:
        with reverts("OpeningMismatch", batch=call[0]):
            trial.do("voidFirst", *call)


def test_voiding_needs_the_key_and_its_phase(begin_sealed: Open) -> None:
    trial = begin_sealed()
    bad = forged(trial, 0, bad_escrows(trial)["no point"])
    trial.cast([bad])
    with reverts("ElectionWrongPhase", phase=Phase.VOTING):
        void_first(trial, bad)
    trial.system.chain.mine_at(trial.plan.times.opening_at)
    with reverts("ElectionWrongPhase", phase=Phase.OPENING):
        void_first(trial, bad)


def test_after_certification_nothing_is_voided(begin_sealed: Open) -> None:
    trial = begin_sealed()
    bad = forged(trial, 0, bad_escrows(trial)["other choices"])
    trial.cast([bad])
    trial.batches[0][0] = bad
    to_opening(trial)
    trial.open_batch(1)
    trial.system.chain.mine_at(trial.plan.times.certify_at)
    trial.do("certify")
    with reverts("ElectionWrongPhase", phase=Phase.CERTIFIED):
        void_first(trial, bad, opened=True)
