"""Whole-transaction gas of every act, beside OpenZeppelin Governor in the same run.

Fixed keys, salts, addresses and times: the same code gives the same gas, to the unit. A row is the
`gasUsed` of whole transactions and the ballots in them; what is reported is gas per ballot.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from bench import governor
from bench.harness.devchain import DevChain, Receipt
from bench.harness.people import draws
from bench.harness.plan import Plan, question
from bench.harness.system import System
from bench.harness.trial import Act, Trial
from bench.report import Row, show, write
from hanpyo.chain.node import EmbeddedNode
from hanpyo.protocol.agenda import Item, Method
from hanpyo.protocol.types import Secrecy
from scripts.toolchain.project import ROOT

CHAIN_ID = 31_337
SIZE = 200
CITY = 100_000
WINDOW = 3_200
SNAPSHOT = ROOT / "tests" / "contracts" / "gas.json"


@dataclass(frozen=True, slots=True)
class Measure:
    """Gas of whole transactions that did something `times` times; `limit` is the most per time."""

    name: str
    gas: int
    times: int = 1
    limit: int | None = None

    @property
    def each(self) -> int:
        """Gas per time, rounded up."""
        return -(-self.gas // self.times)


@contextmanager
def deployed() -> Iterator[System]:
    """The system on a fresh chain with fixed keys."""
    with EmbeddedNode(chain_id=CHAIN_ID) as node:
        yield System.deploy(DevChain(node.rpc))


def measures() -> list[Measure]:
    """Run every scenario, each on a chain in the same state."""
    found: list[Measure] = []
    with deployed() as system:
        for scenario in SCENARIOS:
            with system.chain.undone():
                found += scenario(system)
    return found


def ballots(
    trial: Trial, voters: Sequence[int], *, synthetic: bool = False, **terms: Any
) -> list[Act]:
    """Ballots of these voters on all items, chosen at random."""
    random = draws("choices")
    acts = []
    for voter in voters:
        chosen = bytes(1 + random.below(item.options) for item in trial.plan.items)
        payload = b"\x02" + random.bytes(31 + trial.form.payload_length) if synthetic else None
        if payload is not None:
            payload = random.bytes(32) + payload[: trial.form.payload_length - 32]
        acts.append(trial.act(voter, chosen, payload=payload, **terms))
    return acts


def sealed_cast(system: System) -> list[Measure]:
    """Dense voter numbers: the first batch of 200, and one in the middle of the stream."""
    with system.chain.undone():
        trial = Trial.open(system, _sealed(1_000))
        gas = [_cast(trial, range(at, at + SIZE)).gas_used for at in range(0, 1_000, SIZE)]
    weighted = Trial.open(system, _weighted(400))
    first, second = (_cast(weighted, range(at, at + SIZE)) for at in (0, SIZE))
    return [
        Measure("sealed cast", gas[2], SIZE, 10_500),
        Measure("sealed cast, first batch", gas[0], SIZE),
        Measure("sealed cast, mean of five batches", sum(gas), 1_000, 10_500),
        Measure("sealed cast, weighted", second.gas_used, SIZE),
        Measure("sealed cast, weighted, first batch", first.gas_used, SIZE),
    ]


def sparse_cast(system: System) -> list[Measure]:
    """Random voter numbers over a city's roll, the relay's window sorted by voter number or not."""
    trial = Trial.open(system, replace(_sealed(1), roll_size=CITY))
    numbers = sorted(range(CITY), key=lambda n: draws(f"number {n}").word())
    windows = [numbers[at : at + WINDOW] for at in range(0, 2 * WINDOW, WINDOW)]
    found = []
    names = ("first window", "later window")
    for name, window in zip(names, windows, strict=True):
        ordered = sorted(window)
        gas = sum(
            _cast(trial, ordered[at : at + SIZE], synthetic=True).gas_used
            for at in range(0, WINDOW, SIZE)
        )
        found.append(Measure(f"sealed cast, sparse, {name}", gas, WINDOW))
    loose = numbers[2 * WINDOW : 2 * WINDOW + SIZE]
    unsorted = _cast(trial, loose, synthetic=True).gas_used
    return [*found, Measure("sealed cast, sparse, unsorted", unsorted, SIZE)]


def open_cast(system: System) -> list[Measure]:
    """An open election: the tally of three items is written with each batch."""
    trial = Trial.open(system, Plan(weights=(1,) * 600))
    gas = [_cast(trial, range(at, at + SIZE)).gas_used for at in range(0, 600, SIZE)]
    return [
        Measure("open cast", gas[1], SIZE, 11_000),
        Measure("open cast, first batch", gas[0], SIZE),
    ]


def opening(system: System) -> list[Measure]:
    """Opening whole batches after the key is out."""
    found = []
    varied = replace(_sealed(600), items=(question(100),) * 3)
    for name, limit, plan in (
        ("bulk opening", 3_500, _sealed(600)),
        ("bulk opening, weighted", 4_000, _weighted(600)),
        ("bulk opening, no two ballots alike", None, varied),
    ):
        with system.chain.undone():
            trial = Trial.open(system, plan)
            for at in range(0, 600, SIZE):
                _cast(trial, range(at, at + SIZE))
            system.chain.mine_at(plan.times.opening_at)
            found.append(Measure(f"{name}, key release", trial.release_key().gas_used))
            gas = [trial.open_batch(number).gas_used for number in (1, 2, 3)]
            found.append(Measure(name, gas[1], SIZE, limit))
            found.append(Measure(f"{name}, first batch", gas[0], SIZE))
    return found


def revotes(system: System) -> list[Measure]:
    """Whole batches of second and third ballots, and settling them."""
    plan = _sealed(400)
    trial = Trial.open(system, plan)
    voters = range(SIZE)
    for at in (0, SIZE):
        _cast(trial, range(at, at + SIZE))
    first = trial.cast(ballots(trial, voters, revision=1))
    later = trial.cast(ballots(trial, voters, revision=2))
    system.chain.mine_at(plan.times.barrier_at)
    settled = trial.settle(1, voters)
    return [
        Measure("re-vote", first.gas_used, SIZE, 34_000),
        Measure("re-vote later", later.gas_used, SIZE, 17_000),
        Measure("settle", settled.gas_used, SIZE, 12_000),
    ]


def alone(system: System) -> list[Measure]:
    """One sealed ballot in its own transaction, attested by its own credential."""
    trial = Trial.open(system, _sealed(1_000))
    _cast(trial, range(SIZE))
    used, fresh = (trial.cast(ballots(trial, [n]), each=True) for n in (220, 900))
    return [
        Measure("cast alone", used.gas_used, 1, 99_000),
        Measure("cast alone, fresh word", fresh.gas_used, 1, 116_000),
    ]


def creation(system: System) -> list[Measure]:
    """Creating, publishing and freezing; the cost of an option, an item and 1,000 roll entries."""
    plan = Plan(weights=(1,) * 3_000)
    small = Trial.create(system, plan)
    published = small.publish()
    frozen = small.organise("freeze")
    projects = tuple(
        Item(Method.APPROVAL, options, maximum=5, cost_cap=10**6, costs=(10**5 + 1,) * options)
        for options in (100, 200)
    )
    few, many = (
        Trial.create(system, replace(plan, items=(item,)), number)
        for number, item in enumerate(projects, 3)
    )
    more = Trial.create(system, replace(plan, items=plan.items + (question(),) * 10), 2)
    roll = published[1]
    base = small.created.gas_used
    return [
        Measure("create election", base, 1, 600_000),
        Measure(
            "create election, per further option with a cost",
            many.created.gas_used - few.created.gas_used,
            100,
        ),
        Measure("create election, per further item", more.created.gas_used - base, 10),
        Measure("publish text", published[0].gas_used),
        Measure("publish roll, per 1,000 entries", roll.gas_used, 2),
        Measure("freeze", frozen.gas_used),
    ]


SCENARIOS: tuple[Callable[[System], list[Measure]], ...] = (
    sealed_cast,
    sparse_cast,
    open_cast,
    opening,
    revotes,
    alone,
    creation,
)


def peer() -> governor.Governor:
    """The peer's gas on a fresh chain."""
    with EmbeddedNode(chain_id=CHAIN_ID) as node:
        return governor.measure(DevChain(node.rpc))


