"""Batches within every cap, sorted by voter, fair between elections."""

from hypothesis import given
from hypothesis import strategies as st

from hanpyo.chain.tickets import GAS_CAP, SIZE_CAP
from hanpyo.protocol.batch import BatchForm
from hanpyo.protocol.types import Secrecy
from hanpyo.relay.planner import Caps, Pending, gas_bound, in_turns, plan, tally_gas
from hanpyo.relay.submission import COMPACT, WIDE
from tests.strategies.examples import example_manifest

FORM = BatchForm(Secrecy.SEALED, 4, 3, 2, 2)
COMPACT_BODY = bytes(64 + FORM.payload_length + 130)


def ballot(
    voter: int, *, form: int = COMPACT, revision: int = 0, alone: bool = False, size: int = 0
) -> Pending:
    body = bytes(size) or COMPACT_BODY
    return Pending(voter, voter, 0, revision, 1, form, 1, 0, bytes(32), body, alone)


ballots = st.lists(
    st.builds(
        ballot,
        st.integers(0, 100_000),
        form=st.sampled_from([COMPACT, WIDE]),
        revision=st.integers(0, 3),
        alone=st.booleans(),
        size=st.integers(0, 20_000),
    ),
    max_size=60,
)


@given(ballots, st.integers(1, 50))
def test_every_ballot_is_in_one_batch_that_every_cap_allows(
    pending: list[Pending], most: int
) -> None:
    batches = plan(pending, FORM, Caps(most))
    assert sorted(id(each) for batch in batches for each in batch) == sorted(map(id, pending))
    for batch in batches:
        assert 1 <= len(batch) <= most
        assert len({each.form for each in batch}) == 1
        assert [each.voter for each in batch] == sorted(each.voter for each in batch)
        assert len(batch) == 1 or not any(each.alone for each in batch)
        assert gas_bound(batch, FORM) <= GAS_CAP
        assert sum(len(each.body) for each in batch) < SIZE_CAP


def test_a_full_batch_comes_before_the_rest() -> None:
    batches = plan([ballot(n) for n in reversed(range(450))], FORM, Caps(200))
    assert [len(batch) for batch in batches] == [200, 200, 50]
    assert batches[0][0].voter == 0


def test_voters_far_apart_fill_a_batch_by_gas_before_they_do_by_number() -> None:
    far = plan([ballot(256 * n) for n in range(250)], FORM, Caps(250))
    near = plan([ballot(n) for n in range(250)], FORM, Caps(250))
    assert len(far) > len(near) == 1


def test_wide_ballots_get_what_an_outside_check_may_take() -> None:
    assert gas_bound([ballot(0, form=WIDE)], FORM) - gas_bound([ballot(0)], FORM) > 600_000


def test_elections_take_turns() -> None:
    first, second = (tuple([ballot(n)] for n in range(count)) for count in (3, 1))
    queues = {"a": [tuple(each) for each in first], "b": [tuple(each) for each in second]}
    assert [election for election, _ in in_turns(queues)] == ["a", "b", "a", "a"]
    assert list(in_turns({})) == []


def test_the_first_marks_of_an_open_elections_tally_are_paid_for() -> None:
    manifest = example_manifest(secrecy=Secrecy.OPEN)
    one, many = (
        tally_gas([ballot(0)], manifest),
        tally_gas([ballot(n) for n in range(99)], manifest),
    )
    words = manifest.tally_layout.planes * manifest.tally_layout.words
    assert 0 < one <= many == 2 * words * 22_200
    assert tally_gas([ballot(0)], example_manifest()) == 0
