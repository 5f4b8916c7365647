"""Chain and Python take and refuse the same bytes as batches, whatever the bytes are.

What Python decodes is recorded or skipped on chain; what Python refuses reverts there.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.harness.devchain import Reverted
from bench.harness.plan import Plan
from bench.harness.system import System
from bench.harness.trial import Trial
from hanpyo.protocol.batch import (
    BatchError,
    BatchForm,
    decode_compact,
    decode_desk,
    decode_wide,
    encode_desk,
)
from hanpyo.protocol.types import DeskKind, Secrecy
from tests.contracts.desk import Desk
from tests.contracts.expect import CHOICES
from tests.contracts.wide import by_person, encoded

DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
DECODERS: dict[str, Callable[[bytes, BatchForm], object]] = {
    "cast": decode_compact,
    "castWide": decode_wide,
    "castDesk": decode_desk,
}


@dataclass(frozen=True)
class Corpus:
    """An election, and good batches for each function."""

    trial: Trial
    batches: Sequence[tuple[str, bytes]]


def corpus(trial: Trial) -> Corpus:
    acts = [trial.act(voter, CHOICES) for voter in range(3)]
    again = [trial.act(voter, CHOICES, revision=1) for voter in range(2)]
    absent = trial.credential(trial.act(7, CHOICES)).struct_hash()
    desk = Desk(trial)
    named = desk.record(desk.named(4, CHOICES), DeskKind.NAMED)
    batches = [
        ("cast", trial.compact(acts)),
        ("cast", trial.compact(acts, extras=[(0, absent), (2, absent)])),
        ("cast", trial.compact(again)),
        ("cast", trial.compact(acts[:2], each=True)),
        ("castWide", encoded(trial, *(by_person(trial, act) for act in acts[:2]))),
        ("castDesk", encode_desk([named, desk.check_in(5)], trial.form)),
    ]
    return Corpus(trial, batches)


@pytest.fixture(scope="module", params=[Secrecy.OPEN, Secrecy.SEALED], ids=["open", "sealed"])
def good(request: pytest.FixtureRequest, deployed: System) -> Iterator[Corpus]:
    with deployed.chain.undone():
        yield corpus(Trial.open(deployed, Plan(secrecy=request.param, clerks=3, registrars=3)))


MUTATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("set"), st.integers(0, 1 << 16), st.integers(0, 255)),
        st.tuples(st.just("head"), st.integers(0, 8), st.integers(0, 4)),
        st.tuples(st.just("cut"), st.integers(0, 1 << 16), st.integers(1, 70)),
        st.tuples(st.just("insert"), st.integers(0, 1 << 16), st.integers(0, 70)),
        st.tuples(st.just("tail"), st.just(0), st.integers(1, 70)),
    ),
    max_size=3,
)


def mutated(batch: bytes, mutations: Sequence[tuple[str, int, int]]) -> bytes:
    data = bytearray(batch)
    for kind, where, what in mutations:
        at = where % (len(data) + 1)
        if kind in ("set", "head") and at < len(data):
            data[at] = what
        elif kind == "cut":
            del data[at : at + what]
        elif kind == "insert":
            data[at:at] = bytes(what)
        elif kind == "tail":
            del data[-what:]
    return bytes(data)


def is_taken(trial: Trial, function: str, batch: bytes) -> bool:
    """Whether the bytes are well formed; a list that the registrars did not sign may be."""
    interface = trial.system.interface
    said = "taken"
    try:
        trial.system.chain.call(trial.address, interface.encode(function, batch), interface)
    except Reverted as refusal:
        said = refusal.error.name
    assert said in ("taken", "BatchMalformed", "ElectionBadAttestation")
    return said != "BatchMalformed"


def is_decoded(trial: Trial, function: str, batch: bytes) -> bool:
    try:
        DECODERS[function](batch, trial.form)
    except BatchError:
        return False
    return True


def test_good_batches_are_taken(good: Corpus) -> None:
    for function, batch in good.batches:
        assert is_taken(good.trial, function, batch)
        assert is_decoded(good.trial, function, batch)


@settings(
    max_examples=3_000 if DEEP else 400,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
@given(number=st.integers(0, 5), mutations=MUTATIONS)
def test_chain_and_python_refuse_the_same_bytes(
    good: Corpus, number: int, mutations: list[tuple[str, int, int]]
) -> None:
    function, batch = good.batches[number]
    data = mutated(batch, mutations)
    assert is_taken(good.trial, function, data) == is_decoded(good.trial, function, data)


@settings(max_examples=3_000 if DEEP else 200, deadline=None)
@given(
    function=st.sampled_from(list(DECODERS)),
    data=st.builds(
        bytes.__add__, st.sampled_from([b"", b"\1", b"\2", b"\3"]), st.binary(max_size=400)
    ),
)
def test_chain_and_python_agree_on_junk(good: Corpus, function: str, data: bytes) -> None:
    assert is_taken(good.trial, function, data) == is_decoded(good.trial, function, data)