def rows(found: Sequence[Measure], beside: governor.Governor) -> list[Row]:
    """The measures as benchmark rows beside the peer."""
    votes = ("sealed cast", "open cast", "re-vote", "cast alone")
    return [
        Row(
            each.name,
            each.each,
            "gas",
            *(
                (governor.PROPOSE, beside.propose)
                if each.name == "create election"
                else (governor.NAME, beside.later_vote)
                if each.name.startswith(votes)
                else (None, None)
            ),
        )
        for each in found
    ]


def main() -> None:
    """Measure, print and write `bench/results/gas.json`."""
    found = measures()
    table = rows(found, peer())
    show(table)
    for each in found:
        if each.limit is not None and each.each > each.limit:
            print(f"above the figure asked for: {each.name} {each.each:,} > {each.limit:,}")
    print(f"written to {write('gas', table)}")


def snapshot(found: Sequence[Measure]) -> dict[str, list[int]]:
    """Gas and times of each measure, as tests keep them."""
    return {each.name: [each.gas, each.times] for each in found}


def accept() -> None:
    """Keep what the code costs now as what the tests expect: `python -m bench.gas`."""
    SNAPSHOT.write_text(json.dumps(snapshot(measures()), indent=1) + "\n", encoding="utf-8")
    print(f"accepted in {SNAPSHOT.relative_to(ROOT)}")


def _sealed(voters: int) -> Plan:
    return Plan(secrecy=Secrecy.SEALED, weights=(1,) * voters)


def _weighted(voters: int) -> Plan:
    random = draws("weights")
    weights = tuple(1 + random.below(5_000) for _ in range(voters))
    return Plan(secrecy=Secrecy.SEALED, weights=weights)


def _cast(trial: Trial, voters: Sequence[int], *, synthetic: bool = False) -> Receipt:
    return trial.cast(ballots(trial, voters, synthetic=synthetic))


if __name__ == "__main__":
    accept()
