"""What every act costs, to the unit of gas, and the figures that it may not pass.

After a change of the contracts that is meant, `python -m bench.gas` writes `gas.json` anew: the
difference in git is the difference in cost.
"""

import json

import pytest

from bench.gas import SNAPSHOT, Measure, measures, snapshot
from bench.harness.devchain import GAS_LIMIT

EXPECTED: dict[str, list[int]] = json.loads(SNAPSHOT.read_text())


@pytest.fixture(scope="session")
def found() -> dict[str, Measure]:
    return {each.name: each for each in measures()}


@pytest.mark.xdist_group("gas")
def test_gas_is_measured_for_what_is_kept(found: dict[str, Measure]) -> None:
    assert list(snapshot(list(found.values()))) == list(EXPECTED)


@pytest.mark.xdist_group("gas")
@pytest.mark.parametrize("name", EXPECTED)
def test_gas_is_exactly_what_it_was(found: dict[str, Measure], name: str) -> None:
    assert [found[name].gas, found[name].times] == EXPECTED[name]


@pytest.mark.xdist_group("gas")
@pytest.mark.parametrize(("name", "more"), [("first window", 3_000), ("later window", 1_000)])
def test_sparse_voter_numbers_cost_little_more(
    found: dict[str, Measure], name: str, more: int
) -> None:
    sparse = found[f"sealed cast, sparse, {name}"]
    assert sparse.each - found["sealed cast"].each <= more


@pytest.mark.xdist_group("gas")
def test_a_batch_fits_one_transaction(found: dict[str, Measure]) -> None:
    batches = [each for each in found.values() if each.times == 200]
    assert max(each.gas for each in batches) <= GAS_LIMIT
